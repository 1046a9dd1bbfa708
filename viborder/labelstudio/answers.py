"""What the backend answers to each call of Label Studio: suggestions, the other places of a region, a receipt for what
was submitted.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from viborder.document import Document, Span
from viborder.errors import Problem
from viborder.labelstudio import accounts
from viborder.labelstudio.everywhere import everywhere
from viborder.labelstudio.interface import LABELS
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.regions import SUGGESTED, read, region, split
from viborder.labelstudio.suggest import prediction
from viborder.labelstudio.tasks import part_of, task_meta
from viborder.text import token_range, tokenize

MAX_TEXT = 1_000_000  # code points a task


class Refused(Exception):
    """A call that cannot be answered, with the HTTP status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _health(learner: Learner, _: Any) -> dict[str, Any]:
    return {"status": "UP", "model_version": learner.version}


def _setup(learner: Learner, _: Any) -> dict[str, Any]:
    return {"model_version": learner.version}


def _versions(learner: Learner, _: Any) -> dict[str, Any]:
    return {"versions": [learner.version]}


def _predict(learner: Learner, body: dict[str, Any]) -> dict[str, Any]:
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise Refused(400, "`tasks` is a list of tasks")
    for task in tasks:
        _well_formed(task)
    context = (body.get("params") or {}).get("context") if isinstance(body.get("params"), dict) else None
    if isinstance(context, dict) and context.get("result"):
        return {"results": [_others(learner, task, context["result"]) for task in tasks]}
    return {"results": [_suggest(learner, task) for task in tasks]}


def _suggest(learner: Learner, task: dict[str, Any]) -> dict[str, Any]:
    if task_meta(task).get("share") == "test":
        return {
            "result": [],
            "score": 0.0,
            "model_version": learner.version,
        }  # an honest test set is annotated without help
    tagged, version = learner.tag(Document("", _text(task)))
    return prediction(tagged, version)


def _others(learner: Learner, task: dict[str, Any], context: Any) -> dict[str, Any]:
    """The other occurrences of the region just drawn.

    context: all regions of its label in the open annotation, in the order in which they were made. What else is marked
    is known from the annotator's draft, or from the suggestion that the annotation began with; never from the work of
    others, so that blind stays blind.
    """
    text = _text(task)
    shown = context if isinstance(context, list) else []
    # A region that a person drew bears an id of Label Studio's own making, unlike those that we suggested.
    by_hand = [entry for entry in shown if isinstance(entry, dict) and not SUGGESTED.fullmatch(str(entry.get("id")))]
    drawn = _spans(by_hand[-1:], text)
    known = _list(task, "drafts") or _list(task, "predictions")
    newest = max(known, key=lambda entry: str(entry.get("updated_at") or entry.get("created_at")), default={})
    marked = [*_spans(shown, text), *_spans(newest.get("result"), text)]
    found = [span for one in drawn for span in everywhere(text, one, marked)]
    return {"result": [region(span) for span in found], "model_version": learner.version}


def _webhook(learner: Learner, body: dict[str, Any]) -> dict[str, Any]:
    action = body.get("action")
    if action == "ANNOTATIONS_DELETED":
        learner.withdraw(entry["id"] for entry in _list(body, "annotations") if type(entry.get("id")) is int)
    elif action in ("ANNOTATION_CREATED", "ANNOTATION_UPDATED"):
        annotation, task = body.get("annotation"), body.get("task")
        if not isinstance(annotation, dict) or not isinstance(task, dict):
            raise Refused(400, "`annotation` and `task` are objects")
        _well_formed(task)
        submit(learner, annotation, task)
    return {"status": "ok"}


def submit(learner: Learner, annotation: dict[str, Any], task: dict[str, Any]) -> None:
    """Learn from an annotation, if it is one to learn from: submitted whole, usable, changed by nobody but its author,
    and not of the test share.
    """
    number, identity = annotation.get("id"), (task.get("data") or {}).get("doc_id")
    if not _numbered(number) or not isinstance(identity, str) or not _storable(identity):
        raise Refused(400, "the annotation has no id, or its task no `doc_id`")
    updated_at = str(annotation.get("updated_at"))
    if not _storable(updated_at):
        raise Refused(400, "`updated_at` holds half of a surrogate pair")
    problems: list[Problem] = []
    reading = read(annotation.get("result"), _text(task), f"annotation {number}", problems)
    unusable = reading is None or not (reading.spans or reading.nothing)
    is_test = task_meta(task).get("share") == "test"
    if annotation.get("was_cancelled") or unusable or is_test or accounts.editor(annotation):
        learner.withdraw([number])
        return
    assert reading is not None
    tokens = tokenize(_text(task))
    whole = [
        span for span in reading.spans if token_range(tokens, span.start, span.end)
    ]  # training refuses a span that splits a token
    spans, private = split(whole)
    part = part_of(task)
    start = part.start if part.of > 1 else None
    learner.submit(Document(identity, _text(task), spans, private), number, updated_at, start)


def _well_formed(task: dict[str, Any]) -> None:
    """Refuse a task of which a part that is read is of another kind than Label Studio sends."""
    for key in ("data", "meta"):
        if not isinstance(task.get(key) or {}, dict):
            raise Refused(400, f"`{key}` of a task is an object")
    _text(task)


def _numbered(number: object) -> TypeGuard[int]:
    """Whether this is an id of Label Studio's database."""
    return type(number) is int and 0 <= number < 1 << 63


def _storable(text: str) -> bool:
    """Whether a text can be written in UTF-8: a half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(task: dict[str, Any]) -> str:
    data = task.get("data")
    text = data.get("text") if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise Refused(400, "a task has no `data.text`")
    if not _storable(text):
        raise Refused(400, "a text holds half of a surrogate pair")
    if len(text) > MAX_TEXT:
        raise Refused(413, f"a text has more than {MAX_TEXT:,} code points")
    return text


def _spans(result: Any, text: str) -> list[Span]:
    """The spans of a result that can be used; half-drawn ones are passed over."""
    regions = result if isinstance(result, list) else []
    entries = [entry for entry in regions if isinstance(entry, dict) and entry.get("from_name") == LABELS]
    return [span for entry in entries if (reading := read([entry], text, "", [])) for span in reading.spans]


def _list(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = body.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


CALLS = {
    "/": _health,
    "/health": _health,
    "/setup": _setup,
    "/predict": _predict,
    "/webhook": _webhook,
    "/versions": _versions,
}
