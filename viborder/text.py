"""Vietnamese text: normal form, syllable tokens and sentences, all by code-point offsets.

Vietnamese writes its syllables apart, so a token is a syllable (or a number with its separators, or one mark);
words of several syllables are nobody's business before the models that ask for them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

Range = tuple[int, int]
Value = TypeVar("Value")

FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"  # each a token of its own: `½kg`
# Format characters, which are not seen and do not break words (Unicode UAX 29, rule WB4), and U+200B, which the same
# sources put inside words: soft hyphen, zero-width blanks and joiners, marks of direction, byte-order mark.
INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_BLANKS_AND_INVISIBLE = re.compile(rf"[\s{INVISIBLE}]*")

_TOKEN = re.compile(
    rf"""
      [^\W\d_{FRACTIONS}][^\W_{FRACTIONS}]*(?:[\u0300-\u036f]+[^\W_]*)*   # a syllable, a code (C04, QL8A), a letter with loose marks
    | \d+(?:[.,]\d+)*                                                    # a number with its separators: 1.056  168,55
    | \.{{2,}}                                                            # an ellipsis
    | \S                                                                # any other mark
    """,
    re.VERBOSE,
)

# A full stop after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    "TP Tp tp TX Tx tx TT Tt tt Th TS Ts ThS GS PGS BS KS CN NSƯT NSND ĐC Đc Mr Mrs Ms Dr St Nxb NXB".split()
)
# A run of stops is matched once, from its beginning, and nothing in it is tried twice: linear in any text. The pattern
# begins with the letters that it may begin with, so that `re` goes from one of them to the next.
_STOP = re.compile(
    rf"[.!?…](?<![.!?…]{{2}})[.!?…]*+[\"”’')\]»]*+(?=[{INVISIBLE}]*+\s[\s{INVISIBLE}]*+[\"“‘'(\[«\-–—]*+(\w))"
)
_ITEM_NUMBER = re.compile(r"\d{1,9}\s{0,9}")  # of a list, between the beginning of its line and its full stop
_SHORT = 1 << 16  # code points of a text whose tokens are kept a while
_LONG = 40  # code points between two blanks from which they are not remembered
_MANY = 1 << 15  # strings that are remembered
_WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")


def normalise(text: str) -> tuple[str, list[str]]:
    """Text in the form that offsets refer to: NFC, line ends `\\n`.

    Returns it with a note for each change that was made.
    """
    notes = []
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
        notes.append("line ends changed to \\n")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        notes.append("text normalised to NFC")
    return text, notes


def tokenize(text: str) -> list[Range]:
    """Tokens as half-open code-point ranges, in order. White space separates and belongs to no token; nor do invisible
    characters (soft hyphen, zero-width blank, …), unless they stand inside one, which they do not cut.

    A number is apart from the unit glued to it (`168,55Kg` is two tokens), a dash and a slash are tokens of their own
    (`26 đoàn/147`), and a letter followed by digits is one (`C04`).
    """
    starts, ends, _ = cut(text)
    return list(zip(starts, ends, strict=True))


def cut(text: str) -> tuple[list[int], list[int], list[str]]:
    """The tokens of `tokenize` as three lists: where they start, where they end, and their strings without invisible
    characters.

    What stands between two blanks is cut on its own, and remembered: no token crosses a blank, and a few thousand
    syllables make most text. So are the last few texts, which checks and masks cut one after another: nobody may
    change the lists.
    """
    return _kept(text) if len(text) < _SHORT else _cut(text)


def _cut(text: str) -> tuple[list[int], list[int], list[str]]:
    starts, ends, words = [], [], []
    begun = 0
    chunks = text.split(" ")
    for chunk, inside in zip(chunks, map(_remembered.__getitem__, chunks), strict=True):
        end = begun + len(chunk)
        if inside is None:
            starts.append(begun)
            ends.append(end)
            words.append(chunk)
        else:
            for first, last, word in inside:
                starts.append(begun + first)
                ends.append(begun + last)
                words.append(word)
        begun = end + 1
    return starts, ends, words


def _inside(chunk: str) -> list[tuple[int, int, str]] | None:
    """The pieces of a chunk; None where it is one, as most are."""
    pieces = _pieces(chunk)
    return None if pieces == [(0, len(chunk), chunk)] else pieces


def _pieces(chunk: str) -> list[tuple[int, int, str]]:
    if _INVISIBLE.search(chunk):
        return _pieces_around(chunk)
    return [(*match.span(), match[0]) for match in _TOKEN.finditer(chunk)]


def _pieces_around(chunk: str) -> list[tuple[int, int, str]]:
    """The pieces of a chunk as if its invisible characters were not there; those inside a token lie inside its
    range.
    """
    seen = [at for at, letter in enumerate(chunk) if not _INVISIBLE.match(letter)]
    return [
        (seen[match.start()], seen[match.end() - 1] + 1, match[0])
        for match in _TOKEN.finditer("".join(chunk[at] for at in seen))
    ]


class Remembered(dict[str, Value]):
    """What a function makes of strings, made once for each: a look into it takes a third of the time of `lru_cache`'s.
    Long strings are not kept, and all are forgotten when there are too many.
    """

    def __init__(self, made: Callable[[str], Value]) -> None:
        super().__init__()
        self.made = made

    def __missing__(self, key: str) -> Value:
        value = self.made(key)
        if len(key) < _LONG:
            if len(self) >= _MANY:
                self.clear()
            self[key] = value
        return value


_remembered = Remembered(_inside)
_kept = lru_cache(maxsize=4)(_cut)


def sentences(text: str) -> list[Range]:
    """Sentences as half-open code-point ranges without the white space and invisible characters around them; every
    other character is in exactly one.

    A line end always ends a sentence. A full stop, question mark, exclamation mark or ellipsis does where white space
    and something other than a lower-case letter follow, unless it closes an abbreviation (`TP. Lạng Sơn`), an initial
    (`Nguyễn V. An`) or the number of a list item at the beginning of a line (`1. Công an …`).
    """
    found = []
    line_start = 0
    for line in text.split("\n"):
        begin = _after_blanks(line, 0)
        for match in _STOP.finditer(line):
            if match[1].islower() or (match[0] == "." and _is_abbreviation(line, begin, match.start())):
                continue
            found.append((line_start + begin, line_start + match.end()))
            begin = _after_blanks(line, match.end())
        found.append((line_start + begin, line_start + len(line)))
        line_start += len(line) + 1
    return [trimmed for start, end in found if (trimmed := trim(text, start, end))[0] < trimmed[1]]


def _after_blanks(line: str, at: int) -> int:
    match = _BLANKS_AND_INVISIBLE.match(line, at)
    return match.end() if match else at


def _is_abbreviation(line: str, begin: int, stop: int) -> bool:
    """Whether the full stop at `stop`, in the sentence that begins at `begin`, belongs to what stands before it."""
    if _ITEM_NUMBER.fullmatch(line, begin, stop):
        return True
    match = _WORD_BEFORE.search(bare(line[max(begin, stop - 6) : stop].rstrip()))  # 6: longer than any abbreviation
    if not match:
        return False
    word = match.group()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isupper())


def bare(text: str) -> str:
    """The text without its invisible characters."""
    return _INVISIBLE.sub("", text)


def trim(text: str, start: int, end: int) -> Range:
    """The range without the white space and invisible characters at its ends; a range of nothing else becomes empty."""
    while start < end and _is_unseen(text[start]):
        start += 1
    while end > start and _is_unseen(text[end - 1]):
        end -= 1
    return start, end


def _is_unseen(letter: str) -> bool:
    return letter.isspace() or (not letter.isprintable() and _INVISIBLE.match(letter) is not None)


def token_range(tokens: list[Range], start: int, end: int) -> Range | None:
    """The tokens `[first, last)` that cover `[start, end)` exactly, or None where a border lies inside a token."""
    first = bisect_left(tokens, (start, 0))
    last = bisect_left(tokens, (end, 0))
    if first < last and tokens[first][0] == start and tokens[last - 1][1] == end:
        return first, last
    return None
