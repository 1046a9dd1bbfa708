"""Long articles in parts: what a browser cannot show at once becomes several tasks, cut where a paragraph ends.

Every task of a part notes which it is and where all parts of the article start, so that a later push and the pull put
together what was cut, whatever the limit is then. All offsets are half-open code points.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from viborder.document import Document, Span, in_order
from viborder.text import sentences

_LINE_ENDS = re.compile(r"\n(?:[^\S\n]*\n)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an article, counted from 1, and where each part starts in the text. What is not cut is part 1 of 1."""

    number: int = 1
    starts: tuple[int, ...] = (0,)

    @property
    def start(self) -> int:
        """Where it starts in the text of the article."""
        return self.starts[self.number - 1]

    @property
    def of(self) -> int:
        """How many parts the article has."""
        return len(self.starts)

    def end(self, text: str) -> int:
        """Where it ends in the text of the article."""
        return self.starts[self.number] if self.number < self.of else len(text)

    def text(self, whole: str) -> str:
        """Its own text."""
        return whole[self.start : self.end(whole)]

    def holds(self, span: Span, whole: str) -> bool:
        """Whether a span of the article lies in it."""
        return self.start <= span.start and span.end <= self.end(whole)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Part()


def cut(text: str, longest: int, spans: Iterable[Span] = ()) -> tuple[int, ...]:
    """Where the parts of a text start, none longer than `longest` code points if it can be helped; 0 never cuts.

    A part ends where a paragraph does; a paragraph that is longer itself is cut between sentences, and a sentence never.
    The guidelines let no span cross the end of a sentence (`span-crosses-sentence`); where one of `spans` does, the text
    is not cut there.
    """
    if not longest or len(text) <= longest:
        return (0,)
    paragraphs = [match.end() for match in _LINE_ENDS.finditer(text) if match.end() < len(text)]
    others = [start for start, _ in sentences(text)]
    closed = [range(span.start + 1, span.end) for span in spans]
    paragraphs, others = _open(paragraphs, closed), _open(others, closed)
    starts = [0]
    while len(text) - starts[-1] > longest:
        begin, reach = starts[-1], starts[-1] + longest
        at = _last(paragraphs, begin, reach) or _last(others, begin, reach) or _next([*paragraphs, *others], reach)
        if at is None:
            break
        starts.append(at)
    return tuple(starts)


def parts(starts: Sequence[int]) -> list[Part]:
    """The parts of an article that is cut there."""
    return [Part(number, tuple(starts)) for number in range(1, len(starts) + 1)]


def piece(document: Document, part: Part) -> Document:
    """A part of a document with the spans that lie in it, offsets being those of the part."""
    spans, private = (
        moved((span for span in layer if part.holds(span, document.text)), -part.start)
        for layer in (document.spans, document.private)
    )
    return replace(document, text=part.text(document.text), spans=spans, private=private, tokens=None)


def with_piece(document: Document, part: Document, start: int) -> Document:
    """A document with the spans of a part of it, which starts at `start`, in the place of its own there."""
    end = start + len(part.text)
    spans, private = (
        in_order([*(span for span in old if span.end <= start or span.start >= end), *moved(new, start)])
        for old, new in ((document.spans, part.spans), (document.private, part.private))
    )
    return replace(document, spans=spans, private=private)


def moved(spans: Iterable[Span], by: int) -> tuple[Span, ...]:
    """Spans with other offsets."""
    return tuple(replace(span, start=span.start + by, end=span.end + by) for span in spans)


def _open(places: list[int], closed: Sequence[range]) -> list[int]:
    """The places at which no span stands."""
    barred: set[int] = set()
    for inside in closed:
        barred.update(places[bisect_left(places, inside.start) : bisect_left(places, inside.stop)])
    return [place for place in places if place not in barred]


def _last(places: Sequence[int], after: int, reach: int) -> int | None:
    """The last place after one, as far as one can reach."""
    index = bisect_right(places, reach)
    return places[index - 1] if index and places[index - 1] > after else None


def _next(places: Iterable[int], after: int) -> int | None:
    return min((place for place in places if place > after), default=None)
