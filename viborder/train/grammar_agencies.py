"""AGENCY: named bodies of the state and the Party, after the scheme's section on agencies (the numbers are its rules).

An agency is a head, what it does, its level and place, or the body that it belongs to. Heads come in classes (see `lexicons/agencies.tsv`):
a `body` needs a place or a parent that has a name, an `own` name needs nothing, a `unit` needs a function, a number or a code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from viborder.train.grammar_places import COUNTRY, DISTRICT, OTHER, PROVINCE, REGION, Found, admin_words, bare, capitals, named, stops
from viborder.train.lexicon import AGENCY, CAP, DIGIT, LOWER, NAME, PERSON, PLACE, UPPER, Trie, View, build, keys_of, longest, phrases

BODY, OWN, UNIT, OUTSIDE, CODE = 1, 2, 4, 8, 16

Piece = tuple[int, int, str]  # first token, token after the last, label

# Bodies that are called after a commune, a border gate or a village, so that any name after them is a place.
_STATIONS = ("đồn", "đbp", "trạm", "trại", "chi cục hải quan", "hải quan", "hạt", "cảng", "cơ sở", "đại đội", "tiểu đoàn", "đội")
_JOINS = frozenset((",", ";", "và", "-", "&", "cùng"))


@dataclass(slots=True)
class Agency:
    """An agency in the making: its tokens and what is nested in it.

    is_named: it has a name of its own (rule 1). has_tail: a place or a parent that others can share (rule 5).
    is_joint: several names that share one.
    """

    start: int
    end: int
    is_named: bool = False
    has_tail: bool = False
    is_joint: bool = False
    kind: int = 0
    station: bool = False
    inner: list[Piece] = field(default_factory=list)

    def pieces(self) -> list[Piece]:
        """The agency's own span and those inside it."""
        return [(self.start, self.end, "AGENCY"), *self.inner]


@cache
def heads() -> Trie:
    """Heads and whole names → the bits of their classes."""
    classes = {"body": BODY, "own": OWN, "unit": UNIT, "outside": OUTSIDE, "code": CODE}
    return build((phrase, bit) for name, bit in classes.items() for phrase in phrases("agencies", name))


@cache
def _words() -> frozenset[str]:
    return frozenset(" ".join(keys_of(phrase)) for phrase in phrases("agencies", "word"))


@cache
def functions() -> Trie:
    """What a unit does."""
    return build((phrase, True) for phrase in phrases("agencies", "function"))


@cache
def _vocabulary() -> frozenset[str]:
    words = {word for phrase in phrases("agencies", "function", "own") for word in keys_of(phrase)}
    return frozenset(words) - frozenset(", - xã tỉnh huyện kiểm phối".split())


def agency(view: View, at: int) -> Agency | None:
    """The agency that begins at the token, with those that share its head or tail; not named where the text gives it no name."""
    found = one(view, at)
    if found is None:
        return None
    return _shared_tail(view, found)


def one(view: View, at: int, depth: int = 0) -> Agency | None:
    """A single agency, or several places under one head."""
    match = longest(heads(), view.keys, at)
    if match is None:
        return None
    if view.keys[at] == "an" and match[0] - at == 2 and not _security(view, at, match[0]):
        return None
    if at and view.bits[at] & LOWER and f"{view.keys[at - 1]} {view.keys[at]}" in _words():
        return None  # the second syllable of `cán bộ`, `trụ sở`
    end, kind = match
    if kind & OUTSIDE and not kind & (OWN | BODY):
        return Agency(at, end, kind=OUTSIDE)
    if kind & CODE and view.bits[at] & UPPER:
        return _with_parent(view, Agency(at, end, is_named=True, kind=CODE), depth)
    if kind & OWN and not (view.bits[at] & (CAP | UPPER)) and end - at < 3 and not _known_lower(view, at):
        kind &= ~OWN
    if kind & UNIT and (unit := _unit(view, at, end, depth)):
        return unit
    if kind & UNIT and end - at > 1 and not kind & (OWN | BODY):
        return Agency(at, end, kind=UNIT)
    if kind & OWN:
        own = Agency(at, end, is_named=True, kind=OWN)
        for inside in (end - 1, end - 2):  # rule 7: `Thông tấn xã Việt Nam`
            if inside > at and view.bits[inside] & PLACE and (country := bare(view, inside)) and country[1] == end:
                own.inner.append((inside, end, "PLACE"))
                return own
        return _own_tail(view, own, depth)
    if kind & BODY:
        return _body(view, Agency(at, end, kind=BODY), depth)
    return None


