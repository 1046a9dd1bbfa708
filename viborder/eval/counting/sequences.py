"""Tag sequences to span tables, all sequences at once.

The rules are those of `viborder.tags`, looked up in small tables; what is worked on are only the tokens that bear
something else than `O`. Tokens are numbered over all sequences laid end to end with one `O` between, as seqeval does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress
from operator import ne
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viborder.errors import Problem, ViborderError, counted, fail
from viborder.eval.counting.table import Bools, Ints, SpanTable
from viborder.tags import SCHEMES, Rule, forgiving_begins, forgiving_ends, scheme_named

_LETTERS = "OBIESLU.?"  # prefixes; `?` is any other
_PLAIN = str.maketrans("LU", "ES")  # BILOU in IOBES's letters
_BLOCK = 16_384  # sequences read at a time, so that what is held beside the data stays small
Tags = Any  # Sequence[Sequence[str]], or a pyarrow column of lists
Split = Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The k tokens that bear something else than `O`, of all sequences.

    row, place, tag: arrays of shape [k]: sequence, number of the token, index into `vocabulary`. begins: shape [rows +
    1], the number of each sequence's first token, and what would come after the last.
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


def read(gold: Tags, pred: Tags, names: Sequence[str] | None = None) -> tuple[Tokens, Tokens, int]:
    """The tokens of two sides of the same lengths, with one vocabulary, and how many tokens bear the same tag on both.

    A predicted sequence that is the gold one is not read again. Arrow columns are read without making a Python string
    of a tag; names: what their numbers mean. Raises ViborderError `tag-unknown` where a tag is no string, or a number
    without a name.
    """
    if is_arrow(gold):
        return _read_arrow(gold, pred, names)
    lengths = lengths_of(gold)
    gold_tags, pred_tags = (np.zeros(int(lengths.sum()), dtype=np.int32) for _ in range(2))
    codes = _Codes({"O": 0})
    at = 0
    try:
        for block in (slice(begin, begin + _BLOCK) for begin in range(0, len(gold), _BLOCK)):
            differ = np.fromiter(map(ne, gold[block], pred[block]), dtype=bool, count=len(lengths[block]))
            here = slice(at, at + int(lengths[block].sum()))
            pred_tags[here] = gold_tags[here] = _numbers(gold[block], here.stop - at, codes)
            anew = _numbers(compress(pred[block], differ), int(lengths[block][differ].sum()), codes)
            pred_tags[here][np.repeat(differ, lengths[block])] = anew
            at = here.stop
    except TypeError:
        raise fail("", "tag-unknown", "a tag is not a string", "tags such as B-PLACE, I-PLACE, O") from None
    vocabulary = list(codes)[1:]
    same = at - int(np.count_nonzero(gold_tags != pred_tags))
    return _tokens(gold_tags, lengths, vocabulary), _tokens(pred_tags, lengths, vocabulary), same


def _numbers(sequences: Iterable[Sequence[str]], total: int, codes: _Codes) -> NDArray[np.int32]:
    """The code of every tag of the sequences, `total` in all; 0 is O.

    An array of objects is an array of their addresses, and a tag usually has only a few: the one string that Python
    keeps for the letter O, and one for each entry of a list of names. So only what differs in address is looked up.
    """
    objects = np.fromiter(chain.from_iterable(sequences), dtype=object, count=total)
    addresses: Ints = np.ndarray(total, dtype=np.intp, buffer=objects)
    tagged = np.flatnonzero(addresses != id("O"))
    own = addresses[tagged]
    distinct = np.unique(own)
    which = np.searchsorted(distinct, own)
    somewhere = np.zeros(len(distinct), dtype=np.int64)
    somewhere[which] = tagged
    code_of = np.fromiter(map(codes.__getitem__, objects[somewhere].tolist()), dtype=np.int32, count=len(distinct))
    numbers = np.zeros(total, dtype=np.int32)
    numbers[tagged] = code_of[which]
    return numbers


def _tokens(tags: NDArray[np.int32], lengths: Ints, vocabulary: list[str]) -> Tokens:
    ends = np.cumsum(lengths)
    tagged = np.flatnonzero(tags != 0)  # of booleans, since that is several times faster
    row = np.repeat(np.arange(len(lengths)), np.diff(np.searchsorted(tagged, ends), prepend=0))
    begins = np.concatenate([[0], ends + np.arange(1, len(ends) + 1)])
    return Tokens(row, tagged + row, tags[tagged].astype(np.int64) - 1, vocabulary, begins)


class _Codes(dict[str, int]):
    """A number for each tag, in the order of their first coming."""

    def __missing__(self, tag: str) -> int:
        if not isinstance(tag, str):
            raise TypeError(tag)
        self[tag] = len(self)
        return self[tag]


def is_arrow(side: Any) -> bool:
    """Whether a side is a pyarrow column of lists: one list of tags, or of their numbers, a sequence."""
    return type(side).__module__.startswith("pyarrow") and hasattr(side, "type")


def lengths_of(side: Tags) -> Ints:
    """The number of tags of each sequence."""
    if is_arrow(side):
        import pyarrow.compute

        found = pyarrow.compute.list_value_length(side).fill_null(0)
        return np.asarray(found.to_numpy(zero_copy_only=False) if hasattr(found, "buffers") else found, dtype=np.int64)
    return np.fromiter(map(len, side), dtype=np.int64, count=len(side))


def _read_arrow(gold: Any, pred: Any, names: Sequence[str] | None) -> tuple[Tokens, Tokens, int]:
    codes = _Codes({"O": 0})
    gold_tags, pred_tags = _arrow_numbers(gold, names, codes), _arrow_numbers(pred, names, codes)
    vocabulary, lengths = list(codes)[1:], lengths_of(gold)
    same = len(gold_tags) - int(np.count_nonzero(gold_tags != pred_tags))
    return _tokens(gold_tags, lengths, vocabulary), _tokens(pred_tags, lengths, vocabulary), same


def _arrow_numbers(side: Any, names: Sequence[str] | None, codes: _Codes) -> NDArray[np.int32]:
    """The code of every tag of a column of lists; 0 is O."""
    import pyarrow
    import pyarrow.compute as compute

    flat = compute.list_flatten(side)
    flat = flat.combine_chunks() if isinstance(flat, pyarrow.ChunkedArray) else flat
    if flat.null_count:
        raise fail(
            "", "tag-unknown", f"null in place of {counted(flat.null_count, 'tag')}", "tags such as B-PLACE, I-PLACE, O"
        )
    if pyarrow.types.is_integer(flat.type):
        distinct = compute.unique(flat).to_pylist()
        if names is None or any(not 0 <= number < len(names) for number in distinct):
            said = (
                "tags are numbers" if names is None else f"a tag has a number that none of the {len(names)} names has"
            )
            raise fail("", "tag-unknown", said, "names=dataset.features[column].feature.names")
        wanted = set(distinct)
        code_of = [codes[name] if number in wanted else 0 for number, name in enumerate(names)]
        which = flat.to_numpy(zero_copy_only=False)
    else:
        encoded = flat.dictionary_encode()
        code_of = [codes[tag] for tag in encoded.dictionary.to_pylist()]
        which = encoded.indices.to_numpy(zero_copy_only=False)
    numbers: NDArray[np.int32] = np.array(code_of, dtype=np.int32)[which]
    return numbers


def same_lengths(gold: Tags, pred: Tags) -> None:
    """Raises ViborderError `lengths-differ`, naming every sequence whose lengths do."""
    if len(gold) != len(pred):
        message = f"{counted(len(gold), 'gold sequence')}, {len(pred)} predicted ones"
        raise fail("", "lengths-differ", message, "one predicted sequence for each gold one, in the same order")
    ours, theirs = lengths_of(gold), lengths_of(pred)
    if np.array_equal(ours, theirs):
        return
    raise ViborderError(
        Problem(
            f"sequence {index}",
            "lengths-differ",
            f"{counted(ours[index], 'gold tag')}, {theirs[index]} predicted",
            "what a model cut off is O",
        )
        for index in np.flatnonzero(ours != theirs).tolist()
    )


def tag_parts(tag: str, scheme: str | None = None) -> tuple[str, str]:
    """Prefix and type of a tag of a scheme, or of any of the five.

    Raises ViborderError `tag-unknown` for what is none.
    """
    prefix, dash, label = tag.partition("-")
    known = scheme_named(scheme).prefixes if scheme else "BIESLUO"
    if not (tag == "O" or (len(prefix) == 1 and prefix != "O" and prefix in known and dash and label)):
        raise fail(
            "",
            "tag-unknown",
            f"{tag!r} is no tag of {scheme or ', '.join(SCHEMES)}",
            "O, or a prefix, a dash and a type: B-PLACE",
        )
    return prefix, label or "_"


def scheme_of(vocabulary: Iterable[str]) -> str:
    """The scheme whose prefixes the tags have. IOB1 cannot be told from faulty IOB2 and is never the answer."""
    seen = {tag[:1] for tag in vocabulary}
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
        prefix = np.array(letters, dtype=np.uint8)[tokens.tag]
        self._label = label = np.array([labels.setdefault(name, len(labels)) for _, name in parts], dtype=np.int32)[
            tokens.tag
        ]
        touches = tokens.place[1:] == tokens.place[:-1] + 1
        same = touches & (label[1:] == label[:-1])
        edge = np.zeros(len(prefix[:1]), dtype=np.uint8)  # O stands before the first token and after the last
        before = np.concatenate([edge, prefix[:-1] * touches])
        after = np.concatenate([prefix[1:] * touches, edge])
        same_before, same_after = np.concatenate([edge > 0, same]), np.concatenate([same, edge > 0])
        if (
            "_" in labels
        ):  # the type of O, and of a prefix alone; but before the very first token seqeval has no type at all
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
            return SpanTable(tokens.row, tokens.place, tokens.place, self._label.astype(np.int64))
        first, last = self._forgiving() if reading is None else self._own(reading)
        # Stray letters can end what never began; conlleval then counts from the last beginning, or from the first token
        # of all.
        start = np.where(first >= 0, tokens.place[first], 0)
        return SpanTable(tokens.row[last], start, tokens.place[last] + 1, self._label[last].astype(np.int64))

    def illegal(self, scheme: str) -> tuple[tuple[int, int], ...]:
        """(sequence, token) of each tag that may not follow the one before it; a token past the end is an entity
        left open.
        """
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
        begins[1:] &= ~(
            goes_on[1:] & begins[:-1]
        )  # a token that goes on with an entity begins none (IOB1 alone has both)
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
            where = ", ".join(
                f"sequence {row}, token {token}" for row, token in tokens.index(tokens.place[tokens.tag == code][:1])
            )
            if not where:
                parts.append(("O", "_"))  # it stands on the other side only, which says so
                continue
            problems += [replace(problem, where=where) for problem in error.problems]
    if problems:
        raise ViborderError(problems)
    return parts


def _answers(rule: Rule, letters: str) -> Bools:
    """The answers of a rule for every prefix before, prefix now, and types that differ or not."""
    pairs = [(before, now) for before in letters for now in letters]
    return np.array([rule(before, now, same) for before, now in pairs for same in (False, True)], dtype=bool)
