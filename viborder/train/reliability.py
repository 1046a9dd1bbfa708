"""Whether a score means what it says: of the spans that bear 0.9, nine in ten should be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from viborder.document import Document


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
    judged = [
        (span.score, span in set(one.spans))
        for one, other in zip(gold, found, strict=True)
        for span in other.spans
        if span.score is not None
    ]
    bins = []
    for low, high in pairwise(edges):
        inside = [(score, right) for score, right in judged if low <= score < high]
        if inside:
            scores, rights = zip(*inside, strict=True)
            bins.append(Bin(low, min(high, 1.0), len(inside), sum(scores) / len(inside), sum(rights) / len(inside)))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of score and share right over bins, weighted by spans (Guo
    et al. 2017).
    """
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.score - one.right) for one in bins) / total if total else 0.0
