"""Rule files: a header line begins a record, and each line after it is `field: the rest of the line, as it is`.

    rule:  id numbers     marks spans                    pattern: exactly one
    piece: name.id nos    a named part of patterns, `<name>`; all records of one name are its alternatives
    veto:  id numbers     stops rules                    of: ids or names; before, after, starts, is, within
    mark:, leave:         examples in brackets           note: free words    # a comment line

The numbers are those of the guidelines. viborder/grammar/README.md tells what each field means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from viborder.errors import Problem, counted
from viborder.files import lines

KINDS = ("rule", "piece", "veto")
CONDITIONS = ("before", "after", "starts", "is", "within")
FIELDS = ("pattern", "of", *CONDITIONS, "mark", "leave", "note")
_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")


@dataclass(slots=True)
class Record:
    """A rule, a piece of patterns or a veto. fields: by name, (line of the file, what stands there)."""

    kind: str
    id: str
    numbers: tuple[str, ...]
    path: Path
    line: int
    fields: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        """What the fields of a name say."""
        return [said for _, said in self.fields.get(name, ())]

    @property
    def where(self) -> str:
        """`file:line id=…` for messages."""
        return f"{self.path}:{self.line} id={self.id}"

    @property
    def piece(self) -> str:
        """The name under which patterns use a piece."""
        return self.id.split(".")[0]

    def places(self) -> list[str]:
        """What messages may say of where the record, or a field of it, stands."""
        numbers = [self.line, *(number for found in self.fields.values() for number, _ in found)]
        return [f"{self.path}:{number}{known}" for number in numbers for known in ("", f" id={self.id}")]

    def source(self) -> str:
        """The record as its file has it, but for comments."""
        said = [(line, f"{name}: {text}") for name, found in self.fields.items() for line, text in found]
        return "\n".join([f"{self.kind}: {' '.join((self.id, *self.numbers))}", *(text for _, text in sorted(said))])


def read(folder: Path, problems: list[Problem]) -> list[Record]:
    """The records of a folder's `*.txt`, files by name, in the order in which they stand; what is wrong goes into
    `problems`.
    """
    found: list[Record] = []
    for path in sorted(folder.glob("*.txt")):
        _read_file(path, found, problems)
    first: dict[str, Record] = {}
    for record in found:
        if (twin := first.setdefault(record.id, record)) is not record:
            message = f"the id stands at {twin.path}:{twin.line} too"
            problems.append(Problem(record.where, "rule-id-twice", message, "give one of them another id"))
        problems.extend(_missing(record))
    return found


def _read_file(path: Path, found: list[Record], problems: list[Problem]) -> None:
    record: Record | None = None
    for number, line in lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, rest = line.partition(":")
        name, rest, where = name.strip(), rest.strip(), f"{path}:{number}"
        if name not in (*KINDS, *FIELDS) or not colon:
            problems.append(_unknown(where, name, meant := _meant(name, colon)))
            name = meant  # read as what it is meant to be, so that the lines below it are not told of too
        if name in KINDS:
            identity, *numbers = rest.split() or [""]
            record = Record(name, identity, tuple(numbers), path, number)
            found.append(record)
            if not _ID.fullmatch(identity):
                message = f"{identity!r} is no id"
                problems.append(Problem(where, "rule-id-malformed", message, "small letters, digits, `-` and `.`"))
        elif not name:
            continue
        elif record is None:
            message = f"`{name}:` stands before any record"
            problems.append(Problem(where, "rule-field-stray", message, "begin with `rule: id number`"))
        else:
            record.fields.setdefault(name, []).append((number, rest))


def _meant(name: str, colon: str) -> str:
    """The field that a line's beginning is like, where it has a colon; "" where there is none."""
    return next(iter(get_close_matches(name, (*KINDS, *FIELDS), 1)), "") if colon else ""


def _unknown(where: str, name: str, meant: str) -> Problem:
    hint = f"write `{meant}:`" if meant else f"a line begins with one of {', '.join((*KINDS, *FIELDS))}, and a colon"
    return Problem(where, "rule-field-unknown", f"{name[:60]!r} is no field", hint)


def _missing(record: Record) -> list[Problem]:
    """What a record lacks, and what it has that its kind does not take."""
    found = []

    def tell(rule: str, message: str, hint: str) -> None:
        found.append(Problem(record.where, rule, message, hint))

    if not record.numbers:
        tell("rule-number-missing", "no number of the guidelines", f"`{record.kind}: {record.id} Q1`")
    patterns = len(record.fields.get("pattern", ()))
    if record.kind == "veto":
        if not record.all("leave"):
            tell("rule-example-missing", "a veto without `leave:`", "add a sentence in which it holds")
        if not record.all("of"):
            tell("rule-target-missing", "a veto without `of:`", "name the rules or pieces that it stops")
        if not any(name in record.fields for name in CONDITIONS):
            tell("rule-condition-missing", "a veto without a condition", f"one or more of {', '.join(CONDITIONS)}")
        if patterns:
            tell("rule-pattern-many", "a veto takes no `pattern:`", f"use {', '.join(CONDITIONS)}")
        return found
    if patterns != 1:
        tell("rule-pattern-many", f"{counted(patterns, 'line')} `pattern:`", "one record, one pattern")
    marks_nothing = all("[" not in text or "[-" in text for text in record.all("pattern"))
    if not record.all("mark") and not (marks_nothing and record.all("leave")):
        tell("rule-example-missing", "no `mark:`", "add a sentence whose spans it finds")
    found += [
        Problem(f"{record.path}:{line} id={record.id}", "rule-field-misplaced", f"`{name}:` belongs to a veto", "")
        for name in ("of", "starts", "is", "within")
        for line, _ in record.fields.get(name, ())
    ]
    return found
