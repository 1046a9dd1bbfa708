"""Who is private in a corpus, and the ways in which a text may spell a name.

A person is known by the name, whatever its case, tone marks, `i` or `y`, and whatever stands unseen inside it (a blank
of no width, a soft hyphen). A given name alone is the person of that document whose full name ends with it. A name of
two or more parts is found wherever it stands in any document, marked or not, an official's homonym too: better one mask
too many. One of a single part is hidden where it is marked.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from operator import sub

from viborder.document import Document
from viborder.text import Remembered

Name = tuple[str, ...]

_MOST_PARTS = 8  # of a given name
HEAD = 4  # letters by which names are looked up
SYLLABLE = 7  # letters of the longest Vietnamese syllable, `nghiêng`; a longer word may hold a whole name

UNSEEN = "\u00ad\u0300-\u036f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_WORDS = re.compile(rf"([^\W\d_](?:[{UNSEEN}]{{0,16}}[^\W\d_]){{0,63}}|\d{{1,64}})")  # longer ones count as several
_PLAIN_WORDS = re.compile(r"([^\W\d_]{1,64}|\d{1,64})")  # where nothing unseen is in the text
_JOIN = re.compile(rf"[\s._–\-—'’·{UNSEEN}]*")  # between the parts of a name: `T.C`, `Lê  Nam`, `le-nam` in an address
# Cyrillic, Greek and full-width letters that look like Latin ones (a part of Unicode's confusables).
_LIKE = "асеорхуіјѕһԁАВЕКМНОРСТУХІЈЅοανιυΑΒΕΗΙΚΜΝΟΡΤΥΧΖ"
_LATIN = "aceopxyijshdABEKMHOPCTYXIJSoaviuABEHIKMNOPTYXZ"


def _plain_letters() -> dict[int, str]:
    """Every Latin letter with marks → the bare letter, one to one, so that offsets stay."""
    table = {ord("đ"): "d", ord("Đ"): "D", **dict(zip(map(ord, _LIKE), _LATIN, strict=True))}
    table |= {0xFF21 + at + shift: chr(0x41 + at + shift) for at in range(26) for shift in (0, 32)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    return table


_PLAIN = _plain_letters()


def fold(text: str) -> str:
    """Text without case and tone marks, as long as before. What stands between two blanks is folded once and
    remembered: a few thousand syllables make most text. So are the last few texts, in which several things are sought
    one after another.
    """
    return _kept(text) if len(text) < _SHORT else _chunks_folded(text)


def _chunks_folded(text: str) -> str:
    return " ".join(map(_remembered.__getitem__, text.split(" ")))


def _fold(text: str) -> str:
    plain = text.translate(_PLAIN)
    folded = plain.lower()
    return (
        folded
        if len(folded) == len(plain)
        else "".join(mark.lower() if len(mark.lower()) == 1 else mark for mark in plain)
    )


_SHORT = 1 << 16  # code points of a text that is kept a while
_remembered = Remembered(_fold)
_kept = lru_cache(maxsize=4)(_chunks_folded)


@dataclass
class Letters:
    """A text as names are looked for in it: its words run together, and apart where more than a joint is between them.

    letters: folded, `y` as `i`; a line end stands where no name goes on. offsets: of the words into the letters.
    edges: where the words begin and end in the text, in turn.
    """

    text: str
    letters: str
    offsets: list[int]
    edges: list[int]

    @cached_property
    def words(self) -> list[tuple[int, int, int]]:
        """(offset into the letters, start, end in the text) of each word; few texts are asked for them."""
        return list(zip(self.offsets, self.edges[::2], self.edges[1::2], strict=True))

    def borders(self, start: int, end: int) -> set[int]:
        """Offsets from `start` to `end` into the letters where a word begins or ends, or a capital follows a small
        letter.
        """
        found: set[int] = set()
        first = max(bisect_left(self.words, (start,)) - 1, 0)
        for offset, begin, stop in self.words[first : bisect_right(self.words, (end, sys.maxsize, 0))]:
            word = _HIDDEN.sub("", self.text[begin:stop])
            found |= {offset, offset + len(word)}
            if not (word.islower() or word[1:].islower() or word.isupper()):
                found |= {offset + at for at in range(1, len(word)) if word[at].isupper() and word[at - 1].islower()}
        return {at for at in found if start <= at <= end}

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The range of the text that a range of its letters stands for."""
        return self._at(start), self._at(end - 1) + 1

    def word_of(self, letter: int) -> tuple[int, int, int]:
        """The word that holds a letter."""
        return self.words[bisect_right(self.words, (letter, sys.maxsize, 0)) - 1]

    def _at(self, letter: int) -> int:
        offset, start, end = self.word_of(letter)
        if not _HIDDEN.search(self.text, start, end):
            return start + letter - offset
        return [at for at in range(start, end) if not _HIDDEN.match(self.text, at)][letter - offset]


_HIDDEN = re.compile(f"[{UNSEEN}]")


def letters_of(text: str) -> Letters:
    """The letters of a text."""
    folded = fold(text).replace("y", "i")
    unseen = _HIDDEN.search(folded) is not None
    parts = (_WORDS if unseen else _PLAIN_WORDS).split(folded)  # what is between two words, a word, in turn
    edges = list(accumulate(map(len, parts[:-1])))
    joint = {gap: "" if gap in ("", " ") or _JOIN.fullmatch(gap) else "\n" for gap in set(parts[:-1:2])}
    parts[::2] = [*map(joint.__getitem__, parts[:-1:2]), ""]
    if unseen:
        parts[1::2] = [_HIDDEN.sub("", word) for word in parts[1::2]]
    return Letters(text, "".join(parts), list(accumulate(map(len, parts)))[:-1:2], edges)


