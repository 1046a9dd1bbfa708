"""A text's tokens as parallel lists that the grammar walks; what can be known of a token's string is worked out once for each string."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from viborder.text import Range
from viborder.train.grammar import words
from viborder.train.grammar.lexicon import fold, key

# What a token looks like, and what it may begin; one bit each. CAP: begins with a capital. UPPER: all capitals, two or more.
CAP, UPPER, DIGIT, LOWER = 1, 2, 4, 8
AGENCY, PERSON, PLACE, AMOUNT, DRUG, NAME, LOCATIVE = 16, 32, 64, 128, 256, 512, 1024
TRIGGER = AGENCY | PERSON | PLACE | AMOUNT | DRUG | NAME | LOCATIVE

_TYPES: dict[str, tuple[str, str, int]] = {}  # token → (key, folded, bits)
_MOST_TYPES = 200_000
_BREAK = ("\n", "\n", 0)

_LOCATIVES = ("tại", "ở", "ngụ", "trú", "quê", "vực", "bàn", "tuyến", "giới", "quán", "chỉ", "ảnh")
_ROAD = ("ql", "tl", "đt", "hl")


@dataclass(slots=True)
class View:
    """A text's tokens as parallel lists. Between lines, and at the end, stands a token with the key `\\n` that matches nothing.

    starts, ends: code points. types: (key, folded, bits) of the token's string, made once for each string. bits: those of the token here.
    """

    text: str
    starts: list[int]
    ends: list[int]
    keys: list[str]
    bits: list[int]
    types: list[tuple[str, str, int]]

    def glued(self, at: int) -> bool:
        """Whether no white space stands before the token."""
        return self.starts[at] == self.ends[at - 1]


def read(text: str, tokens: list[Range]) -> View:
    """The tokens as lists, with a token that matches nothing between lines and three of them at the end."""
    known = _TYPES
    types = [known.get(word) or _type(word) for word in [text[start:end] for start, end in tokens]]
    starts = [start for start, _ in tokens]
    ends = [end for _, end in tokens]
    begun = 0
    if "\n" in text:
        all_types, all_starts, all_ends = [], [], []
        for index in range(1, len(tokens)):
            if starts[index] > ends[index - 1] + 0 and "\n" in text[ends[index - 1] : starts[index]]:
                _line(types, begun, index)
                all_types += [*types[begun:index], _BREAK]
                all_starts += [*starts[begun:index], ends[index - 1]]
                all_ends += [*ends[begun:index], ends[index - 1]]
                begun = index
        _line(types, begun, len(types))
        types = all_types + types[begun:]
        starts, ends = all_starts + starts[begun:], all_ends + ends[begun:]
    else:
        _line(types, 0, len(types))
    last = len(text) + 1
    types += [_BREAK] * 4
    starts += [last] * 4
    ends += [last] * 4
    return View(text, starts, ends, [kind[0] for kind in types], [kind[2] for kind in types], types)


def _line(types: list[tuple[str, str, int]], start: int, end: int) -> None:
    """In a line of capitals a capital says nothing: the bit goes, and only lexicons speak."""
    if end - start < 4:
        return
    words = [kind for kind in types[start:end] if kind[2] & (CAP | LOWER)]
    if len(words) > 3 and sum(kind[2] & UPPER for kind in words) > 0.7 * UPPER * len(words):
        types[start:end] = [(word, plain, bits & ~CAP | UPPER if bits & CAP else bits) for word, plain, bits in types[start:end]]


def _type(token: str) -> tuple[str, str, int]:
    """(key, folded, bits) of a token's string, remembered."""
    word, plain, bits = key(token), fold(token), shape(token)
    first, home, abroad, family, beginnings = _first()
    bits |= first.get(word, 0)
    if bits & DIGIT:
        bits |= AMOUNT
    if bits & (CAP | UPPER):
        if word in home or plain in abroad or is_road(token):
            bits |= PLACE
        if word in family or plain in beginnings:
            bits |= NAME
    if len(_TYPES) >= _MOST_TYPES:
        _TYPES.clear()
    _TYPES[token] = found = word, plain, bits
    return found


def classes(token: str) -> str:
    """What a token may begin by the lexicons, as letters (A agency, R rank or role, P place, Q amount, D drug, N name); "-" for nothing."""
    bits = (_TYPES.get(token) or _type(token))[2]
    letters = zip((AGENCY, PERSON, PLACE, AMOUNT, DRUG, NAME), "ARPQDN", strict=True)
    return "".join(letter for bit, letter in letters if bits & bit) or "-"


@cache
def _first() -> tuple[dict[str, int], frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    home, abroad = words.gazetteer()
    bits: dict[str, int] = {}
    for keys, bit in (
        (words.heads(), AGENCY),
        (words.persons(), PERSON),
        (words.admin_words(), PLACE),
        (words.small_beginnings(), PLACE),
        (words.number_words(), AMOUNT),
        (words.drugs(), DRUG),
        (_LOCATIVES, LOCATIVE),
    ):
        for first in keys:
            bits[first] = bits.get(first, 0) | bit
    return bits, frozenset(home), frozenset(abroad), *words.family_names()


def shape(token: str) -> int:
    """The bits of a token's look."""
    first = token[0]
    if first.isdecimal():
        return DIGIT
    if not first.isalpha():
        return 0
    if not first.isupper():
        return LOWER
    return CAP | UPPER if len(token) > 1 and token.isupper() else CAP


def is_road(token: str) -> bool:
    """`QL8A`, `TL9`, `ĐT741`: a road's code in one token."""
    word = key(token)
    return len(word) > 2 and word[:2] in _ROAD and word[2].isdecimal()
