"""A document cut into tokens and sentences: what every tagger sees of a text."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from unicodedata import normalize

from viborder.document import Document
from viborder.text import Range, bare, cut, sentences


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """Tokens of a document in order.

    words: the tokens, NFC. starts, ends: their half-open code-point ranges in the document's text.
    breaks: where sentences begin, counted in tokens, with the number of tokens at the end; no sentence is empty.
    document: what was cut.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    breaks: list[int]
    document: Document

    @property
    def ranges(self) -> list[Range]:
        """The ranges of the tokens."""
        return list(zip(self.starts, self.ends, strict=True))


def tokenized(document: Document) -> TokenizedText:
    """The tokens and sentences of a document.

    Where the text came as tokens (`Document.tokens`), their borders are kept, and a line is a sentence.
    """
    text = document.text
    if document.tokens is not None:
        starts, ends = [start for start, _ in document.tokens], [end for _, end in document.tokens]
        given = [text[start:end] for start, end in document.tokens]
        words = [normalize("NFC", bare(word) or word) for word in given]  # as the same word elsewhere
        begins = [offset + 1 for offset, char in enumerate(text) if char == "\n"]
    else:
        starts, ends, words = cut(text)
        begins = [start for start, _ in sentences(text)]
    breaks = sorted({0, len(words), *(bisect_left(starts, begin) for begin in begins)})
    return TokenizedText(words, starts, ends, breaks, document)
