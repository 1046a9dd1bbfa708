"""The value of an amount in Vietnamese: `hơn 1,5 tấn` → 1.5 t, approximate; `710 nghìn đồng` → 710,000 VND; `hai kg`
→ 2 kg; `5-7 kg` → 5 to 7 kg.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from viborder.numerals import Number, decimal, number
from viborder.text import bare

_APPROXIMATE = re.compile(
    r"(?:(?:hơn|trên|gần|khoảng|chừng|xấp xỉ|ngót|dưới|ít nhất|nhiều nhất|tối thiểu|tối đa|không quá|ước tính|ước|độ|cỡ|hàng|~|≈|±) ?)+"
)
_VAGUE = re.compile(r"(?:vài|mấy)(?: (?:chục|trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ))* ?")
_AND_MORE = re.compile(r" ?trở (?:lên|xuống)$")
_TO = re.compile(r" ?(?:-|\b(?:đến|tới|hoặc|hay)\b) ?")
_HALF_AFTER = re.compile(r" rưỡi$")
_DIGITS_AFTER = re.compile(r"([^\W\d_]+)(\d{1,3})")
_FOLLOW = " một hai ba bốn năm sáu bảy tám chín".split(" ")
_GUESSES = frozenset(f"{one} {two}" for one, two in pairwise(_FOLLOW[1:]))
_TWO_WORDS = re.compile(r"(\w+) (\w+)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("⁄∕", "/"))

# Spellings of units of measure and currencies → one sign for each; `l` litre, `t` tonne (1,000 kg), `q` tạ (100 kg).
UNITS = {
    "kg": "kg", "kí": "kg", "ký": "kg", "ki-lô-gam": "kg", "kilôgam": "kg", "kilogam": "kg", "kilogram": "kg", "ki-lô": "kg",
    "ki lô gam": "kg", "ki lô": "kg", "cân": "kg",
    "g": "g", "gr": "g", "gam": "g", "gram": "g", "mg": "mg", "miligam": "mg", "lạng": "lạng", "tạ": "q", "tấn": "t", "yến": "yến",
    "lít": "l", "l": "l", "ml": "ml", "mililít": "ml", "mét": "m", "m": "m", "km": "km", "ki-lô-mét": "km", "kilômét": "km",
    "kilomet": "km", "ki lô mét": "km", "cây số": "km", "cm": "cm", "mm": "mm", "ha": "ha",
    "héc-ta": "ha", "héc ta": "ha", "hecta": "ha", "m²": "m2", "m2": "m2", "m³": "m3", "m3": "m3", "km2": "km2", "km²": "km2",
    "mét vuông": "m2", "mét khối": "m3", "%": "%", "phần trăm": "%", "hải lý": "hải lý",
    "đ": "VND", "đồng": "VND", "vnđ": "VND", "vnd": "VND", "usd": "USD", "$": "USD", "đô la": "USD", "đô-la": "USD", "đôla": "USD",
    "đô la mỹ": "USD", "đô-la mỹ": "USD", "đôla mỹ": "USD",
    "ndt": "CNY", "cny": "CNY", "rmb": "CNY", "nhân dân tệ": "CNY", "tệ": "CNY", "kíp": "LAK", "kip": "LAK", "lak": "LAK", "bạt": "THB",
    "baht": "THB", "bath": "THB", "thb": "THB", "riel": "KHR", "riên": "KHR", "won": "KRW", "yên": "JPY", "euro": "EUR", "eur": "EUR",
    "€": "EUR",
}  # fmt: skip
# How much of one sign's measure another is: milligrams, millimetres, millilitres (legal units, Decree 86/2012/ND-CP).
_SIZES: tuple[dict[str, int], ...] = (
    {"mg": 1, "g": 1_000, "lạng": 100_000, "kg": 1_000_000, "yến": 10_000_000, "q": 100_000_000, "t": 1_000_000_000},
    {"mm": 1, "cm": 10, "m": 1_000, "km": 1_000_000},
    {"ml": 1, "l": 1_000},
)
_MOST = Decimal(10) ** 24  # a larger value, or one of more than 28 digits, is no amount


@dataclass(frozen=True, slots=True)
class Amount:
    """What an amount says. value: exact, the lower end of a range; None where no number stands, or none that anything
    can number (10²⁴ or more). unit: normalised, None where none stands.

    approximate: `hơn`, `gần`, `khoảng`, `trở lên`, …, or a range. upper: the upper end of a range, in the same unit;
    None where there is no range.
    """

    value: Decimal | None
    unit: str | None
    approximate: bool = False
    upper: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values; `value` and `upper` as strings without an exponent, so that nothing is lost."""
        return {
            "value": _plain(self.value),
            "upper": _plain(self.upper),
            "unit": self.unit,
            "approximate": self.approximate,
        }

    def as_numbers(self) -> dict[str, Any]:
        """The same with `value` and `upper` as the numbers that JSON holds: whole where they are, else to double
        precision.
        """
        return self.as_dict() | {"value": _number(self.value), "upper": _number(self.upper)}


