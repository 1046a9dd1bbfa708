"""Copies of training documents in other forms of writing. Every code point keeps its place, so spans hold."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from viborder.document import Document
from viborder.text import sentences


def noisy_copies(documents: Sequence[Document], copies: int, seed: int) -> Iterator[Document]:
    """Each document so many times more, each sentence of a copy in a form of its own, drawn at random."""
    draw = random.Random(seed)
    for number in range(copies):
        for document in documents:
            yield replace(document, id=f"{document.id}~{number}", text=_mixed(document.text, draw))


def _mixed(text: str, draw: random.Random) -> str:
    parts = []
    at = 0
    for start, end in sentences(text):
        form = draw.choice((_lower, _lower, _title, _unmarked, _bare))
        parts += [text[at:start], form(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _lower(text: str) -> str:
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _title(text: str) -> str:
    return "".join(
        letter if at and text[at - 1].isalnum() else large if len(large := letter.upper()) == 1 else letter
        for at, letter in enumerate(_lower(text))
    )


def _unmarked(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.replace("đ", "d").replace("Đ", "D"))


def _bare(text: str) -> str:
    return _lower(_unmarked(text))
