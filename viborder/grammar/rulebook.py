"""A folder of rules, read, checked and compiled; `Rules.at` finds what begins at a token."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.errors import Problem, ViborderError
from viborder.grammar import names
from viborder.grammar.compile import ANY, Algorithm, Compiler, Spans, identifier, lengths, tupled
from viborder.grammar.pattern import Look, Malformed, Named, Sequence, parse
from viborder.grammar.records import Record, read
from viborder.grammar.tables import Table

if TYPE_CHECKING:
    from viborder.grammar.view import View

Found = tuple[int, Spans]  # the token after the match, and (first token, token after the last, label) of each span
Note = Callable[[str, str, int, int], None]  # rule, veto or "", first token, token after the last
_NEAR = 4  # tokens before a match, at each of which a test may begin that is written out
_OFTEN = 4  # questions to an algorithm, from which on it is asked before them


@dataclass(frozen=True, slots=True)
class Opening:
    """What a record begins with. call: finds it at the token `at`. test: without it the call would find nothing. mask: of
    the classes that it may have; 0: an algorithm. given: whether the record's function gets what the call found.
    """

    call: str
    test: str
    mask: int
    given: bool


class Rules:
    """Compiled rules. `records` in the order of their files; `source` is the Python that they became."""

    def __init__(
        self,
        records: Iterable[Record],
        classes: Mapping[str, Table],
        algorithms: Mapping[str, Algorithm],
        labels: Mapping[str, str],
        note: Note | None = None,
        apart: Collection[str] = (),
        asked: Collection[str] = (),
    ) -> None:
        """labels: by what stands in brackets. note: told of each match and of each veto; tagging has none. apart: files
        whose rules match only where they are asked for by the file's name. asked: pieces that algorithms ask for.

        The records must be right: see `load`.
        """
        self.records = list(records)
        self._note = note
        pieces: dict[str, list[Record]] = {}
        for record in self.records:
            if record.kind == "piece":
                pieces.setdefault(record.piece, []).append(record)
        patterns = {record.id: parse(record.all("pattern")[0]) for record in self.records if record.kind != "veto"}
        self.grammar = names.Grammar(classes, pieces, patterns, algorithms)
        used = [name for nodes in patterns.values() for name in names.used(nodes)]
        remembered = {name: name in asked if asked else used.count(name) > 1 for name in pieces}
        self._compiler = Compiler(classes, remembered, algorithms, self.grammar.first_of, labels)
        if note:
            self._compiler.names["note"] = note
        self._tests = {record.id: self._veto(record) for record in self.records if record.kind == "veto"}
        self._targets = {
            record.id: set(" ".join(record.all("of")).split()) for record in self.records if record.kind == "veto"
        }
        self._compiler.names |= {f"on_{identifier(veto)}": True for veto in self._tests}
        self._stops: dict[tuple[str, ...], str] = {}
        self._openings = {id: found for some in pieces.values() for id, found in self._shared_openings(some).items()}
        for record in self.records:
            if record.kind != "veto":
                self._match(record, patterns[record.id])
        for name, alternatives in pieces.items():
            self._piece(name, alternatives)
        self.source = "\n".join(self._compiler.lines)
        self._code = compile(self.source, "<rules>", "exec")
        self._constants = {name: found for name, found in self._compiler.names.items() if not callable(found)}
        begins = [
            (
                record.path.stem if record.path.stem in apart else "",
                f"match_{identifier(record.id)}",
                *self.grammar.first(patterns[record.id]),
            )
            for record in self.records
            if record.kind == "rule"
        ]
        openings = {name: self.grammar.first_of(name) for name in pieces}
        self._run(self._compiler.names, begins, {name: openings.get(name, (set(), 0)) for name in (*pieces, *asked)})

    def made(self) -> tuple[Any, ...]:
        """What the records became, as plain containers and code."""
        begins = [(file, match.__name__, keys, looks) for file, match, keys, looks in self._firsts]
        return self.source, self._code, self._constants, self._tests, begins, self._pieces

    @classmethod
    def of(cls, made: tuple[Any, ...], records: Iterable[Record], algorithms: Mapping[str, Algorithm]) -> Rules:
        """The rules of what `made` gave, without their `grammar`."""
        rules = cls.__new__(cls)
        rules.records = list(records)
        rules.source, rules._code, rules._constants, rules._tests, begins, pieces = made
        bare = Compiler({}, {}, algorithms, first=lambda _: (set(), ANY), labels={})
        rules._run({**bare.names, **rules._constants}, begins, pieces)
        return rules

    def _run(
        self,
        names: Mapping[str, Any],
        begins: list[tuple[str, str, set[str], int]],
        pieces: Mapping[str, tuple[set[str], int]],
    ) -> None:
        """Define the functions. begins: each rule's file where it stands apart, its function, and the keys and looks of
        the tokens that it may begin with. pieces: of each that may be asked for the same; one without a record matches
        nothing.
        """
        self._names: dict[str, Any] = dict(names)
        exec(self._code, self._names)
        self._pieces = pieces
        self.pieces: dict[str, tuple[Callable[..., Found | None], set[str], int]] = {
            name: (self._names.get(f"piece_{identifier(name)}", lambda *_: None), keys, looks)
            for name, (keys, looks) in pieces.items()
        }
        self._firsts = [(file, self._names[name], keys, looks) for file, name, keys, looks in begins]
        self.keys, self.looks = self.begins()
        self._by_token: dict[str, dict[tuple[str, int], tuple[Callable[..., Found | None], ...]]] = defaultdict(dict)

    def begins(self, file: str = "") -> tuple[set[str], int]:
        """(keys, looks) of the tokens with which a match may begin. file: see `at`."""
        keys: set[str] = set()
        looks = 0
        for where, _, more, seen in self._firsts:
            if where == file:
                keys |= more
                looks |= seen
        return keys, looks

    def at(self, view: View, at: int, file: str = "") -> Found | None:
        """The longest match that begins at the token, of equals the rule that stands first.

        file: one of those that stand apart, or all others.
        """
        keys, bits = view.keys, view.bits
        token = keys[at], bits[at]
        tried = self._by_token[file].get(token)
        if tried is None:
            tried = self._tried(token, file)
        best = None
        for match in tried:
            found = match(view, keys, bits, at)
            if found and (best is None or found[0] > best[0]):
                best = found
        return best

    def walk(self, view: View) -> list[tuple[int, int, str]]:
        """All spans of a view, from left to right."""
        found: list[tuple[int, int, str]] = []
        keys, looks, end = self.keys, self.looks, 0
        for at in [at for at, key in enumerate(view.keys) if key in keys or view.bits[at] & looks]:
            if at >= end and (match := self.at(view, at)):
                end = match[0]
                found += match[1]
        return found

    def python(self, identity: str) -> str:
        """The functions that a record became, those that it alone calls among them."""
        lines, name = self.source.split("\n"), identifier(identity)
        starts = [number for number, line in enumerate(lines) if line.startswith("def ")] + [len(lines)]
        functions = {
            lines[start].split("(")[0].removeprefix("def "): "\n".join(lines[start:end]).strip()
            for start, end in pairwise(starts)
        }
        if identity in self._tests:
            functions[f"veto_{name}"] = f"def veto_{name}(v, keys, bits, at, end):\n    return {self._tests[identity]}"
        wanted = [found for found in (f"match_{name}", f"veto_{name}") if found in functions]
        for found in wanted:
            wanted += [one for one in re.findall(r"\b(?:h|stopped_)\d+\b", functions[found]) if one not in wanted]
        return "\n\n".join(functions[found] for found in wanted)

    @contextmanager
    def without(self, identity: str) -> Iterator[None]:
        """A block in which a record does not match, or a veto does not hold: for the law that each is needed."""
        name = identifier(identity)
        kept, firsts = dict(self._names), self._firsts
        gone = self._names.get(f"match_{name}")
        self._names |= {f"match_{name}": lambda *_: None} if gone else {f"on_{name}": False}
        self._firsts = [first for first in firsts if first[1] is not gone]
        self._forget()
        try:
            yield
        finally:
            self._names.update(kept)
            self._firsts = firsts
            self._forget()

    def _forget(self) -> None:
        for tried in self._by_token.values():
            tried.clear()

    def _tried(self, token: tuple[str, int], file: str) -> tuple[Callable[..., Found | None], ...]:
        known = self._by_token[file]
        if len(known) > 100_000:
            known.clear()
        key, bits = token
        tried = tuple(
            match for where, match, keys, looks in self._firsts if where == file and (key in keys or bits & looks)
        )
        known[token] = tried
        return tried

    def _match(self, record: Record, nodes: Sequence) -> None:
        compiler = self._compiler
        stopped = self._stopped(record)

        def done(at: str, depth: int, spans: list[str]) -> list[str]:
            pad = "    " * depth
            found = []
            if demands := [compiler.test(parse(text), at) for text in record.all("after")]:
                found.append(f"{pad}if {' and '.join(demands)}:")
                pad += "    "
            if stopped:
                found.append(f"{pad}if {stopped}(v, keys, bits, at, {at}): return None")
            if self._note:
                found.append(f"{pad}note({record.id!r}, '', at, {at})")
            return [*found, f"{pad}return {at}, {tupled(spans)}"]

        guards = [f"    if not {test}: return None" for text in record.all("before") for test in [self._before(text)]]
        opening = self._openings.get(record.id)
        given = opening.call if opening and opening.given else ""
        compiler.function(f"match_{identifier(record.id)}", nodes, done, guards, given=given)

    def _stopped(self, record: Record) -> str:
        """The name of a function that says whether a veto stops the record's match; "" where there is none. Records
        with the same vetoes share one.
        """
        vetoes = tuple(veto for veto, targets in self._targets.items() if targets & {record.id, record.piece})
        if not vetoes:
            return ""
        told = (record.id, *vetoes) if self._note else vetoes
        if told not in self._stops:
            name = self._stops[told] = f"stopped_{len(self._stops)}"
            self._compiler.lines.append(f"def {name}(v, keys, bits, at, end):")
            lines = []
            for veto in vetoes:
                note = f"note({record.id!r}, {veto!r}, at, end); " if self._note else ""
                test = f"on_{identifier(veto)} and {self._tests[veto]}"
                lines.append(f"    if {test}: {note}return True")
            self._compiler.lines += _asked_once(lines)
            self._compiler.lines += ["    return False", ""]
        return self._stops[told]

    def _piece(self, name: str, alternatives: list[Record]) -> None:
        """The longest of a piece's alternatives; remembered where an algorithm, or more than one pattern, asks. What
        several of them begin with is looked for once, and those are tried to which it opens.
        """
        lines = [f"def piece_{identifier(name)}(v, keys, bits, at):"]
        if remembered := self._compiler.pieces[name]:
            lines += [f"    memo = v.memo[{name!r}]", "    if at in memo: return memo[at]"]
        lines.append("    best = None")
        calls: dict[str, str] = {}
        for record in alternatives:
            match, pad = f"match_{identifier(record.id)}(v, keys, bits, at", "    "
            if opening := self._openings.get(record.id):
                if opening.call not in calls:
                    found = calls[opening.call] = f"g{len(calls)}"
                    lines.append(f"    {found} = {opening.call} if {opening.test} else None")
                found = calls[opening.call]
                lines.append(f"    if {found}{f' and {found}[1] & {opening.mask}' if opening.mask else ''}:")
                pad, match = pad + "    ", f"{match}, {found}" if opening.given else match
            lines += [
                f"{pad}found = {match})",
                f"{pad}if found and (best is None or found[0] > best[0]): best = found",
            ]
        if remembered:
            lines.append("    memo[at] = best")
        self._compiler.lines += [*lines, "    return best", ""]

    def _shared_openings(self, alternatives: list[Record]) -> dict[str, Opening]:
        """By id, what an alternative of a piece begins with, where another one begins with it too."""
        found = {record.id: opening for record in alternatives if (opening := self._opening(record))}
        calls = Counter(opening.call for opening in found.values())
        return {id: opening for id, opening in found.items() if calls[opening.call] > 1}

    def _opening(self, record: Record) -> Opening | None:
        """What a record begins with, if it begins with a class or an algorithm, or with a piece of which all records
        begin with classes of one file.
        """
        first = next((node for node in self.grammar.patterns[record.id] if not isinstance(node, Look)), None)
        if not isinstance(first, Named):
            return None
        name = first.names[0]
        if call := self._compiler.first_call(name):
            mask = self._compiler.table(first.names)[1] if name in self.grammar.classes else 0
            return Opening(*call, mask, given=True)
        below = [self._opening(alternative) for alternative in self.grammar.pieces.get(name, ())]
        known = [opening for opening in below if opening and opening.mask]
        if not known or len(known) < len(below) or len({opening.call for opening in known}) > 1:
            return None
        mask = 0
        for opening in known:
            mask |= opening.mask
        return replace(known[0], mask=mask, given=False)

    def _veto(self, record: Record) -> str:
        """The test that a veto holds of what matched `[at, end)`."""
        compiler = self._compiler
        tests = [self._before(text) for text in record.all("before")]
        tests += [compiler.test(parse(text), "at") for text in record.all("starts")]
        tests += [compiler.test(parse(text), "at", until="end") for text in record.all("is")]
        tests += [compiler.test(parse(text), "end") for text in record.all("after")]
        tests += [self._within(tuple(text.strip("<>").split("|"))) for text in record.all("within")]
        return " and ".join(tests)

    def _within(self, classes: tuple[str, ...]) -> str:
        """The test that a phrase of the classes began before `at` and covers it."""
        trie, mask = self._compiler.table(classes)
        far = self.grammar.classes[classes[0]].lengths(mask)[1]
        begins = [
            f"(keys[at - {back}] in {trie} and (m := longest({trie}, keys, at - {back})) and m[1] & {mask} and m[0] > at)"
            for back in range(1, far)
        ]
        return f"({' or '.join(begins) or False})"

    def _before(self, text: str) -> str:
        """The test that what ends right before `at` matches.

        Before the first token stand line ends, as behind the last.
        """
        nodes = parse(text)
        low, high = lengths(nodes, self.grammar.classes)
        self._compiler.before = True
        try:
            if high <= _NEAR:
                begins = range(high, low - 1, -1)
                tests = [self._compiler.test(nodes, f"at - {back}", "at" if low < high else "") for back in begins]
                return f"({' or '.join(tests)})"
            helper = self._compiler.helper(nodes, until=True)
        finally:
            self._compiler.before = False
        return f"any({helper}(v, keys, bits, b, at) for b in range(max(-4, at - {high}), at - {low - 1}))"


def _asked_once(lines: list[str]) -> list[str]:
    """The lines of a function in which the algorithms that several of them ask of the token `at` are asked before."""
    body = "\n".join(lines)
    calls = Counter(re.findall(r"a_\w+\(v, at\)", body))
    often = [call for call, count in calls.items() if count >= _OFTEN]
    for number, call in enumerate(often):
        body = body.replace(call, f"known{number}")
    return [*(f"    known{number} = {call}" for number, call in enumerate(often)), *body.split("\n")]


def load(
    folder: Path,
    tables: Iterable[Table],
    algorithms: Mapping[str, Algorithm],
    labels: Mapping[str, str],
    *,
    note: Note | None = None,
) -> Rules:
    """The rules of a folder.

    Raises ViborderError with everything that is wrong.
    """
    problems: list[Problem] = []
    records, classes = check(folder, tables, algorithms, labels, problems)
    if problems:
        raise ViborderError(problems)
    return Rules(records, classes, algorithms, labels, note)


def check(
    folder: Path,
    tables: Iterable[Table],
    algorithms: Mapping[str, Algorithm],
    labels: Mapping[str, str],
    problems: list[Problem],
) -> tuple[list[Record], dict[str, Table]]:
    """The records of a folder and the classes that they may name; what is wrong goes into `problems`."""
    records = read(folder, problems)
    classes: dict[str, Table] = {}
    for table in tables:
        for name in table.bits:
            classes.setdefault(name, table)
    pieces: dict[str, list[Record]] = {}
    patterns: dict[str, Sequence] = {}
    for record in records:
        if record.kind == "piece":
            pieces.setdefault(record.piece, []).append(record)
        for line, text in record.fields.get("pattern", ()):
            where = f"{record.path}:{line} id={record.id}"
            try:
                patterns[record.id] = parse(text)
            except Malformed as error:
                problems.append(Problem(where, "rule-pattern-malformed", str(error), "see viborder/grammar/README.md"))
    names.check(records, names.Grammar(classes, pieces, patterns, algorithms), labels, problems)
    return records, classes
