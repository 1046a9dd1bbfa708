"""What a user holds after scoring: the counts, what was scored, and every ratio of their sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viborder import __version__
from viborder.errors import counted
from viborder.eval.counting.counts import GOLD, PRED, SCHEMAS, Counts, outcomes, rates, total


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1, with the spans that they are over: `gold` of them annotated, `pred` predicted."""

    precision: float
    recall: float
    f1: float
    gold: int
    pred: int


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Counts of shape [rows, types, 10] (see `viborder.eval.counting.counts.COLUMNS`) and the ratios of their sums.

    ids: one name a row. unit: what a row is, `document` or `sentence`. labels: one name a type.
    options: how the score was made. data: a hash of the gold data. Of tags also: illegal, for `gold` and `pred` the
    (sequence, token) of each tag that may not follow the one before it; accuracy, the share of tokens with the right
    tag.
    """

    counts: Counts
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    unit: str
    options: Mapping[str, str]
    data: str
    illegal: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    accuracy: float | None = None

    def __repr__(self) -> str:
        micro = self.micro()
        figures = f"F1 {micro.f1:.1%}, precision {micro.precision:.1%}, recall {micro.recall:.1%}"
        return f"<Scores: {figures}; {counted(micro.gold, 'gold span')}, {micro.pred} predicted, {counted(len(self.ids), self.unit)}>"

    def micro(self, schema: str = "strict") -> Rates:
        """Over all spans, whatever their type."""
        return _rates(total(self.counts), schema)

    def by_type(self, schema: str = "strict") -> dict[str, Rates]:
        """For each type.

        A pair of two labels counts for recall under the gold one and for precision under the predicted one.
        """
        summed = self.counts.sum(axis=0, dtype=np.int64)
        return {label: _rates(summed[index], schema) for index, label in enumerate(self.labels)}

    def macro(self, schema: str = "strict") -> Rates:
        """The mean over types."""
        return self._mean(schema, weighted=False)

    def weighted(self, schema: str = "strict") -> Rates:
        """The mean over types, each weighted by its gold spans."""
        return self._mean(schema, weighted=True)

    def _mean(self, schema: str, weighted: bool) -> Rates:
        summed = self.counts.sum(axis=0, dtype=np.int64)
        values = rates(summed)[:, SCHEMAS.index(schema)]
        weights = summed[:, GOLD] if weighted else np.ones(len(self.labels))
        mean = weights @ values / weights.sum() if weights.sum() else np.zeros(3)
        precision, recall, f1 = mean.tolist()
        return Rates(precision, recall, f1, int(summed[:, GOLD].sum()), int(summed[:, PRED].sum()))

    def by_row(self, schema: str = "strict") -> dict[str, Rates]:
        """For each document (or sentence)."""
        summed = self.counts.sum(axis=1, dtype=np.int64)
        values = rates(summed)[:, SCHEMAS.index(schema)].tolist()
        rows = zip(self.ids, values, summed[:, GOLD].tolist(), summed[:, PRED].tolist(), strict=True)
        return {name: Rates(precision, recall, f1, gold, pred) for name, (precision, recall, f1), gold, pred in rows}

    @property
    def signature(self) -> str:
        """What was scored, how, on which data and by which version, so that two numbers can be told to be
        comparable.
        """
        parts = {**self.options, "unit": self.unit, "n": str(len(self.ids)), "data": self.data, "version": __version__}
        return "viborder|" + "|".join(f"{name}:{value}" for name, value in parts.items())

    def as_dict(self) -> dict[str, Any]:
        """The strict scores under the keys of seqeval and `evaluate`, as plain JSON values."""
        types = {label: _seqeval_keys(values) for label, values in self.by_type().items()}
        micro = self.micro()
        overall = {"overall_precision": micro.precision, "overall_recall": micro.recall, "overall_f1": micro.f1}
        return {**types, **overall, **({} if self.accuracy is None else {"overall_accuracy": self.accuracy})}

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain JSON values: `as_dict`, all four schemas, per type and per row, means, counts and
        signature.
        """
        summed = self.counts.sum(axis=0, dtype=np.int64)
        return {
            "signature": self.signature,
            **self.as_dict(),
            "schemas": {
                schema: {
                    "overall": _full(total(self.counts), schema),
                    "types": {label: _full(summed[index], schema) for index, label in enumerate(self.labels)},
                    "macro": _means(self.macro(schema)),
                    "weighted": _means(self.weighted(schema)),
                }
                for schema in SCHEMAS
            },
            "illegal": {side: [list(place) for place in places] for side, places in self.illegal.items()},
            self.unit + "s": {name: _means(values) | {"number": values.gold} for name, values in self.by_row().items()},
        }


def _rates(summed: Any, schema: str) -> Rates:
    precision, recall, f1 = rates(summed)[SCHEMAS.index(schema)].tolist()
    return Rates(precision, recall, f1, int(summed[GOLD]), int(summed[PRED]))


def _means(values: Rates) -> dict[str, float]:
    return {"precision": values.precision, "recall": values.recall, "f1": values.f1}


def _seqeval_keys(values: Rates) -> dict[str, float | int]:
    return {**_means(values), "number": values.gold}


def _full(summed: Any, schema: str) -> dict[str, float | int]:
    return {**outcomes(summed, schema), **_means(_rates(summed, schema)), "number": int(summed[GOLD])}
