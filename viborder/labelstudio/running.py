"""What every long verb needs while it runs: that no other does the same, and a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from viborder.errors import fail

T = TypeVar("T")


@contextmanager
def only_one(name: str, rule: str, folder: Path = Path("build/labelstudio")) -> Iterator[None]:
    """A lock between processes on this machine, let go when the process ends, however it ends.

    Raises ViborderError with `rule`.
    """
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise fail(folder / f".{name}.lock", rule, "another one is running", "wait until it has ended") from None
        yield


def progress(steps: Iterable[T], what: str) -> Iterator[T]:
    """The steps, with a bar on a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(steps, what, console=console, disable=not console.is_terminal, transient=True)
