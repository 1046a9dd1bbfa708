"""What the names in patterns stand for: what is unknown, what may begin a match, what may match nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from viborder.errors import Problem
from viborder.grammar.compile import ANY, LOOKS, Algorithm, lengths
from viborder.grammar.pattern import Choice, Glue, Look, Malformed, Mark, Named, Repeat, Sequence, Word, parse
from viborder.grammar.records import CONDITIONS, Record
from viborder.grammar.tables import Table


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that patterns may name. patterns: by id of rule or piece."""

    classes: Mapping[str, Table]
    pieces: Mapping[str, list[Record]]
    patterns: Mapping[str, Sequence]
    algorithms: Mapping[str, Algorithm]

    def first(self, nodes: Sequence, inside: tuple[str, ...] = ()) -> tuple[set[str], int]:
        """(keys, looks) of the tokens with which a match may begin. Raises Malformed where a piece begins with
        itself.
        """
        keys: set[str] = set()
        looks = 0
        for node in nodes:
            more, seen = self._first(node, inside)
            keys |= more
            looks |= seen
            if not self.empty((node,), inside):
                break
        return keys, looks

    def _first(self, node: object, inside: tuple[str, ...]) -> tuple[set[str], int]:
        match node:
            case Word(key):
                return {key}, 0
            case Named(names):
                return self._first_of(names, inside)
            case Choice(options):
                every = [self.first(option, inside) for option in options]
                looks = 0
                for _, seen in every:
                    looks |= seen
                return set().union(*(keys for keys, _ in every)), looks
            case Repeat(inner) | Mark(_, inner):
                return self.first(inner, inside)
        return set(), 0

    def _first_of(self, names: tuple[str, ...], inside: tuple[str, ...]) -> tuple[set[str], int]:
        name = names[0]
        if name in LOOKS:
            return set(), LOOKS[name]
        if table := self.classes.get(name):
            return table.firsts(sum({table.bits.get(name, 0) for name in names})), 0
        if name in self.pieces:
            if name in inside:
                raise Malformed(f"<{name}> begins with itself: {' → '.join((*inside, name))}")
            keys: set[str] = set()
            looks = 0
            for record in self.pieces[name]:
                more, seen = self.first(self.patterns.get(record.id, ()), (*inside, name))
                keys |= more
                looks |= seen
            return keys, looks
        return set(), getattr(self.algorithms.get(name), "looks", ANY)

    def first_of(self, name: str) -> tuple[set[str], int]:
        """(keys, looks) of the tokens with which a piece or an algorithm may begin."""
        return self._first_of((name,), ())

    def empty(self, nodes: Sequence, inside: tuple[str, ...] = ()) -> bool:
        """Whether nodes can match no token at all."""
        return all(self._empty(node, inside) for node in nodes)

    def _empty(self, node: object, inside: tuple[str, ...]) -> bool:
        match node:
            case Named(names):
                return names[0] not in inside and any(
                    record.id in self.patterns and self.empty(self.patterns[record.id], (*inside, names[0]))
                    for record in self.pieces.get(names[0], ())
                )
            case Choice(options):
                return any(self.empty(option, inside) for option in options)
            case Repeat(inner, low):
                return low == 0 or self.empty(inner, inside)
            case Mark(_, inner):
                return self.empty(inner, inside)
            case Look() | Glue():
                return True
        return False


def used(nodes: Sequence) -> Iterator[str]:
    """Every name that stands in a pattern."""
    for node in every(nodes):
        if isinstance(node, Named):
            yield from node.names


def every(nodes: Sequence) -> Iterator[object]:
    """Every node of a pattern, those inside others too."""
    for node in nodes:
        yield node
        match node:
            case Choice(options):
                for option in options:
                    yield from every(option)
            case Repeat(inner) | Mark(_, inner) | Look(inner):
                yield from every(inner)


