"""What is kept of the documents of one side until they are counted: texts as UTF-8, spans as numbers.

A span takes some 130 bytes as an object and 12 as three numbers, and predictions bear the texts of the gold documents.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from viborder.document import Document, Span, outermost
from viborder.errors import Problem
from viborder.eval.counting.checks import span_problems
from viborder.eval.counting.table import SpanTable, from_columns

Shared = dict[bytes, bytes]  # texts that are held already


@dataclass(slots=True)
class Held:
    """Documents in the order in which they were read, a row each.

    texts: UTF-8. lengths: of the texts, in code points. spans: start, end (half-open, code points) and the label's
    number of one span after another. labels: label → its number. problems: what is wrong with spans; those of such a
    document are left out.
    """

    ids: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    spans: list[array[int]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)

    def text(self, row: int) -> str:
        """The text of a document."""
        return self.texts[row].decode("utf-8", "surrogatepass")

    def marked(self, row: int) -> list[tuple[int, int, str]]:
        """Start, end and label of the spans of a document."""
        names, found = list(self.labels), self.spans[row]
        return [
            (start, end, names[label]) for start, end, label in zip(found[::3], found[1::3], found[2::3], strict=True)
        ]

    def chosen(self, nested: bool, labels: Collection[str] | None, exclude: Collection[str]) -> Held:
        """The same documents with the spans that are scored: see `viborder.eval.score`."""
        if nested and labels is None and not exclude:
            return self
        spans = []
        for row in range(len(self)):
            marked = (Span(*each) for each in self.marked(row))
            kept = [one for one in marked if one.label not in exclude and (labels is None or one.label in labels)]
            spans.append(_numbers(kept if nested else outermost(kept), self.labels))
        return replace(self, spans=spans)

    def labels_seen(self) -> set[str]:
        """The labels that spans bear."""
        names = list(self.labels)
        return {names[number] for found in self.spans for number in found[2::3]}

    def part(self, rows: slice) -> Held:
        """Some of the documents."""
        some = (self.ids[rows], self.texts[rows], self.lengths[rows], self.spans[rows])
        return Held(*some, self.labels)

    def table(self, types: Mapping[str, int]) -> SpanTable:
        """The spans as a table. types: label → number."""
        sizes = [len(found) // 3 for found in self.spans]
        columns = np.concatenate([np.empty(0, np.int64), *self.spans]).reshape(-1, 3)
        columns[:, 2] = np.array([types.get(label, -1) for label in self.labels] or [-1])[columns[:, 2]]
        return from_columns(columns, sizes, self.lengths)


def hold(documents: Iterable[Document], side: str, shared: Shared) -> Held:
    """Keep what counting needs of documents, read one at a time.

    side: what problems call it, `gold` or `pred`. shared: texts of both sides, each once.
    """
    held = Held()
    for document in documents:
        wrong = span_problems(side, document)
        text = document.text.encode("utf-8", "surrogatepass")
        held.ids.append(document.id)
        held.texts.append(shared.setdefault(text, text))
        held.lengths.append(len(document.text))
        held.spans.append(_numbers(() if wrong else document.spans, held.labels))
        held.problems += wrong
    return held


def _numbers(spans: Iterable[Span], labels: dict[str, int]) -> array[int]:
    """Spans as numbers; a label that is not known is given the next."""
    return array(
        "i", (each for span in spans for each in (span.start, span.end, labels.setdefault(span.label, len(labels))))
    )
