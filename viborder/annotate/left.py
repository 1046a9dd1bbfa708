"""What masking leaves of a private person: parts of the name that nobody marked, and identifiers by their shape.

Candidates only: a given name may be a common word, and a phone number that of the police.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from viborder.annotate.identifiers import identifiers
from viborder.annotate.private import Name, fold, full_names, name_of
from viborder.document import Document
from viborder.text import tokenize

Ranges = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Left:
    """Something that identifies, in `[start, end)`. kind: what it looks like. name: of the person, where one is known.

    stand_in: what hides it, `{}` being the number of the person.
    """

    start: int
    end: int
    kind: str
    stand_in: str
    name: Name | None = None


def left(document: Document, hidden: Ranges) -> list[Left]:
    """What still identifies where these ranges are hidden, in order; house numbers only where a private person is
    named.
    """
    found = [*(_of_names(document) if document.private else ()), *(Left(*each) for each in identifiers(document.text))]
    taken = bytearray(len(document.text))
    for start, end in hidden:
        taken[start:end] = b"\1" * (end - start)
    kept = []
    for each in sorted(found, key=lambda one: (one.name is None, one.start, -one.end)):
        if not any(taken[each.start : each.end]) and (document.private or each.kind != "house number"):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda one: one.start)


def _of_names(document: Document) -> Iterator[Left]:
    """Given names alone and initials of the private persons of a document, outside of what is marked in it."""
    text, tokens = document.text, tokenize(document.text)
    names = {name_of(document.slice(span)): document.slice(span) for span in document.private}
    full = {name: written for name, written in names.items() if len(name) > 1}
    whole = full_names(names)
    covered = bytearray(len(text))
    for span in (*document.spans, *document.private):
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    given = {re.split(r"\W+", written.strip())[-1]: whole[name] for name, written in full.items()}
    given = {word: name for word, name in given.items() if len(word) > 1 and word[:1].isupper()}
    for index, (start, end) in enumerate(tokens):
        name = given.get(text[start:end])
        if name and not covered[start] and not _beside_a_capital(text, tokens, index):
            yield Left(start, end, "the given name", "[NGƯỜI-{}]", name)
    folded = fold(text)
    for name in full:
        for pattern in (_initials(name), _abbreviated(name)):
            if pattern is None:
                continue
            for match in pattern.finditer(folded):
                if not any(covered[match.start() : match.end()]) and text[match.start()].isupper():
                    yield Left(*match.span(), "the initials", "[NGƯỜI-{}]", whole[name])


def _beside_a_capital(text: str, tokens: list[tuple[int, int]], index: int) -> bool:
    """Whether the word belongs to a longer name: a capitalised word follows, or goes before it within the sentence."""
    start, end = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following and text[end : following[0]] == " " and text[following[0]].isupper():
        return True
    before = tokens[index - 1] if index else None
    if not before or text[before[1] : start] != " " or not text[before[0]].isupper():
        return False
    earlier = text[: before[0]].rstrip(" \t\"“‘'([–-")[-1:]
    return earlier not in ("", "\n", ".", "!", "?", "…", ":")  # a word that begins a sentence is no name's


def _initials(name: Name) -> re.Pattern[str] | None:
    if len(name) < 2 or min(map(len, name)) < 2:
        return None
    return _separate(r"\s?\.\s?".join(re.escape(part[0]) for part in name))


def _abbreviated(name: Name) -> re.Pattern[str] | None:
    """`Đoàn Thị U.`; a name of two parts with one of them short is too common."""
    if len(name) < 3 or len(name[-1]) < 2:
        return None
    return _separate(r"\s+".join([*map(re.escape, name[:-1]), re.escape(name[-1][0])]))


def _separate(pattern: str) -> re.Pattern[str]:
    # names are compared with `i` for `y`, the text is not
    return re.compile(rf"(?<!\w){pattern.replace('i', '[iy]')}(?!\w)")
