"""Where annotation passes differ, ready to adjudicate: in entities and in private persons, as adjudication asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from viborder.document import Document, Span, in_order
from viborder.eval.errors.records import compare_spans

CONTEXT = 60  # code points on each side
Node = tuple[str, int]  # a pass and the place of a span in its list


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place where passes differ.

    document: its id. start, end: half-open code points around all the spans in question. text, before, after: what
    stands there.
    kind: `missing` (a pass has nothing there), `border`, `label`, or several of them joined by `+`.
    says: pass → its spans there, empty where it has none; a pass that lacks the whole document is not asked.
    """

    document: str
    start: int
    end: int
    text: str
    before: str
    after: str
    kind: str
    says: dict[str, tuple[Span, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: one line of a conflicts file."""
        return {
            "id": self.document,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "kind": self.kind,
            "says": {name: [self._plain(span) for span in spans] for name, spans in self.says.items()},
            "before": self.before,
            "after": self.after,
        }

    def _plain(self, span: Span) -> dict[str, Any]:
        text = self.text[span.start - self.start : span.end - self.start]
        return {"start": span.start, "end": span.end, "label": span.label, "text": text}


def conflicts(passes: Mapping[str, Mapping[str, Document]], texts: Mapping[str, str]) -> Iterator[Conflict]:
    """The conflicts between passes (name → id → document), document by document in the order of `texts`, in reading
    order.
    """
    for identity, text in texts.items():
        spans = {
            name: in_order({*documents[identity].spans, *documents[identity].private})
            for name, documents in passes.items()
            if identity in documents
        }
        found = [_conflict(identity, text, group) for group in _groups(identity, spans) if not _unanimous(group)]
        yield from sorted(found, key=lambda conflict: (conflict.start, -conflict.end))


def _groups(identity: str, spans: Mapping[str, Sequence[Span]]) -> list[dict[str, tuple[Span, ...]]]:
    """Spans of all passes that speak of the same thing, as the error records of each pair of passes link them."""
    parent: dict[Node, Node] = {
        (name, index): (name, index) for name, own in spans.items() for index in range(len(own))
    }

    def root(node: Node) -> Node:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in combinations(spans, 2):
        for record in compare_spans(identity, spans[a], spans[b]):
            first, *others = [(a, spans[a].index(span)) for span in record.gold] + [
                (b, spans[b].index(span)) for span in record.pred
            ]
            for other in others:
                parent[root(other)] = root(first)
    groups: dict[Node, dict[str, list[Span]]] = defaultdict(lambda: {name: [] for name in spans})
    for name, index in parent:
        groups[root((name, index))][name].append(spans[name][index])
    return [{name: tuple(own) for name, own in group.items()} for group in groups.values()]


def _unanimous(group: Mapping[str, tuple[Span, ...]]) -> bool:
    return len(set(group.values())) == 1


def _conflict(identity: str, text: str, says: dict[str, tuple[Span, ...]]) -> Conflict:
    spans = [span for own in says.values() for span in own]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    given = [own for own in says.values() if own]
    differs = {
        "missing": len(given) < len(says),
        "border": len({tuple((span.start, span.end) for span in own) for own in given}) > 1,
        "label": len({tuple(sorted({span.label for span in own})) for own in given}) > 1,
    }
    kind = "+".join(name for name, so in differs.items() if so) or "label"
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Conflict(identity, start, end, text[start:end], before, after, kind, says)
