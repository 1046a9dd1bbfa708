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
    """n spans as four arrays of shape [n], sorted by row, start, end and label; no span stands twice.

    row: the document (or sentence) that holds the span. start, end: half-open, in code points or in tokens.
    label: an index into a list of labels kept beside.
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


def from_columns(row: Ints, start: Ints, end: Ints, label: Ints) -> SpanTable:
    """A table of spans in any order; repeated ones are counted once."""
    order = np.lexsort((label, end, start, row))
    table = SpanTable(row[order], start[order], end[order], label[order])
    columns = (table.row, table.start, table.end, table.label)
    again = np.zeros(len(row), dtype=bool)
    if len(row):
        again[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    return table.where(~again) if again.any() else table


def from_spans(documents: Sequence[Iterable[Span]], labels: Sequence[str]) -> SpanTable:
    """A table of the spans of each document; `labels` must list every label that occurs."""
    number = {label: index for index, label in enumerate(labels)}
    found = [(row, span.start, span.end, number[span.label]) for row, spans in enumerate(documents) for span in spans]
    columns = np.array(found, dtype=np.int64).reshape(-1, 4)
    return from_columns(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3])


def labels_of(*sides: Sequence[Iterable[Span]], keep: Collection[str] | None = None, exclude: Collection[str] = ()) -> tuple[str, ...]:
    """Every label that occurs in the spans, sorted; only those in `keep` where it is given, and none of `exclude`."""
    seen = {span.label for documents in sides for spans in documents for span in spans}
    return tuple(sorted(label for label in seen if label not in exclude and (keep is None or label in keep)))
