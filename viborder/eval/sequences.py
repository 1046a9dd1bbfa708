"""Tag sequences to span tables, all sequences at once.

The rules are those of `viborder.tags`, looked up in small tables; what is worked on are only the tokens that bear something else than
`O`. Tokens are numbered over all sequences laid end to end with one `O` between, as seqeval does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from viborder.errors import Problem, ViborderError, fail
from viborder.eval.table import Bools, Ints, SpanTable
from viborder.tags import SCHEMES, Rule, forgiving_begins, forgiving_ends, scheme_named

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

    def index(self, places: Ints) -> tuple[tuple[int, int], ...]:
        """(sequence, token in it) of tokens by their numbers."""
        rows = np.searchsorted(self.begins, places, side="right") - 1
        return tuple(zip(rows.tolist(), (places - self.begins[rows]).tolist(), strict=True))


def read(sequences: Sequence[Sequence[str]]) -> Tokens:
    """The tokens of tag sequences. Raises ViborderError `tag-unknown` where a tag is no string."""
    lengths = np.fromiter(map(len, sequences), dtype=np.int64, count=len(sequences))
    ends = np.cumsum(lengths)
    codes = _Codes({"O": 0})
    number = map(codes.__getitem__, chain.from_iterable(sequences))
    try:
        try:
            tags: Ints = np.frombuffer(bytes(number), dtype=np.uint8)
        except ValueError:  # more than 256 different tags
            number = map(codes.__getitem__, chain.from_iterable(sequences))
            tags = np.fromiter(number, dtype=np.int64, count=int(ends[-1]))
    except TypeError:
        raise fail("", "tag-unknown", "a tag is not a string", "tags such as B-PLACE, I-PLACE, O") from None
    tagged = np.flatnonzero(tags)
    row = np.repeat(np.arange(len(sequences)), np.diff(np.searchsorted(tagged, ends), prepend=0))
    begins = np.concatenate([[0], ends + np.arange(1, len(ends) + 1)])
    return Tokens(row, tagged + row, tags[tagged].astype(np.int64) - 1, list(codes)[1:], begins)


class _Codes(dict[str, int]):
    """A number for each tag, in the order of their first coming."""

    def __missing__(self, tag: str) -> int:
        if not isinstance(tag, str):
            raise TypeError(tag)
        self[tag] = len(self)
        return self[tag]


def same_lengths(gold: Sequence[Sequence[str]], pred: Sequence[Sequence[str]]) -> None:
    """Raises ViborderError `lengths-differ`, naming every sequence whose lengths do."""
    if len(gold) != len(pred):
        message = f"{len(gold)} gold sequences, {len(pred)} predicted ones"
        raise fail("", "lengths-differ", message, "one predicted sequence for each gold one, in the same order")
    if list(map(len, gold)) == list(map(len, pred)):
        return
    raise ViborderError(
        Problem(f"sequence {index}", "lengths-differ", f"{len(one)} gold tags, {len(other)} predicted", "what a model cut off is O")
        for index, (one, other) in enumerate(zip(gold, pred, strict=True))
        if len(one) != len(other)
    )


def tag_parts(tag: str, scheme: str | None = None) -> tuple[str, str]:
    """Prefix and type of a tag of a scheme, or of any of the five. Raises ViborderError `tag-unknown` for what is none."""
    prefix, dash, label = tag.partition("-")
    known = scheme_named(scheme).prefixes if scheme else "BIESLUO"
    if not (tag == "O" or (len(prefix) == 1 and prefix != "O" and prefix in known and dash and label)):
        raise fail("", "tag-unknown", f"{tag!r} is no tag of {scheme or ', '.join(SCHEMES)}", "O, or a prefix, a dash and a type: B-PLACE")
    return prefix, label or "_"


def scheme_of(*sides: Tokens) -> str:
    """The scheme whose prefixes the tags are. IOB1 cannot be told from faulty IOB2 and is never the answer."""
    seen = {tag[:1] for side in sides for tag in side.vocabulary}
    if seen & set("LU"):
        return "BILOU"
    if "S" in seen or {"B", "E"} <= seen:
        return "IOBES"
    return "IOE2" if "E" in seen else "IOB2"


class Reader:
    """Finds the entities of tokens, as `viborder.tags` has the rules.

    split: prefix and type of a tag. labels: a number for each label, shared by what is compared; it grows.
    bilou: whether the forgiving reading knows L and U, which conlleval does not.
    """

    def __init__(self, tokens: Tokens, split: Split, labels: dict[str, int], bilou: bool = False) -> None:
        self._tokens, self._letters = tokens, _LETTERS.translate(_PLAIN) if bilou else _LETTERS
        parts = _split_all(tokens, split)
        letters = [_LETTERS.find(prefix) if prefix in _LETTERS else len(_LETTERS) - 1 for prefix, _ in parts]
        prefix = np.array(letters, dtype=np.int64)[tokens.tag]
        self._label = label = np.array([labels.setdefault(name, len(labels)) for _, name in parts], dtype=np.int64)[tokens.tag]
        touches = tokens.place[1:] == tokens.place[:-1] + 1
        same = touches & (label[1:] == label[:-1])
        edge = np.zeros(len(prefix[:1]), dtype=np.int64)  # O stands before the first token and after the last
        before = np.concatenate([edge, prefix[:-1] * touches])
        after = np.concatenate([prefix[1:] * touches, edge])
        same_before, same_after = np.concatenate([edge, same]), np.concatenate([same, edge])
        if "_" in labels:  # the type of O, and of a prefix alone; but before the very first token seqeval has no type at all
            nameless = label == labels["_"]
            same_before |= np.concatenate([edge == 0, ~touches]) & nameless & (tokens.place > 0)
            same_after |= np.concatenate([~touches, edge == 0]) & nameless
        size = len(_LETTERS)
        self._with_before = (before * size + prefix) * 2 + same_before
        self._with_after = (prefix * size + after) * 2 + same_after
        self._ends_run = np.append(~touches, True)[: len(prefix)]

    def entities(self, reading: str | None) -> SpanTable:
        """The entities in a scheme's own reading, or in the forgiving one (None)."""
        tokens = self._tokens
        if not len(tokens.tag):
            return SpanTable(tokens.row, tokens.place, tokens.place, self._label)
        first, last = self._forgiving() if reading is None else self._own(reading)
        # Stray letters can end what never began; conlleval then counts from the last beginning, or from the first token of all.
        start = np.where(first >= 0, tokens.place[first], 0)
        return SpanTable(tokens.row[last], start, tokens.place[last] + 1, self._label[last])

    def illegal(self, scheme: str) -> tuple[tuple[int, int], ...]:
        """(sequence, token) of each tag that may not follow the one before it; a token past the end is an entity left open."""
        rules = scheme_named(scheme)

        def legal(before: str, now: str, same: bool) -> bool:
            return now in rules.prefixes and rules.legal(before, now, same)

        here = self._tokens.place[~_answers(legal, _LETTERS)[self._with_before]]
        following = self._tokens.place[~_answers(legal, _LETTERS)[self._with_after] & self._ends_run] + 1
        return self._tokens.index(np.union1d(here, following))

    def _forgiving(self) -> tuple[Ints, Ints]:
        begins = np.flatnonzero(self._before(forgiving_begins))
        last = np.flatnonzero(self._after(forgiving_ends))
        which = np.searchsorted(begins, last, side="right") - 1
        return np.where(which >= 0, begins[which] if len(begins) else -1, -1), last

    def _own(self, reading: str) -> tuple[Ints, Ints]:
        scheme = scheme_named(reading)
        goes_on, begins = self._before(scheme.goes_on), self._before(scheme.begins)
        begins[1:] &= ~(goes_on[1:] & begins[:-1])  # a token that goes on with an entity begins none (IOB1 alone has both)
        first = np.flatnonzero(begins)
        stops = np.append(np.flatnonzero(~goes_on), len(goes_on))
        last = stops[np.searchsorted(stops, first, side="right")] - 1
        whole = self._after(scheme.closed)[last]
        return first[whole], last[whole]

    def _before(self, rule: Rule) -> Bools:
        """The rule between each token and the one before it."""
        found: Bools = _answers(rule, self._letters)[self._with_before]
        return found

    def _after(self, rule: Rule) -> Bools:
        """The rule between each token and the one after it."""
        found: Bools = _answers(rule, self._letters)[self._with_after]
        return found


def _split_all(tokens: Tokens, split: Split) -> list[tuple[str, str]]:
    """Prefix and type of every tag. Raises ViborderError with each tag that has none, where it first stands."""
    parts, problems = [], []
    for code, tag in enumerate(tokens.vocabulary):
        try:
            parts.append(split(tag))
        except ViborderError as error:
            sequence, token = tokens.index(tokens.place[tokens.tag == code][:1])[0]
            problems += [replace(problem, where=f"sequence {sequence}, token {token}") for problem in error.problems]
    if problems:
        raise ViborderError(problems)
    return parts


def _answers(rule: Rule, letters: str) -> Bools:
    """The answers of a rule for every prefix before, prefix now, and types that differ or not."""
    pairs = [(before, now) for before in letters for now in letters]
    return np.array([rule(before, now, same) for before, now in pairs for same in (False, True)], dtype=bool)
