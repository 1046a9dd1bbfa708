"""What makes documents fit formats that hold less than they do; what is left out is counted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from viborder.document import Document, Span, in_order
from viborder.errors import fail
from viborder.text import Range, tokenize, trim


def count_layers(document: Document, lost: Counter[str], *missing: str) -> None:
    """Count what a document has of the layers that a format lacks: `spans`, `private`, `meta`, `scores`."""
    for layer in missing:
        if layer == "spans":
            lost["spans"] += len(document.spans)
        elif layer == "private":
            lost["private spans"] += len(document.private)
        elif layer == "meta":
            lost["metadata fields"] += len(document.meta)
        else:
            lost["scores"] += sum(span.score is not None for span in document.spans)


def flat(document: Document, lost: Counter[str]) -> list[Span]:
    """The outermost spans, which do not overlap, without white space at their ends."""
    kept: list[Span] = []
    for span in in_order(trimmed(document, document.spans, lost)):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
        else:
            lost["nested spans" if kept[-1].contains(span) else "crossing spans"] += 1
    return kept


def trimmed(document: Document, spans: Iterable[Span], lost: Counter[str]) -> list[Span]:
    """Spans without white space at their ends, for formats whose spans are made of tokens."""
    found = []
    for span in spans:
        start, end = trim(document.text, span.start, span.end)
        if (start, end) != (span.start, span.end):
            lost["white space at the ends of spans"] += 1
        if start < end:
            found.append(replace(span, start=start, end=end))
    return found


def tokens_for(text: str, spans: Iterable[Span]) -> list[Range]:
    """The tokens of a text, split further where a span begins or ends inside one."""
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    found: list[Range] = []
    for start, end in tokenize(text):
        inside = borders[bisect_right(borders, start) : bisect_left(borders, end)]
        found.extend(zip([start, *inside], [*inside, end], strict=True))
    return found


def file_name(document_id: str) -> str:
    """The id, where it can name a file. Raises ViborderError `id-names-no-file`."""
    if document_id in {"", ".", ".."} or any(mark in document_id for mark in '/\\:\0\n\r\t*?"<>|'):
        hint = 'no / \\ : * ? " < > | and no line end in it'
        raise fail(f"id={document_id!r}", "id-names-no-file", "this format keeps each document in a file named after its id", hint)
    return document_id
