"""What a text says of itself: outlet, date, province, partner country; None where it does not say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

# The 63 provinces and cities as they were until 30 June 2025, and Huế, as the articles name them.
PROVINCES = (
    "An Giang|Bà Rịa|Bạc Liêu|Bắc Giang|Bắc Kạn|Bắc Ninh|Bến Tre|Bình Dương|Bình Định|Bình Phước|Bình Thuận|Cà Mau|Cao Bằng|Cần Thơ|"
    "Đà Nẵng|Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Nội|"
    "Hà Tĩnh|Hải Dương|Hải Phòng|Hậu Giang|Hòa Bình|Hưng Yên|"
    "Khánh Hòa|Kiên Giang|Kon Tum|Lai Châu|Lạng Sơn|Lào Cai|Lâm Đồng|Long An|Nam Định|Nghệ An|Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|"
    "Quảng Bình|Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|Huế|Tiền Giang|"
    "Hồ Chí Minh|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái"
)
COUNTRIES = {"Trung Quốc": "CN", "Lào": "LA", "Campuchia": "KH", "Thái Lan": "TH", "Myanmar": "MM"}

_PROVINCE = re.compile(rf"(?<!\w)({PROVINCES})(?!\w)")
_COUNTRY = re.compile(rf"(?<!\w)({'|'.join(COUNTRIES)})(?! Cai)(?!\w)")  # Lào Cai is a province
_OUTLET = re.compile(r"\A\s*\(([A-ZĐ]{2,8}(?: Online)?)\)\s*[-–—]")
_DATE_LINE = re.compile(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)\s*$", re.MULTILINE)
_MONTH_LINE = re.compile(r"\A\s*date ((?:19|20)\d\d)-(\d\d)\b")
_TODAY = re.compile(r"(?:[Ss]áng|[Cc]hiều|[Tt]ối|[Hh]ôm) nay,? \(?(\d{1,2})/(\d{1,2})\b")


def read_metadata(text: str) -> dict[str, str | None]:
    """`outlet` (its code in the dateline), `date` (ISO 8601, as exact as the text is), `province` (the Vietnamese
    province named most often), `partner_country` (ISO 3166 code of the neighbouring country named most often).
    """
    outlet = _OUTLET.search(text)
    country = _most_named(_COUNTRY, text)
    return {
        "outlet": outlet[1] if outlet else None,
        "date": _date(text),
        "province": _most_named(_PROVINCE, text),
        "partner_country": COUNTRIES[country] if country else None,
    }


def _date(text: str) -> str | None:
    """A date on a line of its own, or a leading `date YYYY-MM`, made exact by a `this morning (9/6)` of the same
    month.
    """
    if line := _DATE_LINE.search(text):
        try:
            return date(int(line[3]), int(line[2]), int(line[1])).isoformat()
        except ValueError:
            return None
    if month := _MONTH_LINE.search(text):
        today = _TODAY.search(text)
        if today and int(today[2]) == int(month[2]):
            return f"{month[1]}-{month[2]}-{int(today[1]):02d}"
        return f"{month[1]}-{month[2]}"
    return None


def _most_named(names: re.Pattern[str], text: str) -> str | None:
    counted = Counter(names.findall(text))
    return counted.most_common(1)[0][0] if counted else None
