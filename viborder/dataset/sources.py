"""What a package is made of: gold documents beside what the corpus knows of them, who annotated, and the version."""

from __future__ import annotations

import json
import re
import reprlib
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from viborder.annotate.check import Texts, checked
from viborder.annotate.private import People
from viborder.dataset.schema import FOLDS
from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.files import lines, parse_yaml, read_text
from viborder.formats import jsonl

_VERSION = re.compile(r"## (\d+)\.(\d+)\.(\d+)\b\D*(\d{4}-\d\d-\d\d)?")
Version = tuple[int, int, int]
_ENTRY = "`name: {kind: …, description: …, reviewed: false}` each; reviewed is true or false"


@dataclass(frozen=True, slots=True)
class Annotator:
    """Who made a pass.

    kind: `language model` or `person`; reviewed: whether a Vietnamese-speaking annotator has been through it.
    """

    name: str
    kind: str
    description: str
    reviewed: bool


@dataclass(slots=True)
class Indexed:
    """A JSON Lines file of documents, of which there are in memory the line (from 1) of each sound document, by its id,
    and the byte at which each line begins.
    """

    path: Path
    lines: dict[str, int]
    file: IO[bytes] = field(init=False)
    begins: array[int] = field(default_factory=lambda: array("Q"))

    def open(self, stack: ExitStack) -> Indexed:
        """The same, ready for `get` until the stack is left."""
        self.file = stack.enter_context(self.path.open("rb"))
        begin = 0
        for line in self.file:
            self.begins.append(begin)
            begin += len(line)
        return self

    def get(self, document_id: str) -> Document | None:
        """The document of that id, read from the file; the file was checked before."""
        if document_id not in self.lines:
            return None
        self.file.seek(self.begins[self.lines[document_id] - 1])
        return jsonl.from_record(json.loads(self.file.readline()), "", [])


@dataclass(slots=True)
class Material:
    """What a package is made of, when it has been checked.

    lines: those of the corpus (from 1) that hold a document. people: the private persons of the gold. bad: the lines
    (`file:line`) on which something is wrong.
    """

    corpus: Path
    lines: array[int]
    gold: Indexed
    passes: list[Indexed]
    people: People
    bad: set[str]

    def documents(self) -> Iterator[tuple[int, str, Document]]:
        """(fold, its line in the gold, gold document with the corpus's metadata), in the order of the corpus.

        The fold is the document's place in the corpus modulo five, so that a corpus that grows leaves every document in
        its fold.
        """
        numbers = enumerate(self.lines)
        place, wanted = next(numbers, (0, 0))
        for line, content in lines(self.corpus):
            if line != wanted:
                continue
            source = json.loads(content)  # it was checked before
            document = self.gold.get(source["id"])
            if document is not None and f"{self.corpus}:{line}" not in self.bad:
                where = f"{self.gold.path}:{self.gold.lines[document.id]}"
                yield place % FOLDS, where, replace(document, meta=source.get("meta", {}))
            place, wanted = next(numbers, (place, 0))


def material(corpus: Path, gold: Path, passes: list[Path], problems: list[Problem] | None) -> Material:
    """Check the files that a package is made of. What is wrong goes to `problems`. Raises ViborderError with every error
    where there is no such list, where one is of no single line, and where no line of the gold is left.
    """
    found: list[Problem] = []
    texts, people, bad = Texts(corpus, found), People(), set[str]()
    indexed = [Indexed(path, {}) for path in (gold, *passes)]
    paths, told = (corpus, gold, *passes), 0
    for each in indexed:
        for where, document in checked(each.path, texts, found):
            bad.update(_lines(found[told:], paths))
            told = len(found)
            if where not in bad:
                each.lines[document.id] = int(where.rpartition(":")[2])
                if each is indexed[0]:
                    people.meet(document)
    bad.update(_lines(found[told:], paths))
    errors = [problem for problem in found if problem.severity == "error"]
    if errors and (problems is None or "" in bad or not indexed[0].lines):
        raise ViborderError(errors)
    if problems is not None:
        problems += errors
    return Material(corpus, texts.lines, indexed[0], indexed[1:], people, bad)


