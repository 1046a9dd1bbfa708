"""Several systems on the same gold: paired differences with intervals and p-values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from viborder.document import Document
from viborder.errors import counted, fail
from viborder.eval.counting.counts import (
    EXACT_GOLD,
    EXACT_PRED,
    GOLD,
    MATCHED_GOLD,
    MATCHED_PRED,
    PRED,
    SCHEMAS,
    STRICT,
    TYPE,
    Floats,
)
from viborder.eval.counting.held import Held
from viborder.eval.counting.scores import Scores
from viborder.eval.counting.scoring import Tags, score
from viborder.eval.uncertainty.intervals import LEVEL, RESAMPLES, SEED, Interval, caution, percentiles, plain, resampled
from viborder.eval.uncertainty.significance import f1, holm, randomisation


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems. difference: F1 of `second` less F1 of `first`, in 0…1, with its interval.

    p: of the paired randomisation test; p_holm: corrected for the number of pairs; smallest: the least p that these
    rows allow;
    exact: whether every exchange was tried. better, worse: rows on which `second` has the higher and the lower F1.
    """

    first: str
    second: str
    difference: float
    interval: Interval
    p: float
    p_holm: float
    smallest: float
    exact: bool
    better: int
    worse: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores by system, every pair of them, and what cannot be concluded."""

    systems: dict[str, Scores]
    pairs: tuple[Pair, ...]
    schema: str
    cautions: tuple[str, ...]
    signature: str

    def __repr__(self) -> str:
        lines = [f"<Comparison, {self.schema}>"]
        lines += [f"{name}: F1 {result.micro(self.schema).f1:.1%}" for name, result in self.systems.items()]
        lines += [
            f"{pair.second} less {pair.first}: {100 * pair.difference:+.1f} points, p {pair.p_holm:.3f}"
            for pair in self.pairs
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "signature": self.signature,
            "schema": self.schema,
            "systems": {name: result.as_json() for name, result in self.systems.items()},
            "pairs": [
                {name: getattr(pair, name) for name in Pair.__slots__} | {"interval": plain(pair.interval)}
                for pair in self.pairs
            ],
            "cautions": list(self.cautions),
        }


def compare(
    gold: Sequence[Document] | Held | Tags,
    preds: Mapping[str, Sequence[Document] | Held | Tags],
    *,
    schema: str = "strict",
    nested: bool = True,
    labels: Collection[str] | None = None,
    exclude: Collection[str] = (),
    unit: str | None = None,
    begins: Sequence[int] = (),
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Comparison:
    """Compare the F1 of two systems or more, by name, on the same gold.

    schema: one of strict, exact, partial, type. The other options are those of `score`; unit is also what is resampled
    and exchanged.
    Raises ViborderError: `too-few-systems`, `schema-unknown`, and what `score` raises.
    """
    if len(preds) < 2:
        raise fail("", "too-few-systems", counted(len(preds), "prediction"), "two or more, each under its own name")
    if schema not in SCHEMAS:
        raise fail("", "schema-unknown", f"no schema {schema!r}", f"one of {', '.join(SCHEMAS)}")
    systems = {
        name: score(gold, pred, nested=nested, labels=labels, exclude=exclude, unit=unit, begins=begins)
        for name, pred in preds.items()
    }
    rows = {name: _f1_rows(result, schema) for name, result in systems.items()}
    found = []
    for first, second in combinations(systems, 2):
        one, other = rows[first], rows[second]
        interval = _interval(one, other, resamples, seed, level)
        by_row = f1(other) - f1(one)
        better, worse = int((by_row > 0).sum()), int((by_row < 0).sum())
        test = randomisation(one, other, resamples, seed)
        difference = float(f1(other.sum(axis=0)) - f1(one.sum(axis=0)))
        found.append((first, second, difference, interval, test, better, worse))
    corrected = holm([test.p for *_, test, _, _ in found])
    pairs = tuple(
        Pair(first, second, difference, interval, test.p, p_holm, test.smallest, test.exact, better, worse)
        for (first, second, difference, interval, test, better, worse), p_holm in zip(found, corrected, strict=True)
    )
    any_system = next(iter(systems.values()))
    signature = (
        f"{any_system.signature}|schema:{schema}|test:randomisation|resamples:{resamples}|seed:{seed}|level:{level}"
    )
    return Comparison(
        systems, pairs, schema, tuple(_cautions(pairs, len(any_system.ids), any_system.unit, level)), signature
    )


def _interval(one: Floats, other: Floats, resamples: int, seed: int, level: float) -> Interval:
    """Of the difference in F1, the same rows drawn for both; of fewer than two rows there is none."""
    if len(one) < 2:
        return np.nan, np.nan
    drawn = np.concatenate(list(resampled(np.concatenate([one, other], axis=1), resamples, seed)))
    return percentiles(f1(drawn[:, 3:]) - f1(drawn[:, :3]), level)


def _f1_rows(result: Scores, schema: str) -> Floats:
    """[rows, 3]: credit, gold and predicted spans over all types."""
    own = result.counts.sum(axis=1, dtype=np.int64).astype(np.float64)
    credit = {
        "strict": own[:, STRICT],
        "exact": (own[:, EXACT_GOLD] + own[:, EXACT_PRED]) / 2,
        "partial": (own[:, EXACT_GOLD] + own[:, MATCHED_GOLD] + own[:, EXACT_PRED] + own[:, MATCHED_PRED]) / 4,
        "type": own[:, TYPE],
    }[schema]
    return np.stack([credit, own[:, GOLD], own[:, PRED]], axis=1)


def _cautions(pairs: Sequence[Pair], rows: int, unit: str, level: float) -> list[str]:
    said = caution(rows, unit, level)
    weakest = max(pairs, key=lambda pair: pair.smallest)
    needed = min(1.0, len(pairs) * weakest.smallest)
    if needed > 1 - level:
        several = f" ({needed:.2g} after correction for {len(pairs)} pairs)" if len(pairs) > 1 else ""
        said.append(
            f"{counted(rows, unit)}: no p below {weakest.smallest:.4g}{several} is possible for {weakest.first} and "
            f"{weakest.second}, so these data cannot show a difference at {1 - level:.2g}, however large it is"
        )
    if unit == "document" and rows < 20:
        said.append("a difference on so few documents is a description of them, not evidence about others")
    return said
