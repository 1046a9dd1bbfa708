"""Viterbi and span marginals of linear-chain CRFs, for many sequences at once. Scores are natural logarithms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_NEVER = np.float32(-1e6)


def legal(tags: Sequence[str]) -> tuple[Floats, Floats]:
    """What to add to transitions (tags × tags) and to first tags (tags) so that an I- or E- only continues its own
    span.
    """
    size = len(tags)
    within, first = np.zeros((size, size), dtype=np.float32), np.zeros(size, dtype=np.float32)
    for to, after in enumerate(tags):
        prefix, _, label = after.partition("-")
        continues = prefix in ("I", "E")
        if continues:
            first[to] = _NEVER
        for source, before in enumerate(tags):
            head, _, name = before.partition("-")
            unfinished = head in ("B", "I") and any(tag == f"E-{name}" for tag in tags)
            if (continues and not (head in ("B", "I") and name == label)) or (
                unfinished and not (continues and name == label)
            ):
                within[source, to] = _NEVER
    return within, first


def viterbi(emissions: Floats, transitions: Floats, first: Floats, starts: Ints, lengths: Ints) -> Ints:
    """The best tag of every row of `emissions` (rows × tags), for sequences of rows `[start, start + length)`; other
    rows get 0.

    transitions: (tags × tags), from row to column. first: (tags), added to a sequence's first row.
    """
    best = np.zeros(len(emissions), dtype=np.int64)
    if not len(starts):
        return best
    rows, steps, ends = by_step(starts, lengths)
    packed = np.ascontiguousarray(
        emissions.take(rows, axis=0).T
    )  # (tags × rows): the last axis is the long one, for the processor's sake
    scores = np.empty((len(rows), len(packed)), dtype=np.float32)  # of the best path up to and with each row
    across = transitions[:, :, None]
    so_far = packed[:, steps[0]] + first[:, None]
    scores[steps[0]] = so_far.T
    for here in steps[1:]:
        so_far = np.maximum.reduce(so_far[:, None, : here.stop - here.start] + across) + packed[:, here]
        scores[here] = so_far.T
    into = np.ascontiguousarray(transitions.T)
    path = np.empty(len(rows), dtype=np.int64)
    tags = scores[ends].argmax(axis=1)
    for before, here in zip(steps[-2::-1], steps[:0:-1], strict=True):
        path[here] = going_on = tags[: here.stop - here.start]
        going_on[:] = (scores[before][: len(going_on)] + into.take(going_on, axis=0)).argmax(axis=1)
    path[steps[0]] = tags
    best[rows] = path
    return best


def span_marginals(
    emissions: Floats,
    transitions: Floats,
    first: Floats,
    starts: Ints,
    lengths: Ints,
    path: Ints,
    spans: tuple[Ints, Ints],
    inside: Ints,
) -> Floats:
    """The probability of each span on the path, begun and ended where it is, summed over all other taggings of its
    sequence.

    path: the tag of every row. spans: rows of the first and of the last token of each. inside: by tag, the tag that
    would prolong its span (I- of its label), or -1 where none could. The rest as in `viterbi`.
    """
    begin, last = spans
    rows, steps, ends = by_step(starts, lengths)
    every, tags = np.arange(len(rows)), path.take(rows)
    step_weights = np.exp(transitions.astype(np.float64))
    weights = emissions.take(rows, axis=0).astype(np.float64)
    weights -= weights[every, tags][:, None]  # relative to the tag on the path, whose weight is then 1
    np.exp(weights, out=weights)
    entry = np.empty(len(rows))  # what comes into the tag on the path before its own weight
    scale, ones = np.empty((len(rows), 1)), np.ones((len(step_weights), 1))
    incoming = np.broadcast_to(np.exp(first.astype(np.float64)), weights[steps[0]].shape)
    for here in steps:
        count = here.stop - here.start
        entry[here] = incoming[every[:count], tags[here]]
        now = incoming[:count] * weights[here]
        scale[here] = now @ ones
        incoming = now / scale[here] @ step_weights
    beta = np.ones_like(weights)
    weights /= scale
    for before, here in zip(steps[-2::-1], steps[:0:-1], strict=True):
        beta[before][: here.stop - here.start] = weights[here] * beta[here] @ step_weights.T
    own, along = np.zeros(len(emissions)), np.zeros(len(emissions))
    own[rows] = -np.log(scale[:, 0])
    along[1:] = own[1:] + transitions[path[:-1], path[1:]]
    total = np.cumsum(np.maximum(along, -1e5))
    place = np.zeros(len(emissions) + 1, dtype=np.int64)  # where each row stands among `rows`
    place[rows] = every
    label, after = path[last], place[last + 1]
    opened = entry[place[begin]] * np.exp(own[begin])
    goes_on = np.ones(len(rows), dtype=bool)
    goes_on[ends] = False
    longer = inside[label]
    prolonged = step_weights[label, longer] * weights[after, longer] * beta[after, longer]
    closed = beta[place[last], label] - np.where(goes_on[place[last]] & (longer >= 0), prolonged, 0.0)
    chance = opened * np.exp(total[last] - total[begin]) * closed
    clipped: Floats = np.clip(chance, 0.0, 1.0).astype(np.float32)
    return clipped


def by_step(starts: Ints, lengths: Ints) -> tuple[Ints, list[slice], Ints]:
    """The rows of sequences step by step, within each step the longest sequence first; the block of each step; where
    the last rows are.

    So each step is one block without gaps, and the sequences that go on stand first in it (as in a "packed sequence" of
    PyTorch).
    """
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    counts = (len(lengths) - np.cumsum(np.bincount(lengths))[:-1]).tolist()
    rows = np.concatenate([starts[:count] + step for step, count in enumerate(counts)])
    stops = np.cumsum(counts)
    steps = [slice(stop - count, stop) for stop, count in zip(stops.tolist(), counts, strict=True)]
    return rows, steps, (stops - counts)[lengths - 1] + np.arange(len(lengths))
