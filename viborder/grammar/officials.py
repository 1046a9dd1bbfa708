"""OFFICIAL and PRIVATE: names of persons, after the scheme's section on officials (the numbers are its rules)."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, LOWER, NAME, PERSON, PLACE, UPPER
from viborder.grammar.places import bare, capitals, stops
from viborder.grammar.view import View

LAST_LINES = 4  # in which an author may stand
Match = tuple[int, tuple[()]]  # the token after it; no span inside
_NAMED = {  # piece → the roles after which it is asked for; 0: after any. The first finds the most
    "named-after-rank": kinds.RANK | kinds.COMRADE,
    "named-after-post": kinds.POST,
    "named-after-title": kinds.TITLE,
    "named-after-role": kinds.ROLE,
    "named-by-family": 0,
}


def role(view: View, at: int) -> tuple[int, int] | None:
    """(the token after it, its bits) for the words of rank, post, title or role at the token, those that follow at
    once included.
    """
    found = longest(view.lexicon.persons, view.keys, at)
    if found is None:
        return None
    end, bits = found
    while True:
        titled = view.keys[end] == "." and bool(view.bits[end - 1] & UPPER)  # `GS.TS`
        more = longest(view.lexicon.persons, view.keys, end + titled)
        if more is None or (view.bits[end] & CAP and more[0] - end == 1 and view.bits[end] & NAME):
            break
        end, bits = more[0], bits | more[1]
    return end, bits


def name(view: View, at: int, bits: int) -> int | None:
    """The token after the name at `at`, or None, as rules/person.txt has it. bits: the role before it."""
    for piece, role_bits in _NAMED.items():
        if (bits & role_bits or not role_bits) and (match := view.piece(piece, at)):
            return match[0]
    return None


def name_of_person(view: View, at: int) -> Match | None:
    """For rules: the capitals of a person's name."""
    end = _own_capitals(view, at)
    end = _after_hyphens(view, end) if end > at else end
    return (end, ()) if end > at else None


def name_after_rank(view: View, at: int) -> Match | None:
    """For rules: the same behind a rank, where more is a name: a part in small letters, a part behind a dash."""
    end = _own_capitals(view, at)
    forgotten = (
        end - at == 1
        and view.bits[end] & LOWER
        and view.bits[end + 1] & CAP
        and view.types[end][1] in view.lexicon.family_names[1]
    )
    if forgotten:
        end = capitals(view, end + 1, 6)  # a capital forgotten in a Lao name
    end = _after_hyphens(view, end)
    return (_after_dash(view, end) if view.keys[end] == "-" else end), ()


def _own_capitals(view: View, at: int) -> int:
    """The token after the capitals from the token on, initials too; an abbreviation that follows is none of them."""
    end = capitals(view, at, 8)
    if end > at and len(view.keys[end - 1]) == 1:
        end = initials(view, end)
    while end > at and view.bits[end - 1] & UPPER and end - at > 1 and not view.bits[at] & UPPER:
        end -= 1
    return end


def _after_hyphens(view: View, end: int) -> int:
    while view.keys[end] == "-" and view.glued(end) and view.glued(end + 1) and _is_name_part(view, end + 1):
        end = capitals(view, end + 1, 4)
    return end


def _is_name_part(view: View, at: int) -> bool:
    """Whether the capital after a hyphen is of the name: `Thoong-Lếc`, not `Hải-Chỉ huy trưởng`."""
    return (
        bool(view.bits[at] & CAP) and not (view.bits[at] & (AGENCY | PERSON) and stops(view, at)) and not bare(view, at)
    )


def _after_dash(view: View, end: int) -> int:
    """The token after a Lao name of which the second half follows a dash: `Sỉ Sợt - Xỏn Đa La, Ủy viên`."""
    second = end + 1
    if not view.bits[second] & CAP or view.types[second][1] not in view.lexicon.family_names[1] or bare(view, second):
        return end
    stop = capitals(view, second, 4)
    return stop if view.keys[stop] in (",", "-") and is_post(view, stop + 1) else end


def person_capitals(view: View, at: int) -> Match | None:
    """For rules: a run of capitals that may be a person's name, with initials: `T.C`."""
    end = capitals(view, at, 5)
    return (initials(view, end), ()) if end > at else None


def initials(view: View, end: int) -> int:
    """The token after the initials that follow the first at once: `N.T.X`."""
    while view.keys[end] == "." and view.glued(end) and view.glued(end + 1) and view.bits[end + 1] & CAP:
        end += 2
    return end


def begins(view: View, at: int, floor: int) -> int:
    """Where the name begins of which the token at `at` is known: capitals before it inside a sentence belong to it
    (`và Phou Viêng`).
    """
    start = at
    while start > floor and view.bits[start - 1] & CAP and not view.bits[start - 1] & (UPPER | AGENCY | PERSON):
        if view.bits[start - 1] & PLACE and bare(view, start - 1):
            break
        start -= 1
    inside = start > floor and (view.bits[start - 1] & LOWER or view.keys[start - 1] in (",", ";", "("))
    return start if inside else at


def has_post_after(view: View, end: int) -> bool:
    """Rule 2: whether a post or a rank follows the name, after a comma, a dash or a bracket: `La Kỳ Quyền, Phó Giám
    đốc`.
    """
    return view.piece("office-after-name", end) is not None


def is_charged(view: View, end: int) -> bool:
    """Whether the one who is named before the token is accused of something: `bị truy tố`, `đã bị khởi tố`."""
    return view.piece("charged", end) is not None


def is_post(view: View, at: int) -> bool:
    """Whether a post or a rank stands at the token that is not the rank of another name."""
    return view.piece("office", at) is not None


def next_name(view: View, at: int) -> int | None:
    """Where a further name of a list would begin: after a comma, a semicolon or `và`."""
    match = view.piece("next-name", at)
    return match[0] if match else None


def bylines(view: View) -> list[tuple[int, int, bool]]:
    """Rule 3: the authors in one of the last lines, as rules/byline.txt has them: (first token, token after the last,
    whether they sign). Which lines are the last is no pattern: none crosses a line end.
    """
    begins = [0, *(at + 1 for at in view.breaks)]
    found = []
    for number in range(max(0, len(begins) - LAST_LINES), len(begins)):
        if match := view.piece("byline", begins[number]):
            signs = number > 0 and view.piece("signature", begins[number - 1]) is not None
            found += [(start, end, signs) for start, end, _ in match[1]]
    return found
