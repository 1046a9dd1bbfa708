"""CSV for spreadsheets: `id,start,end,label,text,score`. A row without a label is a document with its whole text; its
spans follow it.

Written with a byte-order mark, without which Excel misreads Vietnamese. Offsets are half-open code points; private
persons are PRIVATE.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, fail
from viborder.files import decode, new_file
from viborder.formats.fit import all_spans, checked_span, count_layers, with_layers

COLUMNS = ["id", "start", "end", "label", "text", "score"]


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a file.

    Raises ViborderError: `csv-columns`, `csv-row`, `document-unknown`, `id-twice`, and of spans.
    """
    csv.field_size_limit(2**30)
    rows = csv.DictReader(decode(path.read_bytes(), str(path)).splitlines(keepends=True), strict=True)
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    spans: dict[str, list[Span | None]] = {}
    if missing := set(COLUMNS[:5]) - set(rows.fieldnames or ()):
        raise fail(
            f"{path}:1",
            "csv-columns",
            f"no column {', '.join(sorted(missing))}",
            f"the columns are {','.join(COLUMNS)}",
        )
    for row in _rows(rows, path):
        where = f"{path}:{rows.line_num} id={row['id']}"
        if not row["label"]:
            if row["id"] in texts:
                problems.append(
                    Problem(where, "id-twice", "a document of this id stands above", "give each document its own id")
                )
            texts.setdefault(row["id"], row["text"] or "")
        elif row["id"] not in texts:
            problems.append(
                Problem(
                    where, "document-unknown", "no row without a label gives this id its text", "put it above its spans"
                )
            )
        elif not (row["start"] or "").isdigit() or not (row["end"] or "").isdigit():
            problems.append(
                Problem(where, "csv-row", "start and end are no whole numbers", "half-open code points, from 0")
            )
        else:
            score = float(row["score"]) if row.get("score") else None
            fields = (
                int(row["start"]),
                int(row["end"]),
                row["label"],
                texts[row["id"]],
                where,
                problems,
                row["text"],
                score,
            )
            spans.setdefault(row["id"], []).append(checked_span(*fields))
    if problems:
        raise ViborderError(problems)
    return [with_layers(identity, text, spans.get(identity, ())) for identity, text in texts.items()]


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
