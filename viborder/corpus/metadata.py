"""What a text says of itself: outlet, date, province, partner country; None where it does not say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache

from viborder.grammar.keys import Trie, build, key, longest
from viborder.text import bare, cut

# The 63 provinces and cities as they were until 30 June 2025; the 34 since then bear names of these. Other spellings
# follow the name behind `=`; case, the place of the tone mark, dashes and Ð (U+00D0) for Đ do not matter.
PROVINCES = (
    "An Giang|Bà Rịa - Vũng Tàu=Bà Rịa=Vũng Tàu=Bà Rịa Vũng Tàu|Bạc Liêu|Bắc Giang|Bắc Kạn=Bắc Cạn|Bắc Ninh|Bến Tre|Bình Dương|"
    "Bình Định|Bình Phước|Bình Thuận|Cà Mau|Cao Bằng|Cần Thơ|Đà Nẵng|"
    "Đắk Lắk=Đắc Lắc=Đăk Lăk=Đắc Lắk=Đak Lak=Đắklắk=Dak Lak|Đắk Nông=Đắc Nông=Đăk Nông=Đak Nông=Dak Nong|"
    "Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Nội|Hà Tĩnh|Hải Dương|Hải Phòng|Hậu Giang|Hòa Bình|Hưng Yên|"
    "Khánh Hòa|Kiên Giang|Kon Tum=Kontum=Công Tum|Lai Châu|Lạng Sơn|Lào Cai|Lâm Đồng|Long An|Nam Định|Nghệ An|Ninh Bình|Ninh Thuận|"
    "Phú Thọ|Phú Yên|Quảng Bình|Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|"
    "Huế=Thừa Thiên Huế=Thừa Thiên - Huế|Tiền Giang|Hồ Chí Minh|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái"
)
_CITY = "Hồ Chí Minh"  # a person's name too: the city only where a word before it says so, or as `TP.HCM`
_CITY_WORDS = (["phố"], ["tp"], ["tp", "."], ["p"], ["p", "."])
_CITY_SHORT = "TP HCM|TP.HCM|TPHCM|HCMC"
COUNTRIES = {
    "Trung Quốc": "CN", "Lào": "LA", "Campuchia": "KH", "Cam-pu-chia": "KH", "Căm-pu-chia": "KH", "Thái Lan": "TH", "Myanmar": "MM",
    "Mi-an-ma": "MM", "Myanma": "MM",
}  # fmt: skip
_NONE = ("Thái Bình Dương",)  # holds a province's name and is none

_OUTLET = re.compile(r"\A\s*\(([A-ZĐ]{2,8}(?: Online)?)\)\s*[-–—]")
_DATE_LINE = re.compile(r"^[^\S\n]*+(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)[^\S\n]*+$", re.MULTILINE)
_MONTH_LINE = re.compile(r"\A\s*date ((?:19|20)\d\d)-(\d\d)\b")
_TODAY = re.compile(r"(?:[Ss]áng|[Cc]hiều|[Tt]ối|[Hh]ôm) nay,? \(?(\d{1,2})/(\d{1,2})\b")


def read_metadata(text: str) -> dict[str, str | None]:
    """`outlet` (its code in the dateline), `date` (ISO 8601, as exact as the text is), `province` (the Vietnamese
    province named most often), `partner_country` (ISO 3166 code of the neighbouring country named most often).
    """
    outlet = _OUTLET.search(bare(text))
    words = cut(text)[2]
    return {
        "outlet": outlet[1] if outlet else None,
        "date": _date(text),
        "province": _most_named(_provinces(), words),
        "partner_country": _most_named(_countries(), words),
    }


def iso_date(year: int, month: int, day: int) -> str | None:
    """ISO 8601, or None where the calendar has no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _date(text: str) -> str | None:
    """A date on a line of its own, or a leading `date YYYY-MM`, made exact by a `this morning (9/6)` of the same
    month.
    """
    if line := _DATE_LINE.search(text):
        return iso_date(int(line[3]), int(line[2]), int(line[1]))
    if month := _MONTH_LINE.search(text):
        today = _TODAY.search(text)
        if today and int(today[2]) == int(month[2]):
            return f"{month[1]}-{month[2]}-{int(today[1]):02d}"
        return f"{month[1]}-{month[2]}"
    return None


def _most_named(names: Trie, words: list[str]) -> str | None:
    """What is named most often, by the longest name that begins at each token; the first of equals."""
    keys = [*(key(word) for word in words), "\n"]
    counted: Counter[str] = Counter()
    at = 0
    while at < len(words):
        found = longest(names, keys, at) if words[at][0].isupper() else None
        if found is None:
            at += 1
            continue
        end, name = found
        if keys[at] == "hồ" and not any(keys[max(0, at - len(said)) : at] == said for said in _CITY_WORDS):
            name = ""
        if name and all(word[0].isupper() or not word[0].isalpha() for word in words[at:end]):
            counted[name] += 1
        at = end
    return counted.most_common(1)[0][0] if counted else None


@cache
def _provinces() -> Trie:
    names = [(spelling, name.split("=")[0]) for name in PROVINCES.split("|") for spelling in name.split("=")]
    short = [(spelling, _CITY) for spelling in _CITY_SHORT.split("|")]
    return build([*((one, "") for one in _NONE), *short, *names])


@cache
def _countries() -> Trie:
    return build([("Lào Cai", ""), *COUNTRIES.items()])
