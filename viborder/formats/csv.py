"""CSV for spreadsheets: `id,start,end,label,text,score`. A row without a label is a document with its whole text; its
spans follow it.

Written with a byte-order mark, without which Excel misreads Vietnamese. Offsets are half-open code points; private
persons are PRIVATE.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, fail, place
from viborder.files import decode, new_file, read_whole
from viborder.formats.fit import all_spans, checked_span, count_layers, with_layers

_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?([eE]-?[0-9]{1,3})?")
COLUMNS = ["id", "start", "end", "label", "text", "score"]


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a file.

    Raises ViborderError: `csv-columns`, `csv-row`, `document-unknown`, `id-twice`, and of spans.
    """
    csv.field_size_limit(2**30)
    # newline="" keeps what stands inside a field, as the csv module asks for
    rows = csv.DictReader(io.StringIO(decode(read_whole(path), str(path)), newline=""), strict=True)
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    spans: dict[str, list[Span | None]] = {}
    bad: set[str] = set()  # ids of documents in which something is wrong
    if missing := set(COLUMNS[:5]) - set(rows.fieldnames or ()):
        raise fail(
            f"{path}:1",
            "csv-columns",
            f"no column {', '.join(sorted(missing))}",
            f"the columns are {','.join(COLUMNS)}",
        )
    for row in _rows(rows, path):
        where = f"{path}:{rows.line_num}"
        if not any(isinstance(value, str) and value.strip() for value in row.values()):
            lost["blank rows"] += 1
        elif not row["id"]:
            problems.append(Problem(where, "id-missing", "no id in the row", "the stem of the source file"))
        else:
            told = len(problems)
            _take(row, place(where, row["id"]), texts, spans, problems)
            if len(problems) > told:
                bad.add(row["id"])
    found = [
        with_layers(identity, text, spans.get(identity, ())) for identity, text in texts.items() if identity not in bad
    ]
    if problems:
        raise ViborderError(problems, found)
    return found


def _take(
    row: dict[str, str],
    where: str,
    texts: dict[str, str],
    spans: dict[str, list[Span | None]],
    problems: list[Problem],
) -> None:
    """Put a row's document or span where it belongs."""
    if not row["label"]:
        if row["id"] in texts:
            said = "a document of this id stands above"
            problems.append(Problem(where, "id-twice", said, "give each document its own id"))
        texts.setdefault(row["id"], row["text"] or "")
        return
    if row["id"] not in texts:
        said = "no row without a label gives this id its text"
        problems.append(Problem(where, "document-unknown", said, "put it above its spans"))
        return
    if not _WHOLE.fullmatch(row["start"] or "") or not _WHOLE.fullmatch(row["end"] or ""):
        hint = "half-open code points, from 0"
        problems.append(Problem(where, "csv-row", "start and end are no whole numbers", hint))
        return
    score = (row.get("score") or "").strip().replace(",", ".")  # a decimal comma, as a Vietnamese spreadsheet has it
    if score and not _NUMBER.fullmatch(score):
        problems.append(
            Problem(where, "csv-row", f"the score is no number: {row['score']!r:.20}", "0 to 1, or nothing")
        )
        return
    start, end = int(row["start"]), int(row["end"])
    found = checked_span(
        start, end, row["label"], texts[row["id"]], where, problems, row["text"], float(score) if score else None
    )
    spans.setdefault(row["id"], []).append(found)


def _rows(rows: csv.DictReader[str], path: Path) -> Iterator[dict[str, str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise fail(
            f"{path}:{rows.line_num}", "csv-row", f"not CSV: {error}", "save the sheet as CSV, UTF-8, comma-separated"
        ) from None


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write documents and spans as rows."""
    with new_file(path) as file:
        file.write("\ufeff")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for document in documents:
            count_layers(document, lost, "meta")
            rows.writerow([document.id, 0, len(document.text), "", document.text, ""])
            for span in all_spans(document):
                score = "" if span.score is None else repr(span.score)
                rows.writerow([document.id, span.start, span.end, span.label, document.slice(span), score])
