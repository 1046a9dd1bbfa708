"""Names of persons hidden before a text is sent, letter for letter, so that offsets stay."""

from __future__ import annotations

import re
from dataclasses import replace

from viborder.annotate.private import People
from viborder.document import PRIVATE, Document, Span
from viborder.grammar import propose
from viborder.text import tokenize

PERSONS = frozenset({PRIVATE, "OFFICIAL"})


def masked(document: Document) -> str:
    """The text with every letter of a person's name as X or x: of the persons that the document lists and those that
    the grammar finds, wherever and however the name is written again (`viborder.annotate.private`). The names of
    officials too, since nobody has judged yet who is one; what stands around a name still tells.
    """
    text = document.text
    named = {(span.start, span.end) for span in (*document.private, *document.spans) if span.label in PERSONS}
    named |= {(span.start, span.end) for span in propose(text, tokenize(text)) if span.label in PERSONS}
    people = People()
    people.meet(replace(document, private=tuple(Span(start, end, PRIVATE) for start, end in sorted(named))))
    ranges = {*named, *((start, end) for start, end, _ in people.occurrences(text))}
    for name in {text[start:end] for start, end in named}:  # a name of one part is found as it stands
        ranges |= {match.span() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
    letters = list(text)
    for start, end in ranges:
        letters[start:end] = map(_hidden, letters[start:end])
    return "".join(letters)


def _hidden(letter: str) -> str:
    if not letter.isalpha():
        return letter
    return "X" if letter.isupper() else "x"
