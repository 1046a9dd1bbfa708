"""Counts per row (a document or a sentence) and type: the one thing that is measured.

Every score is a ratio of sums of these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viborder.eval.counting.matching import align
from viborder.eval.counting.table import Ints, SpanTable

# Columns of a count array of shape [rows, types, 10]. `…_gold` counts gold spans under their own label, `…_pred`
# predicted spans under
# theirs; the two differ where a pair bears two labels. `matched` is the alignment by boundaries, `typed` the alignment
# by label.
COLUMNS = (
    "gold",
    "pred",
    "strict",
    "exact_gold",
    "exact_pred",
    "matched_gold",
    "matched_pred",
    "type",
    "typed_gold",
    "typed_pred",
)
GOLD, PRED, STRICT, EXACT_GOLD, EXACT_PRED, MATCHED_GOLD, MATCHED_PRED, TYPE, TYPED_GOLD, TYPED_PRED = range(10)
SCHEMAS = ("strict", "exact", "partial", "type")

Counts = NDArray[np.int32]
Floats = NDArray[np.float64]


def count(gold: SpanTable, pred: SpanTable, rows: int, types: int) -> Counts:
    """Counts of shape [rows, types, 10] of two tables over the same rows and labels."""
    by_boundaries, by_label = align(gold, pred)
    g, p = by_boundaries.gold, by_boundaries.pred
    exact = (gold.start[g] == pred.start[p]) & (gold.end[g] == pred.end[p])
    strict = exact & (gold.label[g] == pred.label[p])
    typed = gold.label[by_label.gold] == pred.label[by_label.pred]
    counts = np.zeros((len(COLUMNS), rows * types), dtype=np.int32)
    of_gold, of_pred = (table.row * types + table.label for table in (gold, pred))

    def put(column: int, cells: Ints) -> None:
        counts[column] = np.bincount(cells, minlength=rows * types)

    put(GOLD, of_gold)
    put(PRED, of_pred)
    put(STRICT, of_gold[g[strict]])
    put(EXACT_GOLD, of_gold[g[exact]])
    put(EXACT_PRED, of_pred[p[exact]])
    put(MATCHED_GOLD, of_gold[g])
    put(MATCHED_PRED, of_pred[p])
    put(TYPE, of_gold[by_label.gold[typed]])
    put(TYPED_GOLD, of_gold[by_label.gold])
    put(TYPED_PRED, of_pred[by_label.pred])
    return counts.T.reshape(rows, types, len(COLUMNS))


def total(counts: Counts) -> NDArray[np.int64]:
    """Counts of all rows and types together, shape [10]."""
    summed: NDArray[np.int64] = counts.sum(axis=(0, 1), dtype=np.int64)
    return summed


def rates(counts: NDArray[np.int64] | Counts | Floats, undefined: float = 0.0) -> Floats:
    """Precision, recall and F1 of counts of shape [..., 10], as an array of shape [..., 4, 3] in the order of SCHEMAS.

    A partial match is worth half (MUC-5; SemEval-2013 task 9). A ratio without a denominator, and F1 with neither gold
    nor prediction, is `undefined`.
    """
    columns = counts.astype(np.float64)
    strict, type_ = columns[..., STRICT], columns[..., TYPE]
    half_gold = (columns[..., EXACT_GOLD] + columns[..., MATCHED_GOLD]) / 2
    half_pred = (columns[..., EXACT_PRED] + columns[..., MATCHED_PRED]) / 2
    credit_gold = np.stack([strict, columns[..., EXACT_GOLD], half_gold, type_], axis=-1)
    credit_pred = np.stack([strict, columns[..., EXACT_PRED], half_pred, type_], axis=-1)
    gold, pred = columns[..., GOLD, None], columns[..., PRED, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(pred > 0, credit_pred / pred, undefined)
        recall = np.where(gold > 0, credit_gold / gold, undefined)
        f1 = np.where(precision + recall > 0, 2 * precision * recall / (precision + recall), 0.0)
    f1 = np.where((gold == 0) & (pred == 0), undefined, np.where((gold > 0) & (pred > 0), f1, 0.0))
    return np.stack([precision, recall, f1], axis=-1)


def outcomes(counts: Sequence[int] | NDArray[np.int64], schema: str) -> dict[str, int]:
    """Correct, incorrect, partial, missed and spurious of summed counts of shape [10] under a schema.

    The first four stand under the gold label, spurious under the predicted one, so that the types add up to the whole.
    """
    values = [int(value) for value in counts]
    matched_gold, matched_pred = (TYPED_GOLD, TYPED_PRED) if schema == "type" else (MATCHED_GOLD, MATCHED_PRED)
    correct = values[{"strict": STRICT, "exact": EXACT_GOLD, "partial": EXACT_GOLD, "type": TYPE}[schema]]
    overlapping = values[matched_gold] - correct
    return {
        "correct": correct,
        "incorrect": 0 if schema == "partial" else overlapping,
        "partial": overlapping if schema == "partial" else 0,
        "missed": values[GOLD] - values[matched_gold],
        "spurious": values[PRED] - values[matched_pred],
    }
