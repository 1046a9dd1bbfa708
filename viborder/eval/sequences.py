"""Tag sequences to span tables, all sequences at once.

The rules are those of `viborder.tags`, looked up in small tables; what is worked on are only the tokens that bear something else than
`O`. Tokens are numbered over all sequences laid end to end with one `O` between, as seqeval does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from viborder.errors import Problem, ViborderError, fail
from viborder.eval.table import Bools, Ints, SpanTable
from viborder.tags import Rule, forgiving_begins, forgiving_ends, scheme_named

_LETTERS = "OBIESLU.?"  # prefixes; `?` is any other
_PLAIN = str.maketrans("LU", "ES")  # BILOU in IOBES's letters
Split = Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The k tokens that bear something else than `O`, of all sequences.

    row, place, tag: arrays of shape [k]: sequence, number of the token, index into `vocabulary`. begins: shape [rows + 1], the number
    of each sequence's first token, and what would come after the last.
    """

    row: Ints
    place: Ints
    tag: Ints
    vocabulary: list[str]
    begins: Ints

    def index(self, place: int) -> tuple[int, int]:
        """(sequence, token in it) of a token's number."""
        row = int(np.searchsorted(self.begins, place, side="right")) - 1
        return row, place - int(self.begins[row])


def read(sequences: Sequence[Sequence[str]]) -> Tokens:
    """The tokens of tag sequences. Raises ViborderError `tag-unknown` where a tag is no string."""
    lengths = np.fromiter(map(len, sequences), dtype=np.int64, count=len(sequences))
    ends = np.cumsum(lengths)
    count = int(ends[-1]) if len(ends) else 0
    objects = np.fromiter(chain.from_iterable(sequences), dtype=object, count=count)
    # An array of objects is an array of their addresses. Nearly every O is the one string that Python keeps for the letter, so
    # comparing addresses finds them without a call each; an O elsewhere is found by its value below.
    addresses: Ints = np.ndarray(count, dtype=np.intp, buffer=objects)
    tagged = np.flatnonzero(addresses != id("O"))
    codes = _Codes()
    try:
        tag = np.fromiter(map(codes.__getitem__, objects[tagged].tolist()), dtype=np.int64, count=len(tagged))
    except TypeError:
        raise fail("", "tag-unknown", "a tag is not a string", "tags such as B-PLACE, I-PLACE, O") from None
    if "O" in codes:
        other = tag != codes["O"]
        tagged, tag = tagged[other], tag[other]
    row = np.repeat(np.arange(len(sequences)), lengths)[tagged]
    begins = np.concatenate([[0], ends + np.arange(1, len(ends) + 1)])
    return Tokens(row, tagged + row, tag, list(codes), begins)


class _Codes(dict[str, int]):
    """A number for each tag, in the order of their first coming."""

    def __missing__(self, tag: str) -> int:
        if not isinstance(tag, str):
            raise TypeError(tag)
        self[tag] = len(self)
        return self[tag]


def same_lengths(gold: Sequence[Sequence[str]], pred: Sequence[Sequence[str]], ids: Sequence[str] | None = None) -> None:
    """Raises ViborderError `lengths-differ`, naming every sequence whose lengths do."""
    if len(gold) != len(pred):
        message = f"{len(gold)} gold sequences, {len(pred)} predicted ones"
        raise fail("", "lengths-differ", message, "one predicted sequence for each gold one, in the same order")
    if list(map(len, gold)) == list(map(len, pred)):
        return
    problems = []
    for index, (one, other) in enumerate(zip(gold, pred, strict=True)):
        if len(one) != len(other):
            where = ids[index] if ids else f"sequence {index}"
            message = f"{len(one)} gold tags, {len(other)} predicted ones"
            problems.append(Problem(where, "lengths-differ", message, "tag every token; what a model cut off is O"))
    raise ViborderError(problems)