def check(records: list[Record], grammar: Grammar, labels: Mapping[str, str], problems: list[Problem]) -> None:
    """Tell what the records name and nobody knows, and patterns that would not end or match nothing."""
    for name, alternatives in grammar.pieces.items():
        if name in grammar.classes or name in LOOKS or name in grammar.algorithms:
            message = f"the piece <{name}> has the name of a class, a look or an algorithm"
            problems.append(Problem(alternatives[0].where, "rule-name-taken", message, "give the piece another name"))
    ids = {record.id for record in records if record.kind != "veto"} | set(grammar.pieces)
    for record in records:
        for line, text in record.fields.get("of", ()):
            for target in text.split():
                if target not in ids:
                    where = f"{record.path}:{line} id={record.id}"
                    message = f"no rule or piece {target!r}"
                    same = [one.id for one in records if target in one.numbers and one.kind != "veto"]
                    hint = f"an id, and no number: {', '.join(same)}" if same else "write the id as its record has it"
                    problems.append(Problem(where, "rule-target-unknown", message, hint))
        for name in ("pattern", *CONDITIONS):
            for line, text in record.fields.get(name, ()):
                _check_pattern(record, name, f"{record.path}:{line} id={record.id}", text, grammar, labels, problems)


def _check_pattern(
    record: Record,
    field: str,
    where: str,
    text: str,
    grammar: Grammar,
    labels: Mapping[str, str],
    problems: list[Problem],
) -> None:
    try:
        nodes = parse(text)
    except Malformed as error:
        if field != "pattern":
            problems.append(Problem(where, "rule-pattern-malformed", str(error), "see viborder/grammar/README.md"))
        return
    before = len(problems)
    _check_names(nodes, where, grammar, labels, problems)
    if len(problems) > before:
        return
    if field == "pattern":
        _check_stops(nodes, where, problems)
    if field in ("pattern", "starts", "is") and grammar.empty(nodes):
        hint = "make one part of it more than optional"
        problems.append(Problem(where, "rule-matches-nothing", "the pattern can match no token", hint))
    if field == "pattern":
        try:
            grammar.first(nodes, (record.piece,) if record.kind == "piece" else ())
        except Malformed as error:
            problems.append(Problem(where, "rule-begins-with-itself", str(error), "begin it with another part"))
    if field == "before":
        try:
            lengths(nodes, grammar.classes)
        except ValueError as error:
            problems.append(Problem(where, "rule-before-malformed", f"`before:` takes {error}", ""))
    if field == "within" and not (
        len(nodes) == 1 and isinstance(nodes[0], Named) and nodes[0].names[0] in grammar.classes
    ):
        problems.append(Problem(where, "rule-within-malformed", "`within:` takes one class", "`within: <compound>`"))


def _check_names(
    nodes: Sequence, where: str, grammar: Grammar, labels: Mapping[str, str], problems: list[Problem]
) -> None:
    for node in every(nodes):
        if isinstance(node, Mark) and node.label != "-" and node.label not in labels:
            hint = f"one of {', '.join(labels)}, -"
            problems.append(Problem(where, "rule-label-unknown", f"no label for `[{node.label} `", hint))
        if not isinstance(node, Named):
            continue
        files = set()
        for name in node.names:
            table = grammar.classes.get(name)
            if table is not None:
                files.add(table.name)
                if not table.firsts(table.bits[name]):
                    message = f"the class <{name}> has no entry"
                    problems.append(Problem(where, "rule-class-empty", message, f"add one to {table.file}"))
            elif name not in LOOKS and name not in grammar.pieces and name not in grammar.algorithms:
                message = f"no class, look, piece or algorithm <{name}>"
                problems.append(Problem(where, "rule-name-unknown", message, "a class stands in lexicon/*.tsv"))
            elif len(node.names) > 1:
                message = f"<{'|'.join(node.names)}> joins what are not classes"
                problems.append(Problem(where, "rule-classes-mixed", message, "write ( <a> | <b> )"))
        if len(files) > 1:
            message = f"<{'|'.join(node.names)}> joins classes of {' and '.join(sorted(files))}"
            problems.append(Problem(where, "rule-classes-mixed", message, "write ( <a> | <b> )"))


def _check_stops(nodes: Sequence, where: str, problems: list[Problem]) -> None:
    """A full stop ends a sentence unless it is glued to the word before it."""
    before: object = None
    for node in nodes:
        if isinstance(node, Word) and node.key == "." and not isinstance(before, Glue):
            problems.append(
                Problem(where, "rule-crosses-sentence", "a full stop without `~` before it", 'write `~ "."`')
            )
        for inner in _inside(node):
            _check_stops(inner, where, problems)
        before = node


def _inside(node: object) -> tuple[Sequence, ...]:
    match node:
        case Choice(options):
            return options
        case Repeat(inner) | Mark(_, inner) | Look(inner):
            return (inner,)
    return ()
