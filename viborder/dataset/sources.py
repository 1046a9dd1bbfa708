"""What a package is made of: gold documents beside what the corpus knows of them, who annotated, and the version."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from viborder.annotate.private import People
from viborder.dataset.schema import FOLDS
from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.files import parse_yaml, read_text
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
    """A JSON Lines file of documents of which only ids and byte offsets are in memory."""

    file: IO[bytes]
    places: dict[str, int]

    def get(self, document_id: str) -> Document | None:
        """The document of that id, read from the file; the file was checked before."""
        if document_id not in self.places:
            return None
        self.file.seek(self.places[document_id])
        return jsonl.from_record(json.loads(self.file.readline()), "", [])


def index(stack: ExitStack, path: Path, people: People | None = None, bad: Collection[str] = ()) -> Indexed:
    """Open a checked file and find its documents; `people` meets the private persons of each. bad: lines (`file:line`)
    to pass over.
    """
    file = stack.enter_context(path.open("rb"))
    places = {}
    offset = 0
    for number, line in enumerate(file, 1):
        if line.strip() and f"{path}:{number}" not in bad:
            record = json.loads(line)
            places[record["id"]] = offset
            if people is not None and record.get("private"):
                document = jsonl.from_record(record, "", [])
                assert document is not None  # `check` has read the file before
                people.meet(document)
        offset += len(line)
    return Indexed(file, places)


def gold_documents(corpus: Path, gold: Indexed, bad: Collection[str] = ()) -> Iterator[tuple[int, Document]]:
    """(fold, gold document with the corpus's metadata), in the order of the corpus.

    The fold is the document's place in the corpus modulo five, so that a corpus that grows leaves every document in its
    fold.
    """
    problems: list[Problem] = []
    for place, (where, source) in enumerate(jsonl.scan(corpus, problems)):
        document = gold.get(source.id)
        if document is not None and where not in bad:
            yield place % FOLDS, replace(document, meta=source.meta)
    if problems and not bad:
        raise ViborderError(problems)


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
