"""Syllables as they are compared, and tries over them.

Syllables are compared by their key: lower case, one place for the tone mark (`hoà` = `hòa`, `tuý` = `túy`), `y` for `i`
where spelling varies (`tỷ` = `tỉ`). Foreign names are compared without diacritics, and a hyphen inside them counts for
nothing (`Bô-ly-khăm-xay` is `Bô Ly Khăm Xay`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from viborder.text import cut

Trie = dict[str, Any]  # key → deeper trie; the empty key holds the value of the phrase that ends there

_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
          "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}  # fmt: skip
_Y_FOR_I = re.compile(r"^(h|k|l|m|s|t)(y|ỳ|ý|ỷ|ỹ|ỵ)$")
_I = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))
_MARKS = {
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "⁄": "/",
    "∕": "/",
    "’": "'",
    "‘": "'",
    "`": "'",
    "“": '"',
    "”": '"',
}


@lru_cache(maxsize=1 << 14)
def key(token: str) -> str:
    """The form in which syllables are compared."""
    if token in _MARKS:
        return _MARKS[token]
    word = token.lower()
    if not word.isascii():
        word = placed(word.replace("ð", "đ"))  # an eth typed for a d with stroke: `Ðồn`
    match = _Y_FOR_I.match(word)
    return match[1] + _I[match[2]] if match else word


def placed(word: str) -> str:
    """A syllable in lower case with its tone mark in the one place: `hoà` is `hòa`."""
    return word[:-2] + _TONES.get(word[-2:], word[-2:])


def fold(token: str) -> str:
    """The token in lower case without diacritics: `Xvây` → `xvay`, `Đắc` → `dac`."""
    if token in _MARKS:
        return _MARKS[token]
    plain = unicodedata.normalize("NFD", token.lower().replace("đ", "d").replace("ð", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def insert(trie: Trie, keys: Sequence[str], value: Any) -> None:
    """Put a phrase into the trie; a bit mask is added to the one that is there, any other value stays as it was
    first put.
    """
    for syllable in keys:
        deeper = trie.get(syllable)
        if deeper is None:
            deeper = trie[syllable] = {}
        trie = deeper
    if isinstance(value, int):
        trie[""] = trie.get("", 0) | value
    else:
        trie.setdefault("", value)


def keys_of(phrase: str) -> list[str]:
    """The keys of a phrase's tokens."""
    words = phrase.split()
    if not all(map(str.isalpha, words)):
        words = cut(phrase)[2]
    return [key(word) for word in words]


def build(entries: Iterable[tuple[str, Any]]) -> Trie:
    """A trie of phrases with their values."""
    trie: Trie = {}
    for phrase, value in entries:
        insert(trie, keys_of(phrase), value)
    return trie


def longest(trie: Trie, keys: list[str], at: int) -> tuple[int, Any] | None:
    """The longest phrase that begins at `at`: (the token after it, its value), or None.

    `keys` must end in a key of no phrase.
    """
    node = trie.get(keys[at])
    if node is None:
        return None
    found = None
    while node is not None:
        at += 1
        if "" in node:
            found = at, node[""]
        node = node.get(keys[at])
    return found
