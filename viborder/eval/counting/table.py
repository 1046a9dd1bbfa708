"""Spans as columns: what the matching and the counting work on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viborder.document import Span

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


def from_spans(documents: Sequence[Collection[Span]], lengths: Sequence[int], labels: Sequence[str]) -> SpanTable:
    """A table of the spans of each document; `lengths` of the texts, in code points.

    `labels` must list every label that occurs.
    """
    number = {label: index for index, label in enumerate(labels)}
    offsets = np.cumsum([0, *(length + 1 for length in lengths)])[: len(documents)]
    places = (each for spans in documents for span in spans for each in (span.start, span.end, number[span.label]))
    columns = np.fromiter(places, dtype=np.int64).reshape(-1, 3)
    row = np.repeat(np.arange(len(documents)), [len(spans) for spans in documents])
    start, end, label = columns[:, 0] + offsets[row], columns[:, 1] + offsets[row], columns[:, 2]
    order = np.lexsort((label, end, start))
    table = SpanTable(row[order], start[order], end[order], label[order])
    again = (np.diff(table.start) == 0) & (np.diff(table.end) == 0) & (np.diff(table.label) == 0)
    return table.where(np.concatenate([[True], ~again])[: len(table)])


def labels_of(*sides: Sequence[Iterable[Span]]) -> tuple[str, ...]:
    """Every label that occurs in the spans, sorted."""
    return tuple(sorted({span.label for documents in sides for spans in documents for span in spans}))
