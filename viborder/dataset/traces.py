"""What is left of private persons in the files of a model: features and vocabularies hold words, pairs of words, and
parts of them, so that no whole name need stand there for a name to be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from pathlib import Path

from viborder.annotate.hiding import hiding
from viborder.annotate.private import People, fold, letters_of, name_of
from viborder.document import Document

LEAST = 8  # letters of a name that counts inside a longer word
_DOTTED = re.compile(r"(?<!\w)\w(?:\s?\.\s?\w(?!\w)){1,8}")  # `T.C`, `Đ. T. U`
_RUNS = (
    (re.compile(rb"(?:[A-Za-z ._-]|[\xc3-\xcf\xe1][\x80-\xbf]{1,2}){6,}"), "utf-8"),
    (re.compile(rb"(?:[^\0]\0|[\xa0-\xf9]\x1e|[\0-\xff][\x01\x03]){5,}"), "utf-16-le"),
    (re.compile(rb"(?:[\0-\xff][\0-\x1e]\0\0){5,}"), "utf-32-le"),
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(slots=True)
class Traces:
    """What would tell of private persons. pairs: two words in a row; joined: a name without its blanks."""

    pairs: dict[tuple[str, str], str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    initials: dict[tuple[str, ...], str] = field(default_factory=dict)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """(line from 1, what) of each trace; words count across marks and lines, as in a list of words."""
        if not self.pairs and not self.initials:
            return
        long = [name for name in self.joined if len(name) >= LEAST]
        anywhere = re.compile("|".join(map(re.escape, long))) if long else None
        before = ""
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)  # JSON that is kept to ASCII
        for number, line in enumerate(text.splitlines(), 1):
            for word in _words(line):
                if what := self.pairs.get((before, word)) or self.joined.get(word):
                    yield number, what
                elif anywhere and len(word) > LEAST and (match := anywhere.search(word)):
                    yield number, self.joined[match[0]]
                before = word
            for match in _DOTTED.finditer(fold(line).replace("y", "i")) if self.initials else ():
                letters = " ".join(re.findall(r"\w", match[0]))
                for initials, what in self.initials.items():
                    if " ".join(initials) in letters:
                        yield number, what


def traces_of(documents: Iterable[Document], people: People, *, parts: bool = True) -> Traces:
    """The traces of everybody who is private in some documents. people: they, numbered.

    parts: parts of names, initials and hamlets too; without them whole names alone.
    """
    found = Traces()
    for name, number in people.numbers.items():
        what = f"names private person {number}, or parts of the name"
        if len(name) > 1 and min(map(len, name)) > 1:
            found.pairs |= dict.fromkeys(pairwise(name), what) if parts or len(name) == 2 else {}
            found.joined["".join(name)] = what
        if not parts:
            continue
        if len(name) > 1 and max(map(len, name)) == 1:
            found.initials[name] = f"holds the initials of private person {number}"
        elif len(name) > 2:
            found.initials[tuple(part[0] for part in name)] = f"holds the initials of private person {number}"
    for document in documents if parts else ():
        for edit in hiding(document, people):
            if edit.new.startswith("[NƠI-Ở"):
                hamlet = name_of(document.text[edit.start : edit.end])
                if not any(part.isdigit() for part in hamlet):
                    found.pairs |= dict.fromkeys(pairwise(hamlet), "names where a private person lives")
    return found


def in_vocabulary(path: Path, documents: Iterable[Document], people: People) -> Iterator[tuple[int, str]]:
    """(1, what) of each private person of whose name every part is a word of a vocabulary that was learned, one of
    them a word that the documents have in private names alone.
    """
    words = {word for line in path.read_text(encoding="utf-8", errors="ignore").splitlines() for word in _words(line)}
    others: set[str] = set()
    for document in documents:
        at = 0
        for span in (*document.private, None):
            others.update(_words(document.text[at : span.start if span else None]))
            at = span.end if span else at
    for name, number in people.numbers.items():
        if len(name) > 1 and words.issuperset(name) and not others.issuperset(name):
            yield 1, f"holds the words of private person {number}, and no text has them elsewhere"


def in_file(path: Path, traces: Traces) -> Iterator[tuple[int, str]]:
    """(line, what) of each trace in a file; of one that is not text, in its runs of letters in UTF-8, UTF-16,
    UTF-32.
    """
    data = path.read_bytes()
    if b"\0" not in data:
        yield from traces.find(data.decode("utf-8", "ignore"))
        return
    without = replace(traces, initials={})  # three bytes of weights look like them
    for pattern, encoding in _RUNS:
        runs = (match[0].decode(encoding, "ignore") for match in pattern.finditer(data))
        yield from without.find("\n".join(runs))


def _words(line: str) -> Iterator[str]:
    found = letters_of(line)
    for (start, _, _), following in zip_longest(found.words, found.words[1:]):
        yield found.letters[start : following[0] if following else None].rstrip("\n")
