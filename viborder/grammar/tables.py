"""Lexicon files as the rules ask them: one trie a file, whose phrases bear the bits of their classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from viborder.files import read_whole
from viborder.grammar import entries
from viborder.grammar.keys import Trie, build

Entry = tuple[str, str, str]  # file, phrase, class


class Table:
    """A lexicon file, or the words of one. bits: of each class.

    What no rule asks is never built: most files are large.
    """

    def __init__(self, name: str, bits: dict[str, int], listed: Iterable[tuple[str, str]] = ()) -> None:
        """listed: (phrase, class)."""
        self.name = name
        self.bits = bits
        self._listed = listed

    @cached_property
    def trie(self) -> Trie:
        """Phrases, with the bits of their classes."""
        return build((phrase, self.bits[name]) for phrase, name in self._listed)

    def lengths(self, mask: int) -> tuple[int, int]:
        """The fewest and the most syllables of a phrase of these classes; (1, 1) where there is none."""
        counts = set(_depths(self.trie, mask))
        return min(counts, default=1), max(counts, default=1)

    @cached_property
    def words(self) -> dict[str, int] | None:
        """Each phrase's bits, where every phrase has one syllable; None where one has more."""
        words = {key: node.get("", 0) for key, node in self.trie.items() if list(node) == [""]}
        return words if len(words) == len(self.trie) else None

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name.split()[0]}.tsv"

    def classes(self, mask: int) -> list[str]:
        """The names of the classes in a mask."""
        return [name for name, bit in self.bits.items() if mask & bit]

    def firsts(self, mask: int) -> set[str]:
        """The keys of the first syllables of phrases of these classes."""
        return {key for key, bits in self._below.items() if bits & mask}

    @cached_property
    def _below(self) -> dict[str, int]:
        """First syllable → the bits of all phrases that begin with it."""
        return {key: _bits_below(node) for key, node in self.trie.items() if key}


def _bits_below(node: Trie) -> int:
    bits = 0
    for key, below in node.items():
        bits |= _bits_below(below) if key else below
    return bits


def _depths(node: Trie, mask: int, depth: int = 0) -> Iterator[int]:
    for key, below in node.items():
        if key:
            yield from _depths(below, mask, depth + 1)
        elif below & mask:
            yield depth


def tables(found: Iterable[Entry], declared: Iterable[tuple[str, str]] = ()) -> list[Table]:
    """The tables of entries. declared: (file, class) of classes that may have no entry."""
    phrases: dict[str, list[tuple[str, str]]] = {}
    for file, phrase, name in found:
        phrases.setdefault(file, []).append((phrase, name))
    made = []
    for file in dict.fromkeys([*phrases, *(file for file, _ in declared)]):
        listed = phrases.get(file, [])
        names = dict.fromkeys([*(name for _, name in listed), *(name for where, name in declared if where == file)])
        made.append(Table(file, {name: 1 << number for number, name in enumerate(names)}, listed))
    return made


def name_of(file: str, declared: entries.Declared) -> str:
    """The table of a class: its file, or the words of its file with so many tokens where the class says how many. So a
    word that stands around amounts hides no unit, and no longer word hides it.
    """
    return f"{file} {'-'.join(map(str, sorted(set(declared.tokens))))}" if declared.tokens else file


def read_folder(folder: Path) -> list[Table]:
    """The tables of a folder's `*.tsv`, without the lines that `viborder.grammar.check.check_lexicon` refuses."""
    listed: list[Entry] = []
    declared: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.tsv")):
        lines = read_whole(path).decode("utf-8-sig", "replace").splitlines()
        named = {found.name: name_of(path.stem, found) for found in entries.declared(lines)}
        declared += [(table, name) for name, table in named.items()]
        rows = (line.split("\t") for line in lines if not line.startswith("# "))
        listed += [(named[cells[1]], cells[0], cells[1]) for cells in rows if len(cells) > 1 and cells[1] in named]
    return tables(listed, declared)