def find(tokens: Tokens, split: Split, reading: str | None, labels: dict[str, int], bilou: bool = False) -> SpanTable:
    """The entities of the tokens as `viborder.tags.entities` finds them, their labels numbered by `labels` (which grows).

    split: prefix and type of a tag. reading: a scheme's own, or None for the forgiving one. bilou: the forgiving reading knows L and U.
    """
    if not len(tokens.tag):
        nothing = np.zeros(0, dtype=np.int64)
        return SpanTable(nothing, nothing, nothing, nothing)
    neighbours = _Neighbours(tokens, split, labels)
    if reading is None:
        first, last = _forgiving(neighbours, bilou)
    else:
        first, last = _own(neighbours, reading)
    # Stray letters can end what never began; conlleval then counts from the last beginning, or from the first token of all.
    start = np.where(first >= 0, tokens.place[first], 0)
    return SpanTable(tokens.row[last], start, tokens.place[last] + 1, neighbours.label[last])


def _forgiving(neighbours: _Neighbours, bilou: bool) -> tuple[Ints, Ints]:
    begins = np.flatnonzero(neighbours.before(forgiving_begins, bilou))
    last = np.flatnonzero(neighbours.after(forgiving_ends, bilou))
    which = np.searchsorted(begins, last, side="right") - 1
    return np.where(which >= 0, begins[which] if len(begins) else -1, -1), last


def _own(neighbours: _Neighbours, reading: str) -> tuple[Ints, Ints]:
    scheme = scheme_named(reading)
    goes_on = neighbours.before(scheme.goes_on)
    begins = neighbours.before(scheme.begins)
    begins[1:] &= ~(goes_on[1:] & begins[:-1])  # a token that goes on with an entity begins none (IOB1 alone has both)
    first = np.flatnonzero(begins)
    stops = np.append(np.flatnonzero(~goes_on), len(goes_on))
    last = stops[np.searchsorted(stops, first, side="right")] - 1
    whole = neighbours.after(scheme.closed)[last]
    return first[whole], last[whole]


class _Neighbours:
    """Prefix, label and neighbours of each token, to look rules up with."""

    def __init__(self, tokens: Tokens, split: Split, labels: dict[str, int]) -> None:
        parts = [split(tag) for tag in tokens.vocabulary]
        letters = [_LETTERS.find(prefix) if prefix in _LETTERS else len(_LETTERS) - 1 for prefix, _ in parts]
        numbers = [labels.setdefault(label, len(labels)) for _, label in parts]
        self.prefix: NDArray[np.int64] = np.array(letters)[tokens.tag]
        self.label: Ints = np.array(numbers)[tokens.tag]
        nameless = self.label == labels.get("_", -1)  # O has the type `_`, for what it is worth
        touches = tokens.place[1:] == tokens.place[:-1] + 1
        same = np.where(touches, self.label[1:] == self.label[:-1], False)
        self._before = np.concatenate([[0], np.where(touches, self.prefix[:-1], 0)])
        self._after = np.concatenate([np.where(touches, self.prefix[1:], 0), [0]])
        self._same_before = np.concatenate([[False], np.where(touches, same, nameless[1:])])
        self._same_before[0] = nameless[0] and tokens.place[0] > 0  # before the very first token seqeval has the type ``
        self._same_after = np.concatenate([np.where(touches, same, nameless[:-1]), [nameless[-1]]])

    def before(self, rule: Rule, bilou: bool = False) -> Bools:
        """The rule between each token and the one before it."""
        found: Bools = _lookup(rule, bilou)[self._before, self.prefix, self._same_before.astype(np.int64)]
        return found

    def after(self, rule: Rule, bilou: bool = False) -> Bools:
        """The rule between each token and the one after it."""
        found: Bools = _lookup(rule, bilou)[self.prefix, self._after, self._same_after.astype(np.int64)]
        return found


def _lookup(rule: Rule, bilou: bool) -> Bools:
    """The answers of a rule for all prefixes before, prefixes now, and types that differ or not."""
    letters = _LETTERS.translate(_PLAIN) if bilou else _LETTERS
    return np.array([[[rule(before, now, same) for same in (False, True)] for now in letters] for before in letters], dtype=bool)
