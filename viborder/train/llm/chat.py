"""One question to a server that speaks the OpenAI chat protocol, answered once and then kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import sleep
from typing import Any

from viborder.errors import ViborderError, fail

URL, KEY, MODEL = "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"
LONGEST_WAIT = 60.0  # seconds, whatever a server asks for
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: text, empty where the model refused; `whole` is false where it was cut short. Numbers of tokens
    as the server counts them, 0 where it does not say. `kept` is true where it came from the cache.
    """

    text: str
    whole: bool
    tokens_in: int
    tokens_out: int
    kept: bool = False


@dataclass(slots=True)
class Chat:
    """A server, a model on it, and the folder where answers are kept. The key is sent in a header, and shown nowhere."""

    url: str
    model: str
    cache: Path
    timeout: float
    tries: int
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host that texts are sent to."""
        import httpx2

        return httpx2.URL(self.url).host

    def ask(self, body: Mapping[str, Any], sample: int, usable: Callable[[Answer], bool]) -> Answer:
        """The answer to a request body (without `model`); sample: its number, where one question is put several times.
        Only a usable one is kept.

        Raises ViborderError `llm-unreachable`, `llm-refused`, `llm-broken-answer`.
        """
        whole = {"model": self.model, **body}
        plain = json.dumps([self.url, whole, sample], ensure_ascii=False, sort_keys=True)
        path = self.cache / f"{hashlib.sha256(plain.encode()).hexdigest()}.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            return Answer(known["text"], known["whole"], known["tokens_in"], known["tokens_out"], kept=True)
        except (OSError, ValueError, KeyError, TypeError):  # not there, or spoiled: asked again
            pass
        answer = self._answered(whole)
        if usable(answer):
            self._keep(path, answer)
        return answer

    def _keep(self, path: Path, answer: Answer) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        told = {name: getattr(answer, name) for name in ("text", "whole", "tokens_in", "tokens_out")}
        beside.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)

    def _answered(self, body: Mapping[str, Any]) -> Answer:
        """An answer of the server, which is asked again where it is busy, away, or answers what is none."""
        for attempt in range(self.tries):
            try:
                return self._once(body, attempt)
            except _Passing as passing:
                if attempt == self.tries - 1:
                    raise passing.problem from None
                sleep(passing.wait)
        raise AssertionError("unreachable")

    def _once(self, body: Mapping[str, Any], attempt: int) -> Answer:
        import httpx2

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        again = min(2.0**attempt, LONGEST_WAIT)
        try:
            response = httpx2.post(
                f"{self.url}/chat/completions",
                json=body,
                headers=headers,
                timeout=self.timeout,
                follow_redirects=False,  # a redirect would carry the texts and the key to another address
                trust_env=self.host not in _HERE,
            )
        except httpx2.TimeoutException:
            hint = "a larger `timeout` in the recipe, or a shorter `longest`; what was answered is kept"
            error = fail(self.host, "llm-unreachable", f"no answer within {self.timeout:g} s", hint)
            raise _Passing(error, again) from None
        except httpx2.TransportError as caught:
            error = fail(self.host, "llm-unreachable", type(caught).__name__, f"start the server, or check {URL}")
            raise _Passing(error, again) from None
        if response.status_code in _PASSING:
            said = f"HTTP {response.status_code}"
            error = fail(self.host, "llm-unreachable", said, "try again later; what was answered is kept")
            raise _Passing(error, min(_retry_after(response.headers.get("retry-after")) or again, LONGEST_WAIT))
        if response.status_code != 200:
            raise self._refused(response.status_code)
        try:
            return _read(response.json())
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            said, hint = "not an answer of the chat protocol", f"check {URL}: it usually ends in /v1"
            raise _Passing(fail(self.host, "llm-broken-answer", said, hint), again) from None

    def _refused(self, status: int) -> ViborderError:
        """A refusal that another try would not change. What the server says may quote the key, and is not shown."""
        hints = {401: f"check {KEY}", 403: f"check {KEY}", 404: f"check {URL} (it usually ends in /v1) and {MODEL}"}
        hint = hints.get(status, f"check {MODEL} and the recipe's `max_tokens`, `temperature` and `longest`")
        return fail(self.host, "llm-refused", f"HTTP {status} for model {self.model!r}", hint)


class _Passing(Exception):
    """A problem that may be gone after `wait` seconds."""

    def __init__(self, problem: ViborderError, wait: float) -> None:
        super().__init__()
        self.problem, self.wait = problem, wait


def from_environment(model: str, cache: Path, timeout: float, tries: int) -> Chat:
    """The server that the environment names. model: where the environment names none.

    Raises ViborderError `not-configured`, `url-malformed`.
    """
    import httpx2

    url, name = os.environ.get(URL, "").strip().rstrip("/"), os.environ.get(MODEL, "").strip() or model
    missing = [what for what, value in ((URL, url), (MODEL, name)) if not value]
    if missing:
        hint = f"such as {URL}=http://127.0.0.1:8000/v1 and {MODEL}=NAME; {KEY} where the server wants a key"
        raise fail("", "not-configured", f"{' and '.join(missing)} not set", hint)
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        parts = httpx2.URL("")
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        raise fail(
            URL, "url-malformed", "not the address of a server", f"such as http://127.0.0.1:8000/v1; {KEY} for a key"
        )
    key = os.environ.get(KEY, "").strip()
    if not key.isascii() or not key.isprintable():
        raise fail(KEY, "not-configured", "no header can hold it", "copy the key again")
    return Chat(url, name, cache, timeout, tries, key)


def _read(answer: Any) -> Answer:
    choice, usage = answer["choices"][0], answer.get("usage") or {}
    message = choice["message"]
    text = message.get("content") or ""
    if not isinstance(text, str):
        raise TypeError
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        text = ""
    sent, received = (int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens"))
    return Answer(text, choice.get("finish_reason") != "length", sent, received)


def _retry_after(value: str | None) -> float:
    """Seconds that a server asks to wait (a number, or a date of HTTP); 0 where it does not say."""
    if not value:
        return 0.0
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
