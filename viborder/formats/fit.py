"""What readers and writers share: spans checked on the way in, made to fit on the way out, and what does not fit
counted.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from viborder.document import PRIVATE, Document, Span, in_order
from viborder.errors import Problem, ViborderError, between, counted, fail, place
from viborder.files import lines, parse_json
from viborder.text import Range, tokenize, trim

MOST = 1e18  # of a score; others' scores are not all probabilities


def count_layers(document: Document, lost: Counter[str], *missing: str) -> None:
    """Count what a document has of the layers that a format lacks: `spans`, `private`, `meta`, `scores`."""
    for layer in missing:
        if layer == "spans":
            lost["spans"] += len(document.spans)
        elif layer == "private":
            lost["private spans"] += len(document.private)
        elif layer == "meta":
            lost["metadata fields"] += len(document.meta)
        else:
            lost["scores"] += sum(span.score is not None for span in document.spans)


def sound(documents: Iterable[Document | None], problems: list[Problem]) -> list[Document]:
    """The documents of a reader. Reading one adds to `problems` what is wrong in it, and gives None where it is passed
    over, lest its problems are taken for those of the next; where there is any, raises ViborderError with the documents
    beside it in which nothing is.
    """
    kept: list[Document] = []
    told = len(problems)
    for document in documents:
        if document is not None and len(problems) == told:
            kept.append(document)
        told = len(problems)
    if problems:
        raise ViborderError(problems, kept)
    return kept


def each_line(
    path: Path, problems: list[Problem], document: Callable[[int, str, Any], Document | None]
) -> Iterator[Document | None]:
    """What `document` makes of the number from 1, `file:line` and value of each line of another tool's JSON Lines; None
    for one that is no JSON, which goes to `problems` as `json-broken`.
    """
    for number, line in lines(path):
        if line.strip():
            where = f"{path}:{number}"
            try:
                record = parse_json(line)
            except ValueError as error:
                problems.append(Problem(where, "json-broken", f"not JSON: {error!s:.100}", "one JSON object a line"))
                yield None
            else:
                yield document(number, where, record)


def checked_span(
    start: Any,
    end: Any,
    label: Any,
    text: str,
    where: str,
    problems: list[Problem],
    claimed: str | None = None,
    score: Any = None,
) -> Span | None:
    """The span, or None where it is none of this text; why goes to `problems`.

    Rules: `record-malformed`, `span-outside-text`, `span-text-differs`. claimed: what the file says that the span's
    text is.
    """
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        said = f"not a span: {start!r:.20}, {end!r:.20}, {label!r:.40}"
        problems.append(Problem(where, "record-malformed", said, "whole numbers for start and end, and a label"))
        return None
    if not 0 <= start < end <= len(text):
        said, hint = f"the text has {counted(len(text), 'code point')}", "0 ≤ start < end ≤ length"
        problems.append(Problem(f"{where} {between(start, end)}", "span-outside-text", said, hint))
        return None
    if claimed is not None and claimed != text[start:end]:
        here = f'{where} [{start}:{end}] "{text[start:end]:.40}"'
        hint = "offsets count code points into the NFC text, from 0"
        problems.append(Problem(here, "span-text-differs", f"the span says {claimed!r:.60}", hint))
        return None
    label = sys.intern(str(label))  # one string for the spans of a label: they are many
    if score is None or isinstance(score, bool) or not isinstance(score, int | float):
        return Span(start, end, label)
    if not -MOST <= score <= MOST:  # neither infinite nor NaN
        said = f"a score of {score!r:.20}"
        problems.append(Problem(f"{where} {between(start, end)}", "record-malformed", said, "a confidence from 0 to 1"))
        return None
    return Span(start, end, label, float(score))


def entries_of(
    record: Mapping[str, Any], key: str, where: str, problems: list[Problem], *, kind: type = dict
) -> list[Any]:
    """The list under a key of another tool's record, empty where the key is missing or null.

    kind: of its entries; others go to `problems` as `record-malformed`, as does what is no list.
    """
    found = record.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        problems.append(Problem(where, "record-malformed", f"`{key}` is no list: {found!r:.60}", "export it again"))
        return []
    for entry in found:
        if not isinstance(entry, kind):
            hint = "export it again"
            problems.append(Problem(where, "record-malformed", f"`{key}` holds {entry!r:.60}", hint))
    return [entry for entry in found if isinstance(entry, kind)]


def object_of(record: Mapping[str, Any], key: str, where: str, problems: list[Problem]) -> dict[str, Any]:
    """The object under a key of another tool's record, empty where it is missing or null; else `record-malformed`."""
    found = record.get(key)
    if found is None or isinstance(found, dict):
        return dict(found or {})
    problems.append(Problem(where, "record-malformed", f"`{key}` is no object: {found!r:.60}", "export it again"))
    return {}


