"""PLACE: named locations, after the scheme's section on places (the numbers are its rules)."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.keys import Trie, longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LOWER, NAME, PERSON, UPPER
from viborder.grammar.view import View

Found = tuple[int, int, int]  # first token, token after the last, level


def _small(view: View, at: int, end: int) -> Found | None:
    """A province or district whose capitals were forgotten, after its word `[at, end)`: `tỉnh quảng trị`."""
    if view.keys[at] not in view.words.province_or_district or not view.bits[end] & LOWER:
        return None
    home, abroad = view.lexicon.gazetteer
    for trie, keys in ((home, view.keys[end : end + 5]), (abroad, [kind[1] for kind in view.types[end : end + 5]])):
        found = longest(trie, [*keys, "\n"], 0)
        if found and found[0] > 1 and found[1][0] in (kinds.PROVINCE, kinds.DISTRICT):
            return at, end + found[0], found[1][0]
    return None


def bare(view: View, at: int, *, loose: bool = False) -> Found | None:
    """A place name of the gazetteer that begins at the token, without an administrative word.

    loose: the first capital is enough (`tỉnh Quảng trị`); it always is for the long name of a country.
    """
    home, abroad = view.lexicon.gazetteer
    word, plain, _ = view.types[at]
    if (word not in home and plain not in abroad) or _is_no_place(view, at, loose):
        return None
    best = _at_home(view, at, loose) if word in home else None
    if plain in abroad and view.bits[at] & (CAP | UPPER):
        best = _abroad(view, at, loose, best)
    if best is None:
        return None
    if best[2] == kinds.COUNTRY:
        if best[1] - at == 1 and _is_part_of_a_word(view, at):
            return None
        if _is_pronoun(view, at, best[1]):
            return None
        if _is_surely_a_country(view, at, best[1]):
            return best
        if view.bits[at + 1] & CAP or f"{view.keys[at]} {view.keys[at + 1]}" in view.lexicon.compounds_of_countries:
            return None  # `Mỹ Lý`, `Pháp luật`
    return None if _name_goes_on(view, best[1]) else best


def _is_no_place(view: View, at: int, loose: bool) -> bool:
    """Whether the token is the end of an outlet's address, follows an author's initial, or begins a person's name."""
    after_stop = at > 0 and view.keys[at - 1] == "." and view.glued(at)
    if after_stop and view.keys[at] in view.words.web_address:
        return True
    if after_stop and at > 1 and len(view.keys[at - 2]) == 1 and view.bits[at - 2] & CAP:
        return True  # `M.Nhật`
    return view.keys[at] in view.words.family_ho and not loose  # `Hồ Chí Minh` is a person without `thành phố`


def _at_home(view: View, at: int, loose: bool) -> Found | None:
    """The longest name that is compared with its marks, where its capitals fit; or a shorter one."""
    home = view.lexicon.gazetteer[0]
    found = longest(home, view.keys, at)
    if found is None:
        return None
    end, (level, capitals) = found
    if loose or (level == kinds.COUNTRY and end - at > 3):
        capitals = capitals[:1]
    elif end - at > 2:
        capitals = (*capitals[:1], *[False] * (end - at - 2), capitals[-1])  # `Si ma Cai`
    if all(view.bits[at + n] & (CAP | UPPER) or not wanted for n, wanted in enumerate(capitals)):
        return at, end, level
    return _shorter(home, view, at) if end - at > 2 else None


def _abroad(view: View, at: int, loose: bool, best: Found | None) -> Found | None:
    """The longest name that is compared without marks and hyphens, if it is longer than `best`."""
    node, end, joined = view.lexicon.gazetteer[1], at, False
    while view.types[end][1] in node:
        node = node[view.types[end][1]]
        end += 1
        small = end - at == 2 and not (loose or joined or view.bits[at + 1] & (CAP | UPPER))  # `Đang tông` is no place
        if "" in node and not small and (best is None or end > best[1]):
            best = at, end, node[""][0]
        if view.keys[end] == "-" and view.glued(end) and view.glued(end + 1):
            end, joined = end + 1, True
    return best


