"""Edits made in a document: spans follow the text. What is hidden of private persons: `viborder.annotate.hiding`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from viborder.annotate.hiding import Edit
from viborder.document import Document, Span
from viborder.text import sentences


def mask(document: Document, edits: Iterable[Edit]) -> Document:
    """The document with the edits made.

    A span's border inside an edit moves to that edit's own; a span left empty goes.
    """
    pieces, at, moved = [], 0, []
    length = 0
    for edit in edits:
        pieces += [document.text[at : edit.start], edit.new]
        length += edit.start - at
        moved.append((edit, length))
        length += len(edit.new)
        at = edit.end
    text = "".join(pieces) + document.text[at:]
    where = _places(moved, sorted({at for span in document.spans for at in (span.start, span.end)}))
    spans = []
    for span in document.spans:
        start, end = where[span.start][0], where[span.end][1]
        if start < end:
            spans.append(Span(start, end, span.label, span.score))
    return replace(document, text=text, private=()).with_spans(dict.fromkeys(spans))


def dropped(document: Document, edits: Iterable[Edit]) -> list[Edit]:
    """Edits that take out the sentences which the given edits touch, with the white space after them."""
    bounds = sentences(document.text)
    after = [start for start, _ in bounds[1:]] + [len(document.text)]
    places = sorted(edits)
    out, first = [], 0
    for (start, end), following in zip(bounds, after, strict=True):
        while first < len(places) and places[first].end <= start:
            first += 1
        if first < len(places) and places[first].start < end:
            out.append(Edit(start, following, ""))
    return out


def _places(moved: list[tuple[Edit, int]], borders: list[int]) -> dict[int, tuple[int, int]]:
    """Border → where a span that begins there begins, and one that ends there ends, after the edits."""
    found, shift, at = {}, 0, 0
    for border in borders:
        while at < len(moved) and moved[at][0].end <= border:
            edit, new_start = moved[at]
            shift = new_start + len(edit.new) - edit.end
            at += 1
        start = end = border + shift
        if at < len(moved):
            edit, new_start = moved[at]
            if edit.start < border:
                start, end = new_start, new_start + len(edit.new)
            elif edit.start == border:
                start = new_start
        found[border] = (start, end)
    return found
