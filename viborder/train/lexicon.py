"""The lexicons as tries over syllables, and a text's tokens as lists that the grammar walks.

Syllables are compared by their key: lower case, one place for the tone mark (`hoà` = `hòa`, `tuý` = `túy`), `y` for `i` where spelling
varies (`tỷ` = `tỉ`). Foreign names are compared without diacritics, and a hyphen inside them counts for nothing (`Bô-ly-khăm-xay` is
`Bô Ly Khăm Xay`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from viborder.text import tokenize

Trie = dict[str, Any]  # key → deeper trie; the empty key holds the value of the phrase that ends there

# What a token looks like, and what it may begin; one bit each. CAP: begins with a capital. UPPER: all capitals, two or more.
CAP, UPPER, DIGIT, LOWER = 1, 2, 4, 8
AGENCY, PERSON, PLACE, AMOUNT, DRUG, NAME, LOCATIVE = 16, 32, 64, 128, 256, 512, 1024
TRIGGER = AGENCY | PERSON | PLACE | AMOUNT | DRUG | NAME | LOCATIVE

_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
          "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}  # fmt: skip
_Y_FOR_I = re.compile(r"^(h|k|l|m|s|t)(y|ỳ|ý|ỷ|ỹ|ỵ)$")
_I = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))
_MARKS = {"–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "`": "'", "“": '"', "”": '"'}


def key(token: str) -> str:
    """The form in which syllables are compared."""
    if token in _MARKS:
        return _MARKS[token]
    word = token.lower()
    if not word.isascii():
        for old, new in _TONES.items():
            if word.endswith(old):
                word = word[: -len(old)] + new
                break
    match = _Y_FOR_I.match(word)
    return match[1] + _I[match[2]] if match else word


def fold(token: str) -> str:
    """The token in lower case without diacritics: `Xvây` → `xvay`, `Đắc` → `dac`."""
    if token in _MARKS:
        return _MARKS[token]
    plain = unicodedata.normalize("NFD", token.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def rows(name: str) -> Iterator[list[str]]:
    """The columns of a lexicon's lines, comments and blank lines left out."""
    for line in files("viborder.train").joinpath(f"lexicons/{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def phrases(name: str, *kinds: str) -> list[str]:
    """Every phrase of the rows of a lexicon whose first column is one of `kinds`."""
    return [phrase for row in rows(name) if row[0] in kinds for phrase in row[1].split("|") if phrase]


def insert(trie: Trie, keys: Sequence[str], value: Any) -> None:
    """Put a phrase into the trie; a bit mask is added to the one that is there, any other value stays as it was first put."""
    for syllable in keys:
        trie = trie.setdefault(syllable, {})
    if isinstance(value, int):
        trie[""] = trie.get("", 0) | value
    else:
        trie.setdefault("", value)


def keys_of(phrase: str) -> list[str]:
    """The keys of a phrase's tokens."""
    return [key(phrase[start:end]) for start, end in tokenize(phrase)]


def build(entries: Iterable[tuple[str, Any]]) -> Trie:
    """A trie of phrases with their values. `phòng, chống` is found with and without its comma."""
    trie: Trie = {}
    for phrase, value in entries:
        insert(trie, keys_of(phrase), value)
        if "phòng, chống" in phrase:
            insert(trie, keys_of(phrase.replace("phòng, chống", "phòng chống")), value)
    return trie


def longest(trie: Trie, keys: list[str], at: int) -> tuple[int, Any] | None:
    """The longest phrase that begins at `at`: (the token after it, its value), or None. `keys` must end in a key of no phrase."""
    found = None
    node = trie.get(keys[at])
    while node is not None:
        at += 1
        if "" in node:
            found = at, node[""]
        node = node.get(keys[at])
    return found


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


@cache
def names() -> tuple[frozenset[str], frozenset[str]]:
    """(keys of Vietnamese family names, folded beginnings of Lao and Khmer names)."""
    return (
        frozenset(key(name) for name in phrases("names", "kinh", "minority")),
        frozenset(fold(name) for name in phrases("names", "lao", "khmer")),
    )
