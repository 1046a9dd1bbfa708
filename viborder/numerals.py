"""Vietnamese numerals in digits and in words, alone and mixed: `1.056`, `1 000`, `½`, `hai mươi lăm`, `1 tỷ 250
triệu`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from viborder.text import FRACTIONS

_DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7,
    "tám": 8, "chín": 9,
}  # fmt: skip
_WORDS = "|".join(_DIGITS)
_ITEM = re.compile(
    rf"""\ ?(?:
      (?P<over>\d{{1,9}})\ ?/\ ?(?P<under>\d{{1,9}})(?![\d/])                                       # 1/2
    | (?P<grouped>[1-9]\d{{0,2}}(?:\ \d{{3}})++(?:,\d++|\.(?!\d{{3}}(?!\d))\d++)?+)(?![\d.,]*\d)    # 1 000,5
    | (?P<digits>\d+(?:[.,]\d+)*)
    | (?P<vulgar>[{FRACTIONS}])
    | (?P<part>{_WORDS})\ phần\ (?P<whole>{_WORDS})\b                                                # ba phần tư
    | (?P<word>[^\W\d_{FRACTIONS}]+)
    )""",
    re.VERBOSE,
)
_BRACKET = re.compile(r" ?\(([^()]{1,80})\)")

_SMALL = {"mươi": 10, "chục": 10, "trăm": 100}
_GREAT = {
    "k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "vạn": 10_000, "tr": 1_000_000, "triệu": 1_000_000, "tỷ": 1_000_000_000,
    "tỉ": 1_000_000_000,
}  # fmt: skip
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was read. factor: what its magnitudes multiply with (`7 triệu`: 1,000,000); 1 where it has none, or
    more than one number stands in it.

    end: the code point after it.
    """

    value: Decimal
    factor: Decimal
    end: int


@dataclass(slots=True)
class _Sum:
    """A numeral, read from left to right.

    total: what great magnitudes have closed. group: tens and hundreds since. waiting: the number that no magnitude has
    taken yet; places: how many digits it is written with, 0 where it is no whole number; spoken: whether it is a word.
    last: the magnitude said last. great: the great one said last, 0 before any.
    """

    total: Decimal = _ZERO
    group: Decimal = _ZERO
    waiting: Decimal | None = None
    places: int = 0
    spoken: bool = False
    last: int = 1
    great: int = 0
    linked: bool = False  # after `linh` or `lẻ` a digit is a unit
    numbers: int = 0
    first: Decimal = _ZERO
    factor: Decimal = _ONE

    def take(self, item: re.Match[str]) -> bool:
        """Add a number or a word; False where it does not continue the numeral."""
        if item["word"]:
            return self._word(item["word"])
        if item["over"] or item["part"]:
            over = int(item["over"] or _DIGITS[item["part"]])
            under = int(item["under"] or _DIGITS[item["whole"]])
            return under > 0 and (self.waiting is None or over < under) and self._part(_quotient(over, under))
        if item["vulgar"]:
            said = unicodedata.normalize("NFKC", item["vulgar"]).split("⁄")
            return self._part(_quotient(int(said[0]), int(said[1])))
        if self.waiting is not None:
            return False
        written = item["digits"] or item["grouped"].replace(" ", "")
        self._wait(decimal(written), len(written) if written.isdecimal() else 0)
        return True

    def value(self) -> Decimal:
        """The whole. A number left over after a magnitude counts its tenths, hundredths …: `1 triệu 2`, `một trăm
        hai`.
        """
        rest = self.waiting or _ZERO
        if self.last >= 100 and not self.linked and 0 < self.places <= 3:
            rest = rest * self.last / 10**self.places
        return self.total + self.group + rest

    def _wait(self, value: Decimal, places: int, spoken: bool = False) -> None:
        self.numbers += 1
        if self.numbers == 1:
            self.first = value
        self.waiting, self.places, self.spoken = value, places, spoken

    def _part(self, value: Decimal) -> bool:
        """A fraction, alone or behind a whole number."""
        if self.spoken:
            return False
        self._wait((self.waiting or _ZERO) + value, 0)
        return True

    def _word(self, word: str) -> bool:
        begun = self.numbers > 0 or self.last > 1
        if word in _DIGITS:
            return self._digit(_DIGITS[word])
        if word == "mười" and self.waiting is None:
            self.group, self.last, self.numbers = self.group + 10, 10, self.numbers + 2
        elif word in _SMALL:
            self._small(_SMALL[word], word)
        elif word in _GREAT and (begun or word not in ("k", "tr")):
            self._great(_GREAT[word])
        elif word == "nửa" and (not begun or self.waiting == 1):
            self._wait(Decimal("0.5"), 0)
        elif word == "rưỡi" and begun:
            self.group += Decimal(self.last) / 2 + (self.waiting or _ZERO)
            self.waiting, self.last, self.factor, self.numbers = None, 1, _ONE, self.numbers + 1
        elif word in ("linh", "lẻ") and begun:
            self.linked = True
        else:
            return False
        return True

    def _digit(self, value: int) -> bool:
        """A digit in words; after another it is the unit of tens: `hai lăm` is 25."""
        if self.waiting is not None:
            if not self.spoken:
                return False
            self.group, self.last = self.group + self.waiting * 10, 10
        self._wait(Decimal(value), 1, spoken=True)
        return True

    def _small(self, size: int, word: str) -> None:
        self.group += (_ONE if self.waiting is None else self.waiting) * size
        self.waiting, self.last = None, size
        self.factor = self.factor * size if word != "mươi" else _ONE

    def _great(self, size: int) -> None:
        """One that is greater than the great one before multiplies what that one closed: `15 nghìn tỷ`."""
        own = self.group + (self.waiting or _ZERO)
        multiplies = 0 < self.great < size
        if not own and not multiplies and self.waiting is None:
            own = _ONE  # `triệu rưỡi`
        self.total = (self.total + own) * size if multiplies else self.total + own * size
        self.group, self.waiting, self.linked = _ZERO, None, False
        self.last = self.great = size
        self.factor *= size


def number(text: str, at: int) -> Number | None:
    """The number that begins at code point `at` (a blank may stand before it), or None.

    text: lower case, one blank between words. The same number said again in brackets belongs to it: `05 (năm)`.
    """
    said, end = _Sum(), at
    while (item := _ITEM.match(text, end)) and said.take(item):
        end = item.end()
        again = _BRACKET.match(text, end)
        if again and (inner := number(again[1], 0)) and inner.end == len(again[1]):
            end = again.end()
    if end == at:
        return None
    return Number(said.value(), said.factor if said.numbers == 1 else _ONE, end)


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


def _quotient(over: int, under: int) -> Decimal:
    """To twelve decimals."""
    return round(Decimal(over) / Decimal(under), 12).normalize()
