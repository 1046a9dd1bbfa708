"""Vietnamese text: normal form, syllable tokens and sentences, all by code-point offsets.

Vietnamese writes its syllables apart, so a token is a syllable (or a number with its separators, or one mark);
words of several syllables are nobody's business before the models that ask for them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache

Range = tuple[int, int]

_TOKEN = re.compile(
    r"""
      [^\W\d_][^\W_]*(?:[\u0300-\u036f]+[^\W_]*)*   # a syllable, a code such as C04 or QL8A, a letter with loose marks
    | \d+(?:[.,]\d+)*                                # a number with its separators: 1.056  168,55  567.800.000
    | \.{2,}                                         # an ellipsis
    | \S                                             # any other mark
    """,
    re.VERBOSE,
)

# A full stop after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    "TP Tp tp TX Tx tx TT Tt tt Th TS Ts ThS GS PGS BS KS CN NSƯT NSND ĐC Đc Mr Mrs Ms Dr St Nxb NXB".split()
)
_STOP = re.compile(r"[.!?…]+[\"”’')\]»]*(?=\s+[\"“‘'(\[«\-–—]*(\w))")
_LONG = 40  # code points between two blanks from which they are not remembered
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")


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
    """Tokens as half-open code-point ranges, in order. White space separates and belongs to no token.

    A number is apart from the unit glued to it (`168,55Kg` is two tokens), a dash and a slash are tokens of their own
    (`26 đoàn/147`), and a letter followed by digits is one (`C04`).
    """
    starts, ends, _ = cut(text)
    return list(zip(starts, ends, strict=True))


def cut(text: str) -> tuple[list[int], list[int], list[str]]:
    """The tokens of `tokenize` as three lists: where they start, where they end, and their strings.

    What stands between two blanks is cut on its own, and remembered: no token crosses a blank, and a few thousand
    syllables make most text.
    """
    starts, ends, words = [], [], []
    begun = 0
    for chunk in text.split(" "):
        for start, end, word in _remembered(chunk) if len(chunk) < _LONG else _pieces(chunk):
            starts.append(begun + start)
            ends.append(begun + end)
            words.append(word)
        begun += len(chunk) + 1
    return starts, ends, words


def _pieces(chunk: str) -> list[tuple[int, int, str]]:
    return [(*match.span(), match[0]) for match in _TOKEN.finditer(chunk)]


_remembered = lru_cache(maxsize=1 << 15)(_pieces)


def sentences(text: str) -> list[Range]:
    """Sentences as half-open code-point ranges without the white space around them; every other character is in exactly
    one.

    A line end always ends a sentence. A full stop, question mark, exclamation mark or ellipsis does where white space
    and something other than a lower-case letter follow, unless it closes an abbreviation (`TP. Lạng Sơn`), an initial
    (`Nguyễn V. An`) or the number of a list item at the beginning of a line (`1. Công an …`).
    """
    found = []
    line_start = 0
    for line in text.split("\n"):
        begin = 0
        for match in _STOP.finditer(line):
            if match[1].islower() or (match[0] == "." and _is_abbreviation(line[begin : match.start()])):
                continue
            found.append((line_start + begin, line_start + match.end()))
            begin = match.end()
        found.append((line_start + begin, line_start + len(line)))
        line_start += len(line) + 1
    return [trimmed for start, end in found if (trimmed := trim(text, start, end))[0] < trimmed[1]]


def _is_abbreviation(before: str) -> bool:
    following = before.strip()
    if following.isdigit():
        return True
    match = _WORD_BEFORE.search(before[-6:])  # longer than any abbreviation
    if not match:
        return False
    word = match.group()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isupper())


def trim(text: str, start: int, end: int) -> Range:
    """The range without the white space at its ends; an all-blank range becomes empty."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def token_range(tokens: list[Range], start: int, end: int) -> Range | None:
    """The tokens `[first, last)` that cover `[start, end)` exactly, or None where a border lies inside a token."""
    first = bisect_left(tokens, (start, 0))
    last = bisect_left(tokens, (end, 0))
    if first < last and tokens[first][0] == start and tokens[last - 1][1] == end:
        return first, last
    return None
