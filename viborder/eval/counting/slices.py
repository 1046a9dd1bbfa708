"""Scores by slice: how long, how frequent, where in the document, how deep, which document, seen or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Document, Span, by_depth, by_id
from viborder.eval.counting import seen
from viborder.eval.errors.records import Record
from viborder.text import tokenize

SLICES = ("label", "length", "frequency", "position", "depth", "document")
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
    of_strings, of_places = _groups(gold)
    if train is not None:
        known = seen.mentions(train, folds)
        of_places["seen"] = lambda document, span: seen.status(document, span, known)
    names = [*SLICES, *of_places.keys() - set(SLICES)]
    table: dict[str, dict[str, Slice]] = {name: defaultdict(Slice) for name in names}

    strings: Counter[tuple[str, str, str, bool]] = Counter()  # nearly all stand in the texts more than once
    places: Counter[tuple[str, str, str, bool]] = Counter()
    for record in records:
        document, correct = texts[record.document], record.kind == "correct"
        for side, spans in (("gold", record.gold), ("pred", record.pred)):
            for span in spans:
                strings[document.text[span.start : span.end], span.label, side, correct] += 1
                for name, group in of_places.items():
                    places[name, group(document, span), side, correct] += 1
    for (text, label, side, correct), times in strings.items():
        for name, of_string in of_strings.items():
            _count(table[name][of_string(text, label)], side, correct, times)
    for (name, key, side, correct), times in (places + _depths(records)).items():
        _count(table[name][key], side, correct, times)
    return {name: {key: rows[key] for key in sorted(rows, key=_in_order(name))} for name, rows in table.items()}


def _count(row: Slice, side: str, correct: bool, times: int) -> None:
    if side == "gold":
        row.gold += times
        row.found += times * correct
    else:
        row.predicted += times
        row.right += times * correct


def _groups(gold: Sequence[Document]) -> tuple[dict[str, Callable[[str, str], str]], dict[str, Group]]:
    """The groups that a span's string and label tell, and those that its place tells."""
    frequency = Counter((document.slice(span).casefold(), span.label) for document in gold for span in document.spans)
    return {
        "label": lambda text, label: label,
        "length": lambda text, label: _bucket(len(tokenize(text)), LENGTHS),
        "frequency": lambda text, label: _bucket(frequency[text.casefold(), label], FREQUENCIES),
    }, {
        "position": lambda document, span: QUARTERS[min(3, 4 * span.start // len(document.text))],
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


def _depths(records: Sequence[Record]) -> Counter[tuple[str, str, str, bool]]:
    """(`depth`, group, side, whether correct) → how many spans, each side by its own nesting."""
    found: dict[str, tuple[list[Span], list[Span], set[Span]]] = defaultdict(lambda: ([], [], set()))
    for record in records:
        golds, preds, right = found[record.document]
        golds += record.gold
        preds += record.pred
        if record.kind == "correct":
            right.update(record.gold)
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    for golds, preds, right in found.values():
        for side, spans in (("gold", golds), ("pred", preds)):
            for depth, layer in enumerate(by_depth(spans)):
                correct = sum(span in right for span in layer)
                counts["depth", str(depth), side, True] += correct
                counts["depth", str(depth), side, False] += len(layer) - correct
    return counts


def _in_order(name: str) -> Callable[[str], Any]:
    if name == "position":
        return QUARTERS.index
    if name == "seen":
        return (seen.SURFACE, seen.TOKENS, seen.UNSEEN).index
    if name in ("length", "frequency"):
        return lambda group: int(group.split("–")[0].split()[0])
    return lambda group: group
