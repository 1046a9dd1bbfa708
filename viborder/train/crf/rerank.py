"""A second look at whole spans: of those that a CRF holds possible, the set without overlaps that scores best together.

A semi-Markov CRF (Sarawagi and Cohen 2004) over the candidates of a first model, as in the reranking of Collins (2002):
it sees what a chain of tags cannot, such as the whole string and what training says of it, or the spans around.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

import numpy as np

from viborder.train.crf.span_features import Chance, Strings, log_odds, span_features
from viborder.train.decode import Ints
from viborder.train.token_spans import TokenSpan

LEAST = 0.003  # the probability under the CRF below which a span is no candidate


@dataclass(frozen=True, slots=True)
class Reranker:
    """Weights by feature, and the strings known from training."""

    weights: Mapping[str, float]
    strings: Strings

    def choose(self, words: Sequence[str], starts: Ints, lengths: Ints, found: Sequence[Chance]) -> list[Chance]:
        """The best spans, each with its probability.

        found: candidates in tokens of `words`, in order; starts, lengths: the sentences.
        """
        chosen: list[Chance] = []
        for start, length, spans in zip(starts.tolist(), lengths.tolist(), by_sentence(starts, found), strict=True):
            if not spans:
                continue
            features = span_features(words[start : start + length], spans, self.strings)
            scores = [
                log_odds(chance) + sum(self.weights.get(name, 0.0) for name in names)
                for names, (_, chance) in zip(features, spans, strict=True)
            ]
            lattice = Lattice([span for span, _ in spans])
            _, chances = lattice.chances(scores)
            for number in lattice.best(scores):
                first, last, label = spans[number][0]
                chosen.append(((first + start, last + start, label), chances[number]))
        return chosen


def by_sentence(starts: Ints, found: Sequence[Chance]) -> list[list[Chance]]:
    """Spans in reading order, in tokens of all sentences, as those of each, in its own tokens."""
    begins = np.array([span[0] for span, _ in found], dtype=np.int64)
    edges = [*np.searchsorted(begins, starts).tolist(), len(found)]
    return [
        [((first - start, last - start, label), chance) for (first, last, label), chance in found[low:high]]
        for start, (low, high) in zip(starts.tolist(), pairwise(edges), strict=True)
    ]


class Lattice:
    """All sets of spans of a sentence without overlaps. The score of a set is the sum of those of its spans."""

    def __init__(self, spans: Sequence[TokenSpan]) -> None:
        borders = {
            border: place
            for place, border in enumerate(sorted({border for first, last, _ in spans for border in (first, last)}))
        }
        self.size = len(borders)
        self.edges = [(borders[first], borders[last]) for first, last, _ in spans]
        self.ending: list[list[int]] = [[] for _ in borders]  # by border, the spans that end there
        self.beginning: list[list[int]] = [[] for _ in borders]
        for number, (first, last) in enumerate(self.edges):
            self.ending[last].append(number)
            self.beginning[first].append(number)

    def best(self, scores: Sequence[float]) -> list[int]:
        """The numbers of the spans of the best set, in order."""
        sums, taken = [0.0] * self.size, [-1] * self.size
        for border in range(1, self.size):
            sums[border] = sums[border - 1]
            for number in self.ending[border]:
                total = sums[self.edges[number][0]] + scores[number]
                if total > sums[border]:
                    sums[border], taken[border] = total, number
        found, border = [], self.size - 1
        while border > 0:
            number = taken[border]
            if number >= 0:
                found.append(number)
            border = self.edges[number][0] if number >= 0 else border - 1
        return found[::-1]

    def chances(self, scores: Sequence[float]) -> tuple[float, list[float]]:
        """The logarithm of the sum over all sets of exp(score), and the probability that each span is in the set."""
        left, right = [0.0] * self.size, [0.0] * self.size
        for border in range(1, self.size):
            left[border] = _log_sum(
                [left[border - 1], *(left[self.edges[number][0]] + scores[number] for number in self.ending[border])]
            )
        for border in range(self.size - 2, -1, -1):
            after = (right[self.edges[number][1]] + scores[number] for number in self.beginning[border])
            right[border] = _log_sum([right[border + 1], *after])
        total = left[-1]
        return total, [
            exp(left[first] + score + right[last] - total)
            for (first, last), score in zip(self.edges, scores, strict=True)
        ]


def _log_sum(values: list[float]) -> float:
    if len(values) == 1:
        return values[0]
    most = max(values)
    return most + log(sum(exp(value - most) for value in values))
