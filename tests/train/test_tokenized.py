"""Tokenized texts: tokens by their places in the text."""

import re
from unicodedata import normalize

from viborder.document import Document
from viborder.train.tokenized import tokenized


def in_its_tokens(text: str) -> Document:
    return Document("a", text, tokens=tuple(match.span() for match in re.finditer(r"\S+", text)))


def test_given_tokens_with_marks_apart_are_the_same_words_in_their_own_places() -> None:
    composed = "tỉnh Hà Tĩnh\nsở Y tế"
    apart = normalize("NFD", composed)
    one, other = (tokenized(in_its_tokens(text)) for text in (composed, apart))
    assert other.words == one.words == ["tỉnh", "Hà", "Tĩnh", "sở", "Y", "tế"] and other.breaks == one.breaks == [
        0,
        3,
        6,
    ]
    assert [normalize("NFC", apart[start:end]) for start, end in other.ranges] == one.words
    assert other.ranges[0] == (0, 5)  # the i with a hook above is two code points
