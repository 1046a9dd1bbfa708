"""What a package holds, counted while it is written: numbers only, so that nothing in them can name anyone."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from viborder.document import Document, Span
from viborder.labels import entity_types
from viborder.text import Range

SIZES = ("characters", "sentences", "tokens")


@dataclass(slots=True)
class Statistics:
    """Counts over documents. Of a document its own few counts are kept, of a mention an 8-byte hash.

    sizes: of one document after another, its `SIZES` and how many spans it has of each label.
    """

    ids: list[str] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("I"))
    labels: Counter[str] = field(default_factory=Counter)
    outermost: Counter[str] = field(default_factory=Counter)
    in_documents: Counter[str] = field(default_factory=Counter)
    depths: Counter[int] = field(default_factory=Counter)
    nested: Counter[str] = field(default_factory=Counter)
    span_tokens: Counter[int] = field(default_factory=Counter)
    sentence_tokens: Counter[int] = field(default_factory=Counter)
    mentions: dict[str, set[bytes]] = field(default_factory=dict)
    persons: int = 0  # private ones, told apart by their names
    left: Counter[str] = field(default_factory=Counter)  # what masking left of them, by its looks

    def add(self, document: Document, tokens: list[Range], bounds: list[Range], layers: list[list[Span]]) -> None:
        """Count one document more, of these tokens and sentences. layers: `by_depth` of its spans."""
        starts = [start for start, _ in tokens]
        self.sentence_tokens.update(_count(starts, *bound) for bound in bounds)
        self.span_tokens.update(_count(starts, span.start, span.end) for span in document.spans)
        labels = Counter(span.label for span in document.spans)
        self.labels += labels
        self.in_documents.update(labels.keys())
        self.outermost.update(span.label for layer in layers[:1] for span in layer)
        self.depths.update({depth: len(layer) for depth, layer in enumerate(layers)})
        for outer, inner in pairwise(layers):
            for span in inner:
                parent = next(other for other in outer if other.contains(span))
                self.nested[f"{span.label} in {parent.label}"] += 1
        for span in document.spans:
            digest = blake2b(document.slice(span).encode(), digest_size=8).digest()
            self.mentions.setdefault(span.label, set()).add(digest)
        self.ids.append(document.id)
        self.sizes.extend((len(document.text), len(bounds), len(tokens), *(labels[label] for label in entity_types())))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values. Lengths are in tokens, as `{length: how many}`; depth 0 is an outermost span."""
        columns = [*SIZES, *entity_types()]
        width = len(columns)
        totals = {name: sum(self.sizes[column::width]) for column, name in enumerate(SIZES)}
        rows = [(one, *self.sizes[width * at : width * (at + 1)]) for at, one in enumerate(self.ids)]
        by_label = {
            label: {
                "spans": self.labels[label],
                "outermost": self.outermost[label],
                "distinct": len(self.mentions.get(label, ())),
                "documents": self.in_documents[label],
            }
            for label in entity_types()
        }
        return {
            "documents": len(self.ids),
            **totals,
            "spans": self.labels.total(),
            "private_persons": self.persons,
            "left_unhidden": dict(sorted(self.left.items())),
            "by_label": by_label,
            "by_depth": _sorted(self.depths),
            "nested": dict(sorted(self.nested.items(), key=lambda item: (-item[1], item[0]))),
            "span_tokens": _sorted(self.span_tokens),
            "sentence_tokens": _sorted(self.sentence_tokens),
            "per_document": {"columns": ["id", *columns], "rows": rows},
        }


def _sorted(counts: Counter[int]) -> dict[str, int]:
    return {str(value): count for value, count in sorted(counts.items())}


def _count(starts: list[int], start: int, end: int) -> int:
    return bisect_left(starts, end) - bisect_left(starts, start)
