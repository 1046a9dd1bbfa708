"""The Hub as publishing sees it: what is there, one commit, a tag; every refusal in plain words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from viborder.errors import ViborderError, fail

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")
Content = Path | bytes
PATIENCE = (1.0, 4.0, 16.0)  # seconds before each further attempt, unless the Hub names its own
UNREACHED = (1.0, 2.0)  # the same where no answer came at all, so that a missing network is told within 10 s

_WORDS = {
    401: (
        "hub-unauthorised",
        "the Hub does not accept the token",
        "set HF_TOKEN to a valid one, or run `hf auth login`",
    ),
    403: ("hub-forbidden", "the token may not do this", "use a token with write access to this user or organisation"),
    404: (
        "hub-not-found",
        "the Hub knows no such user, organisation or repository",
        "check REPO_ID: USER_OR_ORGANISATION/NAME",
    ),
    409: ("hub-conflict", "the repository changed meanwhile, or has it already; nothing was written", "publish again"),
    412: ("hub-conflict", "the repository changed meanwhile; nothing was written", "publish again"),
    429: (
        "hub-too-many-requests",
        "the Hub asks for patience, after several attempts",
        "wait some minutes and publish again",
    ),
}
_FAULT = (
    "hub-fault",
    "the Hub has a fault, after several attempts; nothing visible has changed",
    "publish again later",
)


@dataclass(frozen=True, slots=True)
class Remote:
    """What is on the Hub. files: path → (SHA-1 of git's blob, or SHA-256 where it is stored as LFS).

    tags: their names.
    """

    exists: bool
    private: bool = True
    commit: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def ask(call: Callable[[], T], about: str, wait: Callable[[float], None] = time.sleep) -> T:
    """What a call to the Hub returns; 429 and faults of the Hub are tried again. Raises ViborderError in plain words,
    without the token.

    Rules: `hub-unauthorised`, `hub-forbidden`, `hub-not-found`, `hub-conflict`, `hub-too-many-requests`, `hub-fault`,
    `hub-unreachable`, `hub-refused`.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    for attempt in range(len(PATIENCE) + 1):
        try:
            return call()
        except (HfHubHTTPError, httpx2.TransportError, RuntimeError, ConnectionError) as caught:
            error = (
                caught.__cause__ if isinstance(caught, RuntimeError) and caught.__cause__ else caught
            )  # uploads are wrapped
            response = error.response if isinstance(error, HfHubHTTPError) else None
            if response is None and not isinstance(error, httpx2.TransportError | ConnectionError):
                raise
            pause = _pause(attempt, PATIENCE if response is not None else UNREACHED)
            slow = isinstance(error, httpx2.TimeoutException)  # it has waited long already
            if pause is None or slow or (response is not None and _is_final(response.status_code)):
                raise _refused(error, response, about) from None
            wait(_named_pause(response.headers.get("Retry-After") if response is not None else None, pause))
    raise AssertionError("the last attempt returns or raises")


def _pause(attempt: int, pauses: Sequence[float]) -> float | None:
    return pauses[attempt] if attempt < len(pauses) else None


def _is_final(status: int) -> bool:
    return status < 500 and status != 429


def quiet_where_nobody_watches() -> None:
    """No bars of the client where standard error is no terminal: they move a cursor that is not there."""
    from huggingface_hub.utils import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()


def remote(api: HfApi, repo_id: str, kind: str, wait: Callable[[float], None] = time.sleep) -> Remote:
    """What is on the Hub under that name. kind: `dataset` or `model`."""
    from huggingface_hub.errors import RepositoryNotFoundError
    from huggingface_hub.hf_api import RepoFile

    def found() -> Any:
        try:
            return api.repo_info(repo_id, repo_type=kind)
        except RepositoryNotFoundError as error:
            if error.response.status_code == 404:
                return None
            raise

    info = ask(found, repo_id, wait)
    if info is None:
        return Remote(exists=False)
    entries = (
        ask(lambda: list(api.list_repo_tree(repo_id, recursive=True, repo_type=kind)), repo_id, wait)
        if info.sha
        else []
    )
    files = {
        entry.path: entry.lfs.sha256 if entry.lfs else entry.blob_id for entry in entries if isinstance(entry, RepoFile)
    }
    refs = ask(lambda: api.list_repo_refs(repo_id, repo_type=kind), repo_id, wait)
    return Remote(True, bool(info.private), info.sha, files, tuple(ref.name for ref in refs.tags))


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths that a publication would add, change and remove, and those that stay as they are."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def changes(contents: Mapping[str, Content], there: Remote) -> Changes:
    """What differs between what is to be published and what is there; the Hub's own `.gitattributes` is left alone."""
    same = {
        path for path, content in contents.items() if path in there.files and there.files[path] in _digests(content)
    }
    return Changes(
        added=tuple(path for path in contents if path not in there.files),
        changed=tuple(path for path in contents if path in there.files and path not in same),
        removed=tuple(path for path in there.files if path not in contents and path != ".gitattributes"),
        unchanged=tuple(path for path in contents if path in same),
    )


def commit(
    api: HfApi,
    repo_id: str,
    kind: str,
    contents: Mapping[str, Content],
    to_do: Changes,
    parent: str | None,
    message: str,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """All changes in one commit on top of `parent`: seen whole or not at all.

    Files that have arrived before are not sent again.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    quiet_where_nobody_watches()
    additions = [CommitOperationAdd(path, contents[path]) for path in (*to_do.added, *to_do.changed)]
    removals = [CommitOperationDelete(path, is_folder=False) for path in to_do.removed]
    operations: Iterable[Any] = [*additions, *removals]
    ask(
        lambda: api.create_commit(repo_id, operations, commit_message=message, repo_type=kind, parent_commit=parent),
        repo_id,
        wait,
    )


def read_bytes(content: Content) -> bytes:
    """The bytes of a file to publish."""
    return content if isinstance(content, bytes) else content.read_bytes()


def _digests(content: Content) -> tuple[str, str]:
    data = read_bytes(content)
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest(), sha256(data).hexdigest()


def _refused(error: BaseException, response: Any, about: str) -> ViborderError:
    if response is None:
        return fail(
            about,
            "hub-unreachable",
            f"the Hub cannot be reached ({type(error).__name__})",
            "check the network, and publish again",
        )
    if response.status_code in _WORDS:
        return fail(about, *_WORDS[response.status_code])
    if response.status_code >= 500:
        return fail(about, *_FAULT)
    said = str(getattr(error, "server_message", None) or "")[:200]
    return fail(about, "hub-refused", f"the Hub refused ({response.status_code}): {said}", "see what it says")


def _named_pause(header: str | None, otherwise: float) -> float:
    return min(float(header), 300.0) if header and header.isdigit() else otherwise
