"""The rules that the package brings, for a lexicon's entries."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from viborder.errors import Problem
from viborder.formats.brackets import LABELS
from viborder.grammar import entries, kinds, rulebook, tables
from viborder.grammar.compile import Algorithm
from viborder.grammar.entries import Entry
from viborder.grammar.records import Record, read
from viborder.grammar.rulebook import Note, Rules

FOLDER = Path(__file__).with_name("rules")
# What an algorithm's first token looks like; one that is not here is tried at every token, if a rule begins with it.
_BEGIN = {
    "digits": kinds.DIGIT,
    "whole": kinds.DIGIT,
    "sum": kinds.DIGIT,
    "fraction": kinds.DIGIT,
    "year-digits": kinds.DIGIT,
    "small-number": kinds.DIGIT,
    "long-number": kinds.DIGIT,
    "spoken": kinds.AMOUNT,
    "listed-country": kinds.LISTED,
    "listed-name": kinds.LISTED,
    "small-place": kinds.LISTED,
    "loose-country": kinds.LISTED,
    "loose-name": kinds.LISTED,
    "loose-region": kinds.LISTED,
    "listed-province": kinds.CAP | kinds.UPPER,
    "unlisted-province": kinds.CAP | kinds.UPPER,
    "listed-unit": kinds.CAP | kinds.UPPER,
    "unlisted-unit": kinds.CAP | kinds.UPPER,
    "listed-site": kinds.CAP | kinds.UPPER,
    "unlisted-site": kinds.CAP | kinds.UPPER,
    "forgotten-capitals": kinds.LOWER,
    "short-number": kinds.DIGIT,
    "capitals": kinds.CAP,
    "person-capitals": kinds.CAP,
    "name-of-person": kinds.CAP,
    "name-after-rank": kinds.CAP,
    "rank-or-body": kinds.AGENCY | kinds.PERSON,
    "one-body": kinds.AGENCY,
    "named-parent": kinds.AGENCY,
    "unnamed-body": kinds.AGENCY,
    "bare-body": kinds.AGENCY,
    "bare-unit": kinds.AGENCY,
    "any-body": kinds.AGENCY,
    "any-unit": kinds.AGENCY,
    "body-with-place": kinds.AGENCY,
    "unlisted-function": kinds.CAP,
    "roman": kinds.CAP,
}
APART = (
    "place",
    "announced",
    "person",
)  # asked where no body, no person and no amount begins; see `viborder.grammar.Walk`
ASKED = tuple(
    """listed listed-after-word named number-of-name office office-after-name named-after-rank named-after-post
    named-after-title named-after-role named-by-family head named-unit office-of-body several-offices unit-number
    own-name outside-body institution-with-place abbreviation abbreviation-inside group-of-places group-at-border charged
    next-name bare-level before-places seat zone-seat of-assembly
    heads-with-one-tail before-name byline signature end-of-own-name""".split()
)  # pieces that algorithms ask for


@cache
def algorithms() -> dict[str, Algorithm]:
    """By the names that patterns may use."""
    # These read views, which read the lexicon, which holds the rules.
    from viborder.grammar import agencies, amounts, groups, officials, places, shared, units

    found: dict[str, Algorithm] = {
        "digits": amounts.digits,
        "whole": amounts.whole,
        "sum": amounts.total,
        "fraction": amounts.fraction,
        "line-end": amounts.line_end,
        "digits-with-unit": amounts.digits_with_unit,
        "year-digits": amounts.year_digits,
        "small-number": amounts.small_number,
        "long-number": amounts.long_number,
        "below-10": amounts.below_10,
        "up-to-6": amounts.up_to_6,
        "up-to-2": amounts.up_to_2,
        "thing": amounts.thing,
        "spoken": amounts.spoken,
        "named-body": agencies.named_body,
        "listed-country": places.listed_country,
        "listed-name": places.listed_name,
        "small-place": places.small_place,
        "loose-country": places.loose_country,
        "loose-name": places.loose_name,
        "loose-region": places.loose_region,
        "forgotten-capitals": places.forgotten_capitals,
        "short-number": places.short_number,
        "rank-or-body": places.rank_or_body,
        "capitals": places.run_of_capitals,
        "kilometre-post": places.kilometre_post,
        "one-body": agencies.one_body,
        "named-parent": agencies.named_parent,
        "unnamed-body": agencies.unnamed_body,
        "bare-body": shared.bare_body,
        "bare-unit": shared.bare_unit,
        "any-body": shared.any_body,
        "any-unit": shared.any_unit,
        "body-with-place": shared.body_with_place,
        "unlisted-function": units.unlisted_function,
        "roman": units.roman,
        "several-places": groups.several_places,
        "person-capitals": officials.person_capitals,
        "name-of-person": officials.name_of_person,
        "name-after-rank": officials.name_after_rank,
    }
    for level, name in ((kinds.PROVINCE, "province"), (kinds.COMMUNE, "unit"), (kinds.OTHER, "site")):
        found[f"listed-{name}"], found[f"unlisted-{name}"] = places.after_word(level)
    for name, look in _BEGIN.items():
        vars(found[name])["looks"] = look
    return found


@cache
def _files() -> dict[str, str]:
    """Class → the table that it stands in."""
    return {
        declared.name: tables.name_of(path.stem, declared)
        for path in sorted(entries.FOLDER.glob("*.tsv"))
        for declared in entries.declared(path.read_text(encoding="utf-8").splitlines())
    }


@cache
def _records() -> tuple[Record, ...]:
    return tuple(read(FOLDER, []))


def rules_of(found: Iterable[Entry], note: Note | None = None, records: Iterable[Record] | None = None) -> Rules:
    """The package's rules, or records given in place of them, over the entries of a lexicon, which may lack some. They
    are not checked here.
    """
    classes = {name: table for table in _tables(found) for name in table.bits}
    return Rules(_records() if records is None else records, classes, algorithms(), LABELS, note, APART, ASKED)


def made_rules(made: tuple[Any, ...]) -> Rules:
    """The package's rules, of what `Rules.made` gave."""
    return Rules.of(made, _records(), algorithms())


def _tables(found: Iterable[Entry]) -> list[tables.Table]:
    files = _files()
    listed = ((files[entry.kind], entry.phrase, entry.kind) for entry in found if entry.kind in files)
    return tables.tables(listed, [(file, name) for name, file in files.items()])


def check(problems: list[Problem], folder: Path = FOLDER) -> list[Record]:
    """The records of the package's rules; what is wrong with them goes into `problems`."""
    return rulebook.check(folder, _tables(entries.read()), algorithms(), LABELS, problems)[0]


def problems() -> list[Problem]:
    """All that is wrong with the package's rules: what is refused, and what breaks the laws among the records that are
    not.
    """
    from viborder.document import Span
    from viborder.grammar import laws, propose
    from viborder.grammar.lexicon import Lexicon
    from viborder.text import tokenize

    found: list[Problem] = []
    records = laws.sound(check(found), found)
    lexicon = Lexicon(entries.read(), records)

    def spans(text: str) -> list[Span]:
        return propose(text, tokenize(text), lexicon)

    laws.check(records, spans, LABELS, lexicon.rules.without, found)
    return found