def _is_pronoun(view: View, at: int, end: int) -> bool:
    """Whether the country's name is a word for a person: `Anh hy sinh`."""
    if view.keys[at] not in view.words.england or end - at > 1:
        return False
    before = view.keys[at - 1] if at else "\n"
    return before not in view.words.before_country and before not in view.words.and_or_bracket


def _is_part_of_a_word(view: View, at: int) -> bool:
    """Whether the word before makes of a country's syllable a people or a day: `dân tộc Lào`, `Chủ Nhật`."""
    before, syllable = view.keys[max(0, at - 2) : at], view.keys[at]
    day = f"{view.keys[at - 1]} {syllable}" in view.lexicon.compounds_of_countries
    return day or " ".join(before) in view.words.people_word


def _is_surely_a_country(view: View, at: int, end: int) -> bool:
    """Whether what follows does not matter: a long name, one that is nothing else, or before a foreign name."""
    if end - at > 1 or view.keys[at] in view.words.plain_country:
        return True
    return bool(view.bits[at + 1] & CAP) and view.foreign(at + 1)  # `Tổng thống Mỹ Donald Trump`


def _name_goes_on(view: View, end: int) -> bool:
    """Whether what was found is only the beginning of a longer name."""
    if not view.bits[end] & CAP or view.keys[end] in view.words.term:
        return False
    initial = len(view.keys[end]) == 1 and view.keys[end + 1] == "."
    return not initial and not view.bits[end] & (AGENCY | PERSON | NAME) and not bare(view, end)


def _shorter(home: Trie, view: View, at: int) -> Found | None:
    """The longest one- or two-token name where a longer entry does not fit the capitals."""
    node: Trie = home
    found = None
    for end in range(at + 1, at + 3):
        node = node.get(view.keys[end - 1], {})
        if "" in node and view.bits[end - 1] & (CAP | UPPER):
            found = at, end, node[""][0]
    return found


def capitals(view: View, at: int, most: int) -> int:
    """The token after a run of capitalised tokens that may be a name (`Ea H'leo`, `Môn-đun-ki-ri`); `at` itself
    where there is none.
    """
    bits, keys = view.bits, view.keys
    end = at
    while end - at < most and bits[end] & CAP and keys[end] != "\n":
        if end > at and bits[end] & (AGENCY | PERSON) and stops(view, end):
            break
        end += 1
        while (
            keys[end] in "-'"
            and view.glued(end)
            and view.glued(end + 1)
            and bits[end + 1] & LOWER
            and keys[end + 1] != "\n"
        ):
            end += 2
        if keys[end] == "'" and view.glued(end) and view.glued(end + 1) and bits[end + 1] & CAP:
            end += 1
    return end


def stops(view: View, at: int) -> bool:
    """Whether a rank, a post or the head of an agency begins here, so that a name ends before it."""

    for trie in (view.lexicon.persons, view.lexicon.heads):
        found = longest(trie, view.keys, at)
        if found and found[0] - at > 1 and not all(view.bits[n] & CAP for n in range(at, found[0])):
            return True
    return bool(view.bits[at] & UPPER and longest(view.lexicon.heads, view.keys, at))


def named(view: View, at: int) -> Found | None:
    """Rule 1: a place with the administrative word that heads it; rule 5: a numbered address level."""
    found = longest(view.lexicon.admin_words, view.keys, at)
    if not found:
        return None
    end, (level, numbered) = found
    following = view.keys[end]
    if (
        view.bits[end] & LOWER
        and following not in view.lexicon.attributes
        and following not in view.words.number_word
        and view.keys[at] not in view.words.province_or_district
    ):
        return None  # the most frequent case: nothing that may be a name
    if _heads_nothing(view, at, end):
        return None
    name, described = _to_name(view, at, end)
    if (described and view.keys[at] in view.words.forest) or view.keys[name] in ('"', ":"):
        return None  # `rừng biên giới Đăk Đam`
    if view.bits[name] & DIGIT:
        return _numbered(view, at, name, level) if numbered else None
    if not view.bits[name] & (CAP | UPPER):
        return _small(view, at, name)
    known = bare(view, name, loose=True)
    located = known is not None and known[2] == kinds.REGION and (described or level == kinds.PROVINCE)
    if located or (known and known[2] == kinds.COUNTRY):
        return None  # `ngã ba biên giới Việt Nam - Lào`: located, not named
    stop = _name_end(view, at, name, level, known)
    return (at, letter_or_number(view, stop, level), level) if stop else None


