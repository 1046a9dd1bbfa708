"""Heads made a name by what they do, a number or a code: `Phòng Cảnh sát hình sự`, `Đội 4`, `Phòng PC04` (the
scheme's rules 1 and 12).
"""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LOWER, NAME, PLACE, UPPER
from viborder.grammar.places import bare, place
from viborder.grammar.view import View


def name(view: View, at: int, end: int) -> int | None:
    """The token after the name whose head is `[at, end)`, or None where nothing makes the head a name."""
    keys, bits = view.keys, view.bits
    against = keys[end] in view.words.against and not (
        bits[at] & CAP and bits[end] & CAP and longest(view.lexicon.functions, keys, end)
    )
    if against or (keys[end] == "," and keys[at] in view.words.prevent):
        return None  # `phòng, chống`, but `Phòng Chống buôn lậu`
    if " ".join(keys[end - 1 : end + 2]) in view.words.border_command:
        return None  # `Bộ Chỉ huy | Biên phòng tỉnh X`: its parent
    capital = any(found & (CAP | UPPER) for found in bits[at:end])  # also `ban Chỉ đạo`
    code = longest(view.lexicon.heads, keys, end) if bits[end] & (UPPER | AGENCY) else None
    if code and code[1] & kinds.CODE:
        return numbered(view, code[0])
    generic = (
        keys[at] in view.words.agency_word
        and code
        and code[1] & kinds.BODY
        and longest(view.lexicon.functions, keys, end) in (None, (code[0], True))
    )
    if generic:
        return None  # rule 11: `cơ quan | Hải quan Việt Nam`
    land = (keys[at] in view.words.cluster and keys[end] in view.words.gate_word) or (
        keys[at] in view.words.area and keys[end] in view.words.border
    )  # `Cụm cửa khẩu X`, `Vùng biên giới`
    stop = None if land else _function(view, at, end) or _unlisted(view, at, end)
    if stop is None:
        stop = numbered(view, end)
        plain = bool(bits[end] & DIGIT) or keys[at] in view.words.numbered_head  # not a room: `phòng số 2`
        counted = plain and (not capital or _counts(view, stop))
        return None if stop == end or keys[at] in view.words.case or counted else stop
    if keys[stop] == "(" and bits[stop + 1] & UPPER and keys[stop + 2] == ")":
        further = _longer(view, stop + 3)
        if (
            further > stop + 3 or bits[further] & DIGIT
        ):  # `Vùng Cảnh sát biển (CSB) 4`, `Phòng Cảnh sát giao thông (CSGT) đường bộ`
            stop = further
    return numbered(view, stop)


def _function(view: View, at: int, end: int) -> int | None:
    """The token after what the unit does, by the list. In lower case only a long function is a name."""
    keys, bits = view.keys, view.bits
    does = longest(view.lexicon.functions, keys, end)
    if does is None or (keys[at] in view.words.agency_word and bits[at] & LOWER):
        return None  # rule 11: the generic `cơ quan`
    stop: int = does[0]
    capital = bits[at] & (CAP | UPPER)
    is_name = capital or bits[end] & (CAP | UPPER) or stop - end > 3
    if not is_name or (keys[at] in view.words.case and not capital):
        return None
    verb = (
        bits[end] & LOWER
        and stop - end < 3
        and keys[at] in view.words.gathered_head
        and " ".join(keys[end:stop]) in view.lexicon.deeds
    )
    if verb and not (capital and bits[stop] & AGENCY):
        return None  # `Đoàn tổ chức`, `Cơ quan điều tra`, but `Cơ quan điều tra Công an tỉnh X`
    stop = _longer(view, stop)
    while (
        keys[stop] in view.words.comma_or_and
        and capital
        and bits[stop + 1] & CAP
        and not longest(view.lexicon.heads, keys, stop + 1)
    ):
        more = longest(view.lexicon.functions, keys, stop + 1)
        if not more or more[0] - stop < 3:
            break
        stop = _longer(view, more[0])
    return stop


def _unlisted(view: View, at: int, end: int) -> int | None:
    """The token after a function that no list holds: a capital, then syllables that occur in functions."""
    keys, bits = view.keys, view.bits
    if keys[at] in view.words.initials_head and bits[at] & CAP and len(keys[end]) > 2 and _initials(view, end):
        return _longer(view, end + 1)
    if (
        not bits[end] & CAP
        or bits[end] & UPPER
        or not bits[end + 1] & (LOWER | CAP)
        or keys[at] in view.words.listed_function_only
    ):
        return None
    if (not bits[at] & (CAP | UPPER) and keys[at] not in view.words.office_in_small) or bare(view, end):
        return None
    known = view.lexicon.function_words
    run = end
    while run - end < 12 and (run == end or not (bits[run] & CAP and bare(view, run))):
        if (
            keys[run] == ","
            and run > end
            and keys[run - 1] in view.words.prevent
            and keys[run + 1] in view.words.against
        ):
            run += 1
            continue
        if not bits[run] & (LOWER | CAP) or keys[run] not in known or (bits[run] & CAP and bits[run] & UPPER):
            break
        if bits[run] & AGENCY and bits[run] & CAP and _is_body(view, run):
            break
        if run - end > 1 and _is_deed(view, run) and keys[run - 1] not in view.words.function_link:
            break
        run += 1
    while run > end and keys[run - 1] in view.words.function_end:
        run -= 1
    if run - end > 1:
        return _longer(view, run)
    two = (
        keys[at] in view.words.two_syllable_head
        and bits[end + 1] & LOWER
        and keys[end + 1] not in view.lexicon.never_counted
    )
    return _longer(view, end + 2) if two and f"{keys[end]} {keys[end + 1]}" not in view.lexicon.deeds else None


