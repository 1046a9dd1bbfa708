"""Gamma (Mathet, Widlöcher and Métivier 2015, Computational Linguistics 41:3): agreement of units by their best
alignment.

It needs no tokens, weighs how far borders are apart against wrong labels, and takes nested and crossing units as they
are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viborder.document import Span

Floats = NDArray[np.float64]
Units = tuple[Floats, Floats, NDArray[np.int64]]  # starts, ends, labels


@dataclass(frozen=True, slots=True)
class Gamma:
    """value: 1 for identical units, 0 for what chance gives, less for worse.

    observed, expected: the disorders that it is made of.
    """

    value: float
    observed: float
    expected: float


def gamma(first: Sequence[Span], second: Sequence[Span], samples: int = 300, seed: int = 12345) -> Gamma | None:
    """Gamma of two annotators' units of one document; None where neither has any.

    Two units differ by (|Δstart| + |Δend|)² / (sum of their lengths)², plus 1 for another label; a unit alone costs 1.
    Disorder is the cost of the best alignment over the mean number of units. Chance: annotators whose numbers of units,
    gaps and lengths are normal and whose labels are drawn with the means, deviations and frequencies of the two
    together; the mean disorder of `samples` such pairs.
    """
    if not first and not second:
        return None
    label_ids = {label: index for index, label in enumerate(sorted({span.label for span in (*first, *second)}))}
    one, other = _units(first, label_ids), _units(second, label_ids)
    observed = _disorder(one, other)
    random = np.random.default_rng(seed)
    chance = _Chance(one, other)
    expected = float(np.mean([_disorder(*chance.draw(random)) for _ in range(samples)]))
    return Gamma(1 - observed / expected, observed, expected)


def _units(spans: Sequence[Span], label_ids: dict[str, int]) -> Units:
    ordered = sorted(spans)
    starts, ends = (np.array([getattr(span, side) for span in ordered], dtype=np.float64) for side in ("start", "end"))
    return starts, ends, np.array([label_ids[span.label] for span in ordered], dtype=np.int64)


def _disorder(first: Units, second: Units) -> float:
    """A unit alone costs 1, so that aligning a pair saves 2 less its cost; pairs that save nothing stay apart."""
    from scipy.optimize import linear_sum_assignment

    units = len(first[0]) + len(second[0])
    starts, ends = np.abs(first[0][:, None] - second[0]), np.abs(first[1][:, None] - second[1])
    lengths = (first[1] - first[0])[:, None] + (second[1] - second[0])
    saved = np.maximum(0, 2 - ((starts + ends) / lengths) ** 2 - (first[2][:, None] != second[2]))
    rows, columns = linear_sum_assignment(saved, maximize=True)
    return float(units - saved[rows, columns].sum()) / (units / 2)


class _Chance:
    """Pairs of annotators that resemble the two given ones in numbers alone."""

    def __init__(self, first: Units, second: Units) -> None:
        sides = [side for side in (first, second) if len(side[0])]
        gaps = [0.0, *(gap for starts, ends, _ in sides for gap in starts[1:] - ends[:-1])]
        gaps += [float(starts[0]) for starts, _, _ in sides if starts[0] > 0]
        self.count = _normal([len(first[0]), len(second[0])])
        self.gap = _normal(gaps)
        self.length = _normal([length for starts, ends, _ in sides for length in ends - starts])
        self.labels = np.concatenate([first[2], second[2]])

    def draw(self, random: np.random.Generator) -> tuple[Units, Units]:
        """Two annotators, at least one of whom has a unit."""
        while True:
            first, second = self._annotator(random), self._annotator(random)
            if len(first[0]) or len(second[0]):
                return first, second

    def _annotator(self, random: np.random.Generator) -> Units:
        number = abs(int(random.normal(*self.count)))
        gaps, lengths = random.normal(*self.gap, size=number), np.abs(random.normal(*self.length, size=number))
        lengths = np.maximum(lengths, 1e-6)
        ends = np.cumsum(gaps + lengths)
        return ends - lengths, ends, random.choice(self.labels, size=number)


def _normal(values: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values))
