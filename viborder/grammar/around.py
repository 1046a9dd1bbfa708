"""The words around agencies, places, persons and amounts, as sets: a field for each class of the files
lexicon/around-*.tsv, where its meaning stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viborder.grammar.lexicon import Lexicon

Words = frozenset[str]


class Around:
    """A set of words for each class, `field_name` for the class `field-name`; a word is its keys joined by blanks."""

    # around-agencies.tsv
    against: Words
    bureau: Words
    cabinet_word: Words
    council: Words
    force: Words
    force_word: Words
    friend: Words
    function_end: Words
    function_link: Words
    high_court: Words
    joint: Words
    mission_word: Words
    named_site: Words
    of: Words
    office_head: Words
    plural: Words
    post_head: Words
    prevent: Words
    the: Words
    zone: Words
    zone_second: Words

    # around-places.tsv
    before_country: Words
    china: Words
    coming_from: Words
    comma_or_and: Words
    country_word: Words
    crossing: Words
    dash_or_and: Words
    gate_word: Words
    joint_word: Words
    middle_van: Words
    newspaper: Words
    place_classifier: Words
    road: Words
    seated_at: Words
    several: Words

    # around-persons.tsv
    accused: Words
    also_given: Words
    before_people: Words
    before_seat: Words
    deed_of_person: Words
    former_or_is: Words
    had_before: Words
    middle_thi: Words
    photograph: Words
    sentence_end: Words
    surname_before_place: Words

    # around-amounts.tsv
    also_digit: Words
    and_a_half: Words
    before_no_fraction: Words
    glued_magnitude: Words
    glued_unit: Words
    kilometre: Words
    part: Words
    range: Words

    def __init__(self, lexicon: Lexicon) -> None:
        for name in type(self).__annotations__:
            setattr(self, name, lexicon.words(name.replace("_", "-")))
