"""Several names under one head or behind one tail: rules 4 to 9 of the scheme's section on agencies."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, NAME, PERSON, PLACE, UPPER
from viborder.grammar.places import Found, bare, capitals, named, stops, with_number
from viborder.grammar.view import View

Piece = tuple[int, int, str]  # first token, token after the last, label


def tail(view: View, at: int, station: bool) -> list[Found] | None:
    """The first place after a head: with its level (`tỉnh Cao Bằng`) or bare (`Lạng Sơn`)."""
    if found := named(view, at):
        if found[2] == kinds.OTHER and not station and view.keys[at] not in view.words.named_site:
            known = bare(view, at)  # `CAH Sông Mã`
            return [known] if known and known[2] == kinds.DISTRICT else None
        shared = _shared_level(view, found)
        return [shared or found]
    if view.bits[at] & (CAP | UPPER | PLACE):
        found = bare(view, at) or _forgotten(view, at)
        if found is None or (station and capitals(view, at, 5) > found[1] and not view.bits[found[1]] & NAME):
            end = capitals(view, at, 4 if station else 3)
            if station and end - at > 2 and view.bits[at + 2] & NAME and capitals(view, at + 2, 4) - at > 4:
                end = at + 2  # a person after a post's name: `Chính trị viên Đồn Biên phòng Nậm Càn Vi Văn Sơn`
            personal = view.bits[at] & NAME and end - at > 2
            if (
                end > at
                and not view.bits[at] & UPPER
                and (station or not personal)
                and not stops(view, at)
                and not (view.bits[at] & AGENCY and _is_head(view, at, station))
            ):
                if station:
                    return [(at, with_number(view, end), kinds.OTHER)]
                return [(at, end, kinds.OTHER)] if end - at > 1 else None
            return None
        return [(found[0], with_number(view, found[1]), found[2]) if station else found]
    return None


def _is_head(view: View, at: int, station: bool) -> bool:
    """Whether the head of another body begins here, and not the name of a village: `Đồn Biên phòng Đoàn Xá`."""
    head = longest(view.lexicon.heads, view.keys, at)
    village = (
        station
        and view.bits[at + 1] & CAP
        and not view.bits[at + 1] & AGENCY
        and not longest(view.lexicon.functions, view.keys, at + 1)
    )
    return head is not None and not (head[0] - at == 1 and village)


def _forgotten(view: View, at: int) -> Found | None:
    """A province whose second capital was forgotten: `BĐBP Nghệ an`."""
    found = bare(view, at, loose=True)
    return found if found and found[2] == kinds.PROVINCE else None


def _shared_level(view: View, first: Found) -> Found | None:
    """Rule 8: a place word that several names share stays out of the nested places."""
    word = longest(view.lexicon.admin_words, view.keys, first[0])
    if word is None or first[2] == kinds.OTHER:
        return None
    inner = (word[0] + (view.keys[word[0]] == "."), first[1], first[2])
    more = coordinated(view, [first], group=False)
    if len(more) > 1 and not longest(view.lexicon.admin_words, view.keys, more[1][0]):
        return inner
    return None


def group(view: View, at: int) -> tuple[int, list[Piece]] | None:
    """Rules 5, 6, 9: `các tỉnh X, Y`, `5 tỉnh Bắc Lào`, `5 tỉnh của Campuchia`, `hai nước X và Y`.

    The token after it, and its places.
    """
    keys = view.keys
    border = view.piece("group-at-border", at)
    head = border or view.piece("group-of-places", at)
    if head is None:
        return None
    end = head[0]
    level = longest(view.lexicon.admin_words, keys, at + 1)
    of = keys[end] in view.words.of
    end += of
    end += keys[end] in view.words.country_word
    end += keys[end] in view.words.friend
    first = bare(view, end) or (named(view, end) if of else None) or _unknown(view, end)
    if first and (first[2] == kinds.OTHER or (level and level[1][0] >= kinds.COMMUNE)):
        first = (first[0], with_number(view, first[1]), first[2])
    if first is None or (border and first[2] == kinds.COUNTRY and keys[first[1]] == "-"):
        return None  # rule 9: only located
    places = coordinated(view, [first], group=not of)
    return places[-1][1], [(start, stop, "PLACE") for start, stop, _ in places]


def several_places(view: View, at: int) -> tuple[int, tuple[Piece, ...]] | None:
    """For rules: places under one head, with their spans."""
    found = group(view, at)
    return (found[0], tuple(found[1])) if found else None


def _unknown(view: View, at: int) -> Found | None:
    end = capitals(view, at, 4)
    if end == at or (view.bits[at] & (AGENCY | PERSON) and longest(view.lexicon.heads, view.keys, at)):
        return None
    return at, end, kinds.OTHER


def _is_word(view: View, at: int) -> bool:
    """Whether a rank, a role or the head of a body begins here."""
    return bool(view.bits[at] & PERSON and longest(view.lexicon.persons, view.keys, at)) or bool(
        view.bits[at] & AGENCY and longest(view.lexicon.heads, view.keys, at)
    )


def _is_city(view: View, found: Found, level: int) -> bool:
    """Whether the place is a city as high as a province: `các tỉnh Hà Tĩnh, Quảng Trị, thành phố Huế`."""
    word = longest(view.lexicon.admin_words, view.keys, found[0])
    city = bare(view, word[0]) if word and level == kinds.PROVINCE else None
    return city is not None and city[2] == level


def coordinated(view: View, places: list[Found], group: bool) -> list[Found]:
    """Rules 4 and 5: names of one level joined by comma, `và` or dash share the head; a further level after a comma
    does not.
    """
    keys, bits = view.keys, view.bits
    if keys[places[-1][1]] not in view.words.joint:  # as after most places
        return places
    level = places[0][2]
    worded = longest(view.lexicon.admin_words, keys, places[0][0]) is not None
    while True:
        at = places[-1][1]
        mark = keys[at]
        if mark not in view.words.joint:
            return places
        at += 1
        if mark == "-" and level == kinds.COUNTRY and keys[at] in view.words.china and not bits[at + 1] & CAP:
            return [*places, (at, at + 1, level)]  # `Việt - Trung`
        if mark == "," and keys[at] in view.words.joint_word:
            at += 1
        if (
            worded
            and level != kinds.OTHER
            and keys[at] == keys[places[0][0]]
            and (more := named(view, at))
            and more[2] == level
        ):
            if keys[more[1]] != "(" or mark != ",":
                places.append(more)
                continue
            return places
        more = (
            named(view, at)
            if mark in view.words.comma_or_and and (group or (worded and mark in view.words.joint_word))
            else None
        )
        if more and worded and not group and level < more[2] <= kinds.COMMUNE:
            return [*places, more]  # `Công an huyện Đồng Văn và xã Pải Lủng`
        same_level = mark in view.words.joint_word and more is not None and more[2] == level
        if more and group and (same_level or _is_city(view, more, level)):
            places.append(more)
            continue
        following = bare(view, at) or (named(view, at) if group and level == kinds.OTHER else None)
        if following is None:
            if not (group or level == kinds.OTHER or (level >= kinds.DISTRICT and mark != ",")):
                return places
            end = capitals(view, at, 4)
            personal = bits[at] & NAME and (end - at > 2 or (level == kinds.OTHER and not group))
            if end == at or personal or bits[at] & UPPER or _is_word(view, at):
                return places
            following = at, with_number(view, end) if group else end, level
        same = (
            following[2] == level
            or (group and level != kinds.COUNTRY and following[2] not in (kinds.COUNTRY, kinds.REGION))
            or (level == kinds.OTHER and mark != "," and not group)
        )
        if group and bits[places[-1][1] - 1] & DIGIT and bits[following[1]] & DIGIT and len(keys[following[1]]) < 3:
            following = following[0], following[1] + 1, following[2]  # `các xã A Lưới 1, A Lưới 4`
        if (
            level == kinds.DISTRICT
            and following[2] == kinds.PROVINCE
            and (mark == "-" or (len(places) > 1 and mark not in view.words.joint_word))
        ):
            same = False  # `các huyện Tịnh Biên, Tri Tôn - An Giang`
        if not same or level == kinds.REGION:
            return places
        places.append(following)
