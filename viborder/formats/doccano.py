"""doccano's JSON Lines: `{"text": …, "label": [[start, end, "LABEL"], …], "doc_id": …, "meta": {…}}`, in code points.

Its newer exports, with `entities` as objects, are read too; what they hold beside spans is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError
from viborder.files import new_file
from viborder.formats.fit import all_spans, checked_span, count_layers, json_lines, with_layers


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of an export. Raises ViborderError: `json-broken`, `text-missing`, and of spans."""
    problems: list[Problem] = []
    records = json_lines(path, problems)
    documents = [
        document
        for entry in records
        if (document := _document(f"{path.stem}-{entry[0]:05d}", *entry[1:], lost, problems))
    ]
    if problems:
        raise ViborderError(problems)
    return documents


def _document(nameless: str, where: str, record: Any, lost: Counter[str], problems: list[Problem]) -> Document | None:
    """The document of a record; `nameless` is its id where the record bears none."""
    text = record.get("text", record.get("data")) if isinstance(record, dict) else None
    if not isinstance(text, str):
        problems.append(Problem(where, "text-missing", "no `text`", "export as JSONL"))
        return None
    spans = [
        checked_span(entry["start_offset"], entry["end_offset"], entry["label"], text, where, problems)
        if isinstance(entry, dict) and {"start_offset", "end_offset", "label"} <= entry.keys()
        else checked_span(*_triple(entry), text, where, problems)
        for entry in record.get("label") or record.get("labels") or record.get("entities") or []
    ]
    lost["relations"] += len(record.get("relations") or ())
    lost["comments"] += len(record.get("Comments") or record.get("comments") or ())
    identity = str(record.get("doc_id") or record.get("id") or nameless)
    return with_layers(identity, text, spans, record.get("meta"))


def _triple(entry: Any) -> tuple[Any, Any, Any]:
    return tuple(entry) if isinstance(entry, list) and len(entry) == 3 else (entry, None, None)


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write documents to import; private persons are labelled PRIVATE."""
    with new_file(path) as file:
        for document in documents:
            count_layers(document, lost, "scores")
            label = [[span.start, span.end, span.label] for span in all_spans(document)]
            record = {"text": document.text, "label": label, "doc_id": document.id, "meta": dict(document.meta)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