def _lines(problems: list[Problem], paths: tuple[Path, ...]) -> Iterator[str]:
    """The lines (`file:line`) of errors; an empty one for an error of no single line."""
    for problem in problems:
        if problem.severity == "error":
            path = next((path for path in paths if problem.where.startswith(f"{path}:")), None)
            yield "" if path is None else f"{path}:{problem.where.removeprefix(f'{path}:').split(' ')[0]}"


def versions(changelog: str, where: str) -> list[tuple[Version, str]]:
    """(version, ISO date) of each heading (`## 1.2.0 — 2026-11-21`) of a changelog, the newest first.

    Raises ViborderError: `version-missing`, `version-undated`, `version-backwards`.
    """
    headings = [match for line in changelog.splitlines() if (match := _VERSION.match(line))]
    found = [((int(match[1]), int(match[2]), int(match[3])), match[4] or "") for match in headings]
    if not found:
        raise fail(
            where,
            "version-missing",
            "no heading names a version",
            "begin with a heading such as `## 0.1.0 — 2026-11-21`",
        )
    for version, date in found:
        if not date:
            raise fail(
                where, "version-undated", f"{dotted(version)} has no date", "write it as `## 0.1.0 — 2026-11-21`"
            )
    for (newer, _), (older, _) in pairwise(found):
        if newer <= older:
            said = f"{dotted(newer)} stands above {dotted(older)}"
            raise fail(
                where,
                "version-backwards",
                said,
                "the newest version comes first, and each is higher than the one below",
            )
    return found


def dotted(version: Version) -> str:
    """`(0, 1, 0)` → `0.1.0`."""
    return ".".join(map(str, version))


def annotators(path: Path, names: list[str]) -> list[Annotator]:
    """Who made each of the passes, as `annotators.yaml` says. Raises `annotator-unknown`, `annotators-malformed`."""
    try:
        content = parse_yaml(read_text(path)) if path.exists() or path.is_symlink() else {}
    except ValueError as error:
        raise fail(path, "annotators-malformed", f"not YAML: {error!s:.300}", _ENTRY) from None
    if not isinstance(content, dict):
        raise fail(path, "annotators-malformed", "not a mapping of names to entries", _ENTRY)
    problems = [problem for name, entry in content.items() for problem in _entry_problems(path, name, entry)]
    hint = "say in it what kind of annotator that is: the card tells"
    problems += [
        Problem(str(path), "annotator-unknown", f"nothing is said of {name}", hint)
        for name in names
        if name not in content
    ]
    if problems:
        raise ViborderError(problems)
    return [Annotator(name, **content[name]) for name in names]


def _entry_problems(path: Path, name: Any, entry: Any) -> Iterator[Problem]:
    """`annotators-malformed`: a name or an entry that is none, a key that is missing, unknown or has no such value."""
    if not isinstance(name, str) or not isinstance(entry, dict):
        yield Problem(str(path), "annotators-malformed", f"no entry: {name!r:.40}: {reprlib.repr(entry):.40}", _ENTRY)
        return
    for key, kind in (("kind", str), ("description", str), ("reviewed", bool)):
        if not isinstance(entry.get(key), kind):
            said = (
                f"`{key}` of {name:.40} is {reprlib.repr(entry[key]):.40}"
                if key in entry
                else f"{name:.40} has no `{key}`"
            )
            yield Problem(str(path), "annotators-malformed", said, _ENTRY)
    for key in entry.keys() - {"kind", "description", "reviewed"}:
        yield Problem(str(path), "annotators-malformed", f"`{key!s:.40}` of {name:.40} is no key", _ENTRY)
