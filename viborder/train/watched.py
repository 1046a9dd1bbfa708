"""Steps of work that take long, told to whoever watches, on standard error: a bar on a terminal, ten lines
elsewhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
SILENT = 5.0  # seconds; what ends sooner says nothing where there is no terminal


def watched(steps: Sequence[T], what: str) -> Iterator[T]:
    """The steps one by one, with how many are done and how long the rest may take."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import track

        yield from track(steps, what, console=Console(stderr=True), transient=True)
        return
    began = time.monotonic()
    tenth = max(1, len(steps) // 10)
    for done, step in enumerate(steps):
        passed = time.monotonic() - began
        if done and done % tenth == 0 and passed > SILENT:
            left = passed / done * (len(steps) - done)
            print(f"{what}: {done} of {len(steps)}, about {left:.0f} s left", file=sys.stderr, flush=True)
        yield step
