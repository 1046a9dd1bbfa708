"""What a text says of a name in one place, carried to the others."""

from __future__ import annotations

from viborder.document import PRIVATE
from viborder.grammar.groups import Piece
from viborder.grammar.keys import longest
from viborder.grammar.kinds import CAP, LOWER, UPPER
from viborder.grammar.places import bare, capitals
from viborder.grammar.view import View
from viborder.text import Range

OFFICE, UNSAID, PRIVATE_ROLE = 1, 0, -1  # what the words around a name say of the person
Person = tuple[int, int, int]  # first token, token after the last, one of these


def names(view: View, persons: list[Person]) -> list[Piece]:
    """Rule 2: whoever is named as an official once is one throughout the text; so is the last name after `ông`,
    `đồng chí`.
    """
    keys = view.keys
    known = {tuple(keys[start:end]) for start, end, said in persons if said == OFFICE}
    given = {name[-1:] for name in known} | {name[-2:] for name in known if len(name) > 2}
    given |= {name[:1] for name in known if name[0] not in view.lexicon.family_names[0]}  # foreigners: `ông Chansamone`
    found = []
    for start, end, said in persons:
        name = tuple(keys[start:end])
        by_given_name = said == UNSAID and len(name) < 3 and name in given
        official = said == OFFICE or name in known or by_given_name
        found.append((start, end, "OFFICIAL" if official else PRIVATE))
    return found


def without_given_names(view: View, found: list[Piece], persons: list[Person]) -> list[Piece]:
    """The spans but for places that are the given name of a person named in full: `Trần Văn Đức … Đức khai`."""
    keys = view.keys
    given = {keys[end - 1] for start, end, _ in persons if end - start > 1} & view.words.also_given
    return [
        (start, end, label)
        for start, end, label in found
        if label != "PLACE"
        or end - start > 1
        or keys[start] not in given
        or keys[start - 1] in view.words.before_country
    ]


def places(view: View, found: list[Piece], announced: list[Range], outside: list[Range]) -> list[Piece]:
    """What was a place once by the words before it is one without them too: `bản Lùng Thàng … Lùng Thàng`, `ở Pú Hia …
    của Pú Hia`.

    announced: the places that only the words before them made one. outside: where none is marked: `Bệnh viện Đa khoa X`.
    """
    keys, bits = view.keys, view.bits
    known: dict[str, set[tuple[str, ...]]] = {}
    for start, end in _unlisted(view, found, announced):
        known.setdefault(keys[start], set()).add(tuple(keys[start:end]))
    if not known:
        return []
    more = []
    taken = {at for start, end, _ in found for at in range(start, end)}
    taken |= {at for start, end in outside for at in range(start, end)}
    for at in view.capitals:
        if (
            keys[at] in known
            and at not in taken
            and not bits[at - 1] & CAP
            and keys[at - 1] not in view.words.newspaper
        ):
            end = capitals(view, at, 7)
            if tuple(keys[at:end]) in known[keys[at]]:
                more.append((at, end, "PLACE"))
    return more


def _unlisted(view: View, found: list[Piece], announced: list[Range]) -> list[Range]:
    """Names of places, all capitals, that the gazetteer may not know: after an administrative word, at the end of an
    agency, announced.
    """
    ends = {end for _, end, label in found if label == "AGENCY"}
    names = list(announced)
    for start, end, label in found:
        if label != "PLACE" or end - start < 2 or view.bits[start] & UPPER:
            continue
        word = longest(view.lexicon.admin_words, view.keys, start)
        if word and word[0] < end:
            names.append((word[0], end))
        elif end in ends and not bare(view, start):
            names.append((start, end))  # `Đồn Biên phòng Bu Cháp`
    return [
        (start, end) for start, end in names if end - start > 1 and all(view.bits[at] & CAP for at in range(start, end))
    ]


def given_names(view: View, found: list[Piece]) -> list[Piece]:
    """Persons named in full who bear their given name alone inside a sentence: `Phạm Văn Cường … bắn vào Cường và đồng
    đội`.

    What follows must be no second syllable: `Hiệp` before `định` is none.
    """
    keys = view.keys
    labels: dict[str, set[str]] = {}
    for start, end, label in found:
        if label in ("OFFICIAL", PRIVATE) and end - start > 1:
            labels.setdefault(keys[end - 1], set()).add(label)
    if not labels:
        return []
    alone = [at for at in view.capitals if keys[at] in labels and len(labels[keys[at]]) == 1]
    alone = [at for at in alone if at and _stands_alone(view, at)]
    taken = {at for start, end, _ in found for at in range(start, end)}
    return [(at, at + 1, label) for at in alone if at not in taken for label in labels[keys[at]]]


def _stands_alone(view: View, at: int) -> bool:
    """Whether the capital stands inside a sentence, between words that are neither names nor its second syllable."""
    before, after = view.keys[at - 1], view.keys[at + 1]
    if view.bits[at + 1] & CAP:
        return False
    if before == "\n" or before in view.words.sentence_end:
        return after in view.words.deed_of_person  # `Xôm xin lỗi.`, but `Thành phố`
    if not (view.bits[at - 1] & LOWER or before == ","):
        return False
    if after == "-" and view.bits[at + 2] & CAP:
        return False  # `nhóm Cao - Bằng`
    return not view.bits[at + 1] & LOWER or after in view.lexicon.never_counted or after in view.words.deed_of_person