def _security(view: View, at: int, end: int) -> bool:
    """`An ninh huyện Mường Mày` as a body (the neighbours' police), not `an ninh tỉnh X được giữ vững`."""
    body = bool(view.bits[at] & CAP) and view.keys[at - 1] not in (".", "\n", '"', ":")
    return body and view.keys[end] in ("tỉnh", "huyện") and named(view, end) is not None


def _known_lower(view: View, at: int) -> bool:
    return view.keys[at] in ("bộ", "cảnh", "cơ")


def _unit(view: View, at: int, end: int, depth: int) -> Agency | None:
    """Rule 1: a head with a function that is its own; rule 12: numbered and coded units."""
    keys, bits = view.keys, view.bits
    capital = bits[at] & (CAP | UPPER)
    if keys[end] == "chống" or (keys[end] == "," and keys[at] == "phòng"):
        return None  # `phòng, chống`
    unit = Agency(at, end, is_named=True, kind=UNIT)
    if bits[end] & UPPER and (code := longest(heads(), keys, end)) and code[1] & CODE:
        unit.end = code[0]
        return _with_parent(view, _numbered(view, unit), depth)
    does = longest(functions(), keys, end)
    if does and (capital or bits[end] & (CAP | UPPER) or does[0] - end > 3):
        unit.end = does[0]
        while keys[unit.end] in ("và", ",") and bits[unit.end + 1] & (CAP | LOWER) and (more := longest(functions(), keys, unit.end + 1)):
            if not (bits[at] & CAP and bits[unit.end + 1] & CAP) or more[0] - unit.end < 3 or longest(heads(), keys, unit.end + 1):
                break
            unit.end = more[0]
        return _with_parent(view, _numbered(view, unit), depth)
    numbered = _numbered(view, unit)
    if numbered.end > end:
        return _with_parent(view, numbered, depth) if capital and not _counts(view, numbered.end) else None
    if capital and bits[end] & CAP and not bits[end] & UPPER and keys[at] not in ("tòa", "đoàn", "cụm", "vùng", "tổ"):
        run = end
        while run - end < 9 and ((keys[run] in _vocabulary() and bits[run] & LOWER) or (bits[run] & CAP and not bits[run] & AGENCY)):
            if run > end and bits[run] & CAP and bare(view, run):
                break
            run += 1
        if run - end > 1 and bits[end + 1] & LOWER and keys[run - 1] not in ("và", "của", "về"):
            unit.end = run
            return _with_parent(view, _numbered(view, unit), depth)
    parent = one(view, end, depth + 1) if depth < 4 and bits[end] & AGENCY and capital else None
    if parent and parent.is_named and parent.kind != OUTSIDE and keys[at] not in ("cơ", "đoàn", "tổ", "đội"):
        unit.end, unit.inner, unit.has_tail = parent.end, parent.pieces(), True
        return unit
    return None


def _counts(view: View, at: int) -> bool:
    return bool(view.bits[at] & LOWER) and view.keys[at] in ("người", "vụ", "đối", "bị", "cán", "chiến", "bên")


def _numbered(view: View, unit: Agency) -> Agency:
    """`Phòng 5`, `Trại giam số 3`, `Chi cục Hải quan khu vực XVI`."""
    end = unit.end
    if view.keys[end] == "số":
        end += 1
    elif view.keys[end] == "khu" and view.keys[end + 1] == "vực":
        end += 2
    roman = view.bits[end] & CAP and all(letter in "ivx" for letter in view.keys[end])
    if (view.bits[end] & DIGIT and view.keys[end].isdecimal() and len(view.keys[end]) < 4 and view.keys[end + 1] != "/") or roman:
        unit.end = end + 1
    return unit


def _own_tail(view: View, own: Agency, depth: int) -> Agency:
    """A ministry with its country (`Bộ Công an Việt Nam`, `Bộ Công an hai nước Việt Nam và Lào`), an office with its parent."""
    at = own.end + 1 if view.keys[own.end] == "nước" else own.end
    if group := _group(view, own.end):
        if group[1] or view.keys[own.end + 1] != "nước":
            own.end, own.inner, own.has_tail = group[0], group[1], True
        return own
    country = bare(view, at)
    if country and country[2] == COUNTRY:
        _add_places(view, own, [country], at)
        return own
    return _with_parent(view, own, depth)


def _with_parent(view: View, child: Agency, depth: int) -> Agency:
    """Rule 3: a parent body written next to it is inside; nested where it has a name of its own."""
    if depth < 4 and view.bits[child.end] & AGENCY:
        parent = one(view, child.end, depth + 1)
        if parent and parent.kind != OUTSIDE and (parent.is_named or _has_level(view, parent)) and parent.kind & (BODY | OWN | UNIT | CODE):
            child.end = parent.end
            child.inner = [*child.inner, *(parent.pieces() if parent.is_named else [])]
            child.has_tail = True
            return child
    places = _tail(view, child.end, station=False)
    if places and view.keys[child.end] != "-":
        _add_places(view, child, places[1], places[0])
    elif level := _bare_level(view, child.end):
        child.end = level
    return child