def parse(text: str) -> Amount:
    """The value, unit and approximation of the text of a QUANTITY span; NFC, in any case.

    A range may come with the `từ` before it, which is no part of the span (`từ 5 đến 7 kg`), and with a unit at each
    end (`5 gam đến dưới 30 gam`, `800 g - 1 kg`: both ends in the first unit).
    """
    said = " ".join(bare(text).lower().translate(_DASHES).split()).removeprefix("từ ")
    said, more = _without(_AND_MORE, said)
    rest, about = _without(_APPROXIMATE, said)
    if (two := _TWO_WORDS.match(rest)) and two[1] + " " + two[2] in _GUESSES:
        return _either(two, rest)
    low = number(rest, 0)
    if low is None:
        return _without_number(rest, about or more)
    if found := _range(rest, low.end):
        return _between(low, *found)
    value, unit = _with_unit(low.value, rest[low.end :])
    return Amount(_bounded(value), unit, about or more)


def _between(low: Number, between: str, high: Number, after: str) -> Amount:
    """The range of two numbers; `between` is the first one's own unit, empty where the two share one."""
    upper, unit = _with_unit(high.value, after)
    if not between:
        value = low.value
        if low.factor == 1 and value * high.factor <= upper:
            value *= high.factor  # `5-7 triệu`
        return _ordered(value, upper, unit)
    value, own = _with_unit(low.value, between)
    ratio = Decimal(1) if own == unit else _ratio(unit, own)
    return Amount(_bounded(value), own, True) if ratio is None else _ordered(value, upper * ratio, own)


def _either(two: re.Match[str], text: str) -> Amount:
    """Two digits in words that follow each other are a guess: `hai ba chục viên` is 20 to 30."""
    high = number(text, two.start(2))
    if high is None:
        return Amount(None, _unit(text))
    upper, unit = _with_unit(high.value, text[high.end :])
    return _ordered(upper * _FOLLOW.index(two[1]) / _FOLLOW.index(two[2]), upper, unit)


def _ordered(one: Decimal, other: Decimal, unit: str | None) -> Amount:
    return Amount(_bounded(min(one, other)), unit, True, _bounded(max(one, other)))


def _without(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    """The text without what the pattern matches at its beginning or, where it asks for it, its end; whether it did."""
    match = pattern.search(text) if pattern is _AND_MORE else pattern.match(text)
    return (text[: match.start()] + text[match.end() :], True) if match else (text, False)


def _without_number(text: str, about: bool) -> Amount:
    """`cân rưỡi` (1.5 kg), `vài chục kg` (no value), or no amount at all."""
    half = _HALF_AFTER.search(text)
    if half and text[: half.start()] in UNITS:
        return Amount(Decimal("1.5"), UNITS[text[: half.start()]], about)
    rest, vague = _without(_VAGUE, text)
    return Amount(None, _unit(rest), about or vague)


def _range(text: str, at: int) -> tuple[str, Number, str] | None:
    """(the first number's own unit, the second number, what follows it) where a range goes on from `at`, or None."""
    for joint in _TO.finditer(text, at):
        start = joint.end()
        if about := _APPROXIMATE.match(text, start):
            start = about.end()
        if high := number(text, start):
            return text[at : joint.start()].strip(), high, text[high.end :]
    return None


def _with_unit(value: Decimal, text: str) -> tuple[Decimal, str | None]:
    """The value and its unit, with what stands behind the unit: `kg rưỡi`, `kg5` (half a kilogram more), `kg 500 g`."""
    said = text.strip(" .,/")
    if said in UNITS or not said:
        return value, _unit(said)
    if half := _HALF_AFTER.search(said):
        return value + Decimal("0.5"), _unit(said[: half.start()])
    if (glued := _DIGITS_AFTER.fullmatch(said)) and glued[1] in UNITS:
        return value + decimal(f"0,{glued[2]}"), UNITS[glued[1]]
    first = said.split(" ")[0]
    if first in UNITS and (smaller := number(said, len(first))):
        unit = UNITS[first]
        ratio = _ratio(_unit(said[smaller.end :]), unit)
        if ratio is not None and ratio < 1:
            return value + smaller.value * ratio, unit
    return value, _unit(said)


def _unit(text: str) -> str | None:
    said = text.strip(" .,/")
    return UNITS.get(said, said) or None


def _ratio(unit: str | None, other: str | None) -> Decimal | None:
    """How many of `other` one of `unit` is, or None where they measure different things."""
    for sizes in _SIZES:
        own, its = sizes.get(unit or ""), sizes.get(other or "")
        if own and its:
            return Decimal(own) / its
    return None


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _bounded(value: Decimal) -> Decimal | None:
    return value if value < _MOST and len(value.as_tuple().digits) <= 28 else None
