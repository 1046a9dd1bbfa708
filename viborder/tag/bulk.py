"""Tagging of large collections: many shards, several processes, constant memory, and a kill that costs one chunk at
most.

A shard is cut into chunks of whole lines. Each chunk is written as a part of its own, beside and then renamed; when all
parts of a shard are there, they become its output. What exists is never done again, so the same command goes on where a
killed one stopped.
"""

from __future__ import annotations

import json
import shutil
import signal
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.files import MAX_LINE, new_file, parse_json, sha256_of, sole
from viborder.tag.chunks import Chunk, Done, tag_chunk, tagger_of
from viborder.train import load

CHUNK = 4 << 20  # bytes
MANIFEST = "tagging.json"
_DECODER = json.JSONDecoder()


def tag_shards(
    model: Path,
    shards: Sequence[Path],
    out: Path,
    *,
    jobs: int = 1,
    engine: str = "local",
    chunk_size: int = CHUNK,
    problems: list[Problem] | None = None,
) -> tuple[int, int]:
    """Tag `.jsonl` shards into files of the same names under `out`. Returns (shards written now, shards that were there
    already).

    engine: `local` (this machine, `jobs` processes) or `ray` (a Ray cluster, `jobs` actors). chunk_size: in bytes, at
    least; a chunk is what a kill can cost, and what a process holds in memory at most. Ids are unique within a shard,
    as within any file; two shards may have the same.
    problems: a list for what is wrong with single documents, while the others of their shard are tagged; told once.
    Raises ViborderError: `shard-names`, `folder-in-use`, `out-of-another-run`, and, without that list, what is wrong
    with the shards; sound shards are finished all the same.
    """
    version = load(model).version
    _check_names(shards, out)
    with sole(out):
        _check_manifest(out, {"model": version, "shards": {shard.name: sha256_of(shard) for shard in shards}})
        return _tag_shards(model, shards, out, _local if engine == "local" else _ray, jobs, chunk_size, problems)


def _tag_shards(
    model: Path,
    shards: Sequence[Path],
    out: Path,
    run: Callable[[str, list[Chunk], int], Iterator[Done]],
    jobs: int,
    chunk_size: int,
    problems: list[Problem] | None,
) -> tuple[int, int]:
    """The work of `tag_shards` in a folder that no other run writes into."""
    for stray in out.glob(".*.jsonl.*"):  # what a killed run was about to rename
        stray.unlink()
    waiting = [shard for shard in shards if not (out / shard.name).exists()]
    strict = problems is None
    chunks = {
        shard.name: [replace(chunk, strict=strict) for chunk in _chunks(shard, out / ".parts" / shard.name, chunk_size)]
        for shard in waiting
    }
    to_do = [chunk for parts in chunks.values() for chunk in parts if not Path(chunk.part).exists()]
    wrong: list[Problem] = []
    left = {name: sum(not Path(chunk.part).exists() for chunk in parts) for name, parts in chunks.items()}
    for name in [name for name, count in left.items() if count == 0]:
        wrong += _join(chunks[name], out / name)
    for done in _progress(run(str(model), to_do, jobs), to_do):
        told = wrong if problems is None or not done.written else problems
        told += done.problems
        name = Path(done.chunk.shard).name
        left[name] -= done.written
        if left[name] == 0:
            wrong += _join(chunks[name], out / name)
    if wrong:
        raise ViborderError([*wrong, *(problems or ())])
    shutil.rmtree(out / ".parts", ignore_errors=True)
    return len(waiting), len(shards) - len(waiting)


def _task(model: str, chunk: Chunk) -> Done:
    return tag_chunk(tagger_of(model), chunk)


def _local(model: str, chunks: list[Chunk], jobs: int) -> Iterator[Done]:
    if jobs == 1:
        yield from (_task(model, chunk) for chunk in chunks)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_on_interrupt) as pool:
        try:
            for future in as_completed([pool.submit(_task, model, chunk) for chunk in chunks]):
                yield future.result()
        except (KeyboardInterrupt, GeneratorExit):  # whoever was interrupted, this process or the one that reads
            for worker in active_children():
                worker.terminate()
            raise
        except BrokenProcessPool:
            hint = "the same command again goes on; fewer jobs need less memory"
            raise fail("--jobs", "worker-died", "a process was killed, perhaps for want of memory", hint) from None
        finally:
            pool.shutdown(
                wait=False, cancel_futures=True
            )  # else what waits would be done before an interrupt ends the run