def _has_level(view: View, parent: Agency) -> bool:
    """`Công an tỉnh`: no name, yet part of the name of the body before it."""
    return (parent.end - parent.start > 1 and longest(admin_words(), view.keys, parent.end - 1) is not None) or parent.end > parent.start


def _bare_level(view: View, at: int) -> int | None:
    """The token after a level word without a name (`Công an tỉnh`), or None."""
    if view.keys[at] in ("tỉnh", "huyện", "xã", "phường", "quận", "thành", "thị") and view.bits[at] & (LOWER | CAP):
        found = longest(admin_words(), view.keys, at)
        return found[0] if found else None
    return None


def _body(view: View, body: Agency, depth: int) -> Agency:
    """A head that needs a place, a group of places or a parent: `Công an tỉnh X`, `Công an 5 tỉnh Bắc Lào`, `Đảng ủy Công an tỉnh X`."""
    head = " ".join(view.keys[body.start : body.end])
    body.station = head.startswith(_STATIONS)
    if group := _group(view, body.end):
        body.end, body.inner, body.is_named, body.has_tail = group[0], group[1], True, True
        return body
    if depth < 4 and view.bits[body.end] & AGENCY:
        parent = one(view, body.end, depth + 1)
        if parent and parent.is_named and parent.kind != OUTSIDE and view.bits[body.start] & (CAP | UPPER):
            body.end, body.inner, body.is_named, body.has_tail = parent.end, parent.pieces(), True, True
            return body
        if parent and not parent.is_named and parent.kind == BODY and not body.station:
            body.end = parent.end  # `Bộ Chỉ huy Bộ đội Biên phòng tỉnh`: rule 10, nothing
            return body
    at = body.end + 1 if view.keys[body.end] == "nước" else body.end
    if view.keys[at] == "tại" and view.keys[at - 1] == "cao" and (seat := bare(view, at + 1)):  # the high courts
        return Agency(body.start, seat[1], True, True, kind=BODY, inner=[(*seat[:2], "PLACE")])
    if body.station or (view.keys[body.end] == "khu" and view.keys[body.end + 1] == "vực"):
        body = _numbered(view, body)
        if body.end > at:
            body.is_named = True
            return _with_parent(view, body, depth)
    tail = _tail(view, at, body.station)
    if tail:
        _add_places(view, body, tail[1], tail[0])
        body.is_named = True
        return body
    if level := _bare_level(view, body.end):
        body.end = level
    return body


def _add_places(view: View, body: Agency, places: list[Found], at: int) -> None:
    """Rules 5, 7, 8: the places under a head, each nested; more places of the same kind share the head."""
    places = _coordinated(view, places, group=False)
    if body.kind == OWN and len(places) == 2 and view.keys[body.start] == "đại":
        places = places[:1]
    body.end = places[-1][1]
    body.inner = [*body.inner, *((start, end, "PLACE") for start, end, _ in places)]
    body.has_tail = True
    if view.keys[body.start] in ("đại", "tổng", "lãnh", "cơ") and view.keys[body.end] == "tại" and (host := bare(view, body.end + 1)):
        body.end = host[1]
        body.inner.append((host[0], host[1], "PLACE"))


def _tail(view: View, at: int, station: bool) -> tuple[int, list[Found]] | None:
    """The first place after a head: with its level (`tỉnh Cao Bằng`) or bare (`Lạng Sơn`)."""
    if found := named(view, at):
        if found[2] == OTHER and not station and view.keys[at] not in ("cửa", "khu", "cảng", "sân"):
            return None
        shared = _shared_level(view, found)
        return at, [shared or found]
    if view.bits[at] & (CAP | UPPER | PLACE):
        found = bare(view, at)
        if found is None or (station and capitals(view, at, 5) > found[1] and not view.bits[found[1]] & NAME):
            end = capitals(view, at, 4 if station else 3)
            personal = view.bits[at] & NAME and end - at > 2
            if (
                end > at
                and not view.bits[at] & UPPER
                and (station or not personal)
                and not stops(view, at)
                and not (view.bits[at] & AGENCY and longest(heads(), view.keys, at))
            ):
                return (at, [(at, end, OTHER)]) if station or end - at > 1 else None
            return None
        return at, [found]
    return None


def _shared_level(view: View, first: Found) -> Found | None:
    """Rule 8: a place word that several names share stays out of the nested places."""
    words = longest(admin_words(), view.keys, first[0])
    if words is None or first[2] == OTHER:
        return None
    inner = (words[0] + (view.keys[words[0]] == "."), first[1], first[2])
    more = _coordinated(view, [first], group=False)
    if len(more) > 1 and not longest(admin_words(), view.keys, more[1][0]):
        return inner
    return None


