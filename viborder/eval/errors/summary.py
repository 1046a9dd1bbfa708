"""Error records summed up: which labels are taken for which, which kinds there are, which errors recur."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from viborder.document import Span
from viborder.eval.errors.records import Record


def confusion(records: Iterable[Record]) -> dict[str, dict[str, int]]:
    """Spans by gold label (rows) and predicted label (columns); `∅` is the row of the spurious and the column of the
    missed.

    Rows and columns that hold nothing are left out. In a merged or split record each part counts once.
    """
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for gold, pred in _cells(record):
            table[gold][pred] += 1
    return {gold: dict(row) for gold, row in table.items()}


def _cells(record: Record) -> Iterator[tuple[str, str]]:
    width = max(len(record.gold), len(record.pred))
    golds = [span.label for span in record.gold] or ["∅"]
    preds = [span.label for span in record.pred] or ["∅"]
    for index in range(width):
        yield golds[min(index, len(golds) - 1)], preds[min(index, len(preds) - 1)]


def kind_counts(records: Iterable[Record]) -> dict[str, int]:
    """Records by kind, the most frequent first; after `boundary` its errors by side (`boundary: left long`)."""
    kinds: Counter[str] = Counter()
    sides: Counter[str] = Counter()
    for record in records:
        kinds[record.kind] += 1
        if record.kind == "boundary":
            sides[f"boundary: {record.border}"] += 1
    counts: dict[str, int] = {}
    for kind, count in kinds.most_common():
        counts |= {kind: count} | (dict(sides.most_common()) if kind == "boundary" else {})
    return counts


def most_frequent(
    records: Iterable[Record], texts: Mapping[str, str], top: int = 20, context: int = 40
) -> list[dict[str, Any]]:
    """The errors that recur: same kind, labels and strings, most frequent first, with the first place and its context.

    texts: document id → text. context: code points on each side.
    """
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        if record.kind != "correct":
            groups[_signature(record, texts[record.document])].append(record)
    ranked = sorted(groups.values(), key=lambda group: -len(group))[:top]
    return [describe(group[0], texts[group[0].document], context) | {"count": len(group)} for group in ranked]


def _signature(record: Record, text: str) -> tuple[str, ...]:
    gold = "|".join(f"{span.label}:{text[span.start : span.end]}" for span in record.gold)
    return record.kind, gold, "|".join(f"{span.label}:{text[span.start : span.end]}" for span in record.pred)


def describe(record: Record, text: str, context: int = 40) -> dict[str, Any]:
    """A record as plain JSON values, with its text and the context on both sides."""
    start, end = record.start, record.end
    return {
        "id": record.document,
        "kind": record.kind,
        "border": record.border if record.kind in ("boundary", "type_boundary") else "",
        "start": start,
        "end": end,
        "gold": [_plain(span, text) for span in record.gold],
        "pred": [_plain(span, text) for span in record.pred],
        "before": text[max(0, start - context) : start],
        "text": text[start:end],
        "after": text[end : end + context],
    }


def _plain(span: Span, text: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "text": text[span.start : span.end],
    }
    return plain if span.score is None else plain | {"score": span.score}
