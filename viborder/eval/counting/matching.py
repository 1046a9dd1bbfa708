"""Which predicted span answers which gold span.

Two alignments, both one to one between overlapping spans of a document, both optimal, neither dependent on the order of
spans:

- by boundaries, for the strict, exact and partial schemas: as many identical ranges as possible, among them as many of
  the same
  label, then as many pairs as possible. Taking identical ranges first loses no partial credit: where a gold and a
  predicted span on one range are paired with others (half a point each), pairing them with each other gives a whole
  point for the two halves.
- by label, for the type schema: as many pairs of the same label as possible, then as many pairs.

Remaining ties go to the pairs that share a border, and then to the earlier ones: nothing here measures lengths, so that
the same entities give the same counts whether their places count syllables, words or code points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viborder.eval.counting.table import Bools, Ints, SpanTable


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of spans: two arrays of shape [n], indices into the gold and into the predicted table."""

    gold: Ints
    pred: Ints


def align(gold: SpanTable, pred: SpanTable) -> tuple[Pairs, Pairs]:
    """The alignment by boundaries and the alignment by label."""
    edges = overlaps(gold, pred)
    g, p = edges.gold, edges.pred
    label = gold.label[g] == pred.label[p]
    exact = (gold.start[g] == pred.start[p]) & (gold.end[g] == pred.end[p])
    borders = (gold.start[g] == pred.start[p]).astype(np.int64) + (gold.end[g] == pred.end[p])
    pair = np.ones(len(g), dtype=np.int64)
    tangled = ~_alone(edges, len(gold), len(pred))
    by_boundaries = _best(gold, pred, edges, tangled, [exact, exact & label, pair, label, borders])
    by_label = _best(gold, pred, edges, tangled, [label, pair, exact, borders])
    return by_boundaries, by_label


def overlaps(gold: SpanTable, pred: SpanTable) -> Pairs:
    """Every pair of a gold and a predicted span that share at least one position.

    Nested and crossing spans are allowed: among the gold spans that begin before the predicted one ends, the first that
    can reach it is found in the running maximum of the ends.
    """
    first = np.searchsorted(np.maximum.accumulate(gold.end), pred.start, side="right")
    last = np.searchsorted(gold.start, pred.end, side="left")
    number = np.maximum(last - first, 0)
    p = np.repeat(np.arange(len(pred)), number)
    g = np.arange(len(p)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
    touch = gold.end[g] > pred.start[p]
    return Pairs(g[touch], p[touch])


def _alone(edges: Pairs, golds: int, preds: int) -> Bools:
    """Whether each edge is the only one of both its spans (nearly all are, in practice)."""
    of_gold = np.bincount(edges.gold, minlength=golds)
    of_pred = np.bincount(edges.pred, minlength=preds)
    alone: Bools = (of_gold[edges.gold] == 1) & (of_pred[edges.pred] == 1)
    return alone


def _best(gold: SpanTable, pred: SpanTable, edges: Pairs, tangled: Bools, criteria: Sequence[Bools | Ints]) -> Pairs:
    """The best one-to-one choice of edges; `criteria` (arrays over the edges) are summed and compared, the most
    important first.
    """
    chosen = ~tangled
    if tangled.any():
        places = np.flatnonzero(tangled)
        chosen[places] = _untangle(
            gold, pred, edges.gold[places], edges.pred[places], [values[places] for values in criteria]
        )
    return Pairs(edges.gold[chosen], edges.pred[chosen])


def _untangle(gold: SpanTable, pred: SpanTable, g: Ints, p: Ints, criteria: Sequence[Bools | Ints]) -> Bools:
    """Which edges to choose where spans have several.

    Clusters around one span take their best edge; the few others are assigned.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, g_node = np.unique(g, return_inverse=True)
    _, p_node = np.unique(p, return_inverse=True)
    golds, preds = g_node.max() + 1, p_node.max() + 1
    size = golds + preds
    links = coo_array((np.ones(len(g), dtype=np.int8), (g_node, golds + p_node)), shape=(size, size))
    _, member_of = connected_components(links, directed=False)
    cluster = member_of[g_node]
    golds_in = np.bincount(member_of[:golds], minlength=cluster.max() + 1)
    preds_in = np.bincount(member_of[golds:], minlength=cluster.max() + 1)
    star = (golds_in == 1) | (preds_in == 1)

    order = np.lexsort((p, g, *(-values.astype(np.int64) for values in reversed(criteria)), cluster))
    first = np.ones(len(order), dtype=bool)
    first[1:] = cluster[order][1:] != cluster[order][:-1]
    chosen = np.zeros(len(g), dtype=bool)
    chosen[order[first & star[cluster[order]]]] = True
    borders = np.flatnonzero(first)
    for begin, end in zip(borders, [*borders[1:], len(order)], strict=True):
        members = order[begin:end]
        if not star[cluster[members[0]]]:
            chosen[_assign(gold, pred, g, p, np.sort(members), criteria)] = True
    return chosen


def _assign(
    gold: SpanTable, pred: SpanTable, g: Ints, p: Ints, members: Ints, criteria: Sequence[Bools | Ints]
) -> Ints:
    """The best edges of one cluster by scipy's linear assignment.

    The side that comes first in reading order makes the rows, so that swapping gold and prediction changes nothing.
    """
    from scipy.optimize import linear_sum_assignment

    golds, g_at = np.unique(g[members], return_inverse=True)
    preds, p_at = np.unique(p[members], return_inverse=True)
    pairs = min(len(golds), len(preds))
    weight, scale = np.zeros(len(members)), 1
    for values in reversed(criteria):
        weight += values[members] * float(scale)
        scale *= int(values[members].max()) * pairs + 1
    matrix = np.zeros((len(golds), len(preds)))
    matrix[g_at, p_at] = weight
    edge = np.full(matrix.shape, -1)
    edge[g_at, p_at] = members
    if _reading_order(pred, preds) < _reading_order(gold, golds):
        matrix, edge = matrix.T, edge.T
    picked: Ints = edge[linear_sum_assignment(matrix, maximize=True)]
    return picked[picked >= 0]


def _reading_order(table: SpanTable, which: Ints) -> list[tuple[int, int, int]]:
    return list(zip(table.start[which].tolist(), table.end[which].tolist(), table.label[which].tolist(), strict=True))
