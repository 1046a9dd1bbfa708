"""Label Studio's JSON: tasks with `data.text` and `data.doc_id`, spans as regions of type `labels`, in code points.

Spans with a score are written as a prediction, others as an annotation. Read are a task's annotations that were not
cancelled, the latest where there are more, or else its latest prediction; regions of other kinds are passed over and
counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, fail
from viborder.files import decode, new_file
from viborder.formats.fit import all_spans, checked_span, with_layers


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of an export.

    Raises ViborderError: `json-broken`, `text-missing`, `record-malformed`, and of spans.
    """
    try:
        tasks = json.loads(decode(path.read_bytes(), str(path)))
    except ValueError as error:
        raise fail(path, "json-broken", f"not JSON: {error}", "export the project as JSON") from None
    problems: list[Problem] = []
    documents = []
    for number, task in enumerate(tasks if isinstance(tasks, list) else [tasks]):
        where = f"{path} task {number}"
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            problems.append(
                Problem(where, "text-missing", "no `data.text`", "export the project as JSON, not JSON_MIN")
            )
            continue
        identity = str(data.get("doc_id") or data.get("id") or task.get("id") or f"{path.stem}-{number:05d}")
        spans = _spans(_result(task, lost), data["text"], f"{where} id={identity}", lost, problems)
        documents.append(with_layers(identity, data["text"], spans, data.get("meta")))
    if problems:
        raise ViborderError(problems)
    return documents


def _result(task: dict[str, Any], lost: Counter[str]) -> list[Any]:
    made = (
        [each for each in task.get("annotations") or [] if not each.get("was_cancelled")]
        or task.get("predictions")
        or []
    )
    lost["further annotations of a task"] += max(0, len(made) - 1)
    latest: dict[str, Any] = max(
        made, key=lambda each: (str(each.get("updated_at", "")), each.get("id") or 0), default={"result": []}
    )
    return list(latest.get("result") or [])


def _spans(result: list[Any], text: str, where: str, lost: Counter[str], problems: list[Problem]) -> list[Span | None]:
    found = []
    for region in result:
        value = region.get("value") if isinstance(region, dict) else None
        if not isinstance(value, dict) or "labels" not in value:
            lost["regions that are no spans"] += 1
            continue
        for label in value["labels"]:  # `value.text` is not reliable: the slice is
            found.append(
                checked_span(
                    value.get("start"), value.get("end"), label, text, where, problems, score=region.get("score")
                )
            )
    return found


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write tasks to import; nothing is lost."""
    with new_file(path) as file:
        file.write("[")
        for number, document in enumerate(documents):
            file.write(("," if number else "") + "\n" + json.dumps(_task(document), ensure_ascii=False))
        file.write("\n]\n")


def _task(document: Document) -> dict[str, Any]:
    data: dict[str, Any] = {"text": document.text, "doc_id": document.id}
    if document.meta:
        data["meta"] = dict(document.meta)
    result = {"result": [_region(span, document) for span in all_spans(document)]}
    scored = any(span.score is not None for span in document.spans)
    return {"data": data, "predictions" if scored else "annotations": [result]}


def _region(span: Span, document: Document) -> dict[str, Any]:
    region: dict[str, Any] = {
        "id": f"{span.start}-{span.end}-{span.label}",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": span.start, "end": span.end, "text": document.slice(span), "labels": [span.label]},
    }
    return region if span.score is None else region | {"score": span.score}
