"""A folder of rules, read, checked and compiled; `Rules.at` finds what begins at a token."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.errors import Problem, ViborderError
from viborder.grammar import names
from viborder.grammar.compile import Algorithm, Compiler, Spans, identifier, lengths, tupled
from viborder.grammar.pattern import Malformed, Sequence, parse
from viborder.grammar.records import Record, read
from viborder.grammar.tables import Table

if TYPE_CHECKING:
    from viborder.grammar.view import View

Found = tuple[int, Spans]  # the token after the match, and (first token, token after the last, label) of each span
Note = Callable[[str, str, int, int], None]  # rule, veto or "", first token, token after the last


class Rules:
    """Compiled rules. `records` in the order of their files; `source` is the Python that they became."""

    def __init__(
        self,
        records: Iterable[Record],
        classes: Mapping[str, Table],
        algorithms: Mapping[str, Algorithm],
        labels: Mapping[str, str],
        note: Note | None = None,
    ) -> None:
        """labels: by what stands in brackets. note: told of each match and of each veto; tagging has none.

        The records must be right: see `load`.
        """
        self.records = list(records)
        self._labels, self._note = labels, note
        pieces: dict[str, list[Record]] = {}
        for record in self.records:
            if record.kind == "piece":
                pieces.setdefault(record.piece, []).append(record)
        patterns = {record.id: parse(record.all("pattern")[0]) for record in self.records if record.kind != "veto"}
        self.grammar = names.Grammar(classes, pieces, patterns, algorithms)
        used = [name for nodes in patterns.values() for name in names.used(nodes)]
        self._compiler = Compiler(classes, {name: used.count(name) > 1 for name in pieces}, algorithms)
        if note:
            self._compiler.names["note"] = note
        for record in self.records:
            if record.kind == "veto":
                self._veto(record)
            else:
                self._match(record, patterns[record.id])
        for name, alternatives in pieces.items():
            self._piece(name, alternatives)
        self.source = "\n".join(self._compiler.lines)
        self._code = compile(self.source, "<rules>", "exec")
        self._constants = {name: found for name, found in self._compiler.names.items() if not callable(found)}
        begins = [
            (f"match_{identifier(record.id)}", *self.grammar.first(patterns[record.id]))
            for record in self.records
            if record.kind == "rule"
        ]
        self._run(self._compiler.names, begins)

    def made(self) -> tuple[Any, ...]:
        """What the records became, as plain containers and code."""
        begins = [(match.__name__, keys, looks) for match, keys, looks in self._firsts]
        return self.source, self._code, self._constants, begins

    @classmethod
    def of(cls, made: tuple[Any, ...], records: Iterable[Record], algorithms: Mapping[str, Algorithm]) -> Rules:
        """The rules of what `made` gave, without their `grammar`."""
        rules = cls.__new__(cls)
        rules.records = list(records)
        rules.source, rules._code, rules._constants, begins = made
        rules._run({**Compiler({}, {}, algorithms).names, **rules._constants}, begins)
        return rules

    def _run(self, names: Mapping[str, Any], begins: list[tuple[str, set[str], int]]) -> None:
        """Define the functions. begins: each rule's, with the keys and looks of the tokens that it may begin with."""
        self._names: dict[str, Any] = dict(names)
        exec(self._code, self._names)
        self._firsts = [(self._names[name], keys, looks) for name, keys, looks in begins]
        self.looks = 0
        self.keys: set[str] = set()
        for _, keys, looks in self._firsts:
            self.keys |= keys
            self.looks |= looks
        self._by_token: dict[tuple[str, int], tuple[Callable[..., Found | None], ...]] = {}

    def at(self, view: View, at: int) -> Found | None:
        """The longest match that begins at the token, of equals the rule that stands first."""
        token = view.keys[at], view.bits[at]
        tried = self._by_token.get(token)
        if tried is None:
            tried = self._tried(token)
        best = None
        for match in tried:
            found = match(view, view.keys, view.bits, at)
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
        wanted = [found for found in (f"match_{name}", f"veto_{name}") if found in functions]
        for found in wanted:
            wanted += [one for one in re.findall(r"\bh\d+\b", functions[found]) if one not in wanted]
        return "\n\n".join(functions[found] for found in wanted)

    @contextmanager
    def without(self, identity: str) -> Iterator[None]:
        """A block in which a record does not match, or a veto does not hold: for the law that each is needed."""
        name = identifier(identity)
        kept, firsts = dict(self._names), self._firsts
        gone = self._names.pop(f"match_{name}", None)
        self._names[f"match_{name}" if gone else f"veto_{name}"] = lambda *_: None
        self._firsts = [first for first in firsts if first[0] is not gone]
        self._by_token.clear()
        try:
            yield
        finally:
            self._names.update(kept)
            self._firsts = firsts
            self._by_token.clear()

    def _tried(self, token: tuple[str, int]) -> tuple[Callable[..., Found | None], ...]:
        if len(self._by_token) > 100_000:
            self._by_token.clear()
        key, bits = token
        tried = tuple(match for match, keys, looks in self._firsts if key in keys or bits & looks)
        self._by_token[token] = tried
        return tried

    def _match(self, record: Record, nodes: Sequence) -> None:
        compiler = self._compiler
        demands = [compiler.helper(parse(text)) for text in record.all("after")]
        vetoes = [
            other
            for other in self.records
            if other.kind == "veto" and {record.id, record.piece} & set(" ".join(other.all("of")).split())
        ]

        def done(at: str, depth: int, spans: list[str]) -> list[str]:
            pad = "    " * depth
            found = []
            if demands:
                found.append(f"{pad}if {' and '.join(f'{name}(v, keys, bits, {at})' for name in demands)}:")
                pad += "    "
            for veto in vetoes:
                found.append(f"{pad}if veto_{identifier(veto.id)}(v, keys, bits, at, {at}):")
                if self._note:
                    found.append(f"{pad}    note({record.id!r}, {veto.id!r}, at, {at})")
                found.append(f"{pad}    return None")
            if self._note:
                found.append(f"{pad}note({record.id!r}, '', at, {at})")
            labelled = [self._labelled(span) for span in spans]
            return [*found, f"{pad}return {at}, {tupled(labelled)}"]

        guards = [f"    if not {test}: return None" for text in record.all("before") for test in [self._before(text)]]
        compiler.function(f"match_{identifier(record.id)}", nodes, done, guards)

    def _labelled(self, span: str) -> str:
        """A span's expression, with its label in place of what stands in brackets."""
        if span.startswith("*"):
            return span
        first, last, short = span[1:-2].rsplit(", ", 2)
        return f"({first}, {last}, {self._labels[short[1:-1]]!r}),"

    def _piece(self, name: str, alternatives: list[Record]) -> None:
        """The longest of a piece's alternatives; remembered where more than one pattern asks for it."""
        remembered = self._compiler.pieces[name]
        calls = [f"match_{identifier(record.id)}(v, keys, bits, at)" for record in alternatives]
        lines = [f"def piece_{identifier(name)}(v, keys, bits, at):"]
        if remembered:
            lines += [f"    known = v.memo.get(({name!r}, at), v)", "    if known is not v: return known"]
        lines.append(f"    best = {calls[0]}")
        for call in calls[1:]:
            lines += [f"    found = {call}", "    if found and (best is None or found[0] > best[0]): best = found"]
        if remembered:
            lines.append(f"    v.memo[{name!r}, at] = best")
        self._compiler.lines += [*lines, "    return best", ""]

    def _veto(self, record: Record) -> None:
        compiler = self._compiler
        tests = [self._before(text) for text in record.all("before")]
        tests += [f"{compiler.helper(parse(text))}(v, keys, bits, at)" for text in record.all("starts")]
        tests += [f"{compiler.helper(parse(text), until=True)}(v, keys, bits, at, end)" for text in record.all("is")]
        tests += [f"{compiler.helper(parse(text))}(v, keys, bits, end)" for text in record.all("after")]
        for text in record.all("within"):
            classes = tuple(text.strip("<>").split("|"))
            trie, mask = compiler.table(classes)
            far = self.grammar.classes[classes[0]].longest
            tests.append(
                f"any((m := longest({trie}, keys, b)) and m[1] & {mask} and m[0] > at"
                f" for b in range(max(0, at - {far - 1}), at))"
            )
        name = f"veto_{identifier(record.id)}"
        compiler.lines += [f"def {name}(v, keys, bits, at, end):", f"    return {' and '.join(tests)}", ""]

    def _before(self, text: str) -> str:
        """The test that what ends right before `at` matches.

        Before the first token stand line ends, as behind the last.
        """
        nodes = parse(text)
        low, high = lengths(nodes, self.grammar.classes)
        helper = self._compiler.helper(nodes, until=True)
        if low == high:
            return f"(at >= {low - 4} and {helper}(v, keys, bits, at - {low}, at))"
        return f"any({helper}(v, keys, bits, b, at) for b in range(max(-4, at - {high}), at - {low - 1}))"


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
