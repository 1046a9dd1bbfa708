"""What masking leaves of a private person: parts of the name that nobody marked, and identifiers by their shape.

Candidates only: a given name may be a common word, and a phone number that of the police.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viborder.annotate.identifiers import identifiers
from viborder.annotate.private import Name, fold, full_names, name_of
from viborder.document import Document
from viborder.text import cut

Ranges = Sequence[tuple[int, int]]


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


def candidates(document: Document) -> list[Left]:
    """What identifies in a document by its looks, hidden or not, what is of a person first; house numbers only where a
    private person is named.
    """
    found = [*(_of_names(document) if document.private else ()), *(Left(*each) for each in identifiers(document.text))]
    kept = [each for each in found if document.private or each.kind != "house number"]
    return sorted(kept, key=lambda one: (one.name is None, one.start, -one.end))


def left(found: list[Left], hidden: Ranges) -> list[Left]:
    """What still identifies of the `candidates` of a document where these ranges are hidden, in order, without
    overlap.
    """
    if not found:
        return []
    taken = bytearray(max((*(each.end for each in found), *(end for _, end in hidden))))
    for start, end in hidden:
        taken[start:end] = b"\1" * (end - start)
    kept = []
    for each in found:
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda one: one.start)


def _of_names(document: Document) -> Iterator[Left]:
    """Given names alone and initials of the private persons of a document, outside of what is marked in it."""
    text, (starts, ends, words) = document.text, cut(document.text)
    names = {name_of(document.slice(span)): document.slice(span) for span in document.private}
    full = {name: written for name, written in names.items() if len(name) > 1}
    whole = full_names(names)
    covered = bytearray(len(text))
    for span in (*document.spans, *document.private):
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    given = {re.split(r"\W+", written.strip())[-1]: whole[name] for name, written in full.items()}
    given = {word: name for word, name in given.items() if len(word) > 1 and word[:1].isupper()}
    for index in [index for index, word in enumerate(words) if word in given]:
        start, end = starts[index], ends[index]
        if end - start == len(words[index]) and not covered[start] and not _beside_a_capital(text, starts, ends, index):
            yield Left(start, end, "the given name", "[NGƯỜI-{}]", given[words[index]])
    for start, end, name in _short_forms(fold(text).replace("y", "i"), list(full)):
        if text[start].isupper() and not any(covered[start:end]):
            yield Left(start, end, "the initials", "[NGƯỜI-{}]", whole[name])


def _short_forms(folded: str, names: list[Name]) -> Iterator[tuple[int, int, Name]]:
    """(start, end, name) of initials (`L.V.N`) and of names whose last part is but a letter (`Đoàn Thị U`).

    A short form is a run of words that ends with such a letter; it is read from its end, in the text turned round, and
    found in a table: time grows with the text and the names, not with their product.
    folded: the text as names are compared, `y` as `i`.
    """
    turned, size = folded[::-1], len(folded)
    letters = list(_LETTER.finditer(turned)) if names else []
    for joint, forms in zip((_STOP, _BLANKS), _forms(names), strict=True):
        lengths, lasts = {len(form) for form in forms}, {form[-1] for form in forms}
        for letter in letters if forms else ():
            if letter[0] not in lasts:
                continue
            words, at = [letter[0]], letter.end()
            while len(words) < max(lengths) and (word := joint.match(turned, at)):
                words.append(word[1])
                at = word.end()
                if len(words) in lengths and (name := forms.get(tuple(part[::-1] for part in reversed(words)))):
                    yield size - at, size - letter.start(), name


def _forms(names: list[Name]) -> tuple[dict[Name, Name], dict[Name, Name]]:
    """(initials, abbreviated names) as runs of words → the name. Initials of a name with a part of one letter, and a
    name of two parts with one of them short, are too common.
    """
    letters = {tuple(part[0] for part in name): name for name in names if len(name) > 1 and min(map(len, name)) > 1}
    words = {(*name[:-1], name[-1][0]): name for name in names if len(name) > 2 and len(name[-1]) > 1}
    return letters, words


# In a text turned round: the letter that every short form ends with, and what joins it to the words before it.
_LETTER = re.compile(r"\w(?<!\w.)(?!\w)")
_STOP = re.compile(r"\s?\.\s?(\w+)")
_BLANKS = re.compile(r"\s+(\w+)")


def _beside_a_capital(text: str, starts: list[int], ends: list[int], index: int) -> bool:
    """Whether the word belongs to a longer name: a capitalised word follows, or goes before it within the sentence."""
    start, end = starts[index], ends[index]
    following = starts[index + 1] if index + 1 < len(starts) else None
    if following is not None and text[end:following] == " " and text[following].isupper():
        return True
    if not index or text[ends[index - 1] : start] != " " or not text[starts[index - 1]].isupper():
        return False
    at = starts[index - 1]
    while at and text[at - 1] in " \t\"“‘'([–-":
        at -= 1
    earlier = text[at - 1 : at]
    return earlier not in ("", "\n", ".", "!", "?", "…", ":")  # a word that begins a sentence is no name's
