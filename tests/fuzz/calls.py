"""One call of `viborder` on a file, in this process: how it ended, and whether anybody would call that an end."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.fuzz.hostile import FILES, GOOD
from viborder.dataset.build import checksums
from viborder.files import sha256_of
from viborder.formats import jsonl

LIMIT = 45  # seconds of CPU
LOOK, IDLE = 3, 5  # seconds by the clock between two looks; looks in a row that find no work done: it waits for ever
LINE = 1_500  # letters of what is said on standard error: more is a foreign value that is printed whole
QUICK = ["iterations=2", "folds=0", "grammar=false", "corrections=false", "genre=[]"]  # of training
MASKED = ["--mask-identifiers"]
ALONE = ("model", "package", "kept", "annotations", "own")  # folders of good files that few calls read


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
    if format in ("package", "parquet", "passes", "sums", "kept"):
        return _of_packages(folder, "kept" if format == "kept" else "package")
    if format in ("model", "weights", "features", "corrections"):
        return _of_models(folder)
    if format in ("recipe", "labels", "lexicon", "rules"):
        return _of_recipes(folder)
    if format in ("decisions", "annotators", "changelog", "corpus"):
        return _of_projects(folder)
    if format == "html":
        return [["collect", str(file), "--out", f"{folder}/out.jsonl"]]
    path = str(file.parent if format in ("brat", "brat-text", "cas", "types") else file)
    if format == "text":
        return _of_texts(file, folder)
    known = ["--from", format] if format in ("doccano", "prodigy") else []
    calls = [["convert", path, f"{folder}/out.{ending}", *known] for ending in ("jsonl", "conll", "json")]
    calls += [
        ["tag", path, "-o", f"{folder}/out.csv", *known],
        ["labelstudio", "push", path, "--suggestions", path, *known],
    ]
    if not known:
        calls += _of_documents(path, folder)
    return calls + (_of_gold(file, folder) if format == "jsonl" else [])


def _of_documents(path: str, folder: Path) -> list[list[str]]:
    """The calls that take documents of any format; what is trained learns next to nothing."""
    good = str(folder / "good.jsonl")
    return [
        ["score", good, path],
        ["score", path, good],
        ["compare", good, path, f"{folder}/corpus.jsonl"],
        ["diff", good, path],
        ["agree", good, path],
        ["facts", path],
        ["adjudicate", path, good, "--decisions", f"{folder}/log.jsonl", "--out", f"{folder}/out.jsonl"],
        ["train", "crf", *QUICK, "--train", path, "--out", f"{folder}/out"],
    ]


def _of_gold(file: Path, folder: Path) -> list[list[str]]:
    """The calls that take a project's own files: gold, corpus, and what cross-validation needs two documents for."""
    good, two = str(folder / "good.jsonl"), folder / "two.jsonl"
    if file.is_file():
        other = replace(GOOD, id="b", text=GOOD.text.replace("Lào", "Mỹ."))
        two.write_bytes(file.read_bytes().rstrip(b"\n") + b"\n" + jsonl.dumps(other).encode() + b"\n")
        (folder / "annotations/gold.jsonl").write_bytes(file.read_bytes())
    return [
        ["check", str(file), "--corpus", good],
        ["check", str(file)],
        ["collect", str(file), "--out", f"{folder}/out.corpus.jsonl"],
        ["build", "--corpus", good, "--annotations", f"{folder}/annotations", "--out", f"{folder}/out", *MASKED],
        ["crossval", "crf", *QUICK, "--gold", str(two), "--out", f"{folder}/out"],
        ["curve", "crf", *QUICK, "--gold", str(two), "--test", good],
        ["labelstudio", "serve", "crf", *QUICK, "--no-connect", "--train", str(file), "--state", f"{folder}/state"],
    ]


def _of_texts(file: Path, folder: Path) -> list[list[str]]:
    out, said = f"{folder}/out.jsonl", os.fsdecode(file.read_bytes()[:60_000]) if file.is_file() else ""
    calls = [
        ["collect", str(file), "--out", out],
        ["collect", str(file.parent), "--out", out],
        ["convert", str(file), out],
        ["tag", str(file), "-o", out],
    ]
    if said and "\x00" not in said and said[0] != "-":  # what a shell can hand over
        calls += [["explain", said], ["explain", said, "--model", f"{folder}/model", "--json"]]
    return calls


def _of_packages(folder: Path, name: str) -> list[list[str]]:
    package, good, out = str(folder / name), str(folder / "good.jsonl"), f"{folder}/out"
    publish = ["publish", package, "someone/name", "--dry-run", "--out", out, "--gold", good]
    if name == "package":
        return [["restore", package, str(folder / "a.txt"), "--out", out], ["diff", package, package], publish]
    return [["convert", package, f"{out}.jsonl"], ["diff", good, package], ["facts", package], publish]


