"""OFFICIAL and PRIVATE: names of persons, after the scheme's section on officials (the numbers are its rules)."""

from __future__ import annotations

from functools import cache

from viborder.train.grammar_places import COUNTRY, bare, capitals
from viborder.train.lexicon import CAP, LOWER, NAME, UPPER, Trie, View, build, longest, phrases

RANK, POST, TITLE, ROLE = 1, 2, 4, 8  # ROLE: what a private person is called (đối tượng, bị can)
COMRADE = 16  # đồng chí: said of those who act for a body

_COMRADES = ("đồng chí", "đ / c", "các đồng chí")
_BETWEEN = frozenset((",", "-", "(", "–", ":", ";"))
_BEFORE_POST = frozenset(("nguyên", "quyền", "hiện", "hiện là", "là", "kiêm", "cố", "cựu"))


@cache
def persons() -> Trie:
    """Ranks, posts, titles and private roles → bits."""
    classes = {"rank": RANK, "post": POST, "title": TITLE, "private": ROLE}
    trie = build((phrase, bit) for name, bit in classes.items() for phrase in phrases("officials", name))
    for phrase in _COMRADES:
        node = trie
        for word in phrase.split():
            node = node.setdefault(word, {})
        node[""] = COMRADE
    return trie


def role(view: View, at: int) -> tuple[int, int] | None:
    """(the token after it, its bits) for the words of rank, post, title or role at the token, those that follow at once included."""
    found = longest(persons(), view.keys, at)
    if found is None:
        return None
    end, bits = found
    while more := longest(persons(), view.keys, end):
        if view.bits[end] & CAP and more[0] - end == 1 and view.bits[end] & NAME:
            break
        end, bits = more[0], bits | more[1]
    return end, bits


def name(view: View, at: int, bits: int) -> int | None:
    """The token after the name at `at`, or None. bits: the role before it; after a rank any capitals are a name."""
    end = capitals(view, at, 8)
    if end == at:
        return None
    while end > at and view.bits[end - 1] & UPPER and end - at > 1 and not view.bits[at] & UPPER:
        end -= 1
    place = bare(view, at)
    if place and place[1] >= end and (not bits & (RANK | COMRADE) or not view.bits[at] & NAME):
        return None
    if place and place[2] == COUNTRY and not bits & (RANK | COMRADE):
        return None
    if bits & (RANK | COMRADE | ROLE) or (bits & (POST | TITLE) and end - at > 1) or view.bits[at] & NAME:
        return end
    return None


def has_post_after(view: View, end: int) -> bool:
    """Rule 2: whether a post or a rank follows the name, after a comma, a dash or a bracket: `La Kỳ Quyền, Phó Giám đốc`."""
    at = end
    if view.keys[at] == "(" and view.bits[at + 1] & 4:  # an age in brackets: (35 tuổi),
        return False
    if view.keys[at] == "được":  # `được bầu làm`, `được bổ nhiệm giữ chức`
        given = next((n for n in range(at + 1, at + 7) if view.keys[n] in ("làm", "chức", "vụ", "trách")), None)
        return given is not None and is_post(view, given + 1)
    if view.keys[at] not in _BETWEEN and view.keys[at] not in ("là", "làm", "giữ"):
        return False
    at += 1
    for _ in range(2):
        if view.keys[at] in _BEFORE_POST or (view.keys[at] == "chức" and view.keys[at + 1] == "vụ"):
            at += 1
    return is_post(view, at)


def is_post(view: View, at: int) -> bool:
    """Whether a post or a rank stands at the token that is not the rank of another name."""
    found = longest(persons(), view.keys, at)
    if found is None or not found[1] & (POST | RANK):
        return False
    return not (view.bits[found[0]] & CAP and view.bits[found[0]] & NAME and found[1] & RANK)


def is_list_joint(view: View, at: int) -> int | None:
    """Where a further name of a list would begin: after a comma, a semicolon or `và`."""
    if view.keys[at] in (",", ";", "và", "cùng"):
        at += 1 + (view.keys[at] == "," and view.keys[at + 1] == "và")
        return at if view.bits[at] & CAP and view.bits[at] & NAME and not view.bits[at] & LOWER else None
    return None
