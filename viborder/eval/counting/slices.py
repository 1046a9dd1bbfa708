"""Scores by slice: how long, how frequent, where in the document, how deep, which document, seen or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Document, Span, by_depth, by_id
from viborder.eval.counting import seen
from viborder.eval.errors.records import Record
from viborder.text import tokenize

Group = Callable[[Document, Span], str]


@dataclass(slots=True)
class Slice:
    """Counts of one group: gold spans, those found exactly, predicted spans, those that are right."""

    gold: int = 0
    found: int = 0
    predicted: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        """Right over predicted; None where nothing was predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Found over gold; None where there is no gold."""
        return self.found / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where there is nothing on both sides."""
        if not self.gold + self.predicted:
            return None
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        counts = {"gold": self.gold, "found": self.found, "predicted": self.predicted, "right": self.right}
        return counts | {"precision": self.precision, "recall": self.recall, "f1": self.f1}


def slices(
    gold: Sequence[Document],
    records: Sequence[Record],
    train: Sequence[Document] | None = None,
    folds: Mapping[str, object] | None = None,
) -> dict[str, dict[str, Slice]]:
    """Slice → group → counts, from the error records of `gold`. Every span is in one group of each slice.

    Slices: `label`, `length` (tokens), `frequency` (of the string with its label in the gold), `position` (quarter of
    the text), `depth` (0 is outermost, each side by its own nesting), `document`, and with `train` also `seen` (see
    `viborder.eval.counting.seen`).
    """
    texts = by_id(gold)
    groups = _groups(gold)
    if train is not None:
        known = seen.mentions(train, folds)
        groups["seen"] = lambda document, span: seen.status(document, span, known)
    table: dict[str, dict[str, Slice]] = {name: defaultdict(Slice) for name in groups}
    for record in records:
        document, correct = texts[record.document], record.kind == "correct"
        for name, group in groups.items():
            if name == "depth":
                continue
            for span in record.gold:
                _count(table[name][group(document, span)], "gold", correct)
            for span in record.pred:
                _count(table[name][group(document, span)], "pred", correct)
    for side, depth, correct in _depths(records):
        _count(table["depth"][depth], side, correct)
    return {name: {key: rows[key] for key in sorted(rows, key=_in_order(name))} for name, rows in table.items()}


def _count(row: Slice, side: str, correct: bool) -> None:
    if side == "gold":
        row.gold += 1
        row.found += correct
    else:
        row.predicted += 1
        row.right += correct


def _groups(gold: Sequence[Document]) -> dict[str, Group]:
    frequency = Counter((document.slice(span).casefold(), span.label) for document in gold for span in document.spans)
    return {
        "label": lambda document, span: span.label,
        "length": lambda document, span: _bucket(len(tokenize(document.slice(span))), LENGTHS),
        "frequency": lambda document, span: _bucket(
            frequency[document.slice(span).casefold(), span.label], FREQUENCIES
        ),
        "position": lambda document, span: QUARTERS[min(3, 4 * span.start // len(document.text))],
        "depth": lambda document, span: "",
        "document": lambda document, span: document.id,
    }


LENGTHS = (1, 2, 4, 8)
FREQUENCIES = (0, 1, 3, 9)
QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter")


def _bucket(value: int, tops: Sequence[int]) -> str:
    low = 0
    for top in tops:
        if value <= top:
            return str(top) if top - low <= 1 else f"{low + 1}–{top}"
        low = top
    return f"{low + 1} or more"


def _depths(records: Sequence[Record]) -> Iterator[tuple[str, str, bool]]:
    """(side, depth, whether correct) for every span."""
    for side in ("gold", "pred"):
        spans: dict[str, list[tuple[Span, bool]]] = defaultdict(list)
        for record in records:
            spans[record.document] += [(span, record.kind == "correct") for span in getattr(record, side)]
        for own in spans.values():
            right = Counter(span for span, correct in own if correct)
            for depth, layer in enumerate(by_depth(span for span, _ in own)):
                for span in layer:
                    yield side, str(depth), bool(right[span])
                    right[span] -= right[span] > 0


def _in_order(name: str) -> Callable[[str], Any]:
    if name == "position":
        return QUARTERS.index
    if name == "seen":
        return (seen.SURFACE, seen.TOKENS, seen.UNSEEN).index
    if name in ("length", "frequency"):
        return lambda group: int(group.split("–")[0].split()[0])
    return lambda group: group
