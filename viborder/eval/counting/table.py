"""Spans as columns: what the matching and the counting work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SpanTable:
    """n spans as four arrays of shape [n], sorted by start, end and label; no span stands twice.

    row: the document (or sentence) that holds the span. start, end: half-open, in code points or in tokens, over all
    rows laid end to end with at least one place between, so that spans of two rows never touch. label: an index into a
    list of labels kept beside.
    """

    row: Ints
    start: Ints
    end: Ints
    label: Ints

    def __len__(self) -> int:
        return len(self.row)

    def where(self, keep: Bools) -> SpanTable:
        """The spans for which `keep` (shape [n]) is true."""
        return SpanTable(self.row[keep], self.start[keep], self.end[keep], self.label[keep])


def from_columns(spans: Ints, sizes: Sequence[int], lengths: Sequence[int]) -> SpanTable:
    """A table of spans given as start, end and label, shape [n, 3], document after document.

    sizes: how many each document has; lengths: of the texts, in code points.
    """
    offsets = np.cumsum([0, *(length + 1 for length in lengths)])
    row = np.repeat(np.arange(len(sizes)), sizes)
    start, end, label = spans[:, 0] + offsets[row], spans[:, 1] + offsets[row], spans[:, 2]
    order = np.lexsort((label, end, start))
    table = SpanTable(row[order], start[order], end[order], label[order])
    again = (np.diff(table.start) == 0) & (np.diff(table.end) == 0) & (np.diff(table.label) == 0)
    return table.where(np.concatenate([[True], ~again])[: len(table)])
