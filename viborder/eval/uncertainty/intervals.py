"""How far a score would move with other documents of the same kind: bootstrap intervals, and the effect of each
document.

Rows (documents, or sentences) are drawn with replacement, as many as there are, and every score is computed again from
the sums of the drawn counts (percentile bootstrap: Efron 1979). Drawing is a table of how often each row was drawn, and
summing a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from viborder.eval.counting.counts import COLUMNS, GOLD, SCHEMAS, Counts, Floats, rates
from viborder.eval.counting.scores import Scores

RESAMPLES = 10_000
SEED = 12345
LEVEL = 0.95
_CELLS = 1_000_000  # numbers in the largest table of draws, of 8 bytes each; three such tables are held

Interval = tuple[float, float]
FEW = 20  # rows below which a percentile interval is said to be too narrow


@dataclass(frozen=True, slots=True)
class Intervals:
    """Lower and upper bounds of precision, recall and F1, by schema and name; nan where a score is defined in no
    resample.
    """

    bounds: dict[str, dict[str, tuple[Interval, Interval, Interval]]]
    resamples: int
    seed: int
    level: float

    def as_json(self) -> dict[str, Any]:
        """The bounds as plain JSON values; null where a score is defined in no resample."""
        schemas = {
            schema: {
                name: {key: plain(interval) for key, interval in zip(("precision", "recall", "f1"), three, strict=True)}
                for name, three in names.items()
            }
            for schema, names in self.bounds.items()
        }
        return {
            "method": "percentile bootstrap",
            "resamples": self.resamples,
            "seed": self.seed,
            "level": self.level,
            **schemas,
        }

    def f1(self, name: str = "overall", schema: str = "strict") -> Interval:
        """The interval of F1 over all types (`overall`), of a mean (`macro`, `weighted`) or of a type
        (`type:PLACE`).
        """
        return self.bounds[schema][name][2]


def bootstrap(result: Scores, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL) -> Intervals:
    """Percentile intervals of every score of a result; of fewer than two rows there are none.

    A type that a resample has not is left out of that resample's means.
    """
    rows, types = result.counts.shape[:2]
    names = ["overall", "macro", "weighted", *(f"type:{label}" for label in result.labels)]
    if rows < 2 or not types:
        nothing = ((np.nan, np.nan),) * 3
        return Intervals({schema: dict.fromkeys(names, nothing) for schema in SCHEMAS}, resamples, seed, level)
    drawn = np.concatenate(list(resampled(result.counts.reshape(rows, -1), resamples, seed))).reshape(
        resamples, types, len(COLUMNS)
    )
    own = rates(drawn, np.nan)
    present = ~np.isnan(own[:, :, :1, 2:])
    macro = np.where(present, np.nan_to_num(own), 0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    weight = drawn[:, :, GOLD, None, None]
    weighted = (np.nan_to_num(own) * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    scores = np.concatenate([np.stack([rates(drawn.sum(axis=1), np.nan), macro, weighted], axis=1), own], axis=1)
    bounds = _percentiles(scores.reshape(resamples, -1), level).reshape(len(names), len(SCHEMAS), 3, 2).tolist()
    by_schema = {
        schema: {
            name: (tuple(p), tuple(r), tuple(f))
            for name, (p, r, f) in zip(names, (row[index] for row in bounds), strict=True)
        }
        for index, schema in enumerate(SCHEMAS)
    }
    return Intervals(by_schema, resamples, seed, level)


def interval_of(
    result: Scores,
    ratio: Callable[[Floats], Floats],
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Interval:
    """The percentile interval of a ratio of one's own, from the same draws as those of `bootstrap`; nan for fewer than
    two rows.

    ratio: takes sums of counts of shape [resamples, types, 10] (`viborder.eval.counting.counts.COLUMNS`) and gives a
    value for each resample, nan where it is not defined.
    """
    rows, types = result.counts.shape[:2]
    if rows < 2 or not types:
        return np.nan, np.nan
    drawn = np.concatenate(list(resampled(result.counts.reshape(rows, -1), resamples, seed)))
    return percentiles(ratio(drawn.reshape(resamples, types, len(COLUMNS))), level)


def resampled(statistics: Counts | Floats, resamples: int, seed: int) -> Iterator[Floats]:
    """Sums of n drawn rows of `statistics` [n, k], as arrays of shape [some, k], `resamples` rows in all.

    Rows are sorted first, so that their order changes nothing. Many that are alike are drawn together, from a
    multinomial distribution
    over the different ones: the same distribution, and sooner done where there are many sentences without any span.
    """
    random = np.random.default_rng(seed)
    size = len(statistics)
    different, times = np.unique(statistics, axis=0, return_counts=True)
    grouped = len(different) < size / 4
    values = (different if grouped else np.repeat(different, times, axis=0)).astype(np.float64)
    step = max(1, _CELLS // len(values))
    for begin in range(0, resamples, step):
        some = min(step, resamples - begin)
        if grouped:
            draws = random.multinomial(size, times / size, size=some)
        else:
            cells = random.integers(0, size, size=(some, size)) + np.arange(0, some * size, size)[:, None]
            draws = np.bincount(cells.ravel(), minlength=some * size).reshape(some, size)
        yield draws.astype(np.float64) @ values


def percentiles(values: Floats, level: float = LEVEL) -> Interval:
    """The bounds between which a share `level` of the values lies; nan values are left out."""
    low, high = _percentiles(values[:, None], level)[0].tolist()
    return low, high


def _percentiles(values: Floats, level: float) -> Floats:
    """Bounds of each column of [n, k], as [k, 2]."""
    ends = [50 * (1 - level), 50 * (1 + level)]
    missing = np.isnan(values)
    bounds = np.full((values.shape[1], 2), np.nan)
    whole = ~missing.any(axis=0)
    bounds[whole] = np.percentile(values[:, whole], ends, axis=0).T
    for column in np.flatnonzero(~whole & ~missing.all(axis=0)):
        bounds[column] = np.percentile(values[~missing[:, column], column], ends)
    return bounds


def plain(interval: Interval) -> list[float] | None:
    """The bounds as a list, or None where there are none."""
    return None if interval[0] != interval[0] else list(interval)


def left_out(result: Scores, schema: str = "strict") -> dict[str, float]:
    """F1 over all types with each row left out in turn: how much hangs on one document."""
    own = result.counts.sum(axis=1, dtype=np.int64)
    values = rates(own.sum(axis=0) - own)[:, SCHEMAS.index(schema), 2]
    return dict(zip(result.ids, values.tolist(), strict=True))


def caution(rows: int, unit: str, level: float = LEVEL) -> list[str]:
    """What an interval over so few rows does not say, in plain words.

    The factor is Hesterberg's (2015, *What Teachers Should Know About the Bootstrap*): a percentile interval of a mean
    of n values is narrower than Student's by sqrt((n - 1) / n) * z / t.
    """
    said = []
    if rows < 2:
        said.append(f"{rows} {unit}: no interval can be drawn from fewer than two")
    elif rows < FEW:
        from scipy.stats import norm, t

        factor = sqrt(rows / (rows - 1)) * float(t.ppf((1 + level) / 2, rows - 1) / norm.ppf((1 + level) / 2))
        said.append(
            f"{rows} {unit}s: read the intervals as about {factor:.1f} times as wide; percentile intervals of so few are too narrow"
        )
    if unit == "sentence":
        said.append(
            "intervals over sentences say what other sentences of these documents would give; other documents differ more"
        )
    return said
