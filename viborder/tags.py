"""Spans to IOB2 tags over tokens and back: the one place where tags are derived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from viborder.document import Span
from viborder.errors import fail
from viborder.text import Range, token_range


def to_iob2(tokens: list[Range], spans: Iterable[Span]) -> list[str]:
    """One IOB2 tag a token for flat spans (`outermost` makes nested ones flat).

    Raises ViborderError `span-splits-token` where a border lies inside a token, `span-overlaps-span` where two share a token.
    """
    tags = ["O"] * len(tokens)
    for span in spans:
        covered = token_range(tokens, span.start, span.end)
        if covered is None:
            raise fail(_where(span), "span-splits-token", "a border lies inside a token", "mark whole tokens")
        first, last = covered
        if any(tag != "O" for tag in tags[first:last]):
            raise fail(_where(span), "span-overlaps-span", "two spans share a token", "make the spans flat first")
        tags[first] = f"B-{span.label}"
        tags[first + 1 : last] = [f"I-{span.label}"] * (last - first - 1)
    return tags


def from_iob2(tokens: Sequence[Range], tags: Sequence[str]) -> list[Span]:
    """Spans of IOB2 tags. An I- that continues nothing begins a span, as in conlleval and seqeval's default mode."""
    spans: list[Span] = []
    open_label: str | None = None
    first = 0
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, label = tag.partition("-")
        if open_label is not None and (prefix != "I" or label != open_label):
            spans.append(Span(tokens[first][0], tokens[index - 1][1], open_label))
            open_label = None
        if prefix != "O" and open_label is None:
            first, open_label = index, label
    return spans


def _where(span: Span) -> str:
    return f"[{span.start}:{span.end}] {span.label}"