def _of_models(folder: Path) -> list[list[str]]:
    model, good = str(folder / "model"), str(folder / "good.jsonl")
    return [
        ["tag", "--model", model, str(folder / "a.txt"), "-o", f"{folder}/out.jsonl"],
        ["explain", "Thu 2 kg ma túy đá.", "--model", model],
        ["labelstudio", "push", good, "--model", model],
        ["publish", model, "someone/name", "--dry-run", "--out", f"{folder}/out", "--gold", good],
    ]


def _of_recipes(folder: Path) -> list[list[str]]:
    good, own, recipe = str(folder / "good.jsonl"), str(folder / "own"), str(folder / "recipe.yaml")
    return [
        ["train", recipe, "iterations=2", f"grammar={own}", "--train", good, "--out", f"{folder}/out"],
        ["check", "--grammar", own],
        ["explain", "Thu một khẩu súng AK.", "--grammar", own],
        ["labelstudio", "serve", recipe, "--no-connect", "--train", good, "--state", f"{folder}/state"],
    ]


def _of_projects(folder: Path) -> list[list[str]]:
    good, corpus, annotations = (str(folder / name) for name in ("good.jsonl", "corpus.jsonl", "annotations"))
    log, out = f"{annotations}/decisions.jsonl", f"{folder}/out"
    other = str(folder / "a.conll")
    return [
        ["adjudicate", good, other, "--decisions", log, "--out", f"{out}.jsonl"],
        ["adjudicate", good, other, "--decisions", log, "--out", f"{annotations}/gold.jsonl"],
        ["build", "--corpus", corpus, "--annotations", annotations, "--out", out, *MASKED],
        ["check", good, "--corpus", corpus],
        ["collect", f"{folder}/a.txt", "--out", corpus],
    ]


def call(arguments: list[str]) -> End:
    """Run it. Raises nothing, but what stops this process."""
    from viborder.cli import main

    out, err = io.StringIO(), io.StringIO()
    before, status, fault = (sys.argv, sys.stdin), 0, ""
    sys.argv, sys.stdin = ["viborder", *arguments], io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGPROF)}
    signal.signal(signal.SIGALRM, _watch())
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except (Exception, TooLong):
        fault = traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.argv, sys.stdin = before
    said = out.getvalue() + err.getvalue()
    if not fault and (long := [line for line in err.getvalue().splitlines() if len(line) > LINE]):
        fault = f"a line of {len(long[0]):,} letters: {long[0][:200]}"
    if not fault and "Traceback" in said:
        fault = said
    if not fault and "\x1b" in said:
        fault = "an escape sequence reaches the terminal"
    return End(status, said, fault)


def calls_on(
    format: str,
    data: bytes,
    folder: Path,
    good: Path,
    lay: Callable[[Path, bytes], object] = Path.write_bytes,
    chosen: Callable[[int, int], bool] = lambda number, count: True,
) -> Iterator[tuple[list[str], End]]:
    """Each call on a file with these bytes, and how it ended. folder: to work in, emptied between the calls; good:
    where the good files lie. lay: puts the bytes at the path, where they are not simply written. chosen: whether
    the call of this number, from 0, of so many is made.
    """
    number, count = 0, 1
    needed = FILES[format].partition("/")[0]
    unused = [name for name in ALONE if name != needed and not (format in USES and name in USES[format])]
    while number < count:
        if number and not chosen(number, count):
            number += 1
            continue
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder, ignore=shutil.ignore_patterns(*unused))
        jsonl.write(folder / "good.jsonl", [GOOD])
        file = folder / FILES[format]
        file.unlink()
        lay(file, data)
        if format in SEALED and file.is_file():
            seal(file)
        calls = verbs(format, file, folder)
        count = len(calls)
        if chosen(number, count):
            yield calls[number], call(calls[number])
        number += 1


USES = {"jsonl": ("annotations",), "text": ("model",), "recipe": ("own",), "corpus": ("annotations",)}
SEALED = ("weights", "features", "corrections", "package", "parquet", "passes", "kept")


def seal(file: Path) -> None:
    """Write the checksums of a model or a package anew, as somebody would who wants its file to be read."""
    package = file.parents[file.parent.name == "data"]
    if (package / "SHA256SUMS").exists():
        (package / "SHA256SUMS").write_text(checksums(package), encoding="utf-8")
        return
    card = json.loads((file.parent / "model.json").read_bytes())
    card["files"][file.name] = sha256_of(file)
    (file.parent / "model.json").write_text(json.dumps(card), encoding="utf-8")


class TooLong(BaseException):
    """It took too long, or waits for what never comes; nobody catches it as an error of a file."""


def _too_long(*_: Any) -> None:
    raise TooLong(f"more than {LIMIT} s of CPU")


def _watch() -> Callable[..., None]:
    """A look at the CPU that was used, which ends a call that waits and does nothing."""
    used = [time.process_time()]

    def look(*_: Any) -> None:
        used.append(time.process_time())
        if len(used) > IDLE and used[-1] - used[-1 - IDLE] < 0.01:
            raise TooLong(f"it waited for {LOOK * IDLE} s")

    return look
