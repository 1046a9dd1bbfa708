"""A linear-chain CRF that has been learned: its weights as tables, decoded for many sequences at once in numpy.

The model is linear, so what a token's own attributes contribute at an offset is one row a token type: it is summed
once, when the type is first seen, and gathered afterwards. Templates that join several tokens become packed integer
keys, found by binary search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from viborder.train.crf.templates import AFTER, BEFORE, PAD, TOKEN_ATTRIBUTES, Template, attributes
from viborder.train.decode import Floats, Ints

_DIRECT = 1 << 20  # combinations of values up to which a table of all of them (4 MB) takes the place of a search
_BLOCK = 1 << 13  # positions scored together: so many stay in the processor's cache
_Array = TypeVar("_Array", Floats, Ints)


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned, ready to be written.

    tags: in the order of the columns. features: `lower[-1] lower[0]=công an`, sorted.
    indptr, indices, values: the state weights as a sparse (features × tags) matrix in CSR form.
    transitions: (tags × tags), from row to column.
    """

    tags: list[str]
    features: list[str]
    indptr: Ints
    indices: Ints
    values: Floats
    transitions: Floats


class Types:
    """The distinct tokens seen so far, each with an id; 0 is the padding. Forgets all when told to, so that memory
    stays bounded.

    lexicons: whether tokens have the attribute `lexicon`.
    """

    def __init__(self, lexicons: bool = False) -> None:
        self._lexicons = lexicons
        self.ids: dict[str, int] = {}
        self.attributes: list[dict[str, str]] = []
        self.casts: list[int] = []  # 0 padding, 1 lower case, 2 capitalised, 3 number, 4 mark
        self.generation = 0
        self.forget()

    def forget(self) -> None:
        """Begin again with the padding alone."""
        self.ids.clear()
        self.attributes.clear()
        self.casts.clear()
        self.generation += 1
        self.add([PAD])

    def add(self, words: Sequence[str]) -> list[int]:
        """The ids of words, new ones included."""
        ids = self.ids
        try:
            return [ids[word] for word in words]
        except KeyError:
            for word in dict.fromkeys(words):
                if word not in ids:
                    ids[word] = len(ids)
                    self.attributes.append(attributes(word, self._lexicons))
                    self.casts.append(_cast(word))
            return [ids[word] for word in words]


def run_ends(types: Types, flat: Ints) -> tuple[Ints, Ints]:
    """For each position of a flat row of token types, the position before and the one after the run that it is in.

    A run is of tokens of the same cast (capitalised, lower case, number, mark). At the ends of the row, the position
    itself.
    """
    casts = np.array(types.casts, dtype=np.int8)[flat]
    borders = np.flatnonzero(np.diff(casts)) + 1  # where a new run begins
    run = np.searchsorted(borders, np.arange(len(flat)), side="right")
    before = np.concatenate([[0], borders - 1])[run]
    after = np.concatenate([borders, [len(flat) - 1]])[run]
    return before.astype(np.int64), after.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Columns:
    """Flat arrays over many sequences, with padding between them.

    types: token type ids. codes: by column name, an index into `values` for each position; index 0 is "" (nothing).
    worth: what the vote for the grammar's proposal counts at each position; None: the same everywhere.
    said: what an encoder says of each token, without paddings: log probabilities of the tags; None: no encoder votes.
    """

    types: Ints
    codes: Mapping[str, Ints]
    values: Sequence[str]
    worth: Floats | None = None
    said: Floats | None = None


class _Join:
    """A template of several parts, or of a column: feature rows by the packed ids of its values (0: a value without
    features).
    """

    def __init__(self, template: Template, values: list[str], rows: list[int], table: Floats) -> None:
        self.parts = template.parts
        width = len(self.parts)
        if any(value.count(" ") != width - 1 for value in values):
            raise ValueError(f"{template.name!r} has features with more or fewer values than parts")
        split = " ".join(values).split(" ") if values else []  # a value of several parts has a blank between them
        columns = [split[number::width] for number in range(width)]
        self.vocabulary = [{value: number for number, value in enumerate(dict.fromkeys(one), 1)} for one in columns]
        self.sizes = [len(ids) + 1 for ids in self.vocabulary]
        if prod(self.sizes) > np.iinfo(np.int64).max:
            raise OverflowError(f"{template.name!r} has more combinations of values than can be numbered")
        packed: Ints = np.zeros(len(values), dtype=np.int64)
        for ids, size, column in zip(self.vocabulary, self.sizes, columns, strict=True):
            packed = packed * size + np.fromiter(map(ids.__getitem__, column), np.int64, len(column))
        order = np.argsort(packed)
        self.keys = packed[order]
        self.rows = table[np.concatenate([[0], np.array(rows, dtype=np.int64)[order]])]
        self.direct: NDArray[np.int32] | None = None
        if prod(self.sizes) <= _DIRECT:
            self.direct = np.zeros(prod(self.sizes), dtype=np.int32)
            self.direct[self.keys] = np.arange(1, len(values) + 1)

    def find(self, keys: Ints) -> NDArray[np.int32] | Ints:
        """For each packed key its row, 0 where it has no features."""
        if self.direct is not None:
            return self.direct.take(keys)
        found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys.take(found) == keys, found + 1, 0)


