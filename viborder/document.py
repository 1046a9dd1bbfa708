"""The one record that flows through the house: a text and the spans marked in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import groupby
from operator import neg
from typing import Any

PRIVATE = "PRIVATE"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled range of a text: half-open code points `[start, end)` into NFC text.

    score: confidence in 0…1 where a model gave the span. It does not take part in equality, order or hash.
    """

    start: int
    end: int
    label: str
    score: float | None = field(default=None, compare=False)

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside this span (the same range counts)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def crosses(self, other: Span) -> bool:
        """Whether they overlap and neither contains the other."""
        return self.overlaps(other) and not self.contains(other) and not other.contains(self)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its spans.

    id: the stem of the source file. text: NFC, line ends `\\n`.
    spans: the entities. private: names of private persons (label PRIVATE), never trained on, masked in what is
    published.
    meta: what is known of the text (outlet, date, …).
    tokens: the borders of the tokens that the text was given in, half-open code points, where it came as tokens (CoNLL
    columns); None where it came as running text.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    private: tuple[Span, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)
    tokens: tuple[tuple[int, int], ...] | None = field(default=None, compare=False)

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    def as_dict(self) -> dict[str, Any]:
        """The document as plain JSON values, as a line of JSON Lines holds it: every span with its text."""
        from viborder.formats.jsonl import to_record

        return to_record(self)

    def _repr_html_(self) -> str:
        """The text with its spans marked, for notebooks."""
        from viborder.formats.html import fragment

        return fragment(self)

    def with_spans(self, spans: Iterable[Span]) -> Document:
        """The same document with other spans, in reading order, outer before inner."""
        return replace(self, spans=in_order(spans))


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in reading order: by start, the longer first, then by label."""
    return tuple(sorted(spans, key=lambda span: (span.start, -span.end, span.label)))


def by_depth(spans: Iterable[Span]) -> list[list[Span]]:
    """Spans as layers: `[0]` those that lie inside no other (the outermost), `[1]` those inside one of these, and so
    on; the layer of a span is the length of the longest chain of spans around it.

    Spans on the same range are ordered by label, the first being the outer one. Spans that nest make layers without
    overlaps; spans that cross stay side by side in theirs, since neither lies inside the other.
    """
    layers: list[list[Span]] = []
    reaches: list[int] = []  # how far each layer reaches; no layer reaches farther than the one above it
    for span in in_order(spans):
        depth = bisect_right(reaches, -span.end, key=neg)
        if depth == len(layers):
            layers.append([])
            reaches.append(0)
        layers[depth].append(span)
        reaches[depth] = span.end
    return layers


def outermost(spans: Iterable[Span]) -> list[Span]:
    """The flat reading of spans: those that lie inside no other. Spans that cross are all kept."""
    layers = by_depth(spans)
    return layers[0] if layers else []


def crossings(spans: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Each span that crosses one that begins before it, with that one (of several, the one that ends first)."""
    open_ends: list[tuple[int, int]] = []  # a heap: (end, number) of spans that begin before the one at hand
    ordered = [span for span, _ in groupby(in_order(spans))]
    for number, span in enumerate(ordered):
        while open_ends and open_ends[0][0] <= span.start:
            heappop(open_ends)
        if open_ends and open_ends[0][0] < span.end:
            yield span, ordered[open_ends[0][1]]
        heappush(open_ends, (span.end, number))


def by_id(documents: Sequence[Document]) -> dict[str, Document]:
    """Documents by id; the last of a repeated id wins (`viborder check` refuses repeated ids)."""
    return {document.id: document for document in documents}
