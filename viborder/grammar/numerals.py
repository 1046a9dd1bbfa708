"""Where a numeral ends: `1.056`, `1 000`, `2 ½`, `1/2`, `05 (năm)`, `5 đến 7`, `1 triệu 200 nghìn`, `hai mươi (20)`.

What it is worth is `viborder.numerals`' to say; here it is only found, in tokens.
"""

from __future__ import annotations

import re

from viborder.grammar import kinds
from viborder.grammar.keys import longest
from viborder.grammar.kinds import CAP, DIGIT, LOWER
from viborder.grammar.view import View
from viborder.text import FRACTIONS

_NUMBER = re.compile(rf"\d{{1,15}}(?:[.,]\d{{1,15}}){{0,8}}|[{FRACTIONS}]")
_THOUSANDS = re.compile(r"\d{3}")
_LAST_THOUSANDS = re.compile(r"\d{3}(?:,\d{1,15}|\.(?!\d{3}\Z)\d{1,15})?")
_MOST_WORDS = 20  # of a numeral; 999,999,999 in words has 15
_BLANKS = frozenset(" \u00a0\u2009\u202f")
_GLUED_DIGITS = re.compile(r"([^\W\d_]+)\d{1,3}")  # `3kg5`, `1m75`, `1tr2`


def is_number(key: str) -> bool:
    """Whether the token is a number in digits of a length that something can be counted with."""
    return (key.isdecimal() and len(key) <= 15) or _NUMBER.fullmatch(key) is not None


def digits(view: View, at: int) -> tuple[int, bool] | None:
    """(the token after the numeral in digits that begins at the token, whether its unit may be left out), a range with
    both its ends; None where it is a date.
    """
    first = _one(view, at)
    if first is None:
        return None
    end, magnitude = first
    if view.keys[end] not in view.words.range or not view.bits[end + 1] & DIGIT or not is_number(view.keys[end + 1]):
        return first
    if view.keys[end] != "-" and _is_named_by(view, at):
        return first
    second = _one(view, end + 1)
    if second is None:
        return None if view.keys[end] == "-" else first
    return second[0], second[1] or magnitude


def _one(view: View, at: int) -> tuple[int, bool] | None:
    keys, bits = view.keys, view.bits
    if bits[at + 1] & LOWER:  # a word follows, as it mostly does: no group, fraction or bracket
        end = _magnitudes(view, at + 1)
        return end, end > at + 1
    end = _grouped(view, at)
    if keys[end] in FRACTIONS and view.starts[end] - view.ends[end - 1] <= 1:
        end += 1
    elif keys[end] == "/" and bits[end + 1] & DIGIT:
        fraction = _fraction(view, at)
        return (fraction, False) if fraction else None
    elif bits[end] & DIGIT and keys[end + 1] == "/" and keys[end].isdecimal():
        end = _fraction(view, end) or end  # `1 1/2 kg`
    end = _said_again(view, end)
    counted = end
    end = _magnitudes(view, end)
    return end, end > counted


def _grouped(view: View, at: int) -> int:
    """The token after a number whose thousands stand apart: `1 000`, `1 250,5`. Not `tổ 5 120 người`: a number that a
    word before it makes a name is read alone.
    """
    keys = view.keys
    is_first_group = keys[at].isdecimal() and len(keys[at]) < 4 and keys[at][0] != "0"
    if not is_first_group or (at and view.bits[at - 1] & DIGIT):
        return at + 1
    end = at + 1
    while _stands_apart(view, end) and _LAST_THOUSANDS.fullmatch(keys[end]):
        end += 1
        if not _THOUSANDS.fullmatch(keys[end - 1]):
            break
    if end == at + 1 or (view.bits[end] & DIGIT and _stands_apart(view, end)):
        return at + 1  # `12 345 67` is a row of numbers
    if _is_named_by(view, at) and keys[at + 1][0] != "0" and view.text[view.ends[at] : view.starts[at + 1]] == " ":
        return at + 1
    return end


def _stands_apart(view: View, at: int) -> bool:
    return view.text[view.ends[at - 1] : view.starts[at]] in _BLANKS


def _is_named_by(view: View, at: int) -> bool:
    before = view.keys[at - 1] if at else "\n"
    return before in view.lexicon.ordinals or before in view.lexicon.labels


def _fraction(view: View, at: int) -> int | None:
    """The token after `1/2`, `5/12`, `18/18` before a unit; None where it is a date or a document's number."""
    end = fraction(view, at)
    found = longest(view.lexicon.units, view.keys, end) if end else None
    if not found or not end or found[1] & kinds.TIME or view.bits[end] & CAP:
        return None
    return end


def fraction(view: View, at: int) -> int | None:
    """The token after `1/2`, whatever follows; None where the word before it, or a blank, says that it is a date."""
    over, slash, under = view.keys[at : at + 3]
    if slash != "/" or not (
        over.isdecimal() and under.isdecimal() and max(len(over), len(under)) <= 4 and 0 < int(over) <= int(under)
    ):
        return None
    end = at + 3
    spaced = not (view.glued(at + 1) and view.glued(at + 2))
    if (
        spaced
        or (view.keys[end] in ("/", "-", ":") and view.glued(end))
        or (at and view.keys[at - 1] in view.words.before_no_fraction)
    ):
        return None
    return end


def _said_again(view: View, at: int) -> int:
    """The token after the brackets in which the number is said again, in words or in digits."""
    keys = view.keys
    if keys[at] != "(":
        return at
    end = at + 1
    while end - at < _MOST_WORDS and (
        keys[end] in view.lexicon.number_words or keys[end] in view.words.also_digit or is_number(keys[end])
    ):
        end += 1
    return end + 1 if end > at + 1 and keys[end] == ")" else at


def _magnitudes(view: View, at: int) -> int:
    """The token after the magnitudes from the token on: `triệu 200 nghìn`, `tỷ rưỡi`."""
    keys, bits = view.keys, view.bits
    end = at
    if keys[end] in view.words.glued_magnitude and view.glued(end) and bits[end] & LOWER:
        return end + 1
    while keys[end] in view.lexicon.magnitudes:
        end += 1
        if bits[end] & DIGIT and keys[end + 1] in view.lexicon.magnitudes:
            end += 1
    return end + 1 if keys[end] in view.words.and_a_half else end


def glued_digits(view: View, end: int) -> bool:
    """Whether the token is a unit with digits behind it, glued to the number before it: `3kg5`, `1m75`, `1tr2`."""
    if not view.glued(end) or not view.bits[end - 1] & DIGIT:
        return False
    unit = _GLUED_DIGITS.fullmatch(view.keys[end])
    return unit is not None and unit[1] in view.words.glued_unit


def spoken(view: View, at: int) -> int:
    """The token after a numeral in words, a range with both its ends; `at` itself where none begins there."""
    end = _spoken(view, at)
    if end > at and view.keys[end] in view.words.range:
        more = _spoken(view, end + 1)
        return more if more > end + 1 else end
    return end


def _spoken(view: View, at: int) -> int:
    keys = view.keys
    end = at
    while end - at < _MOST_WORDS and (
        keys[end] in view.lexicon.number_words
        or (end > at and keys[end] in view.words.part and keys[end + 1] in view.lexicon.digits)
    ):
        end += 1
    return _magnitudes(view, _said_again(view, end)) if end > at else at
