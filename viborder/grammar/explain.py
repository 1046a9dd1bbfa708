"""Which rule or algorithm made each span, with which entries of the lexicon, and which rules came near elsewhere.

The walk is the one that tags, with rules compiled so that they tell of each match and each veto; tagging runs rules
that tell nothing. Algorithms tell what they made, not what they refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from viborder.grammar import Piece, Walk, standard
from viborder.grammar.keys import longest
from viborder.grammar.lexicon import Lexicon, in_use
from viborder.grammar.names import used
from viborder.grammar.records import Record
from viborder.grammar.rulebook import Rules
from viborder.grammar.view import View, read
from viborder.text import Range, cut

# What an algorithm is called, and where its code is, by the method of the walk that emits its spans.
ALGORITHMS = {
    "_person": ("name-after-role", "officials.py"),
    "_place": ("name-after-role", "officials.py"),  # after a post and its country
    "_agency": ("body", "shared.py"),
    "_abbreviation": ("abbreviation-after-body", "agencies.py"),
    "_name": ("family-name", "officials.py"),
    "_emit_places": ("coordinated-place", "context.py"),
}
_CARRIED = ("carried", "carry.py")  # what the text says of a name elsewhere
_PLACES = ("admin", "attributes", "places", "abroad", "around-places")
_READ = {  # the files that algorithms read for a label
    "AGENCY": ("agencies", "functions", "codes", *_PLACES),
    "PLACE": _PLACES,
    "OFFICIAL": ("names", "officials"),
    "PRIVATE": ("names", "officials"),
}
_BEFORE = 4  # tokens before a span in which a rank, a post or a role is looked for
Told = tuple[str, str, int, int]  # rule, veto or "", first token, token after the last


@dataclass(slots=True)
class Origin:
    """What made a span. by: a rule's id or an algorithm's name. where: its file, and the line of a rule."""

    by: str
    where: str
    rule: bool
    numbers: tuple[str, ...] = ()
    pieces: list[str] = field(default_factory=list)


def explain(text: str, folder: Path | None = None, words: Sequence[str] | None = None) -> dict[str, Any]:
    """Each span of a text with what made it, and each place where a rule matched and a veto stopped it.

    folder: a grammar of one's own in place of the package's. words: what is read in place of the text's tokens, one for
    each. Offsets are half-open code points into `text`. Raises
    ViborderError: what is wrong with the folder.
    """
    starts, ends, written = cut(text)
    view, rules, told, spans = _read(text, starts, ends, written if words is None else words, folder)
    found = [
        {**_place(view, span[:2]), "label": span[2], **_said(origin), "entries": _entries(view, rules, span, origin)}
        for span, origin in sorted(spans, key=lambda made: (made[0][0], -made[0][1], made[0][2]))
    ]
    covered = [span[:2] for span, _ in spans]
    return {"text": text, "spans": found, "near": list(_near(view, told, covered))}


@dataclass(frozen=True, slots=True)
class Trace:
    """made: (start, end, label) of each span that the package's grammar proposes → the rule or algorithm that made it.
    stopped: each match that a veto stopped: start, end, rule, veto. Offsets are half-open code points.
    """

    made: dict[tuple[int, int, str], str]
    stopped: list[tuple[int, int, str, str]]


def traced(text: str) -> Trace:
    """What made the spans of a text, and what was stopped in it, those too where a span stands."""
    view, _, told, spans = _read(text, *cut(text), None)
    made = {(view.starts[first], view.ends[last - 1], label): origin.by for (first, last, label), origin in spans}
    stopped = [(found["start"], found["end"], found["rule"], found["veto"]) for found in _near(view, told, [])]
    return Trace(made, stopped)


def makers(
    text: str, starts: Sequence[int], ends: Sequence[int], words: Sequence[str], folder: Path | None = None
) -> dict[Piece, str]:
    """What made each span that the package's grammar proposes, or that of a folder: by (first token, token after the
    last, label).
    """
    view, _, _, spans = _read(text, starts, ends, words, folder)
    return {(view.token(first), view.token(last - 1) + 1, label): made.by for (first, last, label), made in spans}


def _read(
    text: str, starts: Sequence[int], ends: Sequence[int], words: Sequence[str], folder: Path | None
) -> tuple[View, Rules, list[Told], list[tuple[Piece, Origin]]]:
    """The view of a text, the rules that tell, what they told of it, and the spans with what made them."""
    told: list[Told] = []
    if folder is not None:
        from viborder.grammar.own import read_own

        rules = read_own(folder, lambda *found: told.append(found)).rules
        view = read(text, list(starts), list(ends), list(words))
        return view, rules, told, [(span, _rule_of(span, told, rules)) for span in rules.walk(view)]
    rules, told = _telling(in_use())
    told.clear()
    view = read(text, list(starts), list(ends), list(words), rules=rules)
    return view, rules, told, list(_walked(view, rules, told))


@lru_cache(maxsize=1)
def _telling(lexicon: Lexicon) -> tuple[Rules, list[Told]]:
    """The package's rules as they tell, compiled once, and the list into which they do."""
    told: list[Told] = []
    return standard.rules_of(lexicon.entries, lambda *found: told.append(found)), told


