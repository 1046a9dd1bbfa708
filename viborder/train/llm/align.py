"""An answer with brackets becomes spans of the source: exact offsets, or not at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from viborder.document import Span, in_order
from viborder.text import tokenize

_MARK = re.compile(r"\[([A-Z][A-Z0-9_-]*) |\[|\]")
_FENCE = re.compile(r"\A\s*```[^\n]*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Spans of the source in reading order; how many of the answer could not be aligned, or bore no known label; and
    the share (0…1) of the source's tokens that the answer repeats.
    """

    spans: tuple[Span, ...]
    lost: int
    repeated: float


def align(answer: str, source: str, names: Sequence[str]) -> Aligned:
    """The spans that an answer marks in the source. A span counts where the source has the same tokens at that place;
    what the answer added, left out or changed elsewhere does no harm.
    """
    fenced = _FENCE.match(answer)
    text, marked, lost = unbracketed(fenced[1] if fenced else answer, source, names)
    if text == source:
        return Aligned(in_order(set(marked)), lost, 1.0)
    own, other = tokenize(source), tokenize(text)
    words, said = [source[slice(*token)] for token in own], [text[slice(*token)] for token in other]
    partner: dict[int, int] = {}  # token of the answer → token of the source
    for block in SequenceMatcher(None, said, words, autojunk=False).get_matching_blocks():
        partner |= {block.a + step: block.b + step for step in range(block.size)}
    starts = [start for start, _ in other]
    found = set()
    for span in marked:
        first, last = bisect_right(starts, span.start) - 1, bisect_right(starts, span.end - 1) - 1
        if first not in partner or last not in partner or span.start >= other[first][1]:
            lost += 1
            continue
        start = own[partner[first]][0] + span.start - other[first][0]
        end = own[partner[last]][0] + span.end - other[last][0]
        whole = range(first, last + 1)
        if [partner.get(at) for at in whole] != list(range(partner[first], partner[first] + len(whole))):
            lost += 1
            continue
        found.add(Span(start, end, span.label))
    return Aligned(in_order(found), lost, len(set(partner.values())) / len(own) if own else 1.0)


def unbracketed(answer: str, source: str, names: Sequence[str]) -> tuple[str, list[Span], int]:
    """(the answer without its marks, the spans that they mark, how many were unusable: of an unknown label, empty, or
    never closed). A bracket that stands in the source is no mark.
    """
    text, spans, lost, at = "", [], 0, 0
    begun: list[tuple[int, str | None] | None] = []  # None: a bracket of the text
    for mark in _MARK.finditer(answer):
        text += answer[at : mark.start()]
        at = mark.end()
        if mark[0] == "]":
            opened = begun.pop() if begun else None
            if opened is None:
                text += "]"
                continue
            start, label = opened
            first, last = _trimmed(text, start)
            if label is None or first == last:
                lost += 1
            else:
                spans.append(Span(first, last, label))
        elif mark[1] in names:
            begun.append((len(text), mark[1]))
        elif mark[1] and mark[0] not in source:
            begun.append((len(text), None))
        else:
            begun.append(None)
            text += mark[0]
    lost += sum(opened is not None for opened in begun)
    text += answer[at:]
    lead = len(text) - len(text.lstrip())
    moved = [Span(span.start - lead, span.end - lead, span.label) for span in spans]
    return text.strip(), moved, lost


def _trimmed(text: str, start: int) -> tuple[int, int]:
    inside = text[start:]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
