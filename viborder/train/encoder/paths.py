"""Tags that may follow one another: the best sequence, not the best tag of each unit alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viborder.tags import SCHEMES, split


def legal(labels: Sequence[str]) -> Any:
    """Which tag may follow which in IOB2, [before, now]."""
    parts = [split(label, "IOB2") for label in labels]
    rule = SCHEMES["IOB2"].legal
    return np.array([[rule(one[0], other[0], one[1] == other[1]) for other in parts] for one in parts])


def best_tags(scores: Any, may_follow: Any) -> Any:
    """The tags [unit, level] of the sequence with the highest sum of scores [unit, level, tag] among those in which each
    tag may follow the one before; the first may be any, since a window may begin inside a span.

    Found by Viterbi's algorithm, at each level alone. Where the best tags of the units follow one another as they may,
    which is nearly everywhere, they are the answer.
    """
    best = scores.argmax(-1)
    broken = ~may_follow[best[:-1], best[1:]].all(axis=0)
    for level in np.flatnonzero(broken):
        best[:, level] = _viterbi(scores[:, level], may_follow)
    return best


def _viterbi(scores: Any, may_follow: Any) -> list[int]:
    penalty = np.where(may_follow, 0.0, -np.inf)
    total, backward = scores[0], []
    for now in scores[1:]:
        reached = total[:, None] + penalty
        backward.append(reached.argmax(0))
        total = reached.max(0) + now
    path = [int(total.argmax())]
    for before in reversed(backward):
        path.append(int(before[path[-1]]))
    return path[::-1]


def best_of_row(logits: Any, positions: Any, may_follow: Any) -> tuple[Any, Any]:
    """The tags [position, level] of a window and their probabilities; O (0) with 0 where no unit begins.

    logits: [position, level, tag]. positions: where the units of the window begin, in order.
    """
    tags, chances = np.zeros(logits.shape[:2], dtype=np.int64), np.zeros(logits.shape[:2])
    probabilities = softmax(logits[positions])
    tags[positions] = best_tags(np.log(probabilities + 1e-12), may_follow)
    chances[positions] = np.take_along_axis(probabilities, tags[positions][..., None], -1)[..., 0]
    return tags, chances


def softmax(logits: Any) -> Any:
    """Probabilities, of float64, over the last axis."""
    grown = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    return grown / grown.sum(-1, keepdims=True)
