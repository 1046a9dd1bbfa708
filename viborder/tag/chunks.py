"""A chunk of a shard: whole lines that are tagged together, in whatever process, and written as one part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from viborder.errors import Problem, ViborderError
from viborder.files import MAX_LINE, new_file
from viborder.tag.texts import Reader, write_lines
from viborder.train import Tagger, load


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a shard: bytes `[start, end)`, beginning with line `line` (from 1).

    part: the file for what comes of them. strict: whether one bad document leaves the whole chunk undone.
    """

    shard: str
    start: int
    end: int
    line: int
    part: str
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that was tagged: documents written, what was wrong, changes made to texts.

    Of a chunk that is strict no part is written where something was wrong.
    """

    chunk: Chunk
    documents: int
    problems: list[Problem]
    notes: list[str]

    @property
    def written(self) -> bool:
        """Whether the part is there."""
        return not (self.problems and self.chunk.strict)


def tag_chunk(tagger: Tagger, chunk: Chunk) -> Done:
    """Tag a chunk and write its part, whole or not at all."""
    reader = Reader()
    count = 0
    try:
        with new_file(Path(chunk.part)) as file:
            count = write_lines(file, tagger.tag(reader.documents_of_lines(chunk.shard, _lines(chunk))))
            if reader.problems and chunk.strict:
                raise ViborderError(reader.problems)
    except ViborderError as error:
        return Done(replace(chunk, strict=True), 0, error.problems, [])
    return Done(chunk, count, reader.problems, reader.notes)


@cache
def tagger_of(model: str) -> Tagger:
    """The tagger of a model folder, loaded once a process."""
    return load(Path(model))


def _lines(chunk: Chunk) -> Iterator[tuple[int, bytes]]:
    with Path(chunk.shard).open("rb") as file:
        file.seek(chunk.start)
        number = chunk.line
        while file.tell() < chunk.end and (data := file.readline(MAX_LINE + 1)):
            yield number, data
            number += 1


def plain(chunk: Chunk) -> dict[str, object]:
    """A chunk as plain values, to travel between machines."""
    return asdict(chunk)