def name_of(text: str) -> Name:
    """A name as its folded parts: what tells one person from another."""
    found = letters_of(text)
    line_ends = (at for at, letter in enumerate(found.letters) if letter == "\n")
    cuts = sorted({*found.borders(0, len(found.letters)), *line_ends})
    parts = (found.letters[start:end].strip("\n") for start, end in pairwise(cuts))
    return tuple(sys.intern(part) for part in parts if part) or (fold(text),)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write a name. apart: it counts only where its parts are words of their own (`Nguyễn V. An`)."""

    name: Name
    borders: frozenset[int]
    apart: bool


@dataclass(slots=True)
class People:
    """Who is private in a corpus, numbered from 1 as they are met."""

    numbers: dict[Name, int] = field(default_factory=dict)
    spellings: dict[str, list[Spelling]] = field(default_factory=dict)  # run together → what it may spell
    lengths: dict[str, set[int]] = field(default_factory=dict)  # first letters → how long such names are
    sizes: set[int] = field(default_factory=set)  # of these first letters: a name shorter than the head is its own

    def meet(self, document: Document) -> None:
        """Number the private persons of a document who have not been met before; full names before given names."""
        names = [name_of(document.slice(span)) for span in document.private]
        full = full_names(names)
        for name in sorted(names, key=len, reverse=True):
            if name in self.numbers or full[name] != name:
                continue
            self.numbers[name] = len(self.numbers) + 1
            if len(name) > 1:
                self._remember(name, name, apart=len("".join(name)) < HEAD)
            if len(name) > 2:
                self._remember(name, (name[0], *(part[0] for part in name[1:-1]), name[-1]), apart=True)

    def occurrences(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """(start, end, name) of each name of two or more parts, however it is spelt."""
        if not self.spellings:
            return
        found = letters_of(text)
        letters, heads = found.letters, self.lengths
        beginnings = _beginnings(found)
        for size in self.sizes:
            for at in [at for at in beginnings if letters[at : at + size] in heads]:
                yield from self._spelt(found, at, heads[letters[at : at + size]])

    def _spelt(self, found: Letters, at: int, lengths: Iterable[int]) -> Iterator[tuple[int, int, Name]]:
        """The names that begin at a letter."""
        for length in lengths:
            for spelling in self.spellings.get(found.letters[at : at + length], ()):
                if _fits(spelling, found, at, at + length):
                    yield (*found.place(at, at + length), spelling.name)

    def hidden(self, text: str) -> str:
        """A text of no document, such as an address, with stand-ins for names of two or more parts."""
        pieces, at = [], 0
        for start, end, name in sorted(self.occurrences(text)):
            if start >= at:
                pieces += [text[at:start], f"[NGƯỜI-{self.numbers[name]}]"]
                at = end
        return "".join(pieces) + text[at:]

    def _remember(self, name: Name, parts: Name, *, apart: bool) -> None:
        joined = "".join(parts)
        borders: set[int] = set()
        for part in parts[:-1]:
            borders.add(len(part) + max(borders, default=0))
        self.spellings.setdefault(joined, []).append(Spelling(name, frozenset(borders), apart))
        self.lengths.setdefault(joined[:HEAD], set()).add(len(joined))
        self.sizes.add(min(len(joined), HEAD))


def full_names(names: Iterable[Name]) -> dict[Name, Name]:
    """For each name of a document the one longer name that ends with it, or else the name itself."""
    distinct = set(names)
    longer: dict[Name, set[Name]] = {}
    for name in distinct:
        for length in range(1, min(len(name), _MOST_PARTS + 1)):
            if (ending := name[-length:]) in distinct:
                longer.setdefault(ending, set()).add(name)
    return {name: next(iter(found)) if len(found := longer.get(name, {name})) == 1 else name for name in distinct}


def _beginnings(found: Letters) -> list[int]:
    """The letters at which a name may begin: those of words, and in a longer word than a syllable any."""
    offsets, ends = found.offsets, [*found.offsets[1:], len(found.letters)]
    long = [at for at, size in enumerate(map(sub, ends, offsets)) if size > SYLLABLE]
    return offsets + [at for word in long for at in range(offsets[word] + 1, ends[word] - SYLLABLE + 1)]


def _fits(spelling: Spelling, found: Letters, start: int, end: int) -> bool:
    """Whether a run of letters is that name: borders of words fall between its parts, or it stands in a long word, or
    in a hashtag or an address.
    """
    near = found.borders(start, end)
    inner = {at - start for at in near if start < at < end}
    whole = start in near and end in near
    if spelling.apart:
        return inner == spelling.borders and whole
    if not inner <= spelling.borders:
        return False
    return (whole and bool(inner)) or end - start > SYLLABLE or (whole and _addressed(found, start, end))


def _addressed(found: Letters, start: int, end: int) -> bool:
    """Whether a run of letters follows the mark of a hashtag or an account, or `@` follows it."""
    before, after = found.word_of(start)[1], found.place(start, end)[1]
    return found.text[max(before - 1, 0) : before] in ("#", "@") or found.text[after : after + 1] == "@"