def _end_on_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a traceback; the part that is lost was only begun


def _ray(model: str, chunks: list[Chunk], jobs: int) -> Iterator[Done]:
    from viborder.tag.on_ray import tag_on_ray

    yield from tag_on_ray(model, chunks, jobs)


def _chunks(shard: Path, folder: Path, size: int) -> Iterator[Chunk]:
    start = line = 0
    with shard.open("rb") as file:
        while block := file.read(size):
            block += file.readline(MAX_LINE + 1)
            end = start + len(block)
            yield Chunk(str(shard), start, end, line + 1, str(folder / f"{start:015d}-{end:015d}"))
            start, line = end, line + block.count(b"\n")


def _join(parts: list[Chunk], target: Path) -> list[Problem]:
    """Put the parts of a shard together; where an id stands in two of them nothing is written, and that is told."""
    if problems := _repeated_ids(parts):
        return problems
    with new_file(target) as file:
        for part in parts:
            with Path(part.part).open(encoding="utf-8", newline="\n") as piece:
                shutil.copyfileobj(piece, file)
    for part in parts:
        Path(part.part).unlink()
    return []


def _repeated_ids(parts: list[Chunk]) -> list[Problem]:
    hashes = array(
        "q"
    )  # eight bytes an id, so that memory stays flat; the shard is read once more only if two are the same
    for part in parts:
        with Path(part.part).open(encoding="utf-8", newline="\n") as piece:
            hashes.extend(hash(_DECODER.raw_decode(line, len('{"id": '))[0]) for line in piece)
    values, counts = np.unique(np.array(hashes), return_counts=True)
    twice = set(values[counts > 1].tolist())
    if not twice:
        return []
    problems = []
    first: dict[str, int] = {}
    with Path(parts[0].shard).open("rb") as file:
        for number, line in enumerate(file, 1):
            identity = "" if line.isspace() else json.loads(line)["id"]
            if hash(identity) in twice and first.setdefault(identity, number) < number:
                where, message = (
                    place(f"{parts[0].shard}:{number}", identity),
                    f"the id stands already in line {first[identity]}",
                )
                problems.append(Problem(where, "id-twice", message, "give each document of a shard its own id"))
    return problems


def _check_names(shards: Sequence[Path], out: Path) -> None:
    names = [shard.name for shard in shards]
    problems = [
        Problem(
            str(shard),
            "shard-names",
            "another shard has the same name",
            "outputs bear the names of their shards: rename one",
        )
        for number, shard in enumerate(shards)
        if shard.name in names[:number]
    ]
    problems += [
        Problem(str(shard), "file-missing", "no such file", "check the path")
        if not shard.is_file()
        else Problem(str(shard), "shard-not-jsonl", "not a .jsonl file", "one JSON document a line, `id` and `text`")
        for shard in shards
        if not shard.is_file() or shard.suffix != ".jsonl"
    ]
    problems += [
        Problem(str(shard), "shard-in-output", "the shard lies in the output folder", "give another --out")
        for shard in shards
        if shard.resolve().parent == out.resolve()
    ]
    if problems:
        raise ViborderError(problems)


def _check_manifest(out: Path, wanted: dict[str, object]) -> None:
    path = out / MANIFEST
    if path.exists():
        if _manifest(path) != wanted:
            raise fail(
                out,
                "out-of-another-run",
                "it holds the output of another model or of other shards",
                "give another --out, or remove it",
            )
        return
    if out.exists() and any(out.iterdir()):
        raise fail(out, "out-not-empty", "the folder holds something else", "give a new folder")
    with new_file(path) as file:
        file.write(json.dumps(wanted, indent=1, ensure_ascii=False) + "\n")


def _manifest(path: Path) -> object:
    """What a manifest says; None where it cannot be read."""
    try:
        return parse_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def _progress(results: Iterable[Done], chunks: list[Chunk]) -> Iterator[Done]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.fields[documents]}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(
            "", total=sum(chunk.end - chunk.start for chunk in chunks), documents=counted(0, "document")
        )
        documents = 0
        for done in results:
            documents += done.documents
            bar.update(task, advance=done.chunk.end - done.chunk.start, documents=counted(documents, "document"))
            yield done
