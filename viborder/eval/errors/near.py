"""Which rules of the grammar came near a missed span: those that propose it, and those that a veto stopped there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from viborder.document import Span
from viborder.eval.errors.records import Record

if TYPE_CHECKING:
    from viborder.grammar.explain import Trace

Near = tuple[str, str]  # a rule, and the veto that stopped it; no veto where the grammar proposes the span


def is_missed(record: Record) -> bool:
    """Whether the record is of gold that was read, and for which nothing was predicted."""
    return not record.pred and record.kind != "unread"


def near(span: Span, told: Trace) -> list[Near]:
    """What came near the span, those first that share most of its text."""
    if maker := told.made.get((span.start, span.end, span.label)):
        return [(maker, "")]
    shared: dict[Near, int] = {}
    for start, end, rule, veto in told.stopped:
        covered = min(end, span.end) - max(start, span.start)
        if covered > 0:
            shared[rule, veto] = max(covered, shared.get((rule, veto), 0))
    return sorted(shared, key=lambda found: (-shared[found], found))


def came_near(records: Iterable[Record], told: Mapping[str, Trace]) -> Counter[Near]:
    """How many missed spans each rule and veto came near."""
    return Counter(
        found for record in records if is_missed(record) for found in near(record.gold[0], told[record.document])
    )
