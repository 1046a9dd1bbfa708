"""Words of several syllables, for encoders that were pretrained on segmented text (PhoBERT); always ranges of the
raw text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from viborder.document import Span
from viborder.text import Range, sentences, tokenize, trim

Segmenter = Callable[[str], str]


def segment(text: str, segmenter: Segmenter | None = None) -> list[Range]:
    """Words as half-open code-point ranges, every token of `tokenize` in exactly one.

    segmenter: text with blanks between tokens → the same with `_` inside words; pyvi's unless another is given. Its
    output is laid over the raw text character by character, so whatever it re-spells or drops cannot move an offset:
    from there to the end of the sentence the tokens stand alone. Only syllables are joined: a number, a mark and a code
    (`C04`) are words of their own.
    """
    segmenter = segmenter or _pyvi
    tokens = tokenize(text)
    words: list[Range] = []
    position = 0
    for _, end in sentences(text):
        stop = bisect_left(tokens, (end, 0))
        inside = tokens[position:stop]
        words += _joined(text, inside, segmenter(" ".join(text[a:b] for a, b in inside)))
        position = stop
    return words + tokens[position:]


def _pyvi(text: str) -> str:
    from pyvi.ViTokenizer import ViTokenizer

    segmented: str = ViTokenizer.tokenize(text)
    return segmented


def _joined(text: str, tokens: list[Range], segmented: str) -> list[Range]:
    words: list[Range] = []
    at = 0
    letters = False  # whether the token before is all letters
    for start, end in tokens:
        joint = at
        while at < len(segmented) and segmented[at] in " _" and segmented[at] != text[start]:
            at += 1
        joins = segmented[joint:at] == "_"
        for character in text[start:end]:
            # pyvi also cuts inside our tokens (`TP.`, `a_b`): that is no joint of ours.
            while at < len(segmented) and segmented[at] in " _" and segmented[at] != character:
                at += 1
            if at >= len(segmented) or segmented[at] != character:
                at, joins = len(segmented), False
                break
            at += 1
        before, letters = letters, text[start:end].isalpha()
        if joins and before and letters:
            words[-1] = (words[-1][0], end)
        else:
            words.append((start, end))
    return words


def split_at(text: str, units: list[Range], spans: Iterable[Span]) -> tuple[list[Range], int]:
    """The units cut wherever the border of a span lies inside one, and how many were cut.

    No part begins or ends on white space.
    """
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    parts: list[Range] = []
    cut = 0
    for start, end in units:
        inside = borders[bisect_left(borders, start + 1) : bisect_left(borders, end)]
        cut += bool(inside)
        for first, last in zip([start, *inside], [*inside, end], strict=True):
            part = trim(text, first, last)
            if part[0] < part[1]:
                parts.append(part)
    return parts, cut