def _heads_nothing(view: View, at: int, name: int) -> bool:
    """Whether the administrative word `[at, name)` is part of another word, of a person's name or of initials."""
    keys, bits = view.keys, view.bits
    before = keys[at - 1] if at else "\n"
    if before in view.words.inter and keys[at] in view.words.joined_level:
        return True
    if bits[at] & LOWER and f"{before} {keys[at]}" in view.lexicon.compounds:
        return True  # `điểm cầu Sơn La`
    family_name = bits[at] & CAP and bits[at] & NAME and name - at == 1
    if family_name and bits[name] & CAP and not bare(view, name):
        return True  # Hồ Văn Pả
    if keys[at] in view.words.sea and (before in view.words.before_sea or longest(view.lexicon.attributes, keys, name)):
        return True  # `ven biển Tây Nam`, `vùng biển biên giới Móng Cái`
    if (keys[at] in view.words.road_word and keys[name] in view.words.border) or (
        keys[at] in view.words.mountain and before in view.words.region_head
    ):
        return True  # `đường biên giới Khánh Bình`, `tỉnh miền núi Tây Bắc`
    if keys[name + 1] == "." and len(keys[name]) == 1 and longest(view.lexicon.admin_words, keys, name):
        return True  # `bờ biển P.Phú Thủy`
    if keys[name - 1] != ".":
        return False
    author = bits[name] & UPPER or keys[name + 1] == "." or _alone(view, name)
    return bool(author or not bits[at] & CAP or (before == "." and view.glued(at)))  # `H.KHÁ`, `N.T.X.N.`


def _to_name(view: View, at: int, name: int) -> tuple[int, bool]:
    """(where the name begins, whether words such as `quốc tế` describe it) after the administrative word `[at,
    name)`.
    """
    keys, bits = view.keys, view.bits
    if keys[name] in view.words.road and bits[name] & UPPER:
        name += 1  # `đường ĐT.741`
    if keys[name] == "." and keys[name - 1] in view.words.abbreviated_head:
        name += 1
    described = False
    while attribute := longest(view.lexicon.attributes, keys, name):
        name, described = attribute[0], True
    if keys[name] == "(" and bits[name + 1] & UPPER and keys[name + 2] == ")" and bits[name + 3] & CAP:
        name += 3  # `Cửa khẩu Quốc tế (CKQT) La Lay`
    if keys[name] in view.words.number_word and keys[at] in view.words.gate_word and bits[name + 2] & CAP:
        name += 2  # `Cửa khẩu đường bộ số II Kim Thành`
    return name, described


def _name_end(view: View, at: int, name: int, level: int, known: Found | None) -> int | None:
    """The token after the name at `name`, of which the gazetteer knows `known`; None where it is none."""
    bits = view.bits
    run = capitals(view, name, 6)
    last = bare(view, run - 2) if run - name > 3 and level != kinds.PROVINCE else None
    if last and last[1] == run and _is_address_level(view, last):
        run -= 2  # `huyện Kỳ Sơn Nghệ An`, `ngã ba Đông Dương Việt Nam - Lào`
    if level in (kinds.DISTRICT, kinds.COMMUNE):
        known = _after_its_word(view, name, level, known)
    if known and run == known[1] + 1 and _alone(view, known[1]):
        known = known[0], run, known[2]  # `phường Châu Phú A`
    if known and (known[1] >= run or level <= kinds.PROVINCE or bits[known[1]] & NAME):
        return known[1]
    if run == name or (not known and view.keys[name] in view.lexicon.no_name and not _in_capitals(view, name, run)):
        return None
    personal = (
        bits[name] & NAME
        and run - name > 2
        and (level == kinds.PROVINCE or view.keys[name + 1] in view.words.middle_name)
    )
    if personal and view.keys[at] in view.words.rural_level:
        return None  # `Chủ tịch UBND tỉnh Lê Văn Hùng`
    if (bits[name] & (AGENCY | PERSON) and stops(view, name)) or (
        view.keys[at] in view.words.described_region and not known
    ):
        return None
    return run


