"""The lexicon's files: an entry a line, `phrase<TAB>class` or `phrase<TAB>class<TAB>note`, sorted.

A file begins with lines that start with `# `. Those of the form `# class NAME, OPTION: what it means` say which classes
the file may hold; see lexicon/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from viborder.files import read_whole
from viborder.grammar.keys import fold, keys_of
from viborder.text import cut

FOLDER = Path(__file__).with_name("lexicon")
_CLASS = re.compile(r"# class ([a-z0-9-]+)((?:, [a-z0-9 -]+)*): \S.*")
_TOKENS = re.compile(r"(\d+)(?:-(\d+))? tokens?")
OPTIONS = ("without marks", "one class", "beside another")


class Entry(NamedTuple):
    """One line of a lexicon file; `note` is a source, an example, or of what a place is a part."""

    phrase: str
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A class as the head of its file says it.

    line: from 1. tokens: the fewest and most tokens that an entry may have, where the rules ask for so many; None where
    any number is found. options: those of `OPTIONS` that hold, and others that are none.
    """

    name: str
    line: int
    tokens: tuple[int, int] | None
    options: frozenset[str]

    def keys(self, phrase: str) -> tuple[str, ...]:
        """What the rules compare of a phrase."""
        return tuple(folded(phrase) if "without marks" in self.options else keys_of(phrase))


def folded(phrase: str) -> list[str]:
    """The phrase's tokens without marks; hyphens count for nothing."""
    return [fold(token) for token in cut(phrase.replace("-", " "))[2]]


def read(folder: Path = FOLDER) -> list[Entry]:
    """The entries of all files of a folder, in the order of the files' names. Lines that are none are passed over:
    `viborder.grammar.check.check_lexicon` tells of them.
    """
    return [
        Entry(*cells)
        for path in sorted(folder.glob("*.tsv"))
        for line in read_whole(path).decode("utf-8-sig", "replace").splitlines()
        if not line.startswith("# ") and len(cells := line.split("\t")) in (2, 3)
    ]


def declared(lines: list[str]) -> Iterator[Declared]:
    """The classes that the lines of a file say it holds."""
    for number, line in enumerate(lines, start=1):
        if match := _CLASS.fullmatch(line):
            said = match[2].split(", ")[1:]
            counts = [found for option in said if (found := _TOKENS.fullmatch(option))]
            tokens = (int(counts[0][1]), int(counts[0][2] or counts[0][1])) if counts else None
            yield Declared(match[1], number, tokens, frozenset(one for one in said if not _TOKENS.fullmatch(one)))
