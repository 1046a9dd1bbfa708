"""brat stand-off: a folder with `id.txt` and `id.ann`; `T1\tLABEL start end\ttext`, private persons labelled PRIVATE.

Offsets are half-open code points. A span that goes over a line end is written in pieces, as brat does; pieces with
white space alone between them are read as one span. Relations, events, attributes and notes are passed over and
counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from viborder.document import PRIVATE, Document, Span
from viborder.errors import Problem, fail, place
from viborder.files import lines, new_folder, read_whole
from viborder.formats.fit import (
    all_spans,
    checked_span,
    count_layers,
    file_name,
    files_in,
    free_folder,
    sound,
    with_layers,
)
from viborder.labels import entity_types

_ENTITY = re.compile(r"(T\d+)\t(\S+) (\d{1,18} \d{1,18}(?:;\d{1,18} \d{1,18})*)\t(.*)")
_FORM = "`T1`, a tab, `LABEL start end`, a tab, the text"
_OTHER = {
    "R": "relations",
    "E": "events",
    "A": "attributes",
    "M": "attributes",
    "N": "normalisations",
    "#": "notes",
    "*": "relations",
}


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a folder.

    Raises ViborderError: `not-utf8`, `brat-line`, `brat-text-missing`, `brat-discontinuous`, and of spans.
    """
    problems: list[Problem] = []
    return sound(_documents(path, lost, problems), problems)


def _documents(path: Path, lost: Counter[str], problems: list[Problem]) -> Iterator[Document | None]:
    for text_file in files_in(path, ".txt", lost):
        try:
            text = read_whole(text_file).decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(
                Problem(str(text_file), "not-utf8", f"byte {error.start} is not UTF-8", "save the file as UTF-8")
            )
            yield None
            continue
        annotations = text_file.with_suffix(".ann")
        spans = _spans(annotations, text, lost, problems) if annotations.exists() else []
        yield with_layers(text_file.stem, text, spans)
    for annotations in sorted(path.glob("*.ann")):
        if not annotations.with_suffix(".txt").exists():
            problems.append(
                Problem(
                    str(annotations),
                    "brat-text-missing",
                    "no .txt beside it",
                    "brat keeps a text and its .ann together",
                )
            )


def _spans(path: Path, text: str, lost: Counter[str], problems: list[Problem]) -> list[Span | None]:
    found: list[Span | None] = []
    for number, line in lines(path):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        if not line.startswith("T"):
            if line[0] not in _OTHER:
                problems.append(Problem(where, "brat-line", f"not a line of brat: {line!r:.60}", _FORM))
            lost[_OTHER.get(line[0], "other lines")] += 1
            continue
        match = _ENTITY.fullmatch(line)
        if not match:
            problems.append(Problem(where, "brat-line", f"not a span of brat: {line!r:.60}", _FORM))
            continue
        pieces = [(int(start), int(end)) for start, end in (piece.split() for piece in match[3].split(";"))]
        gaps = "".join(text[end:start] for (_, end), (start, _) in pairwise(pieces))
        if gaps.strip():
            hint = "mark each piece as a span of its own"
            problems.append(
                Problem(where, "brat-discontinuous", f"{match[1]} is in pieces with {gaps.strip()!r:.40} between", hint)
            )
            continue
        span = checked_span(pieces[0][0], pieces[-1][1], match[2], text, where, problems)
        if span and match[4].split() != text[span.start : span.end].split():
            problems.append(
                Problem(
                    where, "span-text-differs", f"the line says {match[4]!r:.60}", "offsets count code points, from 0"
                )
            )
        found.append(span)
    return found


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write a folder, with the `annotation.conf` that brat asks for.

    Raises ViborderError `folder-not-empty`, `label-has-blank`.
    """
    labels = dict.fromkeys((*entity_types(), PRIVATE))
    with new_folder(free_folder(path)) as folder:
        for document in documents:
            count_layers(document, lost, "meta", "scores")
            name = file_name(document.id)
            (folder / f"{name}.txt").write_bytes(document.text.encode())
            rows = [_line(number, span, document) for number, span in enumerate(all_spans(document), 1)]
            (folder / f"{name}.ann").write_bytes("".join(rows).encode())
            labels |= dict.fromkeys(span.label for span in document.spans)
        conf = "\n".join(["[entities]", *labels, "", "[relations]", "", "[events]", "", "[attributes]", ""])
        (folder / "annotation.conf").write_text(conf, encoding="utf-8")


def _line(number: int, span: Span, document: Document) -> str:
    if span.label.split() != [span.label]:
        raise fail(
            place("", document.id),
            "label-has-blank",
            f"brat's labels hold no white space: {span.label!r}",
            "rename the label",
        )
    said = document.slice(span)
    pieces = [match.span() for match in re.finditer(r"[^\n]+", said)] or [(0, len(said))]
    places = ";".join(f"{span.start + start} {span.start + end}" for start, end in pieces)
    return f"T{number}\t{span.label} {places}\t{' '.join(said[start:end] for start, end in pieces)}\n"
