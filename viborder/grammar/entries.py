"""The lexicon's files: an entry a line, `phrase<TAB>class` or `phrase<TAB>class<TAB>note`, sorted.

A file begins with lines that start with `# `. Those of the form `# class NAME: what it means` say which classes the
file may hold; see lexicon/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("lexicon")
_CLASS = re.compile(r"# class ([a-z0-9-]+): \S.*")


class Entry(NamedTuple):
    """One line of a lexicon file; `note` is a source, an example, or of what a place is a part."""

    phrase: str
    kind: str
    note: str = ""


def read(folder: Path = FOLDER) -> list[Entry]:
    """The entries of all files of a folder, in the order of the files' names. Lines are not checked here."""
    return [
        Entry(*line.split("\t"))
        for path in sorted(folder.glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("# ")
    ]


def declared(path: Path) -> Iterator[tuple[int, str]]:
    """(number of the line from 1, class) for the classes that a file says it holds."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := _CLASS.fullmatch(line):
            yield number, match[1]
