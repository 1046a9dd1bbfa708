"""PLACE: administrative words that several names share, and names between the levels of an address."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.agencies import one
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, NAME, PERSON, UPPER
from viborder.grammar.places import bare, capitals, named, place, stops, with_number
from viborder.grammar.view import View
from viborder.text import Range


def listed(view: View, end: int) -> list[Range]:
    """The names after a place that share its word, those too that the gazetteer does not know: `các xã Tri Lễ, Lóng
    Khủa`.
    """
    found = []
    while view.keys[end] in view.words.comma_or_and and view.bits[end + 1] & CAP and not view.bits[end + 1] & UPPER:
        at = end + 1
        known = bare(view, at)
        stop = with_number(view, known[1] if known else capitals(view, at, 4))
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
    return one(view, at) is not None


def between(view: View, start: int, end: int) -> list[Range]:
    """The level of an address that stands without its word between the place `[start, end)` and another: `bản Phoa
    Viêng, Phu Cút, Xiêng Khoảng`.
    """
    at = end + 1
    if view.keys[end] not in (",", "(") or not view.bits[at] & CAP or view.bits[at] & (UPPER | AGENCY | PERSON):
        return []
    stop = capitals(view, at, 3)
    if stop - at < 2 or view.keys[stop] not in (",", "-", "(") or place(view, at):
        return []
    first, above = place(view, start), place(view, stop + 1)
    return [(at, stop)] if first and first[2] > kinds.PROVINCE and above and above[2] < first[2] else []


def without_shared_word(view: View, start: int, end: int, follows: bool) -> int:
    """Rule 1: the administrative word stays out where it heads several names or is a count: `các tỉnh X - Y`, `tỉnh X
    và Y`. The token with which the place `[start, end)` begins then.

    follows: another span ends where this place begins, so that a number before it is no count.
    """
    word = longest(view.lexicon.admin_words, view.keys, start)
    if word is None or word[0] >= end or view.bits[word[0]] & DIGIT:
        return start
    level = word[1][0]
    gates = view.keys[start] in view.words.gate_word and view.keys[end] == "-" and bare(view, end + 1) is not None
    before = start - 1 - (view.keys[start - 1] in view.words.place_classifier)  # `hai con suối X và Y`
    plural = view.keys[before] in view.words.several and view.keys[before - 1] not in view.words.crossing
    if level in (kinds.OTHER, kinds.REGION) and not (gates or plural):
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
