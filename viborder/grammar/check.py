"""What is wrong with a folder of the lexicon, all at once.

Rules: `lexicon-not-utf8`, `lexicon-columns`, `lexicon-class-unknown`, `lexicon-class-twice`, `lexicon-class-empty`,
`lexicon-option-unknown`, `lexicon-twin`, `lexicon-unsorted`, `lexicon-unreachable`, `lexicon-shadowed`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from viborder.errors import Problem, counted
from viborder.files import read_whole
from viborder.grammar.entries import FOLDER, OPTIONS, Declared, declared
from viborder.text import cut


class _Line(NamedTuple):
    where: str
    phrase: str
    kind: Declared
    keys: tuple[str, ...]


def check_lexicon(folder: Path = FOLDER) -> tuple[list[Problem], int]:
    """(what is wrong with the lexicon's files, the number of their entries)."""
    problems: list[Problem] = []
    homes: dict[str, str] = {}
    entries = 0
    for path in sorted(folder.glob("*.tsv")):
        try:
            lines = read_whole(path).decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            said = f"byte 0x{error.object[error.start]:02x} at {error.start} is not UTF-8"
            problems.append(Problem(str(path), "lexicon-not-utf8", said, "save the file as UTF-8"))
            continue
        classes = list(declared(lines))
        problems += _classes(path, classes, homes)
        read = list(_read(path, lines, {kind.name: kind for kind in classes}, problems))
        entries += len(read)
        problems += _empty(path, classes, {line.kind.name for line in read})
        problems += _unsorted(path, lines)
        problems += [problem for line in read for problem in _unreachable(line)]
        problems += _same(read)
    return problems, entries


def _classes(path: Path, classes: list[Declared], homes: dict[str, str]) -> Iterator[Problem]:
    """homes: class → where it was declared first, filled here."""
    for kind in classes:
        where = f"{path}:{kind.line}"
        if kind.name in homes:
            hint = "a class belongs to one file and is said there once"
            yield Problem(where, "lexicon-class-twice", f"{kind.name!r} is declared in {homes[kind.name]}", hint)
        homes.setdefault(kind.name, where)
        for option in sorted(kind.options - set(OPTIONS)):
            hint = f"one of {', '.join(OPTIONS)}, `1 token`, `1-2 tokens`"
            yield Problem(where, "lexicon-option-unknown", f"{kind.name!r} has the option {option!r}", hint)


def _read(path: Path, lines: list[str], classes: dict[str, Declared], problems: list[Problem]) -> Iterator[_Line]:
    """The entries that have the right shape and a class; of the others, a problem."""
    for number, line in enumerate(lines, start=1):
        if line.startswith("# "):
            continue
        where, cells = f"{path}:{number}", line.split("\t")
        if len(cells) not in (2, 3) or not all(cells) or any(cell != cell.strip() for cell in cells):
            problems.append(
                Problem(
                    where,
                    "lexicon-columns",
                    f"{counted(len(cells), 'column')}, or blanks around one, in {line[:60]!r}",
                    "phrase<TAB>class, or phrase<TAB>class<TAB>note",
                )
            )
        elif cells[1] not in classes:
            hint = (
                f"this file holds {', '.join(sorted(classes)) or 'no class'}; a new one needs `# class NAME: meaning`"
            )
            problems.append(Problem(where, "lexicon-class-unknown", f"{cells[1]!r}, of {cells[0]!r}", hint))
        else:
            kind = classes[cells[1]]
            yield _Line(where, cells[0], kind, kind.keys(cells[0]))


def _empty(path: Path, classes: list[Declared], used: set[str]) -> Iterator[Problem]:
    for kind in classes:
        if kind.name not in used:
            hint = "add an entry, or take the line away"
            yield Problem(f"{path}:{kind.line}", "lexicon-class-empty", f"{kind.name!r} has no entry", hint)


def _unsorted(path: Path, lines: list[str]) -> Iterator[Problem]:
    before: list[tuple[str, int]] = []  # the entries above that are in order, with their numbers
    for number, line in enumerate(lines, start=1):
        if line.startswith("# "):
            if before:
                hint = "lines that begin with `# ` stand at the head of the file"
                yield Problem(f"{path}:{number}", "lexicon-unsorted", "a comment between entries", hint)
        elif before and line < before[-1][0]:
            wanted, where = before[bisect(before, (line, 0))]
            hint = (
                f"put it before {wanted!r}, line {where}: the order is that of code points, as `LC_ALL=C sort` gives it"
            )
            yield Problem(f"{path}:{number}", "lexicon-unsorted", f"{line!r} stands after {before[-1][0]!r}", hint)
        else:
            before.append((line, number))


def _unreachable(line: _Line) -> Iterator[Problem]:
    """Entries that no text holds as they are written, or that no rule asks for."""
    normal = unicodedata.normalize("NFC", line.phrase)
    seen = "".join(cut(line.phrase)[2])
    if line.phrase != normal or seen != "".join(line.phrase.split()):
        hint = "write it in NFC, without invisible characters"
        yield Problem(line.where, "lexicon-unreachable", f"{line.phrase!r} holds what no token holds", hint)
    if line.kind.tokens and not line.kind.tokens[0] <= len(line.keys) <= line.kind.tokens[1]:
        few, most = line.kind.tokens
        said = f"{line.phrase!r} has {counted(len(line.keys), 'token')}, and a rule asks {line.kind.name!r} for {few} to {most}"
        yield Problem(line.where, "lexicon-unreachable", said, "shorten it, or take another class")


def _same(lines: list[_Line]) -> Iterator[Problem]:
    """Twins, and entries that another hides, or that need another beside them."""
    first: dict[tuple[str, tuple[str, ...]], _Line] = {}
    single: dict[tuple[str, ...], _Line] = {}
    twins = set()
    phrases: dict[tuple[str, ...], set[str]] = {}
    for line in lines:
        phrases.setdefault(line.keys, set()).add(line.kind.name)
        twin = first.setdefault((line.kind.name, line.keys), line)
        if twin is not line:
            twins.add(line)
            said = f"{line.phrase!r} is compared like {twin.phrase!r}, {twin.where}, of the same class"
            yield Problem(line.where, "lexicon-twin", said, "take one away")
        elif "one class" in line.kind.options and (other := single.setdefault(line.keys, line)) is not line:
            said = f"{line.phrase!r} is {other.kind.name!r} already, {other.where}"
            yield Problem(line.where, "lexicon-shadowed", said, "a phrase has one class here: take one away")
    for line in lines:
        if "beside another" in line.kind.options and phrases[line.keys] == {line.kind.name}:
            said = f"{line.phrase!r} is {line.kind.name!r} and nothing else, so no rule asks for it"
            yield Problem(line.where, "lexicon-unreachable", said, "give it its other class too")
