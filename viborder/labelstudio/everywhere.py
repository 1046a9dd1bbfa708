"""Label one, get all: the other places where a text says what the annotator has just marked."""

from __future__ import annotations

from collections.abc import Iterable

from viborder.document import Span
from viborder.text import token_range, tokenize

MAY_HOLD = {"AGENCY": frozenset({"AGENCY", "PLACE"})}  # the guidelines: only the name of a body has other names inside


def everywhere(text: str, drawn: Span, marked: Iterable[Span]) -> list[Span]:
    """Every other occurrence of the drawn span's text that can be marked with its label, in reading order.

    An occurrence counts where whole tokens stand there, letter for letter, where it crosses no span that is marked,
    where nothing is marked on that very range, and where it would nest only as the guidelines allow.
    """
    wanted = text[drawn.start : drawn.end]
    tokens = tokenize(text)
    present = list(marked)
    found = []
    start = text.find(wanted) if wanted.strip() else -1
    while start != -1:
        span = Span(start, start + len(wanted), drawn.label)
        if (
            (span.start, span.end) != (drawn.start, drawn.end)
            and token_range(tokens, span.start, span.end)
            and _fits(span, present)
        ):
            found.append(span)
        start = text.find(wanted, start + 1)
    return found


def _fits(span: Span, present: list[Span]) -> bool:
    for other in present:
        if span.crosses(other) or (span.start, span.end) == (other.start, other.end):
            return False
        if other.contains(span) and span.label not in MAY_HOLD.get(other.label, ()):
            return False
        if span.contains(other) and other.label not in MAY_HOLD.get(span.label, ()):
            return False
    return True
