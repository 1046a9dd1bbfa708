"""AGENCY: named bodies of the state and the Party, after the scheme's section on agencies (the numbers are its rules).

An agency is a head, what it does, its level and place, or the body that it belongs to. Heads come in classes (see
`lexicon/agencies.tsv`): a `body` needs a place or a parent that has a name, an `own` name needs nothing, a `unit`
needs a function, a number or a code.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from viborder.grammar import kinds, units
from viborder.grammar.groups import Piece, coordinated, group, tail
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, PLACE, UPPER
from viborder.grammar.places import Found, bare, named, place
from viborder.grammar.view import View

MOST_NESTED = 8  # bodies of bodies that are read; the genre has four at most


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

    def join(self, parent: Agency) -> Agency:
        """Itself, with the parent body behind it inside: nested where that has a name of its own."""
        self.end, self.has_tail = parent.end, True
        self.inner = [*self.inner, *(parent.pieces() if parent.is_named else [])]
        return self


def one(view: View, at: int) -> Agency | None:
    """A single agency, or several places under one head, unless a veto of rules/agency.txt says that the head is none."""
    if not view.bits[at] & AGENCY:
        return None
    memo: dict[int, Agency | None] = view.memo["a body"]
    if at not in memo:
        if view.nested == MOST_NESTED:  # a text may be one head over and over
            return None
        view.nested += 1
        memo[at] = _one(view, at)
        view.nested -= 1
    return memo[at]


def _one(view: View, at: int) -> Agency | None:
    match = longest(view.lexicon.heads, view.keys, at)
    if match is None or view.piece("head", at) is None:
        return None
    end, kind = match
    if not kind & (kinds.OWN | kinds.BODY | kinds.UNIT | kinds.CODE):
        outside = view.piece("outside-body" if kind & kinds.OUTSIDE else "institution-with-place", at)
        return Agency(at, outside[0], kind=kinds.OUTSIDE) if outside else None
    if kind & kinds.CODE and view.bits[at] & UPPER:
        return _with_parent(view, Agency(at, end, is_named=True, kind=kinds.CODE))
    if kind & kinds.OWN and not view.piece("own-name", at):
        kind &= ~kinds.OWN
    if kind & kinds.UNIT:
        if offices := view.piece("several-offices", at):
            several = Agency(at, offices[0], is_named=True, kind=kinds.OWN)
            return _with_parent(view, several)  # `các Bộ: Công an, Quốc phòng`
        if unit := _unit(view, at):
            return unit
        if end - at > 1 and not kind & (kinds.OWN | kinds.BODY):
            return Agency(at, end, kind=kinds.UNIT)
    if kind & kinds.OWN:
        return _own(view, Agency(at, end, is_named=True, kind=kinds.OWN))
    return _body(view, Agency(at, end, kind=kinds.BODY)) if kind & kinds.BODY else None


def one_body(view: View, at: int) -> tuple[int, tuple[()]] | None:
    """For rules: a body, named or not."""
    body = one(view, at)
    return (body.end, ()) if body else None


def named_body(view: View, at: int) -> tuple[int, tuple[()]] | None:
    """For rules: a body that is named and has a place or a body inside."""
    body = one(view, at)
    return (body.end, ()) if body and body.is_named and body.inner else None


def named_parent(view: View, at: int) -> tuple[int, tuple[Piece, ...]] | None:
    """For rules: a body with a name, with the spans of it and of what is in it."""
    body = one(view, at)
    return (body.end, tuple(body.pieces())) if body and body.is_named and body.kind != kinds.OUTSIDE else None


def unnamed_body(view: View, at: int) -> tuple[int, tuple[()]] | None:
    """For rules: a body without a name."""
    body = one(view, at)
    return (body.end, ()) if body and not body.is_named and body.kind != kinds.OUTSIDE else None


def _is_plural(view: View, at: int) -> bool:
    """Whether a plural word or a number stands before the head."""
    return at > 0 and (view.keys[at - 1] in view.words.plural or bool(view.bits[at - 1] & DIGIT))


def _own(view: View, own: Agency) -> Agency:
    """A name of its own: what is nested in it, as rules/agency.txt says of its last words, and what follows it."""
    for inside in range(own.start + 1, own.end):
        part = view.piece("end-of-own-name", inside) if view.bits[inside] & (PLACE | AGENCY) else None
        if part and part[0] == own.end:
            own.inner += part[1]
    is_located = any(label == "PLACE" for _, _, label in own.inner)
    return own if is_located else _own_tail(view, own)


def _unit(view: View, at: int) -> Agency | None:
    """Rule 1: a head with a function that is its own, or with its parent; rule 12: numbered and coded units; all as
    rules/unit.txt has them.
    """
    if match := view.piece("named-unit", at):
        return _with_parent(view, Agency(at, match[0], is_named=True, kind=kinds.UNIT))
    if match := view.piece("office-of-body", at):
        return Agency(at, match[0], True, bool(match[1]), kind=kinds.UNIT, inner=[*match[1]])
    return None


def _own_tail(view: View, own: Agency) -> Agency:
    """A ministry with its country (`Bộ Công an Việt Nam`, `Bộ Công an hai nước Việt Nam và Lào`), an office with its
    parent.
    """
    at = own.end + 1 if view.keys[own.end] in view.words.country_word else own.end
    if several := group(view, own.end):
        if several[1] or view.keys[own.end + 1] not in view.words.country_word:
            own.end, own.inner, own.has_tail = several[0], several[1], True
        return own
    country = bare(view, at)
    if country and country[2] == kinds.COUNTRY:
        _add_places(view, own, [country])
        return own
    if view.keys[own.start] in view.words.bureau and (level := bare_level(view, own.end)) and not place(view, own.end):
        return Agency(own.start, level, kind=kinds.BODY)  # `Cục Hải quan tỉnh`
    return _with_parent(view, own)


def _with_parent(view: View, child: Agency) -> Agency:
    """Rule 3: a parent body written next to it is inside; nested where it has a name of its own."""
    child.end = _after_abbreviation(view, child.end)
    if view.keys[child.start] in view.words.council and (assembly := view.piece("of-assembly", child.end)):
        child.end = assembly[0]  # `Ủy ban Đối ngoại của Quốc hội`
        return child
    parent = one(view, child.end)
    if parent and parent.kind != kinds.OUTSIDE and (parent.is_named or _is_bare_parent(view, parent)):
        return child.join(parent)
    places = tail(view, child.end, station=False)
    if places and child.kind == kinds.OWN and not place(view, child.end):
        return child  # `Bộ trưởng Bộ Nội vụ Sar Kheng`
    if places and view.keys[child.end] != "-":
        _add_places(view, child, places)
    elif level := bare_level(view, child.end):
        child.end = level
    return child


def _is_bare_parent(view: View, parent: Agency) -> bool:
    """`Công an tỉnh`: no name, yet part of the name of the body before it."""
    known = view.bits[parent.start] & (CAP | UPPER) or view.bits[parent.start - 1] & DIGIT  # `Vùng 4 cảnh sát biển`
    return parent.kind == kinds.BODY and bool(known or bare_level(view, parent.end - 1))


def bare_level(view: View, at: int) -> int | None:
    """The token after a level word without a name (`Công an tỉnh`), or None."""
    match = view.piece("bare-level", at)
    return match[0] if match else None


def _body(view: View, body: Agency) -> Agency:
    """A head that needs a place, a group of places or a parent: `Công an tỉnh X`, `Công an 5 tỉnh Bắc Lào`, `Đảng ủy
    Công an tỉnh X`.
    """
    head = " ".join(view.keys[body.start : body.end])
    body.end = _after_abbreviation(view, body.end)
    body.station = head.startswith(view.lexicon.stations)
    if head in view.words.force and view.keys[body.end] in view.words.post_head:
        return body  # `BĐBP | Đồn Biên phòng X`
    level = bare_level(view, body.end)
    if several := group(view, body.end) or (group(view, level) if level else None):  # `Công an tỉnh 3 tỉnh X, Y, Z`
        body.end, body.inner, body.is_named, body.has_tail = several[0], several[1], True, True
        return body
    if view.bits[body.end] & AGENCY:
        parent = one(view, body.end)
        capital = any(bits & (CAP | UPPER) for bits in view.bits[body.start : body.end])  # also `bộ Chỉ huy`
        office = capital or view.keys[body.start] in view.words.office_head
        if parent and parent.is_named and parent.kind != kinds.OUTSIDE and office:
            body.end, body.inner, body.is_named, body.has_tail = parent.end, parent.pieces(), True, True
            _add_seat(view, body)
            return body
        if parent and not parent.is_named and parent.kind == kinds.BODY and not body.station:
            body.end = parent.end  # `Bộ Chỉ huy Bộ đội Biên phòng tỉnh`: rule 10, nothing
            return body
    between = view.piece("before-places", body.end)
    at = between[0] if between else body.end
    if view.keys[at - 1] in view.words.high_court and (seat := view.piece("seat", at)):
        return Agency(body.start, seat[0], True, True, kind=kinds.BODY, inner=[*seat[1]])
    if seat := view.piece("zone-seat", body.end):
        body.end, body.inner, body.is_named = seat[0], [*seat[1]], True
        return body
    if body.station or units.is_zone(view, body.end):
        body.end = units.numbered(view, body.end)
        if body.end > at:
            body.is_named = True
            return _with_parent(view, body)
        at += 2 * units.is_zone(view, at)  # `Bộ đội Biên phòng khu vực Mông Tự`
    at += view.keys[at] in view.words.zone and bool(view.bits[at + 1] & CAP) and not body.station
    if level and view.keys[level] == ":" and _is_plural(view, body.start) and (first := bare(view, level + 1)):
        places = coordinated(view, [first], group=True)  # `các Tòa án nhân dân huyện: X, Y`
        body.end, body.is_named, body.has_tail = places[-1][1], True, True
        body.inner = [(start, end, "PLACE") for start, end, _ in places]
        return body
    if body.station and view.keys[at] == ":" and _is_plural(view, body.start):
        at += 1  # `3 đồn biên phòng: X, Y, Z`
    found = tail(view, at, body.station)
    if found and (
        place(view, at) or view.keys[body.start] not in view.words.cabinet_word
    ):  # not `Thủ tướng Chính phủ X`, a person
        _add_places(view, body, found)
        body.is_named = True
        return _below(view, body)
    if level:
        body.end = level
    return body


def _below(view: View, body: Agency) -> Agency:
    """Rule 3 for a body with a place: `Đồn Biên phòng X BĐBP tỉnh Y`, not twice the same head, as two bodies in a row
    have.
    """
    at = body.end
    same_head = view.keys[at : at + 2] == view.keys[body.start : body.start + 2]
    if same_head or not view.bits[at] & (CAP | UPPER):
        return body
    parent = one(view, at)
    named = parent and parent.kind in (kinds.BODY, kinds.OWN) and parent.is_named and parent.inner
    return body.join(parent) if parent and named else body


def abbreviation(view: View, end: int) -> int | None:
    """The token after an abbreviation in brackets at `end`: `(BĐBP)`, `(PC 04)`; None where there is none."""
    match = view.piece("abbreviation", end) if view.keys[end] == "(" else None
    return match[0] if match else None


def _after_abbreviation(view: View, end: int) -> int:
    """Rule 12: the token after an abbreviation in brackets inside a name: `Bộ đội Biên phòng (BĐBP) tỉnh X`."""
    match = view.piece("abbreviation-inside", end) if view.keys[end] == "(" else None
    return match[0] if match else end


def _add_places(view: View, body: Agency, places: list[Found]) -> None:
    """Rules 5, 7, 8: the places under a head, each nested; more places of the same kind share the head."""
    several = _is_plural(view, body.start)
    places = coordinated(view, places, group=body.station and bool(several))
    if (
        places[-1][2] == kinds.COUNTRY
        and len(places) == 1
        and (level := named(view, places[0][1]))
        and level[2] != kinds.OTHER
    ):
        places.append(level)  # `Ủy ban MTTQ Việt Nam tỉnh X`
    body.end = places[-1][1]
    body.inner = [*body.inner, *((start, end, "PLACE") for start, end, _ in places)]
    if (
        view.keys[body.end] in view.words.comma_or_and
        and view.keys[body.end + 1] in view.words.the
        and (others := group(view, body.end + 1))
        and len(others[1]) > 1
    ):
        body.end, body.inner = others[0], [*body.inner, *others[1]]  # `Công an TP Hà Nội và các tỉnh Sơn La, Nghệ An`
    body.has_tail = True
    _add_seat(view, body)


def _add_seat(view: View, body: Agency) -> None:
    """`Đại sứ quán Việt Nam tại Lào`: where a mission sits is part of its name."""
    if view.keys[body.start] in view.words.mission_word and (seat := view.piece("seat", body.end)):
        body.end = seat[0]
        body.inner = [*body.inner, *seat[1]]