def _is_address_level(view: View, last: Found) -> bool:
    """Whether the last two capitals of a run are a place of their own: a province, or a country before a dash."""
    return last[2] == kinds.PROVINCE or (view.keys[last[1]] == "-" and last[2] == kinds.COUNTRY)


def _after_its_word(view: View, name: int, level: int, known: Found | None) -> Found | None:
    """The name of a district or commune that is listed for use after its word, if it is longer than `known`."""
    listed = longest(view.lexicon.worded, view.keys, name)
    if listed is None or (known and known[1] >= listed[0]) or not view.bits[listed[0] - 1] & (CAP | UPPER):
        return known
    return name, listed[0], level


def _alone(view: View, at: int) -> bool:
    """Whether the token is a single letter: `H.M`, an author, and `P.M`."""
    return len(view.keys[at]) == 1 and bool(view.bits[at] & CAP) and not view.bits[at + 1] & CAP


def _in_capitals(view: View, name: int, end: int) -> bool:
    """Whether a word that begins sentences or posts is a name here: all capitals (`xã Thượng Hóa`, not `xã Thượng
    úy`), or alone.
    """
    if end - name == 1:
        return view.keys[name] in view.words.in_or_on and view.keys[end] == ","  # `xóm Trong, xã X`
    if end - name > 2 and view.keys[end - 1] not in view.lexicon.quarters:
        return False
    return view.keys[name] in view.lexicon.name_after_all and not view.bits[name + 1] & (PERSON | UPPER)


def _numbered(view: View, start: int, number: int, level: int) -> Found | None:
    """`tổ 5`, `quận 1`, `QL 8A`; not `3 bản 5 hộ`, where the number counts what follows."""
    value, following = view.keys[number], view.keys[number + 1]
    if (
        view.keys[start] in view.words.small_zone
        and following in ("-", "/")
        and view.glued(number + 1)
        and view.bits[number + 2] & DIGIT
    ):
        return start, number + 3, level  # `Tiểu khu 19-5`
    if (
        not value.isdecimal()
        or len(value) > 3 + (view.keys[start] in view.words.small_zone)
        or following in ("/", "%")
        or (following == "." and view.bits[number + 2] & DIGIT)
    ):
        return None
    address = longest(view.lexicon.admin_words, view.keys, number + 1)
    counts = longest(view.lexicon.units, view.keys, number + 1) and not (address and view.bits[address[0]] & CAP)
    if view.bits[number + 1] & LOWER and (view.glued(number + 1) or counts):
        return (start, number + 2, level) if view.glued(number + 1) and len(following) == 1 else None
    end = number + 1
    if view.bits[end] & CAP and view.glued(end) and len(view.keys[end]) == 1:
        end += 1
    return start, end, level


def letter_or_number(view: View, end: int, level: int) -> int:
    """Villages and border gates bear numbers after their names: `bản Huổi Khon 2,`."""
    if (
        level in (kinds.COMMUNE, kinds.VILLAGE, kinds.OTHER)
        and view.bits[end] & DIGIT
        and len(view.keys[end]) < 3
        and (not view.bits[end + 1] & (LOWER | DIGIT) or view.keys[end + 1] in view.words.joint_word)
        and view.keys[end + 1] != "/"
    ):
        return end + 1
    return end


def place(view: View, at: int) -> Found | None:
    """A place that begins at the token, with or without an administrative word."""
    return named(view, at) or bare(view, at)
