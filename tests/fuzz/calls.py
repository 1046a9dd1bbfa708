"""One call of `viborder` on a file, in this process: how it ended, and whether anybody would call that an end."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.hostile import FILES, GOOD
from viborder.formats import jsonl

LIMIT = 45  # seconds


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended.

    fault: a traceback, or that it took too long; empty where it ended well, with an error or not.
    """

    status: int
    said: str
    fault: str = ""

    @property
    def rules(self) -> set[str]:
        """The rules of the errors that were told."""
        return set(re.findall(r"(?:^|: )error ([a-z0-9-]+):", self.said, re.MULTILINE))


def verbs(format: str, file: Path, folder: Path) -> list[list[str]]:
    """The calls that read a file of that format, as arguments. folder: where good files lie, and output may go."""
    path = str(file.parent if format in ("brat", "cas") else file)
    known = ["--from", format] if format in ("doccano", "prodigy") else []
    out = str(folder / "out")
    if format == "package":
        return [
            ["restore", str(file.parent), str(folder / "a.txt"), "--out", out],
            ["diff", str(file.parent), str(file.parent)],
        ]
    if format == "model":
        dry = [
            "publish",
            str(file.parent),
            "someone/name",
            "--dry-run",
            "--out",
            out,
            "--gold",
            str(folder / "good.jsonl"),
        ]
        return [["tag", "--model", str(file.parent), str(folder / "a.txt"), "-o", f"{out}.jsonl"], dry]
    calls = [["convert", path, f"{out}.{ending}", *known] for ending in ("jsonl", "conll", "json")]
    if format == "text":
        return [["collect", path, "--out", f"{out}.jsonl"], ["convert", path, f"{out}.jsonl"]]
    if not known:
        good = str(folder / "good.jsonl")
        calls += [
            ["score", good, path],
            ["score", path, good],
            ["diff", good, path],
            ["agree", good, path],
            ["facts", path],
        ]
    if format == "jsonl":
        (folder / "ann").mkdir(exist_ok=True)
        shutil.copy(file, folder / "ann/gold.jsonl")
        (folder / "ann/CHANGELOG.md").write_text("## 0.1.0 — 2026-01-01\n- One.\n", encoding="utf-8")
        good = str(folder / "good.jsonl")
        build = ["build", "--corpus", good, "--annotations", str(folder / "ann"), "--out", out, "--mask-identifiers"]
        calls += [
            ["check", path, "--corpus", good],
            ["check", path],
            ["collect", path, "--out", f"{out}.corpus.jsonl"],
            build,
        ]
    return calls


def call(arguments: list[str]) -> End:
    """Run it. Raises nothing, but what stops this process."""
    from viborder.cli import main

    out, err = io.StringIO(), io.StringIO()
    before, status, fault = sys.argv, 0, ""
    sys.argv = ["viborder", *arguments]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM)}
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except Exception:
        fault = traceback.format_exc()
    finally:
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.argv = before
    said = out.getvalue() + err.getvalue()
    if not fault and "Traceback" in said:
        fault = said
    if not fault and "\x1b" in said:
        fault = "an escape sequence reaches the terminal"
    return End(status, said, fault)


def calls_on(format: str, data: bytes, folder: Path, good: Path) -> Iterator[tuple[list[str], End]]:
    """Each call on a file with these bytes, and how it ended. folder: to work in, emptied between the calls; good:
    where the good files lie.
    """
    number = 0
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder)
        jsonl.write(folder / "good.jsonl", [GOOD])
        file = folder / FILES[format]
        file.write_bytes(data)
        calls = verbs(format, file, folder)
        if number == len(calls):
            return
        yield calls[number], call(calls[number])
        number += 1


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"more than {LIMIT} s")
