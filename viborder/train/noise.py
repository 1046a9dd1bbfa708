"""Copies of documents as people post, scan and type them: in lower case, in capitals, without tone marks, with errors.

A copy is made character by character: each character of the text gives a piece, so that every span (and every given
token) moves with its text. Where a piece would tear a token at the border of a span, the span keeps its own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

from viborder.document import Document, Span
from viborder.text import Range, token_range, tokenize
from viborder.train.augment import new_id

Pieces = list[str]  # what each character of a text becomes: itself, nothing, or several
SCANNED, TYPED, BROKEN = 0.02, 0.02, 0.04  # shares of letters, of letters, of blanks that are changed

_MOVED = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ",
          "ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}  # fmt: skip
_PLACED = {**_MOVED, **{new: old for old, new in _MOVED.items()}}
_PLACED |= {pair.upper(): other.upper() for pair, other in _PLACED.items()}
_TONE_PAIR = re.compile(rf"(?<![qQ])(?:{'|'.join(_PLACED)})(?!\w)")
# Letters that recognition of print takes for each other, and tone marks that it loses.
_SEEN_AS = {"l": "1", "1": "l", "o": "0", "0": "o", "m": "rn", "h": "b", "b": "h", "c": "e", "e": "c", "n": "u", "u": "n",
            "I": "l", "O": "0", "B": "8", "S": "5", "G": "C", "đ": "d", "Đ": "D", "i": "í", "í": "ì", "ì": "i"}  # fmt: skip
_NEIGHBOURS = {"a": "s", "s": "d", "d": "f", "e": "r", "r": "t", "t": "y", "y": "u", "u": "i", "i": "o", "o": "p", "n": "m",
               "m": "n", "h": "j", "g": "h", "c": "v", "b": "v", "l": "k", "k": "l", "p": "o", "v": "c", "q": "w", "x": "c"}  # fmt: skip
_TELEX_TONE = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX_LETTER = {"\u0302": None, "\u0306": "w", "\u031b": "w"}  # a circumflex doubles its letter


def bare_letter(letter: str) -> str:
    """A letter without tone and vowel marks: `ạ` is `a`, `Đ` is `D`."""
    return {"đ": "d", "Đ": "D"}.get(letter) or unicodedata.normalize("NFD", letter)[0]


def _without_marks(text: str, random: Random) -> Pieces:
    return [bare_letter(letter) for letter in text]


def _lower(text: str, random: Random) -> Pieces:
    return [letter.lower() for letter in text]


def _capitals(text: str, random: Random) -> Pieces:
    return [letter.upper() for letter in text]


def _title(text: str, random: Random) -> Pieces:
    before = " " + text
    return [letter.lower() if before[at].isalnum() else letter.upper() for at, letter in enumerate(text)]


def _lower_without_marks(text: str, random: Random) -> Pieces:
    return [bare_letter(letter).lower() for letter in text]


def _capitals_without_marks(text: str, random: Random) -> Pieces:
    return [bare_letter(letter).upper() for letter in text]


def _tone_placement(text: str, random: Random) -> Pieces:
    pieces = list(text)
    for match in _TONE_PAIR.finditer(text):
        pieces[match.start() : match.end()] = _PLACED[match[0]]
    return pieces


def _scanned(text: str, random: Random) -> Pieces:
    pieces = list(text)
    for at, letter in enumerate(text):
        if letter.isalnum() and random.random() < SCANNED:
            pieces[at] = _SEEN_AS.get(letter, bare_letter(letter))
    return pieces


def _typed(text: str, random: Random) -> Pieces:
    pieces = list(text)
    for at, letter in enumerate(text):
        if letter.isalpha() and random.random() < TYPED:
            pieces[at] = _mistyped(letter, at + 1 < len(text) and text[at + 1].isalpha(), random)
    return pieces


def _mistyped(letter: str, more: bool, random: Random) -> str:
    """A letter as a slip of the finger or an input method switched off leaves it; it goes only where more follow."""
    apart = unicodedata.normalize("NFD", letter)
    base, marks = apart[0], apart[1:]
    if marks:  # Telex as it is typed: `ộ` is `ooj`
        return base + "".join(_TELEX_TONE.get(mark) or _TELEX_LETTER.get(mark) or base.lower() for mark in marks)
    slips = [letter * 2, _NEIGHBOURS.get(letter, letter), "" if more else letter]
    return random.choice(slips)


def _joined_lines(text: str, random: Random) -> Pieces:
    return [" " if letter == "\n" else letter for letter in text]


def _broken_lines(text: str, random: Random) -> Pieces:
    return ["\n" if letter == " " and random.random() < BROKEN else letter for letter in text]


FORMS: dict[str, Callable[[str, Random], Pieces]] = {
    "lower": _lower,
    "capitals": _capitals,
    "title": _title,
    "no-marks": _without_marks,
    "lower-no-marks": _lower_without_marks,
    "capitals-no-marks": _capitals_without_marks,
    "tone-placement": _tone_placement,
    "scanned": _scanned,
    "typed": _typed,
    "joined-lines": _joined_lines,
    "broken-lines": _broken_lines,
}


def known_forms(shares: dict[str, float]) -> dict[str, float]:
    """The shares of a recipe's key `noise`. Raises ValueError where a form is unknown."""
    if unknown := sorted(set(shares) - set(FORMS)):
        raise ValueError(f"no form {', '.join(unknown)}: one of {', '.join(FORMS)}")
    return shares


