"""Spans counted in tokens: what learners and the grammar compare with each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from viborder.document import Span, by_depth, in_order
from viborder.text import Range, token_range

TokenSpan = tuple[int, int, str]  # the first token, the one after the last, the label
ScoredSpan = tuple[TokenSpan, float, bool]  # a span, its probability, whether the grammar proposes the same


def in_tokens(tokens: list[Range], spans: Iterable[Span]) -> list[TokenSpan]:
    """Spans in tokens; those that split a token are left out (`viborder check` and `train` refuse them)."""
    found = ((token_range(tokens, span.start, span.end), span.label) for span in spans)
    return [(where[0], where[1], label) for where, label in found if where is not None]


def shifted(found: Iterable[TokenSpan], offset: int) -> list[TokenSpan]:
    """Spans of a text in tokens of what the text is a part of."""
    return [(first + offset, last + offset, label) for first, last, label in found]


def layers(tokens: list[Range], spans: Iterable[Span]) -> list[list[TokenSpan]]:
    """Nested spans in tokens, by depth, the outermost first."""
    return [in_tokens(tokens, layer) for layer in by_depth(spans)]


def containers(spans: Iterable[Span]) -> list[Span]:
    """The spans that contain another."""
    ordered = in_order(spans)
    return [span for span, after in pairwise(ordered) if span.contains(after)]


def crosses(one: TokenSpan, other: TokenSpan) -> bool:
    """Whether two spans overlap and neither lies in the other."""
    return one[0] < other[0] < one[1] < other[1] or other[0] < one[0] < other[1] < one[1]


def f1(texts: Iterable[tuple[set[TokenSpan], set[TokenSpan]]]) -> float:
    """The F1 of found spans, given with the gold ones text by text; 0 where there are none."""
    right = wrong = missed = 0
    for found, gold in texts:
        right, wrong, missed = right + len(found & gold), wrong + len(found - gold), missed + len(gold - found)
    return 2 * right / max(1, 2 * right + wrong + missed)
