"""Right and wrong predictions summed by what proposed them: which rule or algorithm of the grammar is worth mending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from viborder.eval.errors.records import Record

LEARNED = "(learned)"  # what no rule and no algorithm proposes
Origins = Mapping[str, Mapping[tuple[int, int, str], str]]  # document → (start, end, label) → what proposed the span


@dataclass(slots=True)
class Tally:
    """Predicted spans that one rule or algorithm proposed: how many were right, how many wrong."""

    rule: str
    right: int = 0
    wrong: int = 0


def by_rule(records: Iterable[Record], origins: Origins) -> list[Tally]:
    """A tally a rule, the one with most errors first, of equals the one that was right least often. Spans that were
    missed have no rule and are in none.
    """
    found: dict[str, Tally] = {}
    for record in records:
        for span in record.pred:
            rule = origins[record.document].get((span.start, span.end, span.label), LEARNED)
            tally = found.setdefault(rule, Tally(rule))
            if record.kind == "correct":
                tally.right += 1
            else:
                tally.wrong += 1
    return sorted(found.values(), key=lambda tally: (-tally.wrong, tally.right, tally.rule))
