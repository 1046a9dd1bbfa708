"""The value of an amount in Vietnamese: `hơn 1,5 tấn` → 1.5 t, approximate; `710 nghìn đồng` → 710,000 VND; `hai kg`
→ 2 kg.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_APPROXIMATE = re.compile(r"^(?:(?:hơn|trên|gần|khoảng|chừng|xấp xỉ|ngót|dưới|ít nhất|ước tính|ước|độ|hàng)\s+)+")
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_RANGE = re.compile(rf"({_NUMERAL.pattern})\s*[-–]\s*({_NUMERAL.pattern})")
_WORD = re.compile(r"[^\W\d_]+|%|m[²³23]|km2", re.UNICODE)

_DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10,
}  # fmt: skip
_MAGNITUDES = {
    "mươi": 10, "chục": 10, "trăm": 100, "nghìn": 1_000, "ngàn": 1_000, "vạn": 10_000, "triệu": 1_000_000, "tỷ": 1_000_000_000,
    "tỉ": 1_000_000_000,
}  # fmt: skip
# Spellings of units of measure and currencies → one sign for each; `l` litre, `t` tonne (1,000 kg), `q` tạ (100 kg).
UNITS = {
    "kg": "kg", "kí": "kg", "ký": "kg", "ki-lô-gam": "kg", "kilôgam": "kg", "kilogam": "kg", "kilogram": "kg", "ki-lô": "kg",
    "g": "g", "gr": "g", "gam": "g", "gram": "g", "mg": "mg", "miligam": "mg", "lạng": "lạng", "tạ": "q", "tấn": "t", "yến": "yến",
    "lít": "l", "ml": "ml", "mét": "m", "m": "m", "km": "km", "ki-lô-mét": "km", "kilômét": "km", "kilomet": "km", "cm": "cm", "ha": "ha",
    "héc-ta": "ha", "hecta": "ha", "m²": "m2", "m2": "m2", "m³": "m3", "m3": "m3", "km2": "km2", "mét vuông": "m2", "mét khối": "m3",
    "%": "%", "phần trăm": "%", "hải lý": "hải lý",
    "đ": "VND", "đồng": "VND", "vnđ": "VND", "vnd": "VND", "usd": "USD", "đô la": "USD", "đô-la": "USD", "đôla": "USD", "đô la mỹ": "USD",
    "ndt": "CNY", "cny": "CNY", "nhân dân tệ": "CNY", "tệ": "CNY", "kíp": "LAK", "kip": "LAK", "lak": "LAK", "bạt": "THB", "baht": "THB",
    "bath": "THB", "riel": "KHR", "riên": "KHR", "euro": "EUR", "eur": "EUR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """What an amount says. value: exact, the lower end of a range; None where no number stands. unit: normalised, None
    where none stands.

    approximate: `hơn`, `gần`, `khoảng`, …, or a range.
    """

    value: Decimal | None
    unit: str | None
    approximate: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values; `value` as a string without an exponent, so that nothing is lost."""
        return {
            "value": None if self.value is None else format(self.value, "f"),
            "unit": self.unit,
            "approximate": self.approximate,
        }


def parse(text: str) -> Amount:
    """The value, unit and approximation of the text of a QUANTITY span; NFC, in any case."""
    said = " ".join(text.lower().split())
    rest = _APPROXIMATE.sub("", said, count=1)
    approximate = rest != said
    if match := _RANGE.match(rest):
        value, at, approximate = decimal(match[1]), match.end(), True
    elif match := _NUMERAL.match(rest):
        value, at = decimal(match[0]), match.end()
    else:
        number, at = _in_words(rest)
        return Amount(number, _unit(rest[at:]), approximate or said.startswith("hàng "))
    value, at = _magnified(rest, value, at)
    return Amount(value, _unit(rest[at:]), approximate)


def decimal(numeral: str) -> Decimal:
    """A Vietnamese numeral: a point groups thousands, a comma begins the decimals (`1.056` = 1056, `168,55`,
    `567.800.000`).

    A point that cannot group, since not exactly three digits follow it, begins decimals (`10.5`); commas that must
    group, since there are several, do (`1,234,567`). `1,500` is ambiguous and read by the rule: 1.5.
    """
    points, commas = numeral.count("."), numeral.count(",")
    if points and commas:
        decimal_mark = max(".", ",", key=numeral.rfind)
        grouping = "." if decimal_mark == "," else ","
        whole = numeral.replace(grouping, "")
        return (
            Decimal(whole.replace(decimal_mark, "."))
            if whole.count(decimal_mark) == 1
            else Decimal(re.sub(r"[.,]", "", numeral))
        )
    if commas > 1:
        return Decimal(numeral.replace(",", ""))
    if commas:
        return Decimal(numeral.replace(",", "."))
    if points == 1 and len(numeral.rsplit(".", 1)[1]) != 3:
        return Decimal(numeral)
    return Decimal(numeral.replace(".", ""))


def _magnified(text: str, value: Decimal, at: int) -> tuple[Decimal, int]:
    """The value with its magnitudes: `2 tỷ 300 triệu`, `15 nghìn tỷ`, `1 triệu rưỡi`."""
    total, last = Decimal(0), None
    while match := _WORD.match(text, _blank(text, at)):
        if match[0] == "rưỡi" and last:
            value, at = value + Decimal(last) / 2, match.end()
            break
        if match[0] not in _MAGNITUDES:
            break
        last = _MAGNITUDES[match[0]]
        value, at = value * last, match.end()
        if more := _NUMERAL.match(text, _blank(text, at)):
            total, value, at = total + value, decimal(more[0]), more.end()
    return total + value, at


def _in_words(text: str) -> tuple[Decimal | None, int]:
    """The value of number words at the beginning (`hai mươi lăm`, `một trăm linh hai`), and where they end."""
    total, current = Decimal(0), Decimal(0)
    at, found = 0, False
    while match := _WORD.match(text, _blank(text, at)):
        word = match[0]
        if word in _DIGITS:
            current = current + _DIGITS[word]
        elif word in ("mươi", "chục"):
            current = (current or Decimal(1)) * 10
        elif word == "trăm":
            current = (current or Decimal(1)) * 100
        elif word in _MAGNITUDES:
            total, current = total + (current or Decimal(1)) * _MAGNITUDES[word], Decimal(0)
        elif word in ("rưỡi", "nửa"):
            current += Decimal("0.5")
        elif word not in ("linh", "lẻ"):
            break
        found, at = True, match.end()
    return (total + current if found else None), at


def _unit(text: str) -> str | None:
    said = text.strip(" .,/")
    if not said:
        return None
    return UNITS.get(said, said)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at
