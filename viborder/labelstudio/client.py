"""Calls to a Label Studio server by its own SDK, with one clear error for each thing that goes wrong.

A token comes from the environment only and is never printed. Both kinds work: a personal access token (a JWT, which the
SDK trades for short-lived access tokens) and a legacy token. The SDK is heavy (it imports pandas), so it is imported
with the first client.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from viborder.errors import ViborderError, fail

if TYPE_CHECKING:
    import httpx

OLDEST, TOO_NEW = (1, 23), (2, 0)  # 1.23.2 is tested; the calls used here are to stay within a major version
TRIES = 6  # for calls that may be repeated: waits of 0.5, 1, 2, 4, 8 seconds between them
PAGE = 1000  # tasks a page: each page costs the server about 0.1 s beside its tasks
_PASSING = frozenset({429, 500, 502, 503, 504})  # 500: SQLite says so when the database is locked


class ServerLost(ViborderError):
    """The server did not answer: whether it did what was asked is not known."""


class Client:
    """One server and one user of it. `sdk` is Label Studio's client; its calls are made through `ask` and `tell`, which
    give plain JSON.

    Raises ViborderError: `extra-missing`, `url-malformed`, `token-refused`, `not-allowed`, `not-found`, `server-moved`,
    `server-refused`, `not-label-studio`; ServerLost `server-unreachable`.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0, tries: int = TRIES) -> None:
        try:
            import httpx
            from label_studio_sdk import LabelStudio
        except ModuleNotFoundError as error:
            raise fail(
                "",
                "extra-missing",
                f"{error.name} is not installed",
                "pip install 'viborder[labelstudio]'",
            ) from None
        self.url, self._tries, token = url.rstrip("/"), tries, token.strip()
        if not token.isascii() or not token.isprintable():  # a header could not hold it, and the error would tell it
            raise self._wrong_token()
        http = httpx.Client(
            timeout=timeout,
            trust_env=_host(url)
            not in ("localhost", "127.0.0.1", "::1"),  # a proxy for the outside is not asked for the machine itself
            follow_redirects=False,  # a redirect would carry the token to another address
            limits=httpx.Limits(
                max_keepalive_connections=0
            ),  # one that the server closes meanwhile looks like a lost answer
            event_hooks={"response": [self._judge]},
        )
        # The SDK would repeat a POST whose answer is lost, and make things twice.
        self.sdk: Any = self._called(
            lambda: LabelStudio(base_url=self.url + "/", api_key=token, max_retries=0, httpx_client=http)
        )

    def ask(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What a call of the SDK gives that may be made twice (reading, changing, deleting): repeated while the
        server is away.
        """
        for attempt in range(self._tries):
            try:
                return self.tell(call, *args, **kwargs)
            except ServerLost:
                if attempt == self._tries - 1:
                    raise
                time.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def tell(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What a call of the SDK gives that makes something.

        Sent once: on ServerLost the caller looks what has been made.
        """
        from label_studio_sdk.core.jsonable_encoder import jsonable_encoder

        answer = self._called(lambda: call(*args, **kwargs))
        return jsonable_encoder(getattr(answer, "response", answer))  # of a pager, the page

    def delete(self, call: Callable[..., Any], number: int) -> None:
        """Delete something by a call of the SDK; it is no error where it is gone already."""
        try:
            self.ask(call, number)
        except ViborderError as error:
            if error.problems[0].rule != "not-found":
                raise

    def version(self) -> str:
        """The server's version. Raises ViborderError `not-label-studio`, `server-version`."""
        try:
            found = str(self.ask(self.sdk.versions.get)["release"])
            numbers = tuple(int(part) for part in found.split(".")[:2])
        except (KeyError, TypeError, ValueError):
            raise fail(self.url, "not-label-studio", "what answers is not Label Studio", "check the address") from None
        if not OLDEST <= numbers < TOO_NEW:
            raise fail(
                self.url, "server-version", f"Label Studio {found}, which is not known here", "1.23 or a later 1.x"
            )
        return found

    def tasks(
        self, project: int, *, include: str = "id,data,meta,overlap", size: int = PAGE, **query: Any
    ) -> Iterator[dict[str, Any]]:
        """Every task of a project, or those that a query takes, in the order of import: the named fields and the
        server's totals, without annotations. size: tasks a page.
        """
        page = seen = 0
        while True:
            page += 1
            answer = self.task_list(project, include=include, page=page, page_size=size, **query)
            yield from answer["tasks"]
            seen += len(answer["tasks"])
            if seen >= int(answer["total"]) or not answer["tasks"]:
                return

    def task_list(self, project: int, *, fields: str = "task_only", **query: Any) -> Any:
        """One page of the tasks of a project, and their number."""
        return self.ask(self.sdk.tasks.list, project=project, fields=fields, **query)

    def task_page(self, project: int, task: int) -> str:
        """The address at which a person sees a task."""
        return f"{self.url}/projects/{project}/data?task={task}"

    def stream_page(self, project: int) -> str:
        """The address of the label stream, which gives everybody a task of their own and shows nobody else's work."""
        return f"{self.url}/projects/{project}/data?labeling=1"

    def wait(self) -> None:
        """Return once the server answers again. Raises ServerLost when it does not within a few tries."""
        self.ask(self.sdk.versions.get)

    def _called(self, call: Callable[[], Any]) -> Any:
        import httpx
        from label_studio_sdk.core.api_error import ApiError
        from label_studio_sdk.core.parse_error import ParsingError

        try:
            return call()
        except httpx.HTTPError as error:
            said = str(error) or type(error).__name__
            hint = "start it, or check LABEL_STUDIO_URL"
            raise ServerLost(fail(self.url, "server-unreachable", f"no answer ({said})", hint).problems) from None
        except (ApiError, ParsingError, ValueError) as error:
            if (
                getattr(error, "status_code", None) == 401
            ):  # the SDK itself sees that a personal access token has expired
                raise self._wrong_token() from None
            raise fail(
                self.url, "not-label-studio", "the answer is not what Label Studio gives", "check the address"
            ) from None

    def _judge(self, response: httpx.Response) -> None:
        """Turn every refusal into an error of ours, also where the SDK trades a token."""
        if response.is_success:
            return
        code, where, said = response.status_code, str(response.url.copy_with(query=None)), _said(response)
        if code in _PASSING:
            raise ServerLost(fail(where, "server-unreachable", f"HTTP {code} {said}", "see the server's log").problems)
        if code == 401:
            raise self._wrong_token()
        if code == 403:
            raise fail(where, "not-allowed", f"this user may not do that: {said}", "ask the owner of the project")
        if code == 404:
            raise fail(where, "not-found", said or "nothing there", "check the address and the project")
        if response.is_redirect:
            message = f"sends us on to {response.headers['Location']}"
            raise fail(where, "server-moved", message, "set LABEL_STUDIO_URL to the final address")
        raise fail(where, "server-refused", f"HTTP {code} {said}", "see the server's log")

    def _wrong_token(self) -> ViborderError:
        hint = "make a new one under Account & Settings; legacy tokens must be enabled by the organisation"
        return fail(self.url, "token-refused", "the server does not accept the token in LABEL_STUDIO_API_KEY", hint)


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


def _host(url: str) -> str:
    import httpx

    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL("")
    if parts.scheme not in ("http", "https") or not parts.host:
        raise fail(url, "url-malformed", "not the address of a server", "such as http://127.0.0.1:8080")
    return parts.host


def _said(response: httpx.Response) -> str:
    """What the server says of a refusal, cut; a page of HTML says nothing."""
    try:
        answer = json.loads(response.read())
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return str(answer)[:300]
    return str(answer.get("validation_errors") or answer.get("detail") or "")[:300]
