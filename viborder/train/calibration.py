"""Calibration: of the spans that bear the score 0.9, nine in ten should be right. How it is fitted, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viborder.document import Document


@dataclass(frozen=True, slots=True)
class Calibration:
    """A probability p becomes the logistic function of slope · log(p / (1 − p)) + intercept, + agreement where the
    grammar proposes the same span.
    """

    slope: float = 1.0
    intercept: float = 0.0
    agreement: float = 0.0

    def applied(self, chances: NDArray[np.float64], agrees: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Calibrated scores, rounded to four places. chances: the model's probabilities. agrees: where the grammar
        proposes the same.
        """
        certain = np.clip(chances, 1e-6, 1 - 1e-6)
        logits = self.slope * np.log(certain / (1 - certain)) + self.intercept + self.agreement * agrees
        rounded: NDArray[np.float64] = np.round(1 / (1 + np.exp(-logits)), 4)
        return rounded


def fit(judged: Sequence[tuple[float, bool, bool]], ridge: float = 1.0) -> Calibration:
    """A logistic calibration, fitted by Newton's method and drawn by a ridge towards doing nothing (slope 1).

    judged: for each span its probability, whether the grammar proposes the same, and whether it is right; with fewer
    than 20 nothing is fitted. After Platt (1999).
    """
    if len(judged) < 20:
        return Calibration()
    chances = np.clip(np.array([chance for chance, _, _ in judged]), 1e-6, 1 - 1e-6)
    design = np.stack(
        [
            np.log(chances / (1 - chances)),
            np.ones(len(judged)),
            np.array([agrees for _, agrees, _ in judged], dtype=float),
        ],
        axis=1,
    )
    right = np.array([is_right for _, _, is_right in judged], dtype=float)
    weights = origin = np.array([1.0, 0.0, 0.0])
    for _ in range(50):
        expected = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (right - expected) - ridge * (weights - origin)
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + ridge * np.eye(3)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return Calibration(*(round(float(weight), 4) for weight in weights))


@dataclass(frozen=True, slots=True)
class Bin:
    """The spans whose score lies in `[low, high)`: how many, their mean score, and the share that is right."""

    low: float
    high: float
    count: int
    score: float
    right: float


def reliability(
    gold: Sequence[Document],
    found: Sequence[Document],
    edges: Sequence[float] = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01),
) -> list[Bin]:
    """The reliability diagram of scored spans as numbers, empty bins left out. A span is right where gold has the same
    range and label.

    gold, found: the same documents in the same order.
    """
    judged = _judged(gold, found)
    bins = []
    for low, high in pairwise(edges):
        inside = [(score, right) for score, right in judged if low <= score < high]
        if inside:
            scores, rights = zip(*inside, strict=True)
            bins.append(Bin(low, min(high, 1.0), len(inside), sum(scores) / len(inside), sum(rights) / len(inside)))
    return bins


def _judged(gold: Sequence[Document], found: Sequence[Document]) -> list[tuple[float, bool]]:
    """The score of each scored span, and whether it is right."""
    return [
        (span.score, span in set(one.spans))
        for one, other in zip(gold, found, strict=True)
        for span in other.spans
        if span.score is not None
    ]


def brier(gold: Sequence[Document], found: Sequence[Document]) -> float:
    """The mean squared distance of the scores of spans from 1 where they are right and 0 where they are wrong, 0…1
    (Brier 1950).

    gold, found: the same documents in the same order.
    """
    distances = [(score - right) ** 2 for score, right in _judged(gold, found)]
    return sum(distances) / len(distances) if distances else 0.0


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of score and share right over bins, weighted by spans (Guo
    et al. 2017).
    """
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.score - one.right) for one in bins) / total if total else 0.0
