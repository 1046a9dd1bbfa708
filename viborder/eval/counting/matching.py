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
from functools import lru_cache

import numpy as np

from viborder.eval.counting.table import Bools, Ints, SpanTable

_SMALL = 32  # edges of a cluster whose answer is kept


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
    ends = np.append(borders[1:], len(order))
    others = ~star[cluster[order[borders]]]
    for begin, end in zip(borders[others].tolist(), ends[others].tolist(), strict=True):
        members = np.sort(order[begin:end])
        chosen[members[_assign(gold, pred, g[members], p[members], [values[members] for values in criteria])]] = True
    return chosen


def _assign(gold: SpanTable, pred: SpanTable, g: Ints, p: Ints, criteria: Sequence[Bools | Ints]) -> list[int]:
    """The best edges of one cluster, as places in `g` and `p`, by scipy's linear assignment.

    The side that comes first in reading order makes the rows, so that swapping gold and prediction changes nothing.
    Most clusters are alike but for where they stand, and are answered once.
    """
    golds, preds = sorted(set(g.tolist())), sorted(set(p.tolist()))
    row = {span: at for at, span in enumerate(golds)}
    column = {span: at for at, span in enumerate(preds)}
    shape = tuple(map(row.__getitem__, g.tolist())), tuple(map(column.__getitem__, p.tolist()))
    worth = tuple(tuple(values.tolist()) for values in criteria)
    solve = _solved if len(g) <= _SMALL else _solved.__wrapped__
    return solve(*shape, worth, _comes_first(pred, preds, gold, golds))


@lru_cache(maxsize=1 << 12)
def _solved(
    rows: tuple[int, ...], columns: tuple[int, ...], criteria: tuple[tuple[int, ...], ...], turned: bool
) -> list[int]:
    """Which of the edges from `rows` to `columns` to choose. turned: the columns make the rows of the matrix."""
    from scipy.optimize import linear_sum_assignment

    pairs = min(max(rows), max(columns)) + 1
    weight, scale = np.zeros(len(rows)), 1
    for values in reversed(criteria):
        weight += np.array(values) * float(scale)
        scale *= int(max(values)) * pairs + 1
    matrix = np.zeros((max(rows) + 1, max(columns) + 1))
    matrix[rows, columns] = weight
    edge = np.full(matrix.shape, -1)
    edge[rows, columns] = np.arange(len(rows))
    if turned:
        matrix, edge = matrix.T, edge.T
    picked = edge[linear_sum_assignment(matrix, maximize=True)]
    found: list[int] = picked[picked >= 0].tolist()
    return found


def _comes_first(table: SpanTable, which: Sequence[int], other: SpanTable, others: Sequence[int]) -> bool:
    """Whether the spans of one table stand before those of the other in reading order."""
    for one, two in zip(which, others, strict=False):
        mine = table.start[one], table.end[one], table.label[one]
        theirs = other.start[two], other.end[two], other.label[two]
        if mine != theirs:
            return mine < theirs
    return len(which) < len(others)
