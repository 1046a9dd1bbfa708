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

from viborder.errors import ViborderError
from viborder.labelstudio import guidelines
from viborder.labelstudio.answers import CALLS, Refused
from viborder.labelstudio.learner import Learner

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse

USER = "viborder"
MAX_BODY = 8 * 1024 * 1024  # bytes; an article with its annotations has about 50,000


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
            return JSONResponse(await run_in_threadpool(CALLS[request.url.path], learner, body))
        except Refused as refused:
            headers = {"WWW-Authenticate": "Basic"} if refused.status == 401 else None
            return JSONResponse({"error": str(refused)}, refused.status, headers)
        except ViborderError as error:  # such as a language model that is away; what is wrong may quote a text
            rules = ", ".join(sorted({problem.rule for problem in error.problems}))
            print(f"{_now()} 503 {request.method} {request.url.path} {rules}", file=sys.stderr, flush=True)
            return JSONResponse({"error": f"not now ({rules}); try again later"}, 503)
        except Exception as error:  # a fault of ours: the server must live on, and somebody must see it
            print(fault(request.method, request.url.path, error), file=sys.stderr, flush=True)
            return JSONResponse({"error": f"a fault of the backend ({type(error).__name__}); its log says where"}, 500)

    routes = [
        Route(path, answer, methods=["GET" if path in ("/", "/health") else "POST"])
        for path in CALLS
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
    return f"{_now()} 500 {method} {path} {type(error).__name__} at {places}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def _authorise(header: str, password: str) -> None:
    kind, _, credentials = header.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True) if kind.lower() == "basic" else b""
    except ValueError:
        given = b""
    if not hmac.compare_digest(given, f"{USER}:{password}".encode()):
        raise Refused(401, "user or password is wrong")


async def _body(request: Request) -> dict[str, Any]:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY:
            raise Refused(413, f"more than {MAX_BODY:,} bytes")
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, "not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "not a JSON object")
    return body