def source(identity: str, folder: Path | None = None) -> dict[str, str]:
    """A record as its file has it, and the Python that it became.

    Raises ViborderError `rule-unknown` with the ids that there are.
    """
    from viborder.errors import fail

    if folder is not None:
        from viborder.grammar.own import read_own

        rules = read_own(folder).rules
    else:
        rules = in_use().rules
    record = next((record for record in rules.records if record.id == identity), None)
    if record is None:
        known = ", ".join(record.id for record in rules.records)
        raise fail(identity, "rule-unknown", "no such rule, piece or veto", f"one of {known}")
    return {
        "id": record.id,
        "where": f"{record.path}:{record.line}",
        "record": record.source(),
        "python": rules.python(identity),
    }


class _Traced(Walk):
    """The walk, which notes the method that emitted each span first."""

    def __init__(self, view: View, rules: Rules) -> None:
        super().__init__(view)
        self.rules = rules
        self.makers: dict[tuple[int, int], str] = {}

    def noted(self, method: str, *arguments: Any) -> Any:
        """Call a method of the walk, and note it as the maker of what it adds, unless one inside it has been."""
        before, persons = len(self.found), len(self.persons)
        result = getattr(super(), method)(*arguments)
        for made in (*self.found[before:], *self.persons[persons:]):
            self.makers.setdefault(made[:2], method)
        return result


def _noting(method: str) -> Callable[..., Any]:
    def call(walk: _Traced, *arguments: Any) -> Any:
        return walk.noted(method, *arguments)

    return call


for _method in ALGORITHMS:
    setattr(_Traced, _method, _noting(_method))


def _walked(view: View, rules: Rules, told: list[Told]) -> Iterable[tuple[Piece, Origin]]:
    walk = _Traced(view, rules)
    walk.run()
    for span in dict.fromkeys(walk.found):
        method = walk.makers.get(span[:2])
        by_rule = method is None or (method == "_place" and span[2] == "PLACE")
        if by_rule and (origin := _rule_of(span, told, rules)).rule:
            yield span, origin
        elif piece := _piece_of(span, told, rules):
            yield span, piece
        else:
            name, file = ALGORITHMS.get(method, _CARRIED) if method else _CARRIED
            yield span, Origin(name, f"viborder/grammar/{file}", False)


def _rule_of(span: Piece, told: list[Told], rules: Rules) -> Origin:
    """The rule whose match holds the span, the longest of those that were told, with its pieces."""
    records = {record.id: record for record in rules.records}
    around = [
        (end - begin, identity)
        for identity, veto, begin, end in told
        if not veto and begin <= span[0] and span[1] <= end and records[identity].kind == "rule"
    ]
    if not around:
        return Origin("", "", False)
    record: Record = records[max(around)[1]]
    return _origin(record, span, told, records)


def _piece_of(span: Piece, told: list[Told], rules: Rules) -> Origin | None:
    """The piece that found a place or a person for an algorithm: in a body's name, in a row of places, after a title."""
    files = {"PLACE": ("place",), "OFFICIAL": ("person",), "PRIVATE": ("person",)}.get(span[2], ())
    records = {record.id: record for record in rules.records}
    found = [identity for identity, veto, begin, end in told if not veto and (begin, end) == span[:2]]
    pieces = [records[identity] for identity in found if records[identity].path.stem in files]
    return _origin(pieces[-1], span, told, records) if pieces else None


def _origin(record: Record, span: Piece, told: list[Told], records: dict[str, Record]) -> Origin:
    inside = [
        identity
        for identity, veto, begin, end in told
        if not veto and records[identity].kind == "piece" and span[0] <= begin and end <= span[1]
    ]
    where = f"{record.path.parent.name}/{record.path.name}:{record.line}"
    return Origin(record.id, where, True, record.numbers, list(dict.fromkeys(inside)))


def _said(origin: Origin) -> dict[str, Any]:
    said: dict[str, Any] = {"by": origin.by, "kind": "rule" if origin.rule else "algorithm", "where": origin.where}
    if origin.rule:
        said |= {"numbers": list(origin.numbers), "pieces": origin.pieces}
    return said


def _place(view: View, tokens: Range) -> dict[str, Any]:
    start, end = view.starts[tokens[0]], view.ends[tokens[1] - 1]
    return {"start": start, "end": end, "text": view.text[start:end]}


def _entries(view: View, rules: Rules, span: Piece, origin: Origin) -> list[dict[str, Any]]:
    """The phrases in a span, and right before it, that its rule names or its algorithm reads."""
    classes = rules.grammar.classes
    named = {name for name, table in classes.items() if table.name.split()[0] in _READ.get(span[2], ())}
    if origin.rule:
        ids = (origin.by, *origin.pieces)
        asked = {name for identity in ids for name in used(rules.grammar.patterns[identity])}
        named = asked | named if span[2] == "PLACE" else asked  # lists of places are read by an algorithm
    tables = {id(classes[name]): classes[name] for name in sorted(named) if name in classes}
    found: list[dict[str, Any]] = []
    for at in range(max(0, span[0] - _BEFORE), span[1]):
        for table in tables.values():
            match = longest(table.trie, view.keys, at)
            if not match or match[0] > span[1] or (at < span[0] and match[0] != span[0]):
                continue
            if some := [name for name in table.classes(match[1]) if name in named]:
                phrase = _place(view, (at, match[0]))["text"]
                found.append({"phrase": phrase, "classes": some, "file": table.file})
    return found


def _near(view: View, told: list[Told], covered: list[Range]) -> Iterable[dict[str, Any]]:
    """Matches that a veto stopped where no span stands."""
    for identity, veto, first, last in dict.fromkeys(told):
        if veto and not any(start < last and first < end for start, end in covered):
            yield {**_place(view, (first, last)), "rule": identity, "veto": veto}