def _group(view: View, at: int) -> tuple[int, list[Piece]] | None:
    """Rules 5, 6, 9: `các tỉnh X, Y`, `5 tỉnh Bắc Lào`, `5 tỉnh của Campuchia`, `hai nước X và Y`. The token after it, and its places."""
    keys, bits = view.keys, view.bits
    if keys[at] not in _PLURAL and not bits[at] & DIGIT:
        return None
    words = longest(admin_words(), keys, at + 1)
    end = (
        words[0] if words else at + 2 if keys[at + 1] == "nước" else at + 3 if keys[at + 1] == "địa" and keys[at + 2] == "phương" else None
    )
    if end is None:
        return None
    while keys[end] in (",", "và") and not bits[end + 1] & CAP and (also := longest(admin_words(), keys, end + 1)):
        end = also[0]
    border = keys[end] == "biên" and keys[end + 1] == "giới"
    if border:
        end += 2
    if keys[end] == ":":
        end += 1
    of = keys[end] == "của"
    if of:
        end += 1
        end += keys[end] == "nước"
    first = bare(view, end) or (named(view, end) if of else None) or _unknown(view, end)
    if first is None or (border and first[2] == COUNTRY and not of):
        return None  # rule 9: only located
    places = _coordinated(view, [first], group=not of)
    if first[2] == REGION:
        places = places[:1]
    return places[-1][1], [(start, stop, "PLACE") for start, stop, _ in places]


_PLURAL = frozenset(("các", "hai", "ba", "bốn", "năm", "sáu", "bẩy", "bảy", "mười", "những"))


def _unknown(view: View, at: int) -> Found | None:
    end = capitals(view, at, 4)
    if end == at or (view.bits[at] & (AGENCY | PERSON) and longest(heads(), view.keys, at)):
        return None
    return at, end, OTHER


def _coordinated(view: View, places: list[Found], group: bool) -> list[Found]:
    """Rules 4 and 5: names of one level joined by comma, `và` or dash share the head; a further level after a comma does not."""
    keys, bits = view.keys, view.bits
    level = places[0][2]
    worded = longest(admin_words(), keys, places[0][0]) is not None
    while True:
        at = places[-1][1]
        mark = keys[at]
        if mark not in _JOINS:
            return places
        at += 1
        if mark == "," and keys[at] == "và":
            at += 1
        if worded and level != OTHER and keys[at] == keys[places[0][0]] and (more := named(view, at)) and more[2] == level:
            if keys[more[1]] != "(" or mark != ",":
                places.append(more)
                continue
            return places
        following = bare(view, at)
        if following is None:
            if not (group or (level >= DISTRICT and mark != "," and level != OTHER)):
                return places
            end = capitals(view, at, 4)
            personal = bits[at] & NAME and end - at > 2
            if end == at or personal or bits[at] & (UPPER | PERSON) or (bits[at] & AGENCY and longest(heads(), keys, at)):
                return places
            following = at, end, level
        same = (
            following[2] == level
            or (group and level != COUNTRY and following[2] not in (COUNTRY, REGION))
            or (level == OTHER and mark != "," and not group)
        )
        if level == DISTRICT and following[2] == PROVINCE and group:
            same = not (mark == "," and len(places) > 1)
        if not same or level == REGION:
            return places
        places.append(following)


def _shared_tail(view: View, first: Agency) -> Agency:
    """Rule 5: names that share a tail are one span, and the last, complete with the tail, is nested: `Tỉnh ủy và [UBND tỉnh X]`."""
    if first.kind == OUTSIDE or first.has_tail or first.kind in (OWN, CODE) or first.station:
        return first
    if first.kind == BODY and first.end - first.start > 1 and _bare_level(view, first.end - 1):
        return first
    if view.keys[first.end] not in (",", "và", "-", "&"):
        return first
    at = first.end + 1 + (view.keys[first.end] == "," and view.keys[first.end + 1] == "và")
    if not view.bits[at] & AGENCY:
        return first
    following = one(view, at)
    if following is None or following.kind != first.kind or following.station or following.kind == OUTSIDE:
        return first
    if first.kind == UNIT and view.keys[first.start] != view.keys[at]:
        return first
    following = _shared_tail(view, following)
    if not (following.is_named and following.has_tail):
        return first
    if following.inner and following.inner[0][2] == "PLACE" and following.kind == BODY and view.keys[first.start] in ("chính", "đảng"):
        return first
    nested = following.inner if following.is_joint else following.pieces()
    return Agency(first.start, following.end, True, True, True, first.kind, False, nested)
