"""Small recurrent networks that vote beside a CRF: decoded in numpy, learned from scratch with PyTorch
(`learn_network.py`).

Each is a bidirectional LSTM (Graves and Schmidhuber 2005) over the sums of the embeddings of a token's attributes, the
ones that the templates of a CRF name, with a softmax over tags. It sees the whole sentence, where the CRF sees a
window; their errors differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viborder.train.crf.chain import Types
from viborder.train.decode import Floats, Ints, by_step

# The attributes of a token that a network reads, the first WORD of which are the word itself.
ATTRIBUTES = ("word", "lower", "plain", "shape", "pre1", "pre2", "pre3", "suf1", "suf2", "suf3", "number")
WORD = 3


@dataclass(frozen=True, slots=True)
class Network:
    """The weights of one network, with D the size of an embedding, H of a hidden state.

    embeddings: (attributes + 1, D), the first row 0, for what training did not hold. inputs: (D, 8H) and bias: (8H), of
    the gates input, forget, cell, output, first those of the LSTM from left to right. forward, backward: (H, 4H).
    outputs: (2H, tags); offset: (tags).
    """

    embeddings: Floats
    inputs: Floats
    bias: Floats
    forward: Floats
    backward: Floats
    outputs: Floats
    offset: Floats

    def log_chances(self, table: Ints, inverse: Ints, rows: Ints, mirrored: Ints, steps: Sequence[slice]) -> Floats:
        """The logarithms of the probabilities of tags (tokens × tags), each token's by itself.

        table: (types × attributes), rows of `embeddings`. inverse: the type of each token.
        rows, mirrored: the tokens step by step, as `by_step` gives them, of the sentences and of the sentences read
        backwards.
        """
        half = len(self.forward)
        gates = self.embeddings[table].sum(axis=1) @ self.inputs + self.bias
        scores = np.empty((len(inverse), len(self.offset)), dtype=np.float32)
        scores[rows] = _lstm(gates[inverse[rows], : 4 * half], self.forward, steps) @ self.outputs[:half]
        scores[mirrored] += _lstm(gates[inverse[mirrored], 4 * half :], self.backward, steps) @ self.outputs[half:]
        scores += self.offset
        scores -= scores.max(axis=1, keepdims=True)
        normal: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return normal


class Networks:
    """Networks that were learned from the same documents.

    attributes: `lower=công` and so on; the number of each is its place, from 1.
    """

    def __init__(self, attributes: Sequence[str], members: Sequence[Network]) -> None:
        self.attributes, self.members = list(attributes), list(members)
        self._numbers = numbered(attributes)
        self._generation = -1
        self._table: Ints = np.zeros((0, len(ATTRIBUTES)), dtype=np.int64)

    def log_chances(self, types: Types, ids: Ints, starts: Ints, lengths: Ints) -> Floats:
        """The mean of the networks' log probabilities of tags (tokens × tags).

        ids: the type of each token; sentences as in `viterbi`.
        """
        self._learn_types(types)
        distinct, inverse = np.unique(ids, return_inverse=True)
        rows, steps, _ = by_step(starts, lengths)
        mirror = np.repeat(2 * starts + lengths - 1, lengths) - np.arange(
            len(ids)
        )  # a token's place in its sentence from the end
        table = self._table[distinct]
        found = [member.log_chances(table, inverse, rows, mirror[rows], steps) for member in self.members]
        mean: Floats = np.mean(found, axis=0, dtype=np.float32)
        return mean

    def _learn_types(self, types: Types) -> None:
        if self._generation != types.generation:
            self._generation, self._table = types.generation, self._table[:0]
        new = [row_of(self._numbers, own) for own in types.attributes[len(self._table) :]]
        if new:
            self._table = np.concatenate([self._table, np.array(new, dtype=np.int64)])


def numbered(attributes: Sequence[str]) -> dict[str, int]:
    """The number of each attribute, from 1; 0 is for what training did not hold."""
    return {attribute: number for number, attribute in enumerate(attributes, 1)}


def row_of(numbers: Mapping[str, int], own: Mapping[str, str]) -> list[int]:
    """The numbers of a token's attributes, one for each of ATTRIBUTES; 0 where it has none, or one that training did
    not hold.
    """
    return [numbers.get(f"{name}={own[name]}", 0) if name in own else 0 for name in ATTRIBUTES]


def _lstm(gates: Floats, recurrent: Floats, steps: Sequence[slice]) -> Floats:
    """The hidden states (rows × H) of an LSTM.

    gates: what the inputs contribute (rows × 4H), step by step, longest sentence first.
    """
    size = len(recurrent)
    states = np.empty((len(gates), size), dtype=np.float32)
    hidden = np.zeros((steps[0].stop, size), dtype=np.float32)
    cell = np.zeros_like(hidden)
    for here in steps:
        count = here.stop - here.start
        now = gates[here] + hidden[:count] @ recurrent
        into, keep, out = (_logistic(now[:, part * size : (part + 1) * size]) for part in (0, 1, 3))
        cell = keep * cell[:count] + into * np.tanh(now[:, 2 * size : 3 * size])
        states[here] = hidden = out * np.tanh(cell)
    return states


def _logistic(values: Any) -> Any:
    return 0.5 * np.tanh(0.5 * values) + 0.5
