"""Calls to a Label Studio server, with one clear error for each thing that goes wrong.

A token comes from the environment only and is never printed. Both kinds work: a personal access token (a JWT, traded for short-lived
access tokens) and a legacy token. Label Studio's own SDK is not used: it pins OpenCV and an old numpy for what is a dozen calls.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from viborder.errors import ViborderError, fail

OLDEST, TOO_NEW = (1, 23), (2, 0)  # 1.23.2 is tested; the calls used here are to stay within a major version
TRIES = 6  # for calls that may be repeated: waits of 0.5, 1, 2, 4, 8 seconds between them
PAGE = 100  # tasks a page
_PASSING = frozenset({429, 500, 502, 503, 504})  # 500: SQLite says so when the database is locked


class ServerLost(ViborderError):
    """The server did not answer: whether it did what was asked is not known."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:  # a redirect would carry the token to another address
        return None


class Client:
    """One server and one user of it.

    Raises ViborderError: `url-malformed`, `token-refused`, `not-allowed`, `not-found`, `server-refused`; ServerLost `server-unreachable`.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0, tries: int = TRIES) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise fail(url, "url-malformed", "not the address of a server", "such as http://127.0.0.1:8080")
        self.url = url.rstrip("/")
        self._token, self._access = token.strip(), ""
        self._timeout, self._tries = timeout, tries
        self._opener = _opener(parts.hostname)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a page; repeated while the server is away for a moment."""
        return self._repeat("GET", path + ("?" + urlencode(query) if query else ""))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something; repeated while the server is away, since doing it twice changes nothing more."""
        return self._repeat("PATCH", path, body)

    def delete(self, path: str) -> None:
        """Delete something; it is no error where it is gone already."""
        try:
            self._repeat("DELETE", path)
        except ViborderError as error:
            if error.problems[0].rule != "not-found":
                raise

    def post(self, path: str, body: Any) -> Any:
        """Make something. Sent once: where the answer is lost (ServerLost), the caller looks what has been made."""
        return self._authorised("POST", path, body)

    def version(self) -> str:
        """The server's version. Raises ViborderError `not-label-studio`, `server-version`."""
        try:
            found = str(self.get("/api/version")["release"])
            numbers = tuple(int(part) for part in found.split(".")[:2])
        except (KeyError, TypeError, ValueError):
            raise fail(self.url, "not-label-studio", "what answers is not Label Studio", "check the address") from None
        if not OLDEST <= numbers < TOO_NEW:
            raise fail(self.url, "server-version", f"Label Studio {found}, which is not known here", "1.23 or a later 1.x")
        return found

    def tasks(self, project: int, *, include: str = "id,data,meta,overlap") -> Iterator[dict[str, Any]]:
        """Every task of a project, in the order of import: the named fields and the server's totals, without annotations."""
        page = 1
        while True:
            answer = self.get("/api/tasks", project=project, page=page, page_size=PAGE, include=include)
            yield from answer["tasks"]
            if page * PAGE >= int(answer["total"]):
                return
            page += 1

    def task_page(self, project: int, task: int) -> str:
        """The address at which a person sees a task."""
        return f"{self.url}/projects/{project}/data?task={task}"

    def wait(self) -> None:
        """Return once the server answers again. Raises ServerLost when it does not within a few tries."""
        self._repeat("GET", "/api/version")

    def _repeat(self, method: str, path: str, body: Any = None) -> Any:
        for attempt in range(self._tries):
            try:
                return self._authorised(method, path, body)
            except ServerLost:
                if attempt == self._tries - 1:
                    raise
                time.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def _authorised(self, method: str, path: str, body: Any) -> Any:
        is_personal = self._token.count(".") == 2
        if is_personal and not self._access:
            self._renew()
        try:
            return self._send(method, path, body, f"Bearer {self._access}" if is_personal else f"Token {self._token}")
        except ViborderError as error:
            if not is_personal or error.problems[0].rule != "token-refused":
                raise
            self._renew()  # an access token lives a few minutes
            return self._send(method, path, body, f"Bearer {self._access}")

    def _renew(self) -> None:
        self._access = str(self._send("POST", "/api/token/refresh/", {"refresh": self._token}, None)["access"])

    def _send(self, method: str, path: str, body: Any, authorization: str | None) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if authorization:
            headers["Authorization"] = authorization
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                content = response.read()
            return json.loads(content) if content else None
        except HTTPError as error:
            raise self._refusal(error, path) from None
        except (URLError, OSError, HTTPException) as error:
            said = str(getattr(error, "reason", error)) or type(error).__name__
            lost = fail(self.url, "server-unreachable", f"no answer ({said})", "start it, or check LABEL_STUDIO_URL")
            raise ServerLost(lost.problems) from None
        except ValueError:
            raise fail(self.url + path, "not-label-studio", "the answer is not JSON", "check the address") from None

    def _refusal(self, error: HTTPError, path: str) -> ViborderError:
        where, said = self.url + path.split("?")[0], _said(error)
        if error.code in _PASSING:
            return ServerLost(fail(where, "server-unreachable", f"HTTP {error.code} {said}", "see the server's log").problems)
        if error.code == 401:
            hint = "make a new one under Account & Settings; legacy tokens must be enabled by the organisation"
            return fail(self.url, "token-refused", "the server does not accept the token in LABEL_STUDIO_API_KEY", hint)
        if error.code == 403:
            return fail(where, "not-allowed", f"this user may not do that: {said}", "ask the owner of the project")
        if error.code == 404:
            return fail(where, "not-found", said or "nothing there", "check the address and the project")
        if 300 <= error.code < 400:
            said = f"sends us on to {error.headers.get('Location', '?')}"
            return fail(where, "server-moved", said, "set LABEL_STUDIO_URL to the final address")
        return fail(where, "server-refused", f"HTTP {error.code} {said}", "see the server's log")


def from_environment(**options: Any) -> Client:
    """The client that LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name, with the server's version checked.

    Raises ViborderError `not-configured` and what `Client` raises.
    """
    missing = [name for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY") if not os.environ.get(name)]
    if missing:
        hint = "`viborder labelstudio up` writes both into build/labelstudio/env"
        raise fail("", "not-configured", f"{' and '.join(missing)} not set", hint)
    client = Client(os.environ["LABEL_STUDIO_URL"], os.environ["LABEL_STUDIO_API_KEY"], **options)
    client.version()
    return client


def _opener(host: str) -> OpenerDirector:
    # A proxy that is set for the outside must not be asked for the machine itself.
    if host in ("localhost", "127.0.0.1", "::1"):
        return build_opener(_NoRedirects, ProxyHandler({}))
    return build_opener(_NoRedirects)


def _said(error: HTTPError) -> str:
    """What the server says of a refusal, cut; a page of HTML says nothing."""
    try:
        answer = json.loads(error.read(20_000))
    except (ValueError, OSError, HTTPException):
        return ""
    if not isinstance(answer, dict):
        return str(answer)[:300]
    return str(answer.get("validation_errors") or answer.get("detail") or "")[:300]