def _longer(view: View, stop: int) -> int:
    """The token after what goes on with a function: `Trinh sát` + `kỹ thuật`, `Thủy sản` + `và Kiểm ngư`, `CSĐT tội
    phạm` + `về KT-MT`.
    """
    keys = view.keys
    while True:
        joint = keys[stop] in view.words.function_joint
        more = longest(view.lexicon.continuations, keys, stop + joint)
        if more and not (longest(view.lexicon.heads, keys, stop + 1) if joint else _is_deed(view, stop)):
            stop = more[0]
            continue
        joint = keys[stop] in view.words.abbreviation_joint or (keys[stop] == "-" and view.glued(stop))
        if not _initials(view, stop + joint) or (view.bits[stop] & PLACE and not joint):
            return stop  # `Sở GTVT | TP.HCM`
        stop += 1 + joint


def _initials(view: View, at: int) -> bool:
    """Whether an abbreviation stands here that is neither a body nor a place: `PCTPSDCNC`, `KT` and `MT`."""
    if view.bits[at] & (CAP | UPPER | NAME) != CAP | UPPER:
        return False
    return not longest(view.lexicon.heads, view.keys, at) and not place(view, at)


def _is_deed(view: View, at: int) -> bool:
    """Whether a verb begins here: `Phòng Tham mưu | tổ chức`."""
    return bool(view.bits[at] & LOWER) and f"{view.keys[at]} {view.keys[at + 1]}" in view.lexicon.deeds


def _is_body(view: View, at: int) -> bool:
    """Whether another body begins here, and not a word of functions: `Bộ Công an`, not `Cảnh sát`."""
    head = longest(view.lexicon.heads, view.keys, at)
    return head is not None and head[0] - at > 1 and view.keys[at] not in view.words.force_word


def several(view: View, end: int) -> int | None:
    """Rule 5: the token after offices that share the head before `end`, each without it: `các Bộ: Công an, Quốc
    phòng và Ngoại giao`.
    """
    keys = view.keys
    at, found = end + (keys[end] == ":"), 0
    offices = (
        view.lexicon.offices if keys[end - 1] in view.words.ministry_head else view.lexicon.functions
    )  # `các phòng PA01, PC04 | và Công an huyện X`
    while view.bits[at] & CAP and (office := longest(offices, keys, at) or _code(view, at)):
        end, found = office[0], found + 1
        at = end + 1 + (keys[end] == "," and keys[end + 1] in view.words.joint_word)
        if keys[end] not in view.words.office_joint:
            break
    return end if found > 1 else None


def _code(view: View, at: int) -> tuple[int, int] | None:
    code = longest(view.lexicon.heads, view.keys, at)
    return code if code and code[1] & kinds.CODE else None


def _counts(view: View, at: int) -> bool:
    return bool(view.bits[at] & LOWER) and view.keys[at] in view.words.counted_after_unit


def numbered(view: View, end: int) -> int:
    """The token after a unit's number (`Phòng 5`, `Trại giam số 3`, `Chi cục Hải quan khu vực XVI`); `end` itself
    where there is none.
    """
    keys, bits = view.keys, view.bits
    at = end
    if keys[at] in view.words.number_word:
        at += 1
    elif is_zone(view, at):
        at += 2
    if _is_roman(view, at):
        stop = at + 1
        while keys[stop] in view.words.comma_or_and and _is_roman(view, stop + 1):
            stop += 2  # `các Chi cục Hải quan khu vực VI, VIII và XVI`
        return stop
    if not bits[at] & DIGIT or not keys[at].isdecimal() or len(keys[at]) > 3 or keys[at + 1] == "/":
        return end
    if (unit := longest(view.lexicon.units, keys, at + 1)) and unit[1] & kinds.MEASURE:
        return end  # `cách trạm kiểm soát 800 m`
    stop = at + 1
    if f"{keys[stop]} {keys[stop + 1]}" in view.words.national:
        return stop + 2  # `Ban Chỉ đạo 389 quốc gia`
    while len(keys[at]) > 2 and keys[stop] in view.words.comma_or_and and _is_number_like(view, at, stop + 1):
        stop += 2  # `Đại đội Biên phòng 311, 312`
    return stop


def is_zone(view: View, at: int) -> bool:
    """Whether `khu vực` stands at the token."""
    return view.keys[at] in view.words.zone and view.keys[at + 1] in view.words.zone_second


def _is_roman(view: View, at: int) -> bool:
    return bool(view.bits[at] & CAP) and all(letter in "ivx" for letter in view.keys[at])


def _is_number_like(view: View, one: int, other: int) -> bool:
    """Whether the other token is a number as long as the first that counts nothing."""
    same = (
        bool(view.bits[other] & DIGIT) and view.keys[other].isdecimal() and len(view.keys[other]) == len(view.keys[one])
    )
    return same and not longest(view.lexicon.units, view.keys, other + 1)
