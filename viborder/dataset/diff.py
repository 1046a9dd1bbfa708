"""What changed between two versions of a dataset, by span."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from viborder.document import Document, Span, by_id, in_order
from viborder.errors import place, printable

# The kinds of change, in the order in which they are told.
KINDS = ("document added", "document removed", "text changed", "added", "removed", "relabelled", "moved")


@dataclass(frozen=True, slots=True)
class Change:
    """One change. old, new: the span before and after, None where there is none; old_text, new_text: what they say."""

    document: str
    kind: str
    old: Span | None = None
    new: Span | None = None
    old_text: str = ""
    new_text: str = ""

    def __str__(self) -> str:
        span = self.new or self.old
        if span is None:
            return printable(f"{self.kind}: {place('', self.document)}")
        where = place("", self.document, span.start, span.end, self.new_text or self.old_text)
        before = f" (was {self.old.label})" if self.kind == "relabelled" and self.old else ""
        if self.kind == "moved" and self.old:
            before = f' (was [{self.old.start}:{self.old.end}] "{self.old_text}")'
        return printable(f"{self.kind}: {where} {span.label}{before}")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def diff(old: Iterable[Document], new: Iterable[Document]) -> list[Change]:
    """Every change from `old` to `new`, in the order of the new documents.

    A span that keeps its range is relabelled, one that keeps its label and overlaps is moved (paired in reading order,
    each once). Where the text of a document changed, its spans are compared by label and text instead of by place.
    """
    before, after = by_id(list(old)), by_id(list(new))
    changes = [change for identity, document in after.items() for change in _document(before.get(identity), document)]
    return changes + [Change(identity, "document removed") for identity in before if identity not in after]


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many changes there are of each kind, in the order of `KINDS`."""
    tally = Counter(change.kind for change in changes)
    return {kind: tally[kind] for kind in KINDS if tally[kind]}


def _document(old: Document | None, new: Document) -> Iterator[Change]:
    if old is None:
        yield Change(new.id, "document added")
    elif old.text != new.text:
        yield Change(new.id, "text changed")
        yield from _by_text(old, new)
    else:
        yield from _by_place(old, new)


def _by_place(old: Document, new: Document) -> Iterator[Change]:
    there, here = set(old.spans), set(new.spans)
    gone = [span for span in in_order(old.spans) if span not in here]
    come = [span for span in in_order(new.spans) if span not in there]
    for kind, pairs in (("relabelled", _same_range), ("moved", _same_label)):
        found = list(pairs(gone, come))
        before, after = {one for one, _ in found}, {other for _, other in found}
        gone = [span for span in gone if span not in before]
        come = [span for span in come if span not in after]
        for one, other in found:
            yield Change(new.id, kind, one, other, old.slice(one), new.slice(other))
    yield from (Change(new.id, "removed", old=span, old_text=old.slice(span)) for span in gone)
    yield from (Change(new.id, "added", new=span, new_text=new.slice(span)) for span in come)


def _same_range(gone: Iterable[Span], come: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Each span that came with the first of those gone that has its range. Both are in reading order."""
    free: dict[tuple[int, int], deque[Span]] = defaultdict(deque)
    for span in gone:
        free[span.start, span.end].append(span)
    for span in come:
        if free[span.start, span.end]:
            yield free[span.start, span.end].popleft(), span


def _same_label(gone: Iterable[Span], come: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Each span that came with the first of those gone that has its label and overlaps it. Both are in reading order,
    so that what ends before one that came begins can be passed over for good.
    """
    free: dict[str, deque[Span]] = defaultdict(deque)
    for span in gone:
        free[span.label].append(span)
    for span in come:
        left = free[span.label]
        while left and left[0].end <= span.start:
            left.popleft()
        if left and left[0].start < span.end:
            yield left.popleft(), span


def _by_text(old: Document, new: Document) -> Iterator[Change]:
    left = Counter((span.label, old.slice(span)) for span in old.spans)
    for span in in_order(new.spans):
        key = (span.label, new.slice(span))
        if left[key]:
            left[key] -= 1
        else:
            yield Change(new.id, "added", new=span, new_text=key[1])
    for span in reversed(in_order(old.spans)):
        key = (span.label, old.slice(span))
        if left[key]:
            left[key] -= 1
            yield Change(new.id, "removed", old=span, old_text=key[1])
