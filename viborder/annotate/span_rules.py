"""What can be wrong with the spans of one document.

Rules: `label-unknown`, `span-twice`, `span-two-labels`, `span-crosses-span`, `span-blank-ends`, `span-splits-token`,
`span-crosses-sentence`, `private-overlaps-span`. Time grows with the text and with the spans, whatever lies in what.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from viborder.document import PRIVATE, Document, Span, crossings, in_order
from viborder.errors import Problem, place
from viborder.labels import may_share
from viborder.text import cut, sentences, trim


def span_problems(document: Document, where: str, types: Collection[str] | None) -> Iterator[Problem]:
    """What is wrong with the spans and private persons of a document. types: the entity types allowed; any if None."""
    if not document.spans and not document.private:
        return
    starts, ends, _ = cut(document.text)
    borders, breaks = (set(starts), set(ends)), [start for start, _ in sentences(document.text)]
    for span in (*document.spans, *document.private):
        yield from _borders(document, span, where, borders, breaks)
        if types is not None and span.label not in types and span.label != PRIVATE:
            said, hint = f"no entity type {span.label!r:.60}", f"one of {', '.join(types)}"
            yield problem(document, span, where, "label-unknown", said, hint)
    for span in document.spans:
        if span.label == PRIVATE:
            said, hint = "PRIVATE is no entity type", "private persons go into `private`"
            yield problem(document, span, where, "label-unknown", said, hint)
    spans = in_order(document.spans)
    if document.private:
        yield from _private(document, spans, where)
    yield from _crossings(document, spans, where)


def problem(document: Document, span: Span, where: str, rule: str, message: str, hint: str) -> Problem:
    """A problem at a span's place; no more of the span's text is taken than is shown."""
    shown = document.text[span.start : min(span.end, span.start + 60)]
    return Problem(place(where, document.id, span.start, span.end, shown), rule, message, hint)


def _borders(
    document: Document, span: Span, where: str, tokens: tuple[set[int], set[int]], breaks: list[int]
) -> Iterator[Problem]:
    """What is wrong with where a span begins and ends. tokens: where they start, and where they end."""
    if span.start not in tokens[0] or span.end not in tokens[1]:  # no token begins or ends with what is not seen
        if trim(document.text, span.start, span.end) != (span.start, span.end):
            said, hint = "white space or an invisible character at an end", "begin and end at a word"
            yield problem(document, span, where, "span-blank-ends", said, hint)
        else:
            said, hint = "a border lies inside a token", "mark whole syllables and numbers"
            yield problem(document, span, where, "span-splits-token", said, hint)
    elif bisect_right(breaks, span.start) != bisect_right(breaks, span.end - 1):
        yield problem(
            document, span, where, "span-crosses-sentence", "a sentence ends inside it", "one span a sentence"
        )


def _private(document: Document, spans: Sequence[Span], where: str) -> Iterator[Problem]:
    """Each private person that an entity overlaps, with the first such entity. spans: the entities in order."""
    starts = [span.start for span in spans]
    reaches = list(accumulate((span.end for span in spans), max))  # how far the spans up to each one reach
    for private in document.private:
        first = bisect_right(reaches, private.start)
        if first < bisect_left(starts, private.end):
            span = spans[first]
            said = f"overlaps the {span.label} at [{span.start}:{span.end}]"
            yield problem(document, private, where, "private-overlaps-span", said, "a private person is no entity")


def _crossings(document: Document, spans: Sequence[Span], where: str) -> Iterator[Problem]:
    """Spans that stand twice, two labels on one range, and spans that cross one that begins before them."""
    for before, span in pairwise(spans):
        if span.start != before.start or span.end != before.end:
            continue
        if span == before:
            yield problem(document, span, where, "span-twice", f"stands twice as {span.label}", "remove one")
        else:
            said, hint = f"is {before.label} and {span.label} at once", "keep one, unless both are meant"
            told = problem(document, span, where, "span-two-labels", said, hint)
            yield told if not may_share((before.label, span.label)) else replace(told, severity="warning")
    for span, other in crossings(spans):
        said = f"crosses the {other.label} at [{other.start}:{other.end}]"
        yield problem(document, span, where, "span-crosses-span", said, "nest one inside the other, or part them")
