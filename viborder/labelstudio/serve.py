"""The ML backend: Label Studio's contract over HTTP, for a tagger that learns while people annotate.

GET /health, POST /setup, POST /predict, POST /webhook, GET /versions. Every call must bear the password (HTTP basic
authentication).
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.document import Document, Span
from viborder.errors import Problem
from viborder.labelstudio import accounts, guidelines
from viborder.labelstudio.client import Client
from viborder.labelstudio.everywhere import everywhere
from viborder.labelstudio.interface import LABELS, open_project
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.regions import SUGGESTED, read, region, split
from viborder.labelstudio.suggest import prediction
from viborder.labelstudio.tasks import task_meta, tasks_by_key, touched
from viborder.text import token_range, tokenize

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse

USER, TITLE = "viborder", "viborder"
MAX_BODY = 8 * 1024 * 1024  # bytes; an article with its annotations has about 50,000
MAX_TEXT = 1_000_000  # code points a task
EVENTS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def app(learner: Learner, password: str, page: str = "") -> Starlette:
    """The web application around a learner. page: the guidelines as HTML, which need no password."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def answer(request: Request) -> JSONResponse:
        try:
            _authorise(request.headers.get("authorization", ""), password)
            body = await _body(request) if request.method == "POST" else {}
            return JSONResponse(await run_in_threadpool(_calls[request.url.path], learner, body))
        except _Refused as refused:
            headers = {"WWW-Authenticate": "Basic"} if refused.status == 401 else None
            return JSONResponse({"error": str(refused)}, refused.status, headers)
        except Exception as error:  # a fault of ours: the server must live on, and somebody must see it
            print(fault(request.method, request.url.path, error), file=sys.stderr, flush=True)
            return JSONResponse({"error": f"a fault of the backend ({type(error).__name__}); its log says where"}, 500)

    routes = [
        Route(path, answer, methods=["GET" if path in ("/", "/health") else "POST"])
        for path in _calls
        if path != "/versions"
    ]
    shown = guidelines.app(page).routes if page else []
    return Starlette(routes=[*routes, Route("/versions", answer, methods=["GET", "POST"]), *shown])


def fault(method: str, path: str, error: BaseException) -> str:
    """A line for the log: the call, the kind of error and the places in the code that it came through; neither its
    message nor the request, which may quote a text or a password.
    """
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} 500 {method} {path} {type(error).__name__} at {places}"


def connect(owner: Client, title: str, url: str, password: str, learner: Learner) -> None:
    """Make the backend known to the project, and learn what was submitted while it was away.

    Raises ViborderError `server-refused` and what the project raises.
    """
    number = int(open_project(owner, title)["id"])
    credentials = base64.b64encode(f"{USER}:{password}".encode()).decode()
    hook = {
        "project": number,
        "url": f"{url}/webhook",
        "send_payload": True,
        "send_for_all_actions": False,
        "actions": list(EVENTS),
        "headers": {"Authorization": f"Basic {credentials}"},
    }
    # The webhook comes first: Label Studio would make one of its own with the backend, without a password.
    for known in owner.ask(owner.sdk.webhooks.list, project=number):
        if known["url"] == hook["url"]:
            owner.delete(owner.sdk.webhooks.delete, known["id"])
    owner.tell(owner.sdk.webhooks.create, **hook)
    backend = {
        "project": number,
        "url": url,
        "title": TITLE,
        "is_interactive": True,
        "auth_method": "BASIC_AUTH",
        "basic_auth_user": USER,
        "basic_auth_pass": password,
    }
    for known in owner.ask(owner.sdk.ml.list, project=number):
        if known["title"] == TITLE:
            owner.delete(owner.sdk.ml.delete, known["id"])
    owner.tell(owner.sdk.ml.create, **backend)
    owner.ask(owner.sdk.projects.update, number, model_version=TITLE, evaluate_predictions_automatically=True)
    catch_up(owner, number, learner)
    give_way(owner, number, learner)


