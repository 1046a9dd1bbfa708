"""doccano's JSON Lines: `{"text": …, "label": [[start, end, "LABEL"], …], "doc_id": …, "meta": {…}}`, in code points.

Its newer exports, with `entities` as objects, and its older ones, with `annotations`, are read too; what they hold
beside spans is counted. Labels that are doccano's own numbers are refused.
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
    checked_span,
    count_layers,
    each_line,
    entries_of,
    named,
    object_of,
    sound,
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
    text = record.get("text", record.get("data")) if isinstance(record, dict) else None
    if not isinstance(text, str):
        problems.append(Problem(where, "text-missing", "no `text`", "export as JSONL"))
        return None
    spans = [checked_span(*_triple(entry), text, where, problems) for entry in _marked(record, where, problems)]
    lost["relations"] += len(entries_of(record, "relations", where, problems, kind=object))
    for key in ("Comments", "comments"):
        kept = record.get(key)
        lost["comments"] += len(kept) if isinstance(kept, list) else int(kept not in (None, "", 0))
    identity = named(record, ("doc_id", "id"), nameless)
    problems += unusable(text, identity, where)
    return with_layers(identity, text, spans, object_of(record, "meta", where, problems))


def _marked(record: dict[str, Any], where: str, problems: list[Problem]) -> list[Any]:
    """The spans of a record, under whichever of doccano's keys they stand.

    Problem: `labels-are-ids` where labels are doccano's own numbers.
    """
    key = next((key for key in ("label", "labels", "entities", "annotations") if record.get(key)), "label")
    found = entries_of(record, key, where, problems, kind=object)
    if any(type(_triple(entry)[2]) is int for entry in found):
        said = f"the labels under `{key}` are ids"
        problems.append(Problem(where, "labels-are-ids", said, "export as JSONL with text labels"))
        return []
    return found


def _triple(entry: Any) -> tuple[Any, Any, Any]:
    if isinstance(entry, dict):
        return entry.get("start_offset"), entry.get("end_offset"), entry.get("label")
    return tuple(entry) if isinstance(entry, list) and len(entry) == 3 else (entry, None, None)


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write documents to import; private persons are labelled PRIVATE."""
    with new_file(path) as file:
        for document in documents:
            count_layers(document, lost, "scores")
            label = [[span.start, span.end, span.label] for span in all_spans(document)]
            record = {"text": document.text, "label": label, "doc_id": document.id, "meta": dict(document.meta)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
