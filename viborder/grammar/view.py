"""A text's tokens as parallel lists that the grammar walks; what can be known of a token's string is worked out once
for each string.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from viborder.grammar.around import Around
from viborder.grammar.compile import ANY
from viborder.grammar.keys import fold, key
from viborder.grammar.kinds import (
    AGENCY,
    AMOUNT,
    CAP,
    DIGIT,
    DRUG,
    LISTED,
    LOWER,
    NAME,
    PERSON,
    PLACE,
    ROAD,
    RULE,
    UPPER,
)
from viborder.grammar.lexicon import Lexicon, TokenType, in_use
from viborder.grammar.rulebook import Found, Rules
from viborder.text import FRACTIONS, bare

_MOST_TYPES = 200_000
_BREAK: TokenType = ("\n", "\n", 0)

_SYLLABLES = re.compile(r"[aeiouy][^aeiouy\W]+[aeiouy]")


@dataclass(slots=True)
class View:
    """A text's tokens as parallel lists. Between lines, and at the end, stands a token with the key `\\n` that matches
    nothing.

    starts, ends: code points. types: (key, folded, bits) of the token's string, made once for each string. bits: those
    of the token here. breaks: where the tokens between lines stand. capitals: where those that begin with a capital do.
    lexicon: the phrases that the rules look up. words: its sets of words around them. rules: those of the lexicon, or
    the same ones that tell of what they do. memo: what pieces of rules and algorithms have found, by name and token.
    nested: how many bodies are being read, each behind the head of another.
    """

    text: str
    starts: list[int]
    ends: list[int]
    keys: list[str]
    bits: list[int]
    types: list[TokenType]
    breaks: list[int]
    capitals: list[int]
    lexicon: Lexicon
    words: Around
    rules: Rules
    memo: defaultdict[str, dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    nested: int = 0

    def token(self, at: int) -> int:
        """The number of the text's token at this place: tokens between lines do not count."""
        return at - bisect(self.breaks, at)

    def piece(self, name: str, at: int) -> Found | None:
        """What a piece of the rules finds at the token."""
        match, keys, looks = self.rules.pieces[name]
        if self.keys[at] in keys or self.bits[at] & looks or looks == ANY:
            return match(self, self.keys, self.bits, at)
        return None

    def foreign(self, at: int) -> bool:
        """Whether the token has more than one syllable, as no Vietnamese one has."""
        return _SYLLABLES.search(self.types[at][1]) is not None

    def glued(self, at: int) -> bool:
        """Whether no white space stands before the token."""
        return self.starts[at] == self.ends[at - 1]


def read(
    text: str,
    starts: list[int],
    ends: list[int],
    words: list[str],
    lexicon: Lexicon | None = None,
    rules: Rules | None = None,
) -> View:
    """The tokens as lists, with a token that matches nothing between lines and four of them at the end."""
    lexicon = lexicon or in_use()
    types = _types(words, lexicon)
    view = View(text, [], [], [], [], [], [], [], lexicon, lexicon.around, rules or lexicon.rules)
    for first, last in pairwise((0, *_line_begins(text, starts), len(words))):
        if first:
            view.breaks.append(len(view.types))
            view.types.append(_BREAK)
            view.starts.append(ends[first - 1])
            view.ends.append(ends[first - 1])
        view.types += types[first:last]
        view.starts += starts[first:last]
        view.ends += ends[first:last]
    view.types += [_BREAK] * 4
    view.starts += [len(text) + 1] * 4
    view.ends += [len(text) + 1] * 4
    view.keys, view.bits = [kind[0] for kind in view.types], [kind[2] for kind in view.types]
    view.capitals = [at for at, bits in enumerate(view.bits) if bits & CAP]
    _read_lines_of_capitals(view)
    return view


def _types(words: list[str], lexicon: Lexicon) -> list[TokenType]:
    known = lexicon.types
    try:
        return [known[word] for word in words]
    except KeyError:
        found = {word: known.get(word) or _type(word, lexicon) for word in set(words)}
        return [found[word] for word in words]


def _line_begins(text: str, starts: list[int]) -> list[int]:
    """The tokens with which lines begin, but for the first."""
    found = []
    at = text.find("\n")
    while at >= 0 and (token := bisect(starts, at)) < len(starts):
        if token:
            found.append(token)
        at = text.find("\n", starts[token])
    return found


def _read_lines_of_capitals(view: View) -> None:
    """In a line of capitals a capital says nothing: the bit goes, and only lexicons speak."""
    bits = view.bits
    upper = [at for at in view.capitals if bits[at] & UPPER]
    for first, last in pairwise((0, *view.breaks, len(bits))):
        count = bisect_left(upper, last) - bisect_left(upper, first)
        if count < 3:
            continue
        words = len([0 for found in bits[first:last] if found & (CAP | LOWER)])
        if words < 4 or count <= 0.7 * words:
            continue
        for at in range(first, last):
            if bits[at] & CAP:
                bits[at] = bits[at] & ~CAP | UPPER
                view.types[at] = (*view.types[at][:2], bits[at])
    view.capitals = [at for at in view.capitals if bits[at] & CAP]


def _type(token: str, lexicon: Lexicon) -> TokenType:
    """(key, folded, bits) of a token's string, remembered."""
    written = bare(token) or token
    word, plain, bits = key(written), fold(written), shape(written)
    (home, abroad), (family, beginnings) = lexicon.gazetteer, lexicon.family_names
    bits |= lexicon.begins.get(word, 0)
    if bits & DIGIT:
        bits |= AMOUNT
    if bits & lexicon.rules.looks:
        bits |= RULE
    if bits & (CAP | UPPER):
        if word in home or plain in abroad:
            bits |= PLACE | LISTED
        if len(word) > 2 and word[:2] in lexicon.around.road and word[2].isdecimal():
            bits |= PLACE | ROAD
        if word in family or plain in beginnings:
            bits |= NAME
    if len(lexicon.types) >= _MOST_TYPES:
        lexicon.types.clear()
    lexicon.types[token] = found = word, plain, bits
    return found


def classes(token: str) -> str:
    """What a token may begin by the lexicons, as letters (A agency, R rank or role, P place, Q amount, D drug, N
    name); "-" for nothing.
    """
    lexicon = in_use()
    bits = (lexicon.types.get(token) or _type(token, lexicon))[2]
    letters = zip((AGENCY, PERSON, PLACE, AMOUNT, DRUG, NAME), "ARPQDN", strict=True)
    return "".join(letter for bit, letter in letters if bits & bit) or "-"


def shape(token: str) -> int:
    """The bits of a token's look."""
    first = token[0]
    if first.isdecimal() or first in FRACTIONS:
        return DIGIT
    if not first.isalpha():
        return 0
    if not first.isupper():
        return LOWER
    return CAP | UPPER if len(token) > 1 and token.isupper() else CAP
