"""The grammar's words as the rules ask for them: tries of phrases and sets of words, made once from the entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any

from viborder.errors import Problem, ViborderError
from viborder.grammar import entries, kinds
from viborder.grammar.around import Around
from viborder.grammar.entries import Entry
from viborder.grammar.kept import kept
from viborder.grammar.keys import Trie, build, fold, insert, keys_of
from viborder.grammar.records import Record
from viborder.grammar.standard import check, made_rules, rules_of
from viborder.text import tokenize

TokenType = tuple[str, str, int]  # key, folded, bits of a token's string

# Classes whose entries name things of the world, as against those that make up the language; see `Lexicon.without`.
OPEN = frozenset(
    """body own unit function code police-code rank post substance street kinh minority lao khmer measure seized
    classifier counted country cldr-country region province district vn-province vn-district vn-district-worded
    vn-commune commune gate site city province-abroad district-abroad""".split()
)
_HEADS = {
    "body": kinds.BODY,
    "own": kinds.OWN,
    "unit": kinds.UNIT,
    "outside": kinds.OUTSIDE,
    "institution": kinds.INSTITUTION,
    "code": kinds.CODE,
    "police-code": kinds.CODE,
}
_PERSONS = {
    "rank": kinds.RANK,
    "post": kinds.POST,
    "title": kinds.TITLE,
    "private": kinds.ROLE,
    "comrade": kinds.COMRADE,
    "kin": kinds.ROLE | kinds.KIN,
    "business": 0,
}
_UNITS = {
    "measure": kinds.MEASURE,
    "seized": kinds.SEIZED,
    "classifier": kinds.CLASSIFIER,
    "counted": kinds.COUNTED,
    "single": kinds.SINGLE,
    "time": kinds.TIME,
    "party": kinds.PARTY,
}
_ADMIN = {
    "region-word": kinds.REGION,
    "province-word": kinds.PROVINCE,
    "district-word": kinds.DISTRICT,
    "commune-word": kinds.COMMUNE,
    "village-word": kinds.VILLAGE,
    "other-word": kinds.OTHER,
}
_PLACES = {
    "country": kinds.COUNTRY,
    "cldr-country": kinds.COUNTRY,
    "vn-province": kinds.PROVINCE,
    "vn-district": kinds.DISTRICT,
    "region": kinds.REGION,
    "province": kinds.PROVINCE,
    "district": kinds.DISTRICT,
    "commune": kinds.OTHER,
    "gate": kinds.OTHER,
    "site": kinds.OTHER,
    "city": kinds.OTHER,
}
_NOT_KEPT = ("entries", "_phrases", "types")  # of a lexicon's attributes
_ABROAD = {"province-abroad": kinds.PROVINCE, "district-abroad": kinds.DISTRICT}


class Lexicon:
    """A folder's words. Nothing changes after it is made, but for `types`, which remembers tokens' strings.

    A trie's values are bits of classes (heads, persons, units), a level (gazetteer, admin_words) or True.
    """

    def __init__(self, listed: Iterable[Entry], records: Iterable[Record] | None = None) -> None:
        """records: rules in place of the package's."""
        self.entries = list(listed)
        self.types: dict[str, TokenType] = {}

        self.heads = self._bits(_HEADS)
        self.persons = self._bits(_PERSONS)
        self.units = self._bits(_UNITS)
        self.functions = self._trie("function")
        self.attributes = self._trie("attribute")
        self.drugs = self._trie("substance", "street")
        numbered = set(self.phrases("numbered"))
        self.admin_words: Trie = build(
            (word, (level, word in numbered)) for kind, level in _ADMIN.items() for word in self.phrases(kind)
        )
        self.gazetteer = self._home(), self._abroad()

        self.deeds = self.words("deed")
        self.function_words = self._syllables("function", "own", "further") - self.words("no-function")
        self.family_names = self.words("kinh", "minority"), frozenset(map(fold, self.phrases("lao", "khmer")))
        self.never_counted = self.words("never-counted")
        self.ordinals = self.words("ordinal")
        self.magnitudes = self.words("magnitude")
        self.digits = self.words("digit")
        self.labels = self.words("label")
        self.number_words = self.digits | {word for word in self.magnitudes if " " not in word}
        self.stations = tuple(sorted(self.words("station")))
        self.around = Around(self)
        self.rules = rules_of(self.entries, records=records)
        self.begins = self._begins()

    @classmethod
    def read(cls, folder: Path) -> Lexicon:
        """The lexicon of a folder of `.tsv` files."""
        return cls(entries.read(folder))

    def made(self) -> dict[str, Any]:
        """What was worked out from the entries, as plain containers and code."""
        own = {name: found for name, found in vars(self).items() if name not in _NOT_KEPT}
        return {**own, "worded": self.worded, "around": vars(self.around), "rules": self.rules.made()}

    @classmethod
    def of(cls, made: dict[str, Any]) -> Lexicon:
        """The package's lexicon, of what `made` gave."""
        lexicon = cls.__new__(cls)
        around = Around.__new__(Around)
        vars(around).update(made["around"])
        vars(lexicon).update(made, types={}, around=around, rules=made_rules(made["rules"]))
        return lexicon

    def without(self, share: float, seed: int, classes: Collection[str] = OPEN) -> Lexicon:
        """The lexicon without a random share of the phrases of some classes; a phrase goes from all of them at once."""
        random = Random(f"hidden/{seed}")
        gone: dict[str, bool] = {}
        return Lexicon(
            entry
            for entry in self.entries
            if entry.kind not in classes or not gone.setdefault(entry.phrase, random.random() < share)
        )

    @cached_property
    def entries(self) -> list[Entry]:
        """The lines of the files."""
        return entries.read()

    @cached_property
    def _phrases(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for phrase, kind, _ in self.entries:
            found.setdefault(kind, []).append(phrase)
        return found

    @cached_property
    def worded(self) -> Trie:
        """Names that are places after an administrative word only: many are words, or names of persons, too."""
        return self._trie("vn-commune", "vn-district-worded")

    def phrases(self, *classes: str) -> list[str]:
        """The phrases of some classes, as they are written."""
        return [phrase for kind in classes for phrase in self._phrases.get(kind, [])]

    def words(self, *classes: str) -> frozenset[str]:
        """The phrases of some classes, each as its tokens' keys joined by blanks."""
        return frozenset(" ".join(keys_of(phrase)) for phrase in self.phrases(*classes))

    def _syllables(self, *classes: str) -> frozenset[str]:
        return frozenset(word for phrase in self.phrases(*classes) for word in keys_of(phrase))

    def _trie(self, *classes: str) -> Trie:
        return build((phrase, True) for phrase in self.phrases(*classes))

    def _bits(self, classes: dict[str, int]) -> Trie:
        return build((phrase, bits) for kind, bits in classes.items() for phrase in self.phrases(kind))

    def _home(self) -> Trie:
        """Vietnamese and other names by key → (level, which of its tokens need a capital)."""
        trie: Trie = {}
        for kind, level in _PLACES.items():
            for name in self.phrases(kind):
                insert(trie, keys_of(name), (level, tuple(name[start].isupper() for start, _ in tokenize(name))))
        return trie

    def _abroad(self) -> Trie:
        """The neighbours' names without marks → (level, no capitals said)."""
        trie: Trie = {}
        for kind, level in _ABROAD.items():
            for name in self.phrases(kind):
                insert(trie, entries.folded(name), (level, ()))
        return trie

    def _begins(self) -> dict[str, int]:
        """Key → what a token with it may begin, whatever its capitals."""
        bits: dict[str, int] = {}
        for keys, bit in (
            (self.heads, kinds.AGENCY),
            (self.persons, kinds.PERSON),
            (self.admin_words, kinds.PLACE),
            (self._small_beginnings(), kinds.PLACE | kinds.LISTED),
            (self.number_words, kinds.AMOUNT),
            (self.drugs, kinds.DRUG),
            (self.rules.keys, kinds.RULE),
            (self.rules.begins("place")[0], kinds.PLACE),
            (self.words("locative"), kinds.LOCATIVE),
        ):
            for first in keys:
                bits[first] = bits.get(first, 0) | bit
        return bits

    def _small_beginnings(self) -> list[str]:
        """First syllables in lower case of names of places: `vương quốc Campuchia`, `miền bắc`."""
        home = self.gazetteer[0]
        return [first for first, node in home.items() if not _begins_large(node)]


def _begins_large(node: Trie) -> bool:
    """Whether every name below begins with a capital."""
    return all(below[1][0] if not syllable else _begins_large(below) for syllable, below in node.items())


@cache
def packaged() -> Lexicon:
    """The lexicon that the package brings, read once."""
    return Lexicon.of(kept(_made))


def _made() -> dict[str, Any]:
    """What becomes of the package's files. Raises ViborderError with what is refused, where nothing can be made of them."""
    try:
        return Lexicon.read(entries.FOLDER).made()
    except (ValueError, LookupError):
        wrong: list[Problem] = []
        check(wrong)
        if wrong:
            raise ViborderError(wrong) from None
        raise


_IN_USE: ContextVar[Lexicon | None] = ContextVar("lexicon", default=None)


def in_use() -> Lexicon:
    """The lexicon of the `using` block that runs, or the packaged one."""
    return _IN_USE.get() or packaged()


@contextmanager
def using(lexicon: Lexicon) -> Iterator[None]:
    """Within the block, what is given no lexicon works with this one: for experiments that train and tag."""
    token = _IN_USE.set(lexicon)
    try:
        yield
    finally:
        _IN_USE.reset(token)
