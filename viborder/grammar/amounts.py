"""QUANTITY, after the scheme's section on quantities (the numbers are its rules)."""

from __future__ import annotations

from viborder.grammar import kinds, numerals
from viborder.grammar.keys import longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LOWER, PERSON, UPPER
from viborder.grammar.view import View


def amount(view: View, at: int) -> tuple[int, int] | None:
    """Rule 1: (first token, token after the last) of the amount whose numeral begins at the token; None where rule 2
    leaves it out.
    """
    if view.keys[at] in view.words.and_a_half:
        return _and_a_half(view, at)
    found = _in_digits(view, at) if view.bits[at] & DIGIT else _in_words(view, at)
    if found and view.keys[found[1]] in view.words.and_a_half and _is_measure(view, found[1] - 1):
        return found[0], found[1] + 1  # `2 kg rưỡi`
    return found


def _and_a_half(view: View, at: int) -> tuple[int, int] | None:
    """`kg rưỡi`: one and a half, with no numeral before it."""
    if at and _is_measure(view, at - 1):
        return _approximated(view, at - 1), at + 1
    return None


def _is_measure(view: View, at: int) -> bool:
    found = longest(view.lexicon.units, view.keys, at)
    return found is not None and found[0] == at + 1 and bool(found[1] & kinds.MEASURE) and not found[1] & kinds.TIME


def _in_digits(view: View, at: int) -> tuple[int, int] | None:
    keys, bits = view.keys, view.bits
    before = keys[at - 1] if at else "\n"
    if not numerals.is_number(keys[at]) or (at and _continues(view, at, before)):
        return None
    numeral = numerals.digits(view, at)
    if numeral is None:
        return None
    end, magnitude = numeral
    stop = end + 1 if numerals.glued_digits(view, end) else _unit(view, at, end, magnitude)
    if stop is None:
        return None
    start = at
    year = keys[at][:2] in ("19", "20") and len(keys[at]) == 4
    if year and (end == at + 3 or (end == at + 1 and before in view.words.before_year)):
        return None
    if _is_ordinal(view, at) and not (before in view.words.year_or_month and end > at + 1):
        return None
    if at > 1 and keys[at - 1] == "-" and bits[at - 2] & DIGIT and keys[at - 3] not in view.words.day_or_month:
        start = at - 2
    if before in view.words.on and keys[at].isdecimal() and int(keys[at]) < 10 and keys[end] in view.words.vehicle:
        return start, stop  # what something lies or sits on
    return _approximated(view, start), stop


def _continues(view: View, at: int, before: str) -> bool:
    """Rule 2: whether the number is the rest of a code or of a date that began before it."""
    keys, bits = view.keys, view.bits
    if before in ("/", ":", ".") and bits[at - 2] & DIGIT and (before == "/" or view.glued(at)):
        return True
    if bits[at - 1] & UPPER and not bits[at + 1] & UPPER and keys[at].isdecimal() and len(keys[at]) > 2:
        return True  # a ship's or a vehicle's number
    if before == "+" and view.glued(at):
        return True  # a kilometre post: `Km20+660`
    if before != "-":
        return _is_plate(view, at - 1)
    if bits[at - 2] & DIGIT:
        return keys[at - 3] in view.words.day_word or (
            keys[at - 3] == "-" and bool(bits[at - 4] & DIGIT)
        )  # `ngày 3-10`, `28-7-2016`
    return (view.glued(at) and view.glued(at - 1)) or _is_plate(view, at - 2)  # Covid-19


def _is_plate(view: View, at: int) -> bool:
    """Whether the token is the letter in a vehicle's number: `67A 050.67`, `51A - 432.83`."""
    return (
        at > 0
        and len(view.keys[at]) == 1
        and bool(view.bits[at] & CAP and view.bits[at - 1] & DIGIT)
        and view.glued(at)
    )


def _is_ordinal(view: View, at: int) -> bool:
    """Rule 2: whether the number is a date, an ordinal or a document's number by the word before it."""
    if at == 0:
        return False
    before = view.keys[at - 1]
    if before in view.words.moment and at > 1 and view.keys[at - 2] in view.words.together:
        return False
    if before in view.lexicon.ordinals:
        return not (before in view.words.kilometre and at > 1 and view.bits[at - 2] & DIGIT)
    return at > 1 and f"{view.keys[at - 2]} {before}" in view.lexicon.ordinals


