"""QUANTITY: what the rules of rules/quantity.txt ask for and cannot say: forms of numerals, amounts in words, things
that no list holds. The numbers are those of the scheme's section on quantities.
"""

from __future__ import annotations

from viborder.grammar import numerals
from viborder.grammar.keys import longest
from viborder.grammar.kinds import CAP, DIGIT, LOWER, UPPER
from viborder.grammar.view import View

Found = tuple[int, tuple[()]]  # the token after it; no span inside


def digits(view: View, at: int) -> Found | None:
    """A numeral in digits: `1.056`, `20-30`, `1 triệu 200 nghìn`."""
    numeral = _numeral(view, at)
    return (numeral[0], ()) if numeral else None


def whole(view: View, at: int) -> Found | None:
    """A numeral in digits without a magnitude."""
    numeral = _numeral(view, at)
    return (numeral[0], ()) if numeral and not numeral[1] else None


def fraction(view: View, at: int) -> Found | None:
    """A fraction in digits, without a unit: `2/3`."""
    end = numerals.fraction(view, at)
    return (end, ()) if end else None


def line_end(view: View, at: int) -> Found | None:
    """The end of a line, to look ahead to."""
    return (at + 1, ()) if view.keys[at] == "\n" else None


def total(view: View, at: int) -> Found | None:
    """A numeral in digits with a magnitude, which may be a sum without its unit: `63 tỷ`."""
    numeral = _numeral(view, at)
    return (numeral[0], ()) if numeral and numeral[1] else None


def _numeral(view: View, at: int) -> tuple[int, bool] | None:
    memo: dict[int, tuple[int, bool] | None] = view.memo["numeral"]
    if at not in memo:
        is_number = view.bits[at] & DIGIT and numerals.is_number(view.keys[at])
        memo[at] = numerals.digits(view, at) if is_number else None
    return memo[at]


def digits_with_unit(view: View, at: int) -> Found | None:
    """A unit with digits behind it, glued to the number before it: `3kg5`."""
    return (at + 1, ()) if numerals.glued_digits(view, at) else None


def year_digits(view: View, at: int) -> Found | None:
    """A numeral that begins with a year."""
    return digits(view, at) if view.keys[at][:2] in ("19", "20") and len(view.keys[at]) == 4 else None


def small_number(view: View, at: int) -> Found | None:
    """1 to 99, without a zero before it."""
    key = view.keys[at]
    return (at + 1, ()) if key.isdecimal() and key[0] != "0" and int(key) < 100 else None


def long_number(view: View, at: int) -> Found | None:
    """Three figures and more, without a separator."""
    return (at + 1, ()) if view.keys[at].isdecimal() and len(view.keys[at]) > 2 else None


def below_10(view: View, at: int) -> Found | None:
    """A number below ten."""
    return _up_to(view, at, 9)


def up_to_6(view: View, at: int) -> Found | None:
    """A number up to six."""
    return _up_to(view, at, 6)


def up_to_2(view: View, at: int) -> Found | None:
    """A number up to two."""
    return _up_to(view, at, 2)


def _up_to(view: View, at: int, most: int) -> Found | None:
    return (at + 1, ()) if view.keys[at].isdecimal() and int(view.keys[at]) <= most else None


def thing(view: View, at: int) -> Found | None:
    """What is counted by a word that the lexicon does not know: most such words have two syllables."""
    first, second = view.keys[at], view.keys[at + 1]
    if longest(view.lexicon.drugs, view.keys, at):
        return None
    lower = LOWER if view.bits[at] & (LOWER | CAP) else UPPER  # in a line of capitals
    if not view.bits[at] & lower or first in view.lexicon.never_counted or not first.isalpha():
        return None
    alone = view.foreign(at)  # `7 casino`
    if not alone and view.bits[at + 1] & lower and second not in view.lexicon.never_counted and second.isalpha():
        return at + 2, ()
    return at + 1, ()


def spoken(view: View, at: int) -> Found | None:
    """A numeral in words, a range with both its ends: `hai mươi`, `năm đến bảy`."""
    end = numerals.spoken(view, at)
    return (end, ()) if end > at else None
