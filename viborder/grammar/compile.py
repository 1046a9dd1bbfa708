"""Patterns as Python functions, one a record, with nested conditions as a person would write them.

A function gets the view, its keys and bits, and a token; it returns the token after the match and the spans inside, or
None. The first reading that succeeds is the match: optional and repeated parts take as much as they can, then less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LOWER, NAME, PERSON, PLACE, ROAD, UPPER
from viborder.grammar.pattern import Choice, Glue, Look, Malformed, Mark, Named, Node, Repeat, Sequence, Word
from viborder.grammar.tables import Table

if TYPE_CHECKING:
    from viborder.grammar.view import View

ANY = (1 << 20) - 1  # every look: of what may begin with any token
LOOKS = {
    "Cap": CAP,
    "UPPER": UPPER,
    "Large": CAP | UPPER,
    "lower": LOWER,
    "number": DIGIT,
    "letters": CAP | LOWER,
    "any": ANY,
}
LOOKS |= {
    "Road": ROAD,
    "Family": NAME,
    "begins-agency": AGENCY,
    "begins-person": PERSON,
    "begins-place": PLACE,
}  # what a token may begin
Spans = tuple[tuple[int, int, str], ...]
Algorithm = Callable[["View", int], tuple[int, Spans] | None]
_Then = Callable[[str, int, list[str]], list[str]]  # position, depth, spans so far → lines
_ARGUMENTS = "v, keys, bits"
_LINE_END = "\n"
_SIMPLE = {
    "Cap": "bits[{at}] & 1",
    "UPPER": "bits[{at}] & 2",
    "Large": "bits[{at}] & 3",
    "lower": "bits[{at}] & 8",
    "foreign": "v.foreign({at})",
    "glued": "v.glued({at})",
    "letter": "len(keys[{at}]) == 1",
    "short": "len(keys[{at}]) < 3",
    "anyCap": "any(b & 3 for b in bits[{at}:{end}])",
}


class Compiler:
    """Writes functions into `lines`, and what they refer to into `names`."""

    def __init__(
        self,
        classes: Mapping[str, Table],
        pieces: Mapping[str, bool],
        algorithms: Mapping[str, Algorithm],
        first: Callable[[str], tuple[set[str], int]],
        labels: Mapping[str, str],
    ) -> None:
        """pieces: by name, whether what is found at a token is remembered. first: (keys, looks) of the tokens with which a
        piece or an algorithm may begin. labels: by what stands in brackets.
        """
        self.classes, self.pieces, self.first, self.labels = classes, pieces, first, labels
        self.names: dict[str, Any] = {"longest": longest}
        self.names |= {f"a_{identifier(name)}": found for name, found in algorithms.items()}
        self.lines: list[str] = []
        self.before = False  # whether what is written is the test of what stands before a match
        self._until = False  # whether what is written must end at `end`, so that no row need go on behind it
        self._given = ""  # the call of which the function that is written gets the result, as `given`
        self._number = 0

    def function(
        self, name: str, nodes: Sequence, then: _Then, guards: list[str], more: str = "", given: str = ""
    ) -> None:
        """A function of a name that matches `nodes` from `at`. given: the call (see `first_call`) that its caller has
        made already, where the function gets what it found as its last argument.
        """
        outer, self._given = self._given, given
        body = self._emit(nodes, "at", 1, [], then)
        self._given = outer
        more += ", given" if given else ""
        self.lines += [f"def {name}({_ARGUMENTS}, at{more}):", *guards, *body, "    return None", ""]

    def first_call(self, name: str) -> tuple[str, str] | None:
        """(the call that finds a class or an algorithm at the token `at`, the test without which it would find
        nothing), or None where that is no call.
        """
        if name in self.classes and self.classes[name].words is None:
            trie = self.table((name,))[0]
            return f"longest({trie}, keys, at)", f"keys[at] in {trie}"
        if name in LOOKS or name in self.classes or name in self.pieces:
            return None
        return f"{self._algorithm(name)}(v, at)", " and ".join(self._fits(name, "at")) or "True"

    def _fits(self, name: str, at: str) -> list[str]:
        """The test of one token without which a piece or an algorithm finds nothing there, if there is one."""
        keys, looks = self.first(name)
        if looks == ANY:
            return []
        tests = [f"bits[{at}] & {looks}"] if looks else []
        if keys:
            known = f"f_{identifier(name)}"
            self.names.setdefault(known, frozenset(keys))
            tests.append(f"keys[{at}] in {known}")
        return [f"({' or '.join(tests)})"] if len(tests) > 1 else tests

    def helper(self, nodes: Sequence, until: bool = False) -> str:
        """The name of a new function that matches `nodes`; until: the match must end at its argument `end`."""
        name = f"h{self._fresh()}"

        def found(at: str, depth: int, spans: list[str]) -> list[str]:
            line = f"return {at}, {tupled(spans)}"
            return [_indented(depth, f"if {at} == end: {line}" if until else line)]

        outer, self._until = self._until, until
        self.function(name, nodes, found, [], ", end" if until else "")
        self._until = outer
        return name

    def test(self, nodes: Sequence, at: str, until: str = "") -> str:
        """An expression that is true where `nodes` match from a position: one condition behind the other where no part
        may be shorter or longer, else a call. until: where the match must end.
        """
        if plain := self._plain_test(nodes, at):
            tests, end = plain
            return " and ".join([*tests, f"{end} == {until}"] if until else tests)
        return f"{self.helper(nodes, bool(until))}({_ARGUMENTS}, {at}{f', {until}' if until else ''})"

    def _plain_test(self, nodes: Sequence, at: str) -> tuple[list[str], str] | None:
        tests: list[str] = []
        for node in nodes:
            if isinstance(node, Choice) and (words := plain_words(node.options)):
                tests.append(f"keys[{at}] in {self.constant(words)}")
                at = plus(at)
            elif isinstance(node, Look):
                tests.append(f"{'' if node.wanted else 'not '}({self.test(node.inner, at)})")
            elif isinstance(node, Glue):
                tests.append(f"v.glued({at})")
            elif isinstance(node, Word):
                tests += [f"keys[{at}] == {node.key!r}", *self._conditions(node.conditions, at, plus(at))]
                at = plus(at)
            elif isinstance(node, Named):
                more, at, _ = self._found(node, at)
                tests += more
            else:
                return None
        return tests, at

    def _found(self, node: Named, at: str) -> tuple[list[str], str, str]:
        """(the tests of a name, the position behind it, what holds the spans inside, if anything does)."""
        name = node.names[0]
        if name in LOOKS:
            look = f"bits[{at}] & {LOOKS[name]}"
            if name == "any":  # what stands before a line's first token is any, too, for what may not stand there
                look = f"keys[{at}]" if self.before else f"keys[{at}] != {_LINE_END!r}"
            return [look, *self._conditions(node.conditions, at, plus(at))], plus(at), ""
        if name in self.classes and (words := self.classes[name].words) is not None:
            mask = self.table(node.names)[1]
            known = f"w_{identifier(self.classes[name].name)}_{mask}"
            self.names.setdefault(known, frozenset(word for word, bits in words.items() if bits & mask))
            return [f"keys[{at}] in {known}", *self._conditions(node.conditions, at, plus(at))], plus(at), ""
        match = f"m{self._fresh()}"
        conditions = self._conditions(node.conditions, at, f"{match}[0]")
        if name in self.classes:
            trie, mask = self.table(node.names)
            call = f"longest({trie}, keys, {at})"
            if call == self._given:
                return [f"given[1] & {mask}", *self._conditions(node.conditions, at, "given[0]")], "given[0]", ""
            # Most look-ups fail at the first syllable: this is seen without a call.
            found = f"keys[{at}] in {trie} and ({match} := {call}) and {match}[1] & {mask}"
            return [found, *conditions], f"{match}[0]", ""
        is_piece = name in self.pieces
        call = f"piece_{identifier(name)}({_ARGUMENTS}, {at})" if is_piece else f"{self._algorithm(name)}(v, {at})"
        if call == self._given:
            return ["given", *self._conditions(node.conditions, at, "given[0]")], "given[0]", "given"
        return [*self._fits(name, at), f"({match} := {call})", *conditions], f"{match}[0]", match

    def constant(self, value: object) -> str:
        """The name of a new constant."""
        name = f"c{self._fresh()}"
        self.names[name] = value
        return name

    def table(self, names: tuple[str, ...]) -> tuple[str, int]:
        """(name of the trie, mask) of classes of one file."""
        table = self.classes[names[0]]
        self.names[f"t_{identifier(table.name)}"] = table.trie
        return f"t_{identifier(table.name)}", sum({table.bits[name] for name in names})

    def _algorithm(self, name: str) -> str:
        if f"a_{identifier(name)}" not in self.names:
            raise Malformed(f"nothing is called <{name}>")
        return f"a_{identifier(name)}"

    def _fresh(self) -> int:
        self._number += 1
        return self._number

    def _emit(self, nodes: Sequence, at: str, depth: int, spans: list[str], then: _Then) -> list[str]:
        if not nodes:
            return then(at, depth, spans)
        node, rest = nodes[0], nodes[1:]

        def after(end: str, deeper: int, more: list[str]) -> list[str]:
            return self._emit(rest, end, deeper, more, then)

        match node:
            case Word(key, conditions):
                test = " and ".join([f"keys[{at}] == {key!r}", *self._conditions(conditions, at, plus(at))])
                return [_indented(depth, f"if {test}:"), *after(plus(at), depth + 1, spans)]
            case Named():
                return self._named(node, at, depth, spans, after)
            case Choice(options):
                return self._choice(options, at, depth, spans, after)
            case Repeat(inner, 0, 1):
                return [*self._emit(inner, at, depth, spans, after), *after(at, depth, spans)]
            case Repeat():
                return self._repeat(node, at, depth, spans, after)
            case Mark(label, inner):

                def closed(end: str, deeper: int, inside: list[str]) -> list[str]:
                    kept = spans if label == "-" else [*inside, f"({at}, {end}, {self.labels[label]!r}),"]
                    return after(end, deeper, kept)

                return self._emit(inner, at, depth, spans, closed)
            case Look(inner, wanted):
                test = self.test(inner, at)
                return [_indented(depth, f"if {test if wanted else f'not ({test})'}:"), *after(at, depth + 1, spans)]
            case Glue():
                return [_indented(depth, f"if v.glued({at}):"), *after(at, depth + 1, spans)]

    def _named(self, node: Named, at: str, depth: int, spans: list[str], after: _Then) -> list[str]:
        tests, end, inside = self._found(node, at)
        lines = [_indented(depth, f"if {' and '.join(tests)}:")]
        if node.names[0] in LOOKS:
            return [*lines, *after(end, depth + 1, spans)]
        position = f"p{self._fresh()}"
        spans = [*spans, f"*{inside}[1],"] if inside else spans
        return [*lines, _indented(depth + 1, f"{position} = {end}"), *after(position, depth + 1, spans)]

    def _choice(self, options: tuple[Sequence, ...], at: str, depth: int, spans: list[str], after: _Then) -> list[str]:
        if words := plain_words(options):
            test = f"if keys[{at}] in {self.constant(words)}:"
            return [_indented(depth, test), *after(plus(at), depth + 1, spans)]
        return [line for option in options for line in self._emit(option, at, depth, spans, after)]

    def _repeat(self, node: Repeat, at: str, depth: int, spans: list[str], after: _Then) -> list[str]:
        """A row of matches, the longest first."""
        if (plain := self._plain_row(node, at, depth, spans, after)) is not None:
            return plain
        ends, end, found = (f"{letter}{self._fresh()}" for letter in "ses")
        most = "" if node.high is None else f"len({ends}) <= {node.high} and "
        again = f"{self.helper(node.inner)}({_ARGUMENTS}, {ends}[-1][0])"
        return [
            _indented(depth, f"{ends} = [({at}, ())]"),
            _indented(depth, f"while {most}({found} := {again}) and {found}[0] > {ends}[-1][0]:"),
            _indented(depth + 1, f"{ends}.append(({found}[0], {ends}[-1][1] + {found}[1]))"),
            _indented(depth, f"for {end}, {found} in {ends}[:{node.low - 1 if node.low else ''}:-1]:"),
            *after(end, depth + 1, [*spans, f"*{found},"]),
        ]

    def _plain_row(self, node: Repeat, at: str, depth: int, spans: list[str], after: _Then) -> list[str] | None:
        """A row of one class or look, in which no span is."""
        match node.inner:
            case (Named((name, *_)) as inner,) if name in LOOKS or name in self.classes:
                ends, end = (f"{letter}{self._fresh()}" for letter in "se")
                tests, behind, _ = self._found(inner, f"{ends}[-1]")
            case _:
                return None
        most = [] if node.high is None else [f"len({ends}) <= {node.high}"]
        most += [f"{ends}[-1] < end"] if self._until else []
        return [
            _indented(depth, f"{ends} = [{at}]"),
            _indented(depth, f"while {' and '.join([*most, *tests])}: {ends}.append({behind})"),
            _indented(depth, f"for {end} in {ends}[:{node.low - 1 if node.low else ''}:-1]:"),
            *after(end, depth + 1, spans),
        ]

    def _conditions(self, conditions: tuple[str, ...], at: str, end: str) -> list[str]:
        return [
            _SIMPLE[name].format(at=at, end=end)
            if name in _SIMPLE
            else f"{end} - ({at}) {'>=' if name[-1] == '+' else '=='} {name.rstrip('+')}"
            for name in conditions
        ]


def plain_words(options: tuple[Sequence, ...]) -> frozenset[str] | None:
    """The words, where each alternative is one without conditions."""
    words = [
        option[0].key
        for option in options
        if len(option) == 1 and isinstance(option[0], Word) and not option[0].conditions
    ]
    return frozenset(words) if len(words) == len(options) else None


def lengths(nodes: Sequence, classes: Mapping[str, Table]) -> tuple[int, int]:
    """The fewest and the most tokens that nodes without repetition may take. Raises ValueError for what has no most."""
    sums = [_lengths(node, classes) for node in nodes]
    return sum(low for low, _ in sums), sum(high for _, high in sums)


def _lengths(node: Node, classes: Mapping[str, Table]) -> tuple[int, int]:
    match node:
        case Word():
            return 1, 1
        case Named(names):
            if table := classes.get(names[0]):
                return table.lengths(sum({table.bits.get(name, 0) for name in names}))
            if names[0] in LOOKS:
                return 1, 1
        case Choice(options):
            every = [lengths(option, classes) for option in options]
            return min(low for low, _ in every), max(high for _, high in every)
        case Repeat(inner, 0, 1):
            return 0, lengths(inner, classes)[1]
        case Look() | Glue():
            return 0, 0
    raise ValueError("only words, classes and looks, without repetition")


def identifier(name: str) -> str:
    """A name as Python may have it."""
    return re.sub(r"\W", "_", name)


def tupled(spans: list[str]) -> str:
    """The expression of a tuple of spans."""
    return f"({' '.join(spans)})"


def _indented(depth: int, line: str) -> str:
    return "    " * depth + line


def plus(at: str) -> str:
    """The expression of the token after a position."""
    base, _, number = at.partition(" + ")
    return f"{base} + {int(number or 0) + 1}"
