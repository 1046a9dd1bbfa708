"""Functions of units that no list holds, and the numbers of units, for the rules of rules/unit.txt."""

from __future__ import annotations

from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, LOWER, UPPER
from viborder.grammar.places import bare
from viborder.grammar.view import View

MOST = 12  # tokens of a function
Match = tuple[int, tuple[()]]  # the token after it; no span inside


def unlisted_function(view: View, at: int) -> Match | None:
    """For rules: a function that no list holds: a capital, then syllables that occur in functions, until a verb or
    another body. How far it goes depends on every syllable before, so it is no pattern.
    """
    keys, bits = view.keys, view.bits
    known = view.lexicon.function_words
    run = at
    while run - at < MOST and (run == at or not (bits[run] & CAP and bare(view, run))):
        if (
            keys[run] == ","
            and run > at
            and keys[run - 1] in view.words.prevent
            and keys[run + 1] in view.words.against
        ):
            run += 1
            continue
        if not bits[run] & (LOWER | CAP) or keys[run] not in known or (bits[run] & CAP and bits[run] & UPPER):
            break
        if bits[run] & AGENCY and bits[run] & CAP and _is_body(view, run):
            break
        if run - at > 1 and _is_deed(view, run) and keys[run - 1] not in view.words.function_link:
            break
        run += 1
    while run > at and keys[run - 1] in view.words.function_end:
        run -= 1
    return (run, ()) if run - at > 1 else None


def _is_deed(view: View, at: int) -> bool:
    """Whether a verb begins here: `Phòng Tham mưu | tổ chức`."""
    return bool(view.bits[at] & LOWER) and f"{view.keys[at]} {view.keys[at + 1]}" in view.lexicon.deeds


def _is_body(view: View, at: int) -> bool:
    """Whether another body begins here, and not a word of functions: `Bộ Công an`, not `Cảnh sát`."""
    head = longest(view.lexicon.heads, view.keys, at)
    return head is not None and head[0] - at > 1 and view.keys[at] not in view.words.force_word


def roman(view: View, at: int) -> Match | None:
    """For rules: a Roman number."""
    return (at + 1, ()) if view.bits[at] & CAP and all(letter in "ivx" for letter in view.keys[at]) else None


def numbered(view: View, end: int) -> int:
    """The token after a unit's number (`Trại giam số 3`); `end` itself where there is none."""
    match = view.piece("unit-number", end)
    return match[0] if match else end


def is_zone(view: View, at: int) -> bool:
    """Whether `khu vực` stands at the token."""
    return view.keys[at] in view.words.zone and view.keys[at + 1] in view.words.zone_second
