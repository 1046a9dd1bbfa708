"""Prodigy's JSON Lines: `text`, `tokens`, `spans` with their tokens, `meta` with the id, `answer`. Offsets are code
points.

Read are tasks whose answer is `accept` or not given; rejected and ignored ones are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem
from viborder.faults import unusable
from viborder.files import new_file, stem
from viborder.formats.fit import (
    all_spans,
    cells,
    checked_span,
    each_line,
    entries_of,
    named,
    object_of,
    sound,
    trimmed,
    with_layers,
)


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of an export. Raises ViborderError: `json-broken`, `text-missing`, and of spans."""
    problems: list[Problem] = []

    def document(number: int, where: str, record: Any) -> Document | None:
        return _document(f"{stem(path)}-{number:05d}", where, record, lost, problems)

    return sound(each_line(path, problems, document), problems)


def _document(nameless: str, where: str, record: Any, lost: Counter[str], problems: list[Problem]) -> Document | None:
    """The document of a record; `nameless` is its id where the record bears none."""
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str):
        problems.append(Problem(where, "text-missing", "no `text`", "one task a line, as `prodigy db-out` writes them"))
        return None
    if (answer := record.get("answer", "accept")) != "accept":
        lost[f"tasks with the answer {answer}"] += 1
        return None
    spans = [
        checked_span(
            entry.get("start"), entry.get("end"), entry.get("label"), text, where, problems, score=entry.get("score")
        )
        for entry in entries_of(record, "spans", where, problems)
    ]
    lost["relations"] += len(entries_of(record, "relations", where, problems, kind=object))
    meta = object_of(record, "meta", where, problems)
    identity = named(meta, ("id",), named(record, ("id",), nameless))
    meta.pop("id", None)
    problems += unusable(text, identity, where)
    return with_layers(identity, text, spans, meta)


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write tasks; private persons are labelled PRIVATE.

    White space at the ends of spans is cut: Prodigy's spans are made of tokens.
    """
    with new_file(path) as file:
        for document in documents:
            file.write(json.dumps(_task(document, lost), ensure_ascii=False) + "\n")


def _task(document: Document, lost: Counter[str]) -> dict[str, Any]:
    marked = trimmed(document, all_spans(document), lost)
    ranges = cells(document.text, marked)
    first = {start: number for number, (start, _, _) in enumerate(ranges)}
    last = {end: number for number, (_, end, _) in enumerate(ranges)}
    tokens = [
        {"text": document.text[start:end], "start": start, "end": end, "id": number, "ws": blank}
        for number, (start, end, blank) in enumerate(ranges)
    ]
    spans = [
        {
            "start": span.start,
            "end": span.end,
            "token_start": first[span.start],
            "token_end": last[span.end],
            "label": span.label,
        }
        | ({} if span.score is None else {"score": span.score})
        for span in marked
    ]
    lost["metadata fields"] += "id" in document.meta
    return {
        "text": document.text,
        "tokens": tokens,
        "spans": spans,
        "meta": dict(document.meta) | {"id": document.id},
        "answer": "accept",
    }
