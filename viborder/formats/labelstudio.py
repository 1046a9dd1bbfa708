"""Label Studio's JSON: tasks with `data.text` and `data.doc_id`, spans as regions of type `labels`, in code points.

The parts into which `viborder labelstudio push` cut a long article are one document again; an article of which some
parts are annotated and others are not is passed over and counted.

Spans with a score are written as a prediction, others as an annotation. Read are a task's annotations that were not
cancelled, the latest where there are more, or else its latest prediction; regions of other kinds are passed over and
counted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from viborder.document import Document, Span
from viborder.errors import Problem, counted, fail, place
from viborder.faults import unusable
from viborder.files import decode, new_file, parse_json, read_whole, stem
from viborder.formats.fit import all_spans, checked_span, entries_of, named, object_of, sound, with_layers

KEY = "viborder"  # under which a task's `meta` holds what we know of it
WHOLE = (1, (0,))


class _Piece(NamedTuple):
    """A part of an article; is_bad: whether something is wrong in it."""

    document: Document
    where: str
    is_bad: bool
    is_annotated: bool


def read(path: Path, lost: Counter[str], text_key: str = "text") -> list[Document]:
    """The documents of an export. text_key: where in `data` the text is.

    Raises ViborderError: `json-broken`, `text-missing`, `record-malformed`, `part-missing`, `text-differs`, `id-twice`, and of
    spans.
    """
    try:
        tasks = parse_json(decode(read_whole(path), str(path)))
    except ValueError as error:
        hint = "export the project as JSON; JSON Lines are read with --from jsonl, doccano or prodigy"
        raise fail(path, "json-broken", f"not JSON: {error!s:.100}", hint) from None
    problems: list[Problem] = []
    return sound(_documents(tasks if isinstance(tasks, list) else [tasks], path, lost, text_key, problems), problems)


def part(task: Mapping[str, Any]) -> tuple[int, tuple[int, ...]]:
    """(which part of its article a task shows, from 1; where each part starts in the article, in code points), as a push
    noted them; (1, (0,)) for a whole one.
    """
    known = _object(_object(task.get("meta")).get(KEY))
    number, starts = known.get("part"), known.get("starts")
    if type(number) is not int or not isinstance(starts, list) or not all(type(start) is int for start in starts):
        return WHOLE
    is_sound = starts[:1] == [0] and starts == sorted({*starts}) and 1 <= number <= len(starts)
    return (number, tuple(starts)) if is_sound else WHOLE


def _documents(
    tasks: list[Any], path: Path, lost: Counter[str], text_key: str, problems: list[Problem]
) -> Iterator[Document | None]:
    articles: dict[tuple[str, tuple[int, ...]], dict[int, _Piece]] = defaultdict(dict)
    for number, task in enumerate(tasks):
        where = f"{path} task {number}"
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get(text_key), str):
            problems.append(_no_text(where, data, text_key))
            yield None
            continue
        text = data[text_key]
        identity = named(data, ("doc_id", "id"), named(task, ("id",), f"{stem(path)}-{number:05d}"))
        here = place(where, identity)
        told, (number, starts) = len(problems), part(task)
        problems += unusable(text, identity, here)
        spans = _spans(_result(task, here, lost, problems), text, here, lost, problems)
        document = with_layers(identity, text, spans, object_of(data, "meta", here, problems))
        if starts == (0,):
            yield document
            continue
        if number in articles[identity, starts]:
            hint = "export the project again, or delete one of the tasks"
            problems.append(Problem(here, "id-twice", f"two tasks are part {number} of the article", hint))
        is_bad, is_annotated = len(problems) > told, bool(task.get("annotations"))
        articles[identity, starts][number] = _Piece(document, here, is_bad, is_annotated)
        yield None
    for (_, starts), pieces in articles.items():
        yield _joined(starts, pieces, lost, problems)


def _joined(
    starts: tuple[int, ...], pieces: Mapping[int, _Piece], lost: Counter[str], problems: list[Problem]
) -> Document | None:
    """The parts of an article as one document; None where one of them is missing, bad, or not annotated as others are."""
    first = next(iter(pieces.values()))
    gone = [str(number) for number in range(1, len(starts) + 1) if number not in pieces]
    if gone:
        said = f"of {counted(len(starts), 'part')} of the article the file lacks {', '.join(gone)}"
        problems.append(Problem(first.where, "part-missing", said, "export the whole project"))
    if gone or any(piece.is_bad for piece in pieces.values()):
        return None
    if len({piece.is_annotated for piece in pieces.values()}) > 1:
        lost["articles of which not all parts are annotated"] += 1
        return None
    text, spans = "", []
    for number, start in enumerate(starts, 1):
        piece = pieces[number]
        if start != len(text):
            said = f"part {number} started at {start}, and the parts before it have {counted(len(text), 'code point')}"
            problems.append(Problem(piece.where, "text-differs", said, "put the texts back that were pushed"))
            return None
        text += piece.document.text
        spans += [replace(one, start=one.start + start, end=one.end + start) for one in all_spans(piece.document)]
    return with_layers(first.document.id, text, spans, first.document.meta)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


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
