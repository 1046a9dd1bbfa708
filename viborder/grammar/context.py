"""PLACE: names that only the words around them announce, and administrative words that several names share."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.agencies import one
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LOWER, NAME, PERSON, PLACE, UPPER
from viborder.grammar.places import Found, bare, capitals, letter_or_number, named, place, stops
from viborder.grammar.view import View
from viborder.text import Range


def located(view: View, at: int) -> list[Range]:
    """The places that nothing but the word before the token announces: `tại Lóng Luông`, `địa bàn Hang Kia, Pà Cò`."""
    if not view.bits[at] & CAP:
        return []
    end = capitals(view, at, 5)
    if view.keys[at - 1] in view.words.direction and not _is_aim(view, at, end):
        return []
    if view.keys[at][:2] in view.words.kilometre and view.keys[at][2:3].isdecimal():
        return []  # a kilometre post: `Km85 Quốc lộ 8A`
    if view.bits[end] & PLACE and named(view, end) and all(word in view.lexicon.quarters for word in view.keys[at:end]):
        return []  # `khu vực Đông Nam đảo X`
    short = end - at < 2 and not (view.foreign(at) and not view.bits[at] & (UPPER | NAME))  # `ở Ranong`
    if short or (view.bits[at] & (UPPER | AGENCY | PERSON) and stops(view, at)) or place(view, at):
        return []
    if view.bits[at] & AGENCY and one(view, at):
        return []
    if view.bits[end - 1] & UPPER and not view.bits[at] & UPPER:
        return []  # `tại Trường THCS dân tộc nội trú`
    end = letter_or_number(view, end, kinds.VILLAGE)
    found = [(at, end)]
    while view.keys[end] in view.words.comma_or_and and not place(view, end + 1):
        following = end + 1
        end = letter_or_number(view, capitals(view, following, 5), kinds.VILLAGE)
        if (
            (end - following < 2 and not view.foreign(following))
            or view.bits[following] & (UPPER | AGENCY)
            or stops(view, following)
        ):
            break
        found.append((following, end))
    return found


def _is_aim(view: View, at: int, end: int) -> bool:
    """Whether the capitals after `về`, `sang`, `đến` are all of a name, and no person's: `về Pha Bó`, not `về Tết
    Nguyên đán`.
    """
    if view.bits[at] & (NAME | AGENCY | PERSON) or view.keys[at] in view.lexicon.no_name:
        return False
    following = view.keys[end]
    if view.keys[at - 1] in view.words.coming_from:
        return following in view.words.destination
    return not view.bits[end] & LOWER or following in view.lexicon.never_counted


def listed(view: View, end: int) -> list[Range]:
    """The names after a place that share its word, those too that the gazetteer does not know: `các xã Tri Lễ, Lóng
    Khủa`.
    """
    found = []
    while view.keys[end] in view.words.comma_or_and and view.bits[end + 1] & CAP and not view.bits[end + 1] & UPPER:
        at = end + 1
        known = bare(view, at)
        stop = letter_or_number(view, known[1] if known else capitals(view, at, 4), kinds.VILLAGE)
        personal = view.bits[at] & NAME and stop - at > 2 and not view.bits[stop - 1] & DIGIT
        short = stop - at < 2 and len(view.keys[at]) < 6  # a single Vietnamese syllable
        if not known and (personal or short or _is_something_else(view, at)):
            break
        found.append((at, stop))
        end = stop
    return found


def _is_something_else(view: View, at: int) -> bool:
    """Whether a place with its word, a rank, a post or a body begins here, and not a bare name."""
    if named(view, at) or stops(view, at):
        return True
    return bool(view.bits[at] & AGENCY) and one(view, at) is not None


def between(view: View, first: Found) -> list[Range]:
    """The level of an address that stands without its word between two others: `bản Phoa Viêng, Phu Cút, Xiêng
    Khoảng`.
    """
    at = first[1] + 1
    if (
        view.keys[at - 1] not in (",", "(")
        or not view.bits[at] & CAP
        or view.bits[at] & (UPPER | AGENCY | PERSON)
        or first[2] <= kinds.PROVINCE
    ):
        return []
    end = capitals(view, at, 3)
    if end - at < 2 or view.keys[end] not in (",", "-", "(") or place(view, at):
        return []
    above = place(view, end + 1)
    return [(at, end)] if above and above[2] < first[2] else []


def without_shared_word(view: View, found: Found, follows: bool) -> int:
    """Rule 1: the administrative word stays out where it heads several names or is a count: `các tỉnh X - Y`, `tỉnh X
    và Y`.

    follows: another span ends where this place begins, so that a number before it is no count.
    """
    start, end, level = found
    word = longest(view.lexicon.admin_words, view.keys, start)
    gates = view.keys[start] in view.words.gate_word and view.keys[end] == "-" and bare(view, end + 1) is not None
    before = start - 1 - (view.keys[start - 1] in view.words.place_classifier)  # `hai con suối X và Y`
    plural = view.keys[before] in view.words.several and view.keys[before - 1] not in view.words.crossing
    if (
        word is None
        or (level in (kinds.OTHER, kinds.REGION) and not (gates or plural))
        or word[0] >= end
        or view.bits[word[0]] & DIGIT
    ):
        return start
    if (whole := bare(view, start)) and whole[1] == end:
        return start  # the word is part of the name: `TP.HCM - Tây Ninh`
    if attribute := longest(view.lexicon.attributes, view.keys, word[0]):
        word = attribute
    several = gates or (start > 0 and (plural or bool(view.bits[start - 1] & DIGIT and not follows)))
    if not several and view.keys[end] in view.words.dash_or_and:
        following = bare(view, end + 1)
        several = following is not None and following[2] == level
    return word[0] if several else start
