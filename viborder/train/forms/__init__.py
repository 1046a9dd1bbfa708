"""Other forms of writing, restored and then read: lower case, capitals, title case, no tone marks, and two at once.

A sentence in such a form is rewritten syllable by syllable as it would most likely be written in ordinary text. Grammar
and learned weights read the rewritten words, while offsets stay those of the text: a token is a token in both. What is
written in the ordinary way is found so by three short searches a sentence, and nothing of it changes.

The counts and weights in `counts/` are those of the project's own texts; `python -m viborder.train.forms.learn` makes
them. They are read when a sentence first needs them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from viborder.document import Document
from viborder.text import cut, sentences
from viborder.train.forms.case import CaseModel, cased, read_case
from viborder.train.forms.detect import Form, Run, forms, runs
from viborder.train.forms.marks import MarksModel, read_marks
from viborder.train.tokenized import TokenizedText, tokenized

COUNTS = Path(__file__).parent / "counts"


def read(document: Document) -> TokenizedText:
    """The tokens and sentences of a document as they are read: where a sentence is in another form, the words are the
    restored ones, and it may fall into several sentences. Offsets are those of the document.
    """
    return restored(document, tokenized(document))[0]


def restored(document: Document, text: TokenizedText) -> tuple[TokenizedText, list[Run]]:
    """The text as it is read, and the runs of tokens that were restored, each with what it had lost."""
    found = forms(document.text, text)
    if not found:
        return text, []
    lines = frozenset(bisect_left(text.starts, at) for at, letter in enumerate(document.text) if letter == "\n")
    joined = runs(text.breaks, lines, found)
    words = list(text.words)
    for first, last, form in joined:
        words[first:last] = rewritten(text.words[first:last], form)
    if document.tokens is not None:
        return replace(text, words=words), joined
    return replace(text, words=words, breaks=_breaks(document.text, text, words)), joined


def rewritten(words: Sequence[str], form: Form) -> list[str]:
    """The words of a line as ordinary text would have them."""
    found = [word.lower() for word in words]
    if form.marks:
        found = marks_model().restored(words, cased=not form.case)
    if form.case:
        found = [cased(word, tag) for word, tag in zip(found, case_model().tags(found), strict=True)]
    else:
        found = [_capitals_of(old, new) for old, new in zip(words, found, strict=True)]
    return [new if cut(new)[2] == [new] else old for new, old in zip(found, words, strict=True)]


def _capitals_of(old: str, new: str) -> str:
    """The new word with the capitals of the old one, letter by letter."""
    return "".join(letter.upper() if was.isupper() else letter for letter, was in zip(new, old, strict=False))


def _breaks(text: str, tokens: TokenizedText, words: Sequence[str]) -> list[int]:
    """Where sentences begin in a text with other words, in tokens, with the number of tokens at the end."""
    pieces, starts, at, length = [], [], 0, 0
    for start, end, word in zip(tokens.starts, tokens.ends, words, strict=True):
        pieces += [text[at:start], word]
        starts.append(length + start - at)
        length += start - at + len(word)
        at = end
    begins = (bisect_left(starts, start) for start, _ in sentences("".join(pieces) + text[at:]))
    return sorted({0, len(words), *begins})


@cache
def case_model() -> CaseModel:
    """The model of capitals that comes with the package, read once."""
    return read_case(COUNTS / "case.tsv")


@cache
def marks_model() -> MarksModel:
    """The model of marks that comes with the package, read once."""
    return read_marks(COUNTS / "threes.tsv", COUNTS / "capitals.tsv")
