"""Viterbi and span marginals of linear-chain CRFs, for many sequences at once. Scores are natural logarithms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viborder.train.crf.chain import Floats, Ints

_NEVER = np.float32(-1e6)


def legal(tags: Sequence[str]) -> tuple[Floats, Floats]:
    """What to add to transitions (tags × tags) and to first tags (tags) so that an I- or E- only continues its own span."""
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
            if (continues and not (head in ("B", "I") and name == label)) or (unfinished and not (continues and name == label)):
                within[source, to] = _NEVER
    return within, first


def viterbi(emissions: Floats, transitions: Floats, first: Floats, starts: Ints, lengths: Ints) -> Ints:
    """The best tag of every row of `emissions` (rows × tags), for sequences of rows `[start, start + length)`; other rows get 0.

    transitions: (tags × tags), from row to column. first: (tags), added to a sequence's first row.
    """
    best = np.zeros(len(emissions), dtype=np.int64)
    if not len(starts):
        return best
    order, active = _steps(lengths)
    starts, lengths = starts[order], lengths[order]
    scores = np.empty_like(emissions)  # of the best path up to and with each row
    scores[starts] = emissions[starts] + first
    so_far = np.ascontiguousarray(scores[starts].T)  # (tags × sequences): the last axis is the long one, for the processor's sake
    final = so_far.copy()
    across = transitions[:, :, None]
    for step in range(1, len(active)):
        count = active[step]
        rows = starts[:count] + step
        so_far = (so_far[:, None, :count] + across).max(axis=0) + emissions[rows].T
        scores[rows] = so_far.T
        final[:, :count] = so_far
    best[starts + lengths - 1] = final.argmax(axis=0)
    into = np.ascontiguousarray(transitions.T)
    for step in range(len(active) - 1, 0, -1):
        rows = starts[: active[step]] + step
        best[rows - 1] = (scores[rows - 1] + into[best[rows]]).argmax(axis=1)
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
    """The probability of each span on the path, begun and ended where it is, summed over all other taggings of its sequence.

    path: the tag of every row. spans: rows of the first and of the last token of each. inside: by tag, the tag that would prolong its
    span (I- of its label), or -1 where none could. The rest as in `viterbi`.
    """
    order, active = _steps(lengths)
    starts = starts[order]
    ends = starts + lengths[order] - 1
    size = emissions.shape[1]
    step_weights = np.exp(transitions.astype(np.float64))
    weights = np.exp((emissions - emissions.max(axis=1, keepdims=True)).astype(np.float64))
    alpha, beta = np.zeros((len(emissions) + 1, size)), np.zeros((len(emissions) + 1, size))
    scale = np.ones(len(emissions) + 1)
    entry = np.zeros((len(emissions) + 1, size))  # what comes into each row before its own weights
    for step in range(len(active)):
        rows = starts[: active[step]] + step
        entry[rows] = np.exp(first) if step == 0 else alpha[rows - 1] @ step_weights
        now = entry[rows] * weights[rows]
        scale[rows] = now.sum(axis=1)
        alpha[rows] = now / scale[rows][:, None]
    beta[ends] = 1.0
    for step in range(len(active) - 1, 0, -1):
        rows = starts[: active[step]] + step
        beta[rows - 1] = (weights[rows] * beta[rows] / scale[rows][:, None]) @ step_weights.T
    begin, last = spans
    all_rows = np.arange(len(emissions))
    with np.errstate(divide="ignore"):
        own = np.log(weights[all_rows, path]) - np.log(scale[:-1])
        along = np.zeros(len(emissions))
        along[1:] = own[1:] + transitions[path[:-1], path[1:]]
    total = np.cumsum(np.maximum(along, -1e5))
    opened = entry[begin, path[begin]] * np.exp(own[begin])
    final = np.zeros(len(emissions), dtype=bool)
    final[ends] = True
    after, label = np.minimum(last + 1, len(emissions) - 1), path[last]
    longer = inside[label]
    prolonged = step_weights[label, longer] * weights[after, longer] * beta[after, longer] / scale[after]
    closed = beta[last, label] - np.where(final[last] | (longer < 0), 0.0, prolonged)
    chance = opened * np.exp(total[last] - total[begin]) * closed
    clipped: Floats = np.clip(chance, 0.0, 1.0).astype(np.float32)
    return clipped


def _steps(lengths: Ints) -> tuple[Ints, list[int]]:
    """Sequences, longest first, and how many of them have a row at each step."""
    order = np.argsort(-lengths, kind="stable")
    longest = int(lengths.max())
    counts = np.bincount(lengths, minlength=longest + 1)
    return order, [int(count) for count in len(lengths) - np.cumsum(counts)[:longest]]
