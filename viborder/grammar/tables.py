"""Lexicon files as the rules ask them: one trie a file, whose phrases bear the bits of their classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from viborder.errors import Problem
from viborder.files import lines
from viborder.grammar.keys import Trie, build

Entry = tuple[str, str, str]  # file, phrase, class


@dataclass(slots=True)
class Table:
    """A lexicon file. bits: of each class; longest: the most syllables of a phrase."""

    name: str
    trie: Trie = field(default_factory=dict)
    bits: dict[str, int] = field(default_factory=dict)
    longest: int = 0

    def classes(self, mask: int) -> list[str]:
        """The names of the classes in a mask."""
        return [name for name, bit in self.bits.items() if mask & bit]

    def firsts(self, mask: int) -> set[str]:
        """The keys of the first syllables of phrases of these classes."""
        return {key for key, node in self.trie.items() if key and _holds(node, mask)}


def _holds(node: Trie, mask: int) -> bool:
    return any(below & mask if not key else _holds(below, mask) for key, below in node.items())


def _depth(node: Trie) -> int:
    return max((1 + _depth(below) for key, below in node.items() if key), default=0)


def tables(entries: Iterable[Entry], declared: Iterable[tuple[str, str]] = ()) -> list[Table]:
    """The tables of entries. declared: (file, class) of classes that may have no entry."""
    phrases: dict[str, list[tuple[str, str]]] = {}
    for file, phrase, name in entries:
        phrases.setdefault(file, []).append((phrase, name))
    found = []
    for file in dict.fromkeys([*phrases, *(file for file, _ in declared)]):
        listed = phrases.get(file, [])
        names = dict.fromkeys([*(name for _, name in listed), *(name for where, name in declared if where == file)])
        table = Table(file, bits={name: 1 << number for number, name in enumerate(names)})
        table.trie = build((phrase, table.bits[name]) for phrase, name in listed)
        table.longest = _depth(table.trie)
        found.append(table)
    return found


def read_folder(folder: Path, problems: list[Problem]) -> list[Table]:
    """The tables of a folder's `*.tsv`: an entry a line, phrase, class and note with tabs between; `# class NAME: …`
    declares a class. What is wrong goes into `problems`.
    """
    entries: list[Entry] = []
    declared: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.tsv")):
        seen: dict[tuple[str, str], int] = {}
        known: set[str] = set()
        for number, line in lines(path):
            where = f"{path}:{number}"
            if line.startswith("# class "):
                known.add(line.removeprefix("# class ").partition(":")[0].strip())
            if not line.strip() or line.startswith("#"):
                continue
            phrase, _, rest = line.partition("\t")
            name = rest.split("\t")[0]
            if not phrase.strip() or not name.strip():
                message = "an entry is a phrase, a tab and a class"
                problems.append(Problem(where, "lexicon-line-malformed", message, "súng AK ⇥ gun"))
                continue
            if known and name not in known:
                hint = f"one of {', '.join(sorted(known))}, or a line `# class {name}: what it is`"
                problems.append(Problem(where, "lexicon-class-unknown", f"no class {name!r} in this file", hint))
            if twin := seen.get((phrase, name)):
                message = f"{phrase!r} stands at line {twin} too"
                problems.append(Problem(where, "lexicon-entry-twice", message, "leave one of them out"))
            seen[phrase, name] = number
            entries.append((path.stem, phrase, name))
        declared += [(path.stem, name) for name in sorted(known)]
    return tables(entries, declared)
