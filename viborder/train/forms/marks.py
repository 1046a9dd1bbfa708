"""Tone and vowel marks of a line that has none: the likeliest row of syllables, by counts of three in texts.

Counts are of texts and of the lexicon's phrases, which stand for texts that nobody has. Probabilities are interpolated
(Witten and Bell 1991): what was seen after two syllables, after one, and anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TypeVar

from viborder.grammar.keys import fold, placed
from viborder.grammar.lexicon import packaged
from viborder.text import cut
from viborder.train.forms.case import STOPS

Three = tuple[str, str, str]

BEGIN, END, NUMBER = "^", "$", "0"
_BEAM = 40  # states kept from one syllable to the next
_UNSEEN = 0.1  # the count of a syllable that is known from nowhere
_DOUBT = 0.5  # how often a syllable counts as seen with the capitals of all syllables together
# How often a phrase of a class counts as seen in texts; 0.3 where the class is not named.
_SEEN = {
    "vn-province": 1.0, "province": 1.0, "country": 1.0, "body": 1.0, "own": 1.0, "unit": 1.0, "function": 1.0, "rank": 1.0,
    "post": 1.0, "title": 1.0, "private": 1.0, "comrade": 1.0, "kin": 1.0, "substance": 1.0, "measure": 1.0, "seized": 1.0,
    "classifier": 1.0, "counted": 1.0, "kinh": 1.0, "street": 0.5, "district": 0.5, "vn-district": 0.5, "vn-commune": 0.1,
    "district-abroad": 0.2, "lao": 0.0, "khmer": 0.0,
}  # fmt: skip


def syllable(word: str) -> str:
    """A token as it is counted: lower case, the tone mark in one place, any number as 0."""
    if word[0].isdecimal():
        return NUMBER
    small = word.lower()
    return small if small.isascii() else placed(small)


def threes_of(words: Sequence[str]) -> Iterator[Three]:
    """The syllables of a line in threes, its ends among them."""
    row = [BEGIN, BEGIN, *map(syllable, words), END]
    return zip(row, row[1:], row[2:], strict=False)


def capitals_of(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The syllables of a line that no sentence begins with, and whether each has a capital."""
    for before, word in pairwise(words):
        if word[0].isalpha() and before not in STOPS:
            yield syllable(word), word[0].isupper()


class MarksModel:
    """threes: how often three syllables follow each other. capitals: how often a syllable stands inside a sentence, and
    how often with a capital. phrases: those of a lexicon, each with how often it counts as seen.
    """

    def __init__(
        self,
        threes: Mapping[Three, float],
        capitals: Mapping[str, tuple[float, float]],
        phrases: Iterable[tuple[Sequence[str], float]],
    ) -> None:
        ones: defaultdict[str, float] = defaultdict(float)
        twos: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._threes: defaultdict[Three, float] = defaultdict(float, threes)
        self._inside = defaultdict(float, {word: inside for word, (inside, _) in capitals.items()})
        self._large = defaultdict(float, {word: large for word, (_, large) in capitals.items()})
        for (_, before, last), count in threes.items():
            ones[last] += count
            twos[before, last] += count
        for words, weight in phrases:
            row = [syllable(word) for word in words]
            for word, small in zip(words, row, strict=True):
                ones[small] += weight
                self._inside[small] += weight
                self._large[small] += weight * word[0].isupper()
            for pair in pairwise(row):
                twos[pair] += weight
            for three in zip(row, row[1:], row[2:], strict=False):
                self._threes[three] += weight
        total = sum(ones.values()) + _UNSEEN * len(ones)
        self._floor = _UNSEEN / total
        self._anywhere = {word: (count + _UNSEEN) / total for word, count in ones.items()}
        self._twos = dict(twos)
        self._after_one = _histories((before, count) for (before, _), count in twos.items())
        self._after_two = _histories(((first, second), count) for (first, second, _), count in self._threes.items())
        self._usual = sum(self._large.values()) / max(1.0, sum(self._inside.values()))
        self._candidates: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(ones):
            self._candidates[fold(word)].append(word)

    def restored(self, words: Sequence[str], *, cased: bool) -> list[str]:
        """The words of a line in lower case with marks. cased: whether capitals tell something of the words."""
        best: dict[tuple[str, str], float] = {(BEGIN, BEGIN): 0.0}
        ways: list[dict[tuple[str, str], tuple[str, str]]] = []
        before = ""
        for word in words:
            bare = syllable(word)
            tells = cased and word[0].isalpha() and before not in STOPS and before != ""
            found: dict[tuple[str, str], float] = {}
            way: dict[tuple[str, str], tuple[str, str]] = {}
            for candidate in self._candidates.get(fold(bare), (bare,)):
                own = self._capital(candidate, word[0].isupper()) if tells else 0.0
                for state, score in best.items():
                    here = score + own + log(self._chance(state[0], state[1], candidate))
                    after = state[1], candidate
                    if here > found.get(after, float("-inf")):
                        found[after], way[after] = here, state
            if len(found) > _BEAM:
                found = dict(sorted(found.items(), key=lambda item: -item[1])[:_BEAM])
            best = found
            ways.append(way)
            before = word
        state = max(best, key=lambda state: best[state] + log(self._chance(state[0], state[1], END)))
        row = []
        for way in reversed(ways):
            row.append(state[1])
            state = way[state]
        return [word if word[0].isdecimal() else said for word, said in zip(words, reversed(row), strict=True)]

    def _capital(self, word: str, large: bool) -> float:
        share = (self._large[word] + _DOUBT * self._usual) / (self._inside[word] + _DOUBT)
        share = min(max(share, 0.005), 0.995)
        return log(share if large else 1 - share)

    def _chance(self, first: str, second: str, word: str) -> float:
        chance = self._anywhere.get(word, self._floor)
        if history := self._after_one.get(second):
            seen, kinds = history
            chance = (self._twos.get((second, word), 0) + kinds * chance) / (seen + kinds)
        if history := self._after_two.get((first, second)):
            seen, kinds = history
            chance = (self._threes.get((first, second, word), 0) + kinds * chance) / (seen + kinds)
        return chance


_History = TypeVar("_History", str, tuple[str, str])


def _histories(pairs: Iterable[tuple[_History, float]]) -> dict[_History, tuple[float, float]]:
    """For each history, how often it was seen, and how many kinds of syllables followed it (rare ones count less)."""
    seen: defaultdict[_History, float] = defaultdict(float)
    kinds: defaultdict[_History, float] = defaultdict(float)
    for history, count in pairs:
        seen[history] += count
        kinds[history] += min(1.0, count)
    return {history: (count, kinds[history]) for history, count in seen.items()}


def lexicon_phrases() -> Iterator[tuple[list[str], float]]:
    """The phrases of the package's lexicon, as tokens, each with how often it counts as seen."""
    for phrase, kind, _ in packaged().entries:
        if weight := _SEEN.get(kind, 0.3):
            yield cut(phrase)[2], weight


def read_marks(threes: Path, capitals: Path) -> MarksModel:
    """The model of two files: `one two three<TAB>count` and `syllable<TAB>inside<TAB>with a capital` a line."""
    counted: dict[Three, float] = {}
    for line in _lines(threes):
        row, count = line.split("\t")
        first, second, third = row.split(" ")
        counted[first, second, third] = float(count)
    shares = {word: (float(inside), float(large)) for word, inside, large in map(_columns, _lines(capitals))}
    return MarksModel(counted, shares, lexicon_phrases())


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# "))


def _columns(line: str) -> list[str]:
    return line.split("\t")