def catch_up(owner: Client, number: int, learner: Learner) -> None:
    """Submit every annotation of the project that the learner does not have."""
    for listed in owner.tasks(number, include="id,total_annotations"):
        task = owner.ask(owner.sdk.tasks.get, listed["id"])
        for annotation in task["annotations"]:
            _submit(learner, annotation, task)


def give_way(owner: Client, number: int, learner: Learner) -> None:
    """Take the suggestions of other models from tasks that nobody has begun: Label Studio asks the backend only for a
    task without a suggestion when it is opened from the list or by its address.
    """
    begun = {task["id"] for tasks in tasks_by_key(owner, number).values() for task in tasks if touched(task)}
    for entry in owner.ask(owner.sdk.predictions.list, project=number):
        if int(entry["task"]) not in begun and entry["model_version"] != learner.version:
            owner.delete(owner.sdk.predictions.delete, entry["id"])


def _health(learner: Learner, _: Any) -> dict[str, Any]:
    return {"status": "UP", "model_version": learner.version}


def _setup(learner: Learner, _: Any) -> dict[str, Any]:
    return {"model_version": learner.version}


def _versions(learner: Learner, _: Any) -> dict[str, Any]:
    return {"versions": [learner.version]}


def _predict(learner: Learner, body: dict[str, Any]) -> dict[str, Any]:
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise _Refused(400, "`tasks` is a list of tasks")
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
            raise _Refused(400, "`annotation` and `task` are objects")
        _well_formed(task)
        _submit(learner, annotation, task)
    return {"status": "ok"}


def _submit(learner: Learner, annotation: dict[str, Any], task: dict[str, Any]) -> None:
    """Learn from an annotation, if it is one to learn from: submitted whole, usable, changed by nobody but its author,
    and not of the test share.
    """
    number, identity = annotation.get("id"), (task.get("data") or {}).get("doc_id")
    if type(number) is not int or not isinstance(identity, str) or not _storable(identity):
        raise _Refused(400, "the annotation has no id, or its task no `doc_id`")
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
    learner.submit(Document(identity, _text(task), spans, private), number, str(annotation.get("updated_at")))


def _well_formed(task: dict[str, Any]) -> None:
    """Refuse a task of which a part that is read is of another kind than Label Studio sends."""
    for key in ("data", "meta"):
        if not isinstance(task.get(key) or {}, dict):
            raise _Refused(400, f"`{key}` of a task is an object")
    _text(task)


def _storable(text: str) -> bool:
    """Whether a text can be written in UTF-8: a half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_calls = {
    "/": _health,
    "/health": _health,
    "/setup": _setup,
    "/predict": _predict,
    "/webhook": _webhook,
    "/versions": _versions,
}


def _authorise(header: str, password: str) -> None:
    kind, _, credentials = header.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True) if kind.lower() == "basic" else b""
    except ValueError:
        given = b""
    if not hmac.compare_digest(given, f"{USER}:{password}".encode()):
        raise _Refused(401, "user or password is wrong")


async def _body(request: Request) -> dict[str, Any]:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY:
            raise _Refused(413, f"more than {MAX_BODY:,} bytes")
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise _Refused(400, "not JSON") from None
    if not isinstance(body, dict):
        raise _Refused(400, "not a JSON object")
    return body


def _text(task: dict[str, Any]) -> str:
    data = task.get("data")
    text = data.get("text") if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise _Refused(400, "a task has no `data.text`")
    if not _storable(text):
        raise _Refused(400, "a text holds half of a surrogate pair")
    if len(text) > MAX_TEXT:
        raise _Refused(413, f"a text has more than {MAX_TEXT:,} code points")
    return text


def _spans(result: Any, text: str) -> list[Span]:
    """The spans of a result that can be used; half-drawn ones are passed over."""
    regions = result if isinstance(result, list) else []
    entries = [entry for entry in regions if isinstance(entry, dict) and entry.get("from_name") == LABELS]
    return [span for entry in entries if (reading := read([entry], text, "", [])) for span in reading.spans]


def _list(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = body.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
