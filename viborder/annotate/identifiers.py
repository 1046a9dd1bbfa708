"""What tells who somebody is besides a name: numbers, addresses, dates of birth, by their shape alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

# kind → (stand-in, pattern; its group `it`, or else the whole, is what identifies). Every repetition is bounded, so
# that
# no text takes longer than in proportion to its length.
_DIGITS = r"\d(?:[ .-]?\d)"
_NUMERAL = "một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|mười|mươi|trăm|nghìn|ngàn|linh|lẻ|không"
_DATE = (
    r"(?:\d{1,2}[ ]{0,2}[/.-][ ]{0,2}){0,2}(?:19|20)\d\d(?!\d)"
    r"|(?:ngày\s{1,3})?\d{1,2}\s{1,3}tháng\s{1,3}\d{1,2}(?:\s{1,3}năm\s{1,3}\d{4})?"
    rf"|(?:ngày\s{{1,3}})?(?:(?:mồng|mùng)\s{{1,3}})?(?:{_NUMERAL})(?:\s{{1,3}}(?:{_NUMERAL}|tháng|năm)){{1,14}}"
)
KINDS: dict[str, tuple[str, re.Pattern[str]]] = {
    "e-mail address": ("[E-MAIL]", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    "link": (
        "[LIÊN-KẾT]",
        re.compile(
            r"(?:https?://|www\.)[^\s<>\"”]{1,2000}|(?<![\w.])(?:facebook|fb|zalo|tiktok|youtube|t)\.(?:com|me|vn)/[^\s<>\"”]{1,500}"
            r"|(?<![\w.@])@[A-Za-z][\w.]{2,40}",
            re.IGNORECASE,
        ),
    ),
    "date of birth": (
        "[NGÀY-SINH]",
        re.compile(rf"(?:(?<!\w)sinh\s{{1,3}}(?:ngày|năm|tháng)|(?<!\w)SN)[\s:]{{0,3}}(?P<it>{_DATE})", re.IGNORECASE),
    ),
    "identity card": (
        "[SỐ-GIẤY-TỜ]",
        re.compile(
            r"(?:CMND|CMTND|CMT|CCCD|CCCDĐT|căn\s{1,3}cước|chứng\s{1,3}minh|hộ\s{1,3}chiếu|passport)\D{0,25}?"
            rf"(?P<it>(?<!\w)[A-Z]?{_DIGITS}{{6,11}})(?!\w)|(?<![\d.,])0\d{{11}}(?![\d.,]\d|\d)",
            re.IGNORECASE,
        ),
    ),
    "account": (
        "[SỐ-TÀI-KHOẢN]",
        re.compile(
            rf"(?:tài\s{{1,3}}khoản|(?<!\w)S?TK(?!\w)|số\s{{1,3}}thẻ)[^\d\n]{{0,40}}?(?P<it>{_DIGITS}{{5,18}})(?!\w)",
            re.IGNORECASE,
        ),
    ),
    "phone number": (
        "[SỐ-ĐIỆN-THOẠI]",
        re.compile(r"(?<![\w.,/-])(?:\(?\+?84\)?|\(?0)[ .-]?[2-9](?:[ .)-]{0,2}\d){7,9}(?![\w/]|[.,-]\d)"),
    ),
    "number plate": (
        "[BIỂN-SỐ]",
        re.compile(
            r"(?<![\w.,/-])\d{2}[ -]?[A-ZĐ]{1,2}\d?[ ]?[-–. ][ ]?(?:\d{3}\.\d{2}|\d{4,5})(?![\w/]|[.,]\d)|(?<!\w)\d\d[A-ZĐ]\d?\d{5}(?!\w)"
        ),
    ),
    "house number": (
        "[SỐ-NHÀ]",
        re.compile(
            r"(?<!\w)(?P<it>số\s{1,3}nhà\s{1,3}\d{1,4}[A-Za-z]?(?:/\d{1,4}){0,3}(?!\w)"
            r"|(?:số|nhà)\s{1,3}\d{1,4}[A-Za-z]?(?:/\d{1,4}){0,3}(?=,?\s{1,3}(?:đường|phố|ngõ|ngách|hẻm|kiệt|tổ)))",
            re.IGNORECASE,
        ),
    ),
}


# kind → (small letters, pattern) of which no identifier of the kind is without: a look at them is quick, and most
# articles have none.
SIGNS: dict[str, tuple[tuple[str, ...], str]] = {
    "e-mail address": (("@",), ""),
    "link": (("@", "://", "www.", ".com/", ".me/", ".vn/"), ""),
    "date of birth": ((), r"sinh\s{1,3}(?:ngày|năm|tháng)|sn"),
    "identity card": (("cmnd", "cmt", "cccd", "passport"), r"căn\s{1,3}cước|chứng\s{1,3}minh|hộ\s{1,3}chiếu|0\d{11}"),
    "account": (("khoản", "tk", "thẻ"), ""),
    "phone number": ((), r"\d(?:[ .)-]{0,2}\d){8}"),
    "number plate": ((), r"\d\d[ -]?[a-zđ]{1,2}\d?[ –.-]{0,3}\d{3}"),
    "house number": ((), r"số\s{1,3}nhà\s{1,3}\d|\d[a-z/\d]{0,20},?\s{1,3}(?:đường|phố|ngõ|ngách|hẻm|kiệt|tổ)"),
}


def identifiers(text: str) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, kind, stand-in) of what looks like an identifier; of two that overlap the one that is tried
    first.
    """
    taken, small = bytearray(len(text)), text.lower()
    for kind, (stand_in, pattern) in KINDS.items():
        words, digits = SIGNS[kind]
        if not (any(word in small for word in words) or (digits and re.search(digits, small))):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("it") if match.groupdict().get("it") else match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield start, end, kind, stand_in