class Chain:
    """Decodes sequences with learned weights."""

    def __init__(self, weights: Weights, templates: Sequence[Template], types: Types) -> None:
        self.tags = weights.tags
        self.transitions = weights.transitions
        self._types = types
        size = len(weights.tags)
        table = np.zeros((1 + len(weights.features), size), dtype=np.float32)  # the first row: no feature
        rows = 1 + np.repeat(np.arange(len(weights.features)), np.diff(weights.indptr))
        table[rows, weights.indices] = weights.values
        found: dict[str, tuple[list[str], list[int]]] = {template.name: ([], []) for template in templates}
        at = 1
        for name, some in groupby((feature.partition("=") for feature in weights.features), itemgetter(0)):
            values, numbers = found[name]
            more = [value for _, _, value in some]
            values += more
            numbers += range(at, at + len(more))
            at += len(more)
        single = [
            template for template in templates if len(template.parts) == 1 and template.parts[0][0] in TOKEN_ATTRIBUTES
        ]
        self._table = table
        self._single = [(template.parts[0], dict(zip(*found[template.name], strict=True))) for template in single]
        self._offsets = sorted({offset for (_, offset), _ in self._single})
        self._joins = [
            _Join(template, *found[template.name], table) for template in templates if template not in single
        ]
        self._joins = [join for join in self._joins if len(join.keys)]
        self._generation, self._known = 0, 0
        self._unary: dict[int, Floats] = {}
        self._ids: list[list[Ints | None]] = []
        self._of_token = [[name in TOKEN_ATTRIBUTES for name, _ in join.parts] for join in self._joins]

    def _learn_types(self) -> None:
        """Sum the rows of token types that are new since the last call."""
        types = self._types
        if self._generation != types.generation:
            self._generation, self._known = types.generation, 0
            self._unary = {offset: np.zeros((1024, len(self.tags)), dtype=np.float32) for offset in self._offsets}
            self._ids = [[_zeros() if own else None for own in join] for join in self._of_token]
        total = len(types.attributes)
        if self._known == total:
            return
        for offset, rows in self._unary.items():
            self._unary[offset] = _grown(rows, total)
        self._ids = [[None if ids is None else _grown(ids, total) for ids in join] for join in self._ids]
        new = slice(self._known, total)
        values = {name: [own.get(name, "\n") for own in types.attributes[new]] for name in TOKEN_ATTRIBUTES}
        for (name, offset), row_of in self._single:
            self._unary[offset][new] += self._table.take([row_of.get(value, 0) for value in values[name]], axis=0)
        for join, columns in zip(self._joins, self._ids, strict=True):
            for (name, _), vocabulary, column in zip(join.parts, join.vocabulary, columns, strict=True):
                if column is not None:
                    column[new] = [vocabulary.get(value, 0) for value in values[name]]
        self._known = total

    def emissions(self, columns: Columns, positions: Ints) -> Floats:
        """The state scores (positions × tags)."""
        self._learn_types()
        scores = np.zeros((len(positions), len(self.tags)), dtype=np.float32)
        places = self._places(columns, positions)
        tables = [
            [
                _codes(vocabulary, columns.values) if ids is None else ids
                for vocabulary, ids in zip(join.vocabulary, join_ids, strict=True)
            ]
            for join, join_ids in zip(self._joins, self._ids, strict=True)
        ]
        for start in range(0, len(positions), _BLOCK):
            block = slice(start, start + _BLOCK)
            self._add(scores[block], columns, {offset: at[block] for offset, at in places.items()}, tables)
        return scores

    def _add(
        self, scores: Floats, columns: Columns, places: Mapping[int, Ints], tables: Sequence[Sequence[Ints]]
    ) -> None:
        types = {offset: columns.types.take(at) for offset, at in places.items()}
        for offset in self._offsets:
            scores += self._unary[offset].take(types[offset], axis=0)
        for join, ids in zip(self._joins, tables, strict=True):
            keys: Any = 0
            for (name, offset), size, ids_of in zip(join.parts, join.sizes, ids, strict=True):
                column = columns.codes.get(name)
                keys = keys * size + ids_of.take(types[offset] if column is None else column.take(places[offset]))
            scores += join.rows.take(join.find(keys), axis=0)

    def _places(self, columns: Columns, positions: Ints) -> dict[int, Ints]:
        offsets = {*self._offsets, *(offset for join in self._joins for _, offset in join.parts)}
        places = {offset: positions + offset for offset in offsets if abs(offset) < AFTER}
        if len(places) < len(offsets):
            before, after = run_ends(self._types, columns.types)
            places |= {BEFORE: before[positions], AFTER: after[positions]}
        return places


def _cast(word: str) -> int:
    if not word:
        return 0
    if word[0].isalpha():
        return 2 if word[0].isupper() else 1
    return 3 if word[0].isdigit() else 4


def _codes(vocabulary: Mapping[str, int], values: Sequence[str]) -> Ints:
    return np.array([vocabulary.get(value, 0) if value else 0 for value in values], dtype=np.int64)


def _zeros() -> Ints:
    return np.zeros(1024, dtype=np.int64)


def _grown(array: _Array, size: int) -> _Array:
    if size <= len(array):
        return array
    bigger = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger
