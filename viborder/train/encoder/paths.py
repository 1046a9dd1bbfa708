"""The best sequence of tags of a window, not the best tag of each unit alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viborder.train import decode


def transitions(labels: Sequence[str]) -> Any:
    """What to add where one tag follows another, [before, now]: 0 where IOB2 lets it."""
    return decode.legal(labels)[0]


def best_tags(scores: Any, across: Any) -> Any:
    """The tags [unit, level] of the sequence with the highest sum of scores [unit, level, tag] at each level. across: of
    `transitions`. The first tag may be any, since a window may begin inside a span.
    """
    units, levels, tags = scores.shape
    rows = scores.transpose(1, 0, 2).reshape(-1, tags)
    starts, lengths = np.arange(levels) * units, np.full(levels, units)
    path = decode.viterbi(rows, across, np.zeros(tags, dtype=np.float32), starts, lengths)
    return path.reshape(levels, units).T


def best_of_row(logits: Any, positions: Any, across: Any) -> tuple[Any, Any]:
    """The tags [position, level] of a window and their probabilities; O (0) with 0 where no unit begins.

    logits: [position, level, tag]. positions: where the units of the window begin, in order.
    """
    tags, chances = np.zeros(logits.shape[:2], dtype=np.int64), np.zeros(logits.shape[:2])
    if len(positions):
        tags[positions] = best_tags(logits[positions], across)  # a softmax would take the same from every tag of a unit
        best = np.take_along_axis(softmax(logits[positions]), tags[positions][..., None], -1)
        chances[positions] = best[..., 0]
    return tags, chances


def softmax(logits: Any) -> Any:
    """Probabilities, of float64, over the last axis."""
    grown = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    return grown / grown.sum(-1, keepdims=True)
