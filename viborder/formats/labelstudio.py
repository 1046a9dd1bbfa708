"""Label Studio's JSON: tasks with `data.text` and `data.doc_id`, spans as regions of type `labels`, in code points.

Spans with a score are written as a prediction, others as an annotation. Read are a task's annotations that were not
cancelled, the latest where there are more, or else its latest prediction; regions of other kinds are passed over and
counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from viborder.document import Document, Span
from viborder.errors import Problem, fail
from viborder.faults import unusable
from viborder.files import decode, new_file, parse_json, read_whole, stem
from viborder.formats.fit import all_spans, checked_span, entries_of, named, object_of, sound, with_layers


def read(path: Path, lost: Counter[str], text_key: str = "text") -> list[Document]:
    """The documents of an export. text_key: where in `data` the text is.

    Raises ViborderError: `json-broken`, `text-missing`, `record-malformed`, and of spans.
    """
    try:
        tasks = parse_json(decode(read_whole(path), str(path)))
    except ValueError as error:
        hint = "export the project as JSON; JSON Lines are read with --from jsonl, doccano or prodigy"
        raise fail(path, "json-broken", f"not JSON: {error!s:.100}", hint) from None
    problems: list[Problem] = []
    return sound(_documents(tasks if isinstance(tasks, list) else [tasks], path, lost, text_key, problems), problems)


def _documents(
    tasks: list[Any], path: Path, lost: Counter[str], text_key: str, problems: list[Problem]
) -> Iterator[Document]:
    for number, task in enumerate(tasks):
        where = f"{path} task {number}"
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get(text_key), str):
            problems.append(_no_text(where, data, text_key))
            continue
        text = data[text_key]
        identity = named(data, ("doc_id", "id"), named(task, ("id",), f"{stem(path)}-{number:05d}"))
        here = f"{where} id={identity}"
        problems += unusable(text, identity, here)
        spans = _spans(_result(task, here, lost, problems), text, here, lost, problems)
        yield with_layers(identity, text, spans, object_of(data, "meta", here, problems))


def _no_text(where: str, data: Any, text_key: str) -> Problem:
    others = [str(key) for key, value in data.items() if isinstance(value, str)] if isinstance(data, dict) else []
    if others:
        hint = f"--text-key {others[0]}, if that is the text ({', '.join(others[:5])})"
        return Problem(where, "text-missing", f"no `data.{text_key}`", hint)
    return Problem(where, "text-missing", f"no `data.{text_key}`", "export the project as JSON, not JSON_MIN")


def _result(task: dict[str, Any], where: str, lost: Counter[str], problems: list[Problem]) -> list[Any]:
    """The regions of the annotation that counts; annotations were called completions before Label Studio 1.0."""
    made: list[dict[str, Any]] = []
    for key in ("annotations", "completions", "predictions"):
        whole = entries_of(task, key, where, problems, kind=object)
        lost[f"{key} given as ids only"] += sum(type(each) is int for each in whole)
        for each in whole:
            if not isinstance(each, dict | int):
                said = f"`{key}` holds {each!r:.60}"
                problems.append(Problem(where, "record-malformed", said, "export the project as JSON"))
        made = made or [each for each in whole if isinstance(each, dict) and not each.get("was_cancelled")]
    lost["further annotations of a task"] += max(0, len(made) - 1)
    latest: dict[str, Any] = max(
        made, key=lambda each: (str(each.get("updated_at", "")), _number(each.get("id"))), default={"result": []}
    )
    return entries_of(latest, "result", where, problems, kind=object)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _spans(result: list[Any], text: str, where: str, lost: Counter[str], problems: list[Problem]) -> list[Span | None]:
    found = []
    for region in result:
        value = region.get("value") if isinstance(region, dict) else None
        if not isinstance(value, dict) or not isinstance(value.get("labels"), list):
            lost["regions that are no spans"] += 1
            continue
        for label in value["labels"]:
            span = checked_span(
                value.get("start"), value.get("end"), label, text, where, problems, score=region.get("score")
            )
            if span and not _agree(value.get("text"), text[span.start : span.end]):
                if _agree(value["text"], _utf16_slice(text, span.start, span.end)):
                    here = f'{where} [{span.start}:{span.end}] "{text[span.start : span.end]:.40}"'
                    said = f"the region says {value['text']!r:.60}: its offsets count UTF-16 units"
                    hint = "offsets count code points: export it with a newer Label Studio, or mend them"
                    problems.append(Problem(here, "span-text-differs", said, hint))
                lost["regions whose own text differs from the slice that was taken"] += 1
            found.append(span)
    return found


def _agree(said: Any, there: str) -> bool:
    """Whether the text that a region bears is what stands there, white space and its escapes aside. The browser's own
    text of a region that was just drawn is not reliable, so that the slice counts.
    """
    return not isinstance(said, str) or not said or _level(said) == _level(there)


def _utf16_slice(text: str, start: int, end: int) -> str:
    """What stands between two offsets if they count UTF-16 units, as those of other makers do."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


def _level(text: str) -> str:
    return "".join(text.replace("\\n", "").replace("\\t", "").split())


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