def written(document: Document, form: str, seed: int = 0) -> Document:
    """The document in a form of FORMS, its spans, private names and given tokens moved with their text.

    The id stays. The same seed gives the same errors. A line is never broken inside a span.
    """
    pieces = FORMS[form](document.text, Random(f"{seed}/{form}/{document.id}"))
    marked = [*document.spans, *document.private]
    for span in marked:
        for at in range(span.start, span.end):
            if pieces[at] == "\n":
                pieces[at] = document.text[at]
    found = _assembled(document, pieces)
    torn = [old for old, new in zip(marked, [*found.spans, *found.private], strict=True) if _torn(found, new)]
    for span in torn:
        first, last = max(0, span.start - 1), span.end + 1
        pieces[first:last] = document.text[first:last]
    if not torn:
        return found
    found = _assembled(document, pieces)
    kept = [not _torn(found, span) for span in (*found.spans, *found.private)]
    return found if all(kept) else document


def copies(documents: Sequence[Document], shares: Mapping[str, float], seed: int) -> list[tuple[str, Document]]:
    """Copies of documents in other forms, each with the id of its original, by which they stay in one fold.

    shares: for each form the share of the documents that get such a copy, drawn by the seed and the document's id, so
    that a document has the same copies among whatever others. A copy that equals its original is left out. A copy's id
    is its own: no document and no other copy has it.
    """
    found = []
    taken = {document.id for document in documents}
    for form, share in shares.items():
        for document in documents:
            if Random(f"{seed}/{form}?/{document.id}").random() >= share:
                continue
            copy = written(document, form, seed)
            if copy.text == document.text:
                continue
            found.append((document.id, replace(copy, id=new_id(f"{document.id}~{form}", taken))))
    return found


def _assembled(document: Document, pieces: Pieces) -> Document:
    text = "".join(pieces)
    if not unicodedata.is_normalized("NFC", text):  # a loose mark that met a letter: leave the text as it is
        return document
    at = [0, *accumulate(map(len, pieces))]

    def moved(spans: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(replace(span, start=at[span.start], end=at[span.end]) for span in spans)

    tokens: tuple[Range, ...] | None = None
    if document.tokens is not None:
        tokens = tuple((at[start], at[end]) for start, end in document.tokens)
    return replace(document, text=text, spans=moved(document.spans), private=moved(document.private), tokens=tokens)


def _torn(document: Document, span: Span) -> bool:
    """Whether a border of the span lies inside a token."""
    return token_range(list(document.tokens or tokenize(document.text)), span.start, span.end) is None