def _unit(view: View, at: int, end: int, magnitude: bool) -> int | None:
    """The token after the first word of the unit or of what is counted, or None."""
    keys, bits = view.keys, view.bits
    if keys[at] == "0" and not (keys[end] == "%" or keys[end] in view.words.degree):
        return None  # `Km số 0`
    if keys[at] == "389" and keys[end] in view.words.national_word:
        return None  # the steering committee against smuggling
    if " ".join(keys[end : end + 4]) in view.words.head_of_posts:
        return None  # the head of their names
    found = longest(view.lexicon.units, keys, end)
    small = keys[at].isdecimal() and keys[at][0] != "0" and int(keys[at]) < 100
    soft = at > 0 and small and keys[at - 1] in view.lexicon.labels and keys[at - 2] not in view.words.before_label
    if found:
        stop, kind = found
        if (
            (kind & kinds.TIME and not kind & (kinds.MEASURE | kinds.COUNTED))
            or keys[end] in view.words.year
            or (keys[end] in view.words.hour_letter and view.glued(end))
        ):
            return None
        if keys[end] in view.words.metre and bits[end] & CAP:
            return None
        if kind & kinds.PARTY and stop - end <= 2 and _is_party(view, at, end, stop):
            return None
        if keys[end] in view.words.street_word and bits[end + 1] & CAP:
            return None  # `số 459 đường Trần Hưng Đạo`
        if bits[stop] & CAP and " ".join(keys[end:stop]) in view.words.named_party:
            return None  # `giữa 2 phường Trà Cổ và Bình Ngọc`
        if (
            bits[end] & CAP
            and not kind & kinds.MEASURE
            and not (kind & kinds.COUNTED and stop - end > 1)
            and keys[end] not in view.words.sim_card
        ):
            return None
        if (
            soft
            and not kind & (kinds.MEASURE | kinds.SEIZED | kinds.COUNTED)
            and keys[end] not in view.words.plain_counted
        ):
            return None
        return stop
    if magnitude and not soft:
        return end
    return None if soft else _unlisted(view, end)


def _is_party(view: View, at: int, end: int, stop: int) -> bool:
    """Rule 2: counts that stand for the parties themselves: `02 bên`, `3 tỉnh`, `5 tỉnh`, `2 tỉnh X, Y`."""
    word = " ".join(view.keys[end:stop])
    if word in view.words.hard_party:
        return True
    value = int(view.keys[at]) if view.keys[at].isdecimal() else 99
    following = view.bits[stop]
    if following & CAP or view.keys[stop] == ":":
        return True
    if at and view.keys[at - 1] in view.words.before_parties:
        return True
    if word in view.words.few_parties:
        return value <= 6
    return word not in view.words.many_parties or (value <= 2 and word in view.words.two_parties)


def _unlisted(view: View, end: int) -> int | None:
    """What is counted by a word that the lexicon does not know: most such words have two syllables."""
    first, second = view.keys[end], view.keys[end + 1]
    if longest(view.lexicon.drugs, view.keys, end):
        return None
    lower = LOWER if view.bits[end] & (LOWER | CAP) else UPPER  # in a line of capitals
    if (
        not view.bits[end] & lower
        or first in view.lexicon.never_counted
        or not first.isalpha()
        or (view.bits[end] & (AGENCY | PERSON) and view.bits[end] & CAP)
    ):
        return None
    if view.foreign(end):
        return end + 1  # `7 casino`
    if view.bits[end + 1] & lower and second not in view.lexicon.never_counted and second.isalpha():
        return end + 2
    return end + 1


def _approximated(view: View, start: int) -> int:
    """The first token of the approximator before the numeral, or the numeral's own."""
    for length in (2, 1):
        if start >= length and " ".join(view.keys[start - length : start]) in view.lexicon.approximators:
            return start - length
    return start


def _in_words(view: View, at: int) -> tuple[int, int] | None:
    """Rule 1: a numeral in words counts before a unit of measure or a classifier of seized things: `hai kg`, `ba
    bánh`.
    """
    end = numerals.spoken(view, at)
    if end == at or (at and view.bits[at - 1] & DIGIT):
        return None
    found = longest(view.lexicon.units, view.keys, end)
    if (
        not found
        or not found[1] & (kinds.MEASURE | kinds.SEIZED)
        or found[1] & kinds.TIME
        or (view.bits[at] & CAP and view.bits[end] & CAP)
    ):
        return None
    if (
        view.keys[at] in view.words.ambiguous_digit
        and end - at == 1
        and at
        and view.keys[at - 1] in view.words.before_year_word
    ):
        return None
    if view.keys[end] in view.words.short_unit and (
        view.bits[end] & CAP or view.keys[end + 1] in view.words.second_syllable
    ):
        return None
    half = view.keys[at] in view.words.half and view.keys[at + 1] in view.lexicon.magnitudes
    if view.keys[at] in view.words.half and end == at + 1 and found[1] & kinds.SEIZED and not found[1] & kinds.COUNTED:
        half = True  # `nửa bánh`
    if view.keys[at] in view.words.dependent_digit and not found[1] & kinds.MEASURE and not half:
        return None
    start = _approximated(view, at)
    if view.keys[at - 1] in view.words.tens_of and view.keys[at] in view.lexicon.magnitudes:
        start = at - 1
    elif view.keys[at] in view.lexicon.magnitudes:
        return None
    return start, found[0]
