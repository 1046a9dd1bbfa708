"""A document cut into tokens and sentences: what every tagger sees of a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from viborder.document import Document
from viborder.text import Range, sentences, tokens_and_words

_GIVEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Page:
    """Tokens of a document in order.

    words: the tokens. ranges: their half-open code-point ranges in the document's text.
    breaks: where sentences begin, counted in tokens, with the number of tokens at the end; no sentence is empty.
    """

    words: list[str]
    ranges: list[Range]
    breaks: list[int]


def read_page(document: Document, *, spaced: bool = False) -> Page:
    """The tokens and sentences of a document.

    spaced: the text is a list of given tokens (CoNLL), with a blank between tokens and a line a sentence; they are kept as they are.
    """
    text = document.text
    if spaced:
        ranges = [match.span() for match in _GIVEN.finditer(text)]
        words = [text[start:end] for start, end in ranges]
        starts = [offset + 1 for offset, char in enumerate(text) if char == "\n"]
    else:
        ranges, words = tokens_and_words(text)
        starts = [start for start, _ in sentences(text)]
    breaks = sorted({0, len(ranges), *(bisect_left(ranges, (start, 0)) for start in starts)})
    return Page(words, ranges, breaks)