def named(record: Mapping[str, Any], keys: Iterable[str], nameless: str) -> str:
    """The id of another tool's record: the first of the keys that holds a string or a whole number, or `nameless`."""
    for key in keys:
        value = record.get(key)
        if (isinstance(value, str) and value) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
    return nameless


def with_layers(
    document_id: str, text: str, spans: Iterable[Span | None], meta: Mapping[str, Any] | None = None
) -> Document:
    """A document from spans of both layers: those labelled PRIVATE are its private persons.

    None stands for a span that was refused.
    """
    found = [span for span in spans if span is not None]
    private = in_order(span for span in found if span.label == PRIVATE)
    return Document(document_id, text, in_order(span for span in found if span.label != PRIVATE), private, meta or {})


def all_spans(document: Document) -> tuple[Span, ...]:
    """Entities and private persons, in reading order."""
    return in_order((*document.spans, *document.private))


def uncrossed(document: Document, lost: Counter[str]) -> list[Span]:
    """The spans of both layers without those that cross one before them."""
    kept = without_crossings(all_spans(document))
    lost["crossing spans"] += len(document.spans) + len(document.private) - len(kept)
    return kept


def without_crossings(spans: Iterable[Span]) -> list[Span]:
    """Spans in reading order without those that cross one before them. Time grows as the spans do."""
    kept: list[Span] = []
    open_ends: list[int] = []  # a heap: where those of the kept end that may go on
    for span in in_order(spans):
        while open_ends and open_ends[0] <= span.start:
            heappop(open_ends)
        if not open_ends or open_ends[0] >= span.end:
            kept.append(span)
            heappush(open_ends, span.end)
    return kept


def flat(document: Document, lost: Counter[str]) -> list[Span]:
    """The outermost spans, which do not overlap, without white space at their ends."""
    kept: list[Span] = []
    for span in in_order(trimmed(document, document.spans, lost)):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
        else:
            lost["nested spans" if kept[-1].contains(span) else "crossing spans"] += 1
    return kept


def trimmed(document: Document, spans: Iterable[Span], lost: Counter[str]) -> list[Span]:
    """Spans without white space at their ends, for formats whose spans are made of tokens."""
    found = []
    for span in spans:
        start, end = trim(document.text, span.start, span.end)
        if (start, end) != (span.start, span.end):
            lost["white space at the ends of spans"] += 1
        if start < end:
            found.append(replace(span, start=start, end=end))
    return found


def tokens_for(text: str, spans: Iterable[Span]) -> list[Range]:
    """The tokens of a text, split further where a span begins or ends inside one."""
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    found: list[Range] = []
    for start, end in tokenize(text):
        inside = borders[bisect_right(borders, start) : bisect_left(borders, end)]
        found.extend(zip([start, *inside], [*inside, end], strict=True))
    return found


def cells(text: str, spans: Iterable[Span]) -> list[tuple[int, int, bool]]:
    """(start, end, blank after) of each of spaCy's and Prodigy's tokens: one blank after a token is its own, all other
    white space is a token too, so that they make up the whole text.
    """
    found: list[tuple[int, int, bool]] = []
    at = 0
    for start, end in [*tokens_for(text, spans), (len(text), len(text))]:
        if found and at < start and text[at] == " ":
            found[-1] = (*found[-1][:2], True)
            at += 1
        if at < start:
            found.append((at, start, False))
        if start < end:
            found.append((start, end, False))
        at = end
    return found


def files_in(folder: Path, ending: str, lost: Counter[str]) -> list[Path]:
    """The files of a folder with this ending, in any case, sorted; subfolders are not read, and counted in `lost`."""
    inside = sorted(folder.iterdir())
    lost["subfolders that were not read"] += sum(path.is_dir() for path in inside)
    return [path for path in inside if path.is_file() and path.suffix.lower() == ending]


def free_folder(path: Path) -> Path:
    """The path, where a folder may be written.

    Raises ViborderError `folder-not-empty` where something is in it already.
    """
    if path.is_dir() and any(path.iterdir()):
        raise fail(path, "folder-not-empty", "there is something in the folder", "name a new folder, or empty this one")
    return path


def file_name(document_id: str) -> str:
    """The id, where it can name a file. Raises ViborderError `id-names-no-file`."""
    if document_id in {"", ".", ".."} or any(mark in document_id for mark in '/\\:\0\n\r\t*?"<>|'):
        hint = 'no / \\ : * ? " < > | and no line end in it'
        raise fail(
            place("", document_id),
            "id-names-no-file",
            "this format keeps each document in a file named after its id",
            hint,
        )
    return document_id
