"""Whether two systems' scores on the same rows could have come out so by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from viborder.eval.counting.counts import Floats

_CELLS = 4_000_000
_EXACT = 16  # rows up to which all exchanges are tried


@dataclass(frozen=True, slots=True)
class Test:
    """p of the two-sided paired randomisation test; the smallest p that the rows allow; whether every exchange was
    tried.
    """

    p: float
    smallest: float
    exact: bool


def randomisation(first: Floats, second: Floats, resamples: int, seed: int) -> Test:
    """Approximate randomisation (Noreen 1989; Yeh 2000) of the difference in F1 of two systems.

    first, second: [rows, 3] of true positives (partial credit as fractions), gold and predicted spans. If it makes no
    difference which system a row's output comes from, exchanging outputs row by row gives differences as large as the
    one seen; p is the share of exchanges that do, the one seen counted among them. Rows on which the systems do not
    differ are exchanged without effect; with k others there are 2^k exchanges, and p cannot be below 2/2^k. They are
    all tried for k up to 16.
    """
    change = second - first
    change = change[(change != 0).any(axis=1)].astype(np.float64)
    change = change[np.lexsort(change.T)]  # the order of rows changes nothing
    rows = len(change)
    one, other = first.sum(axis=0, dtype=np.float64), second.sum(axis=0, dtype=np.float64)
    seen = abs(f1(other) - f1(one))
    exact = rows <= _EXACT
    as_large = number = 0
    for swaps in _all(rows) if exact else _some(rows, resamples, seed):
        moved = swaps @ change
        differences = np.abs(f1(other - moved) - f1(one + moved))
        as_large += int((differences >= seen - 1e-12).sum())
        number += len(swaps)
    p = as_large / number if exact else (as_large + 1) / (number + 1)
    return Test(p, min(1.0, 2 / 2**rows) if exact else 1 / (number + 1), exact)


def f1(sums: Floats) -> Floats:
    """F1 of sums [..., 3] of true positives, gold and predicted spans; 0 where there are none."""
    spans = sums[..., 1] + sums[..., 2]
    value: Floats = 2 * sums[..., 0] / np.where(spans > 0, spans, 1)
    return value


def _all(rows: int) -> Iterator[Floats]:
    numbers = np.arange(2**rows)[:, None]
    yield ((numbers >> np.arange(rows)) & 1).astype(np.float64)


def _some(rows: int, resamples: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // rows)
    for begin in range(0, resamples, step):
        some = min(step, resamples - begin)
        bits = np.unpackbits(np.frombuffer(random.bytes((some * rows + 7) // 8), dtype=np.uint8), count=some * rows)
        yield bits.reshape(some, rows).astype(np.float64)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979): the smallest times m, the next times m - 1, …, none below the
    one before.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected, floor = [0.0] * len(values), 0.0
    for rank, index in enumerate(order):
        floor = max(floor, min(1.0, (len(values) - rank) * values[index]))
        corrected[index] = floor
    return corrected
