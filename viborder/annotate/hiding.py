"""What a published copy hides of private persons: names, and the birth years and hamlets that would identify them give
way to stand-ins; `[NGƯỜI-1]` is the same person in all documents.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from viborder.annotate.left import Left, candidates, left
from viborder.annotate.private import People, fold, full_names, name_of
from viborder.document import Document
from viborder.errors import Problem, place
from viborder.text import sentences


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """`[start, end)` of a text gives way to `new`."""

    start: int
    end: int
    new: str


_UPPER = "".join(
    chr(code)
    for code in range(0x41, 0x1F00)
    if chr(code).isupper() and unicodedata.name(chr(code), "").startswith("LATIN")
)
_BIRTH = re.compile(
    r"(?:sinh\s+(?:năm|ngày)|(?<!\w)SN)\s*+:?\s*+((?:\d{1,2}\s*[/.-]\s*){0,2}(?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
_YEAR_AFTER = re.compile(r"\s*\(\s*((?:19|20)\d\d)\s*\)")
_HAMLET = re.compile(
    r"(?<!\w)(?:(?:[Tt]hôn|[Xx]óm|[Bb]ản|[Ấấ]p|[Bb]uôn|[Ll]àng|[Pp]hum|[Ss]óc|[Kk]hóm)"
    rf"\s+(?:\d+\w*|[{_UPPER}]\w*)(?:[ ]+(?:\d+|[{_UPPER}]\w*)){{0,5}}"
    r"|(?:[Tt]ổ(?:\s+dân\s+phố)?|[Kk]hu(?:\s+phố)?|[Ss]ố\s+nhà)\s+(?:số\s+)?\d+\w*)"
)
_WORD = re.compile(r"\w+")


def hiding(
    document: Document, people: People, identifiers: bool = False, found: list[Left] | None = None
) -> list[Edit]:
    """What hides the private persons of a document, in order, without overlap.

    identifiers: given names alone, initials, numbers and addresses too (see `viborder.annotate.unhidden`).
    found: the `candidates` of the document, where they are known already.
    """
    named = _named(document, people)
    edits = [Edit(start, end, f"[NGƯỜI-{number}]") for start, end, number in named]
    at = 0
    for start, end in sentences(document.text) if named else ():
        inside = []
        while at < len(named) and named[at][0] < end:
            inside.append(named[at])
            at += 1
        if inside:
            edits.extend(_identifying(document.text, start, end, inside))
    edits = _apart([*edits, *_again(document.text, edits)], document.text)
    if identifiers:
        found = candidates(document) if found is None else found
        for each in left(found, [(edit.start, edit.end) for edit in edits]):
            number = people.numbers[each.name] if each.name else 0
            edits.append(Edit(each.start, each.end, each.stand_in.format(number)))
    return sorted(edits)


def unhidden(document: Document, where: str) -> Iterator[Problem]:
    """What masking would leave of a document: `private-part-unmarked` and `identifier-unmasked`, both warnings."""
    found = candidates(document)
    if found:  # most articles have none
        people = People()
        people.meet(document)
        yield from warnings(document, where, left(found, [(edit.start, edit.end) for edit in hiding(document, people)]))


def warnings(document: Document, where: str, stays: list[Left]) -> Iterator[Problem]:
    """A warning for each thing that masking leaves in a document."""
    hint = "mark it as private, or hide it with `viborder build --mask-identifiers`"
    for each in stays:
        at = place(where, document.id, each.start, each.end, document.text[each.start : each.end])
        whose = "" if each.name is None else " of a private person"
        rule = "identifier-unmasked" if each.name is None else "private-part-unmarked"
        yield Problem(at, rule, f"looks like {each.kind}{whose}; masking leaves it", hint, "warning")


def _named(document: Document, people: People) -> list[tuple[int, int, int]]:
    """(start, end, number) of each place where a private person is named."""
    marked = [(span, name_of(document.slice(span))) for span in document.private]
    full = full_names(name for _, name in marked)
    found = [(span.start, span.end, people.numbers[full[name]]) for span, name in marked]
    found.extend((start, end, people.numbers[name]) for start, end, name in people.occurrences(document.text))
    return sorted(set(found))


def _identifying(text: str, start: int, end: int, inside: list[tuple[int, int, int]]) -> Iterator[Edit]:
    """The birth years and hamlets of a sentence, each for the person named last before it."""
    for match in _BIRTH.finditer(text, start, end):
        yield Edit(*match.span(1), f"[NĂM-SINH-{_whose(match.start(), inside)}]")
    for _, name_end, person in inside:
        if year := _YEAR_AFTER.match(text, name_end, end):
            yield Edit(*year.span(1), f"[NĂM-SINH-{person}]")
    for match in _HAMLET.finditer(text, start, end):
        yield Edit(*match.span(), f"[NƠI-Ở-{_whose(match.start(), inside)}]")


def _whose(at: int, inside: list[tuple[int, int, int]]) -> int:
    """The number of the person named last before a place, or of the first in the sentence."""
    before = bisect_right(inside, (at, at, 0), key=lambda place: (place[0], place[0], 0))
    return inside[max(before - 1, 0)][2]


def _again(text: str, edits: list[Edit]) -> Iterator[Edit]:
    """Later mentions of the hamlets that are hidden, whatever their case and tone marks."""
    hamlets = {
        tuple(fold(text[edit.start : edit.end]).split()): edit.new for edit in edits if edit.new.startswith("[NƠI-Ở")
    }
    if not hamlets:
        return
    lengths = sorted({len(hamlet) for hamlet in hamlets}, reverse=True)
    folded, first = fold(text), "|".join(sorted({re.escape(hamlet[0]) for hamlet in hamlets}))
    for begun in re.finditer(rf"(?<!\w)(?:{first})(?!\w)", folded):
        words = [(match[0], *match.span()) for match in islice(_WORD.finditer(folded, begun.start()), lengths[0])]
        for length in lengths:
            some = words[:length]
            new = hamlets.get(tuple(word for word, _, _ in some))
            if new and all(text[a:b].isspace() for (_, _, a), (_, b, _) in pairwise(some)):
                yield Edit(some[0][1], some[-1][2], new)
                break


def _apart(edits: list[Edit], text: str) -> list[Edit]:
    """Edits in order, without those that overlap one before them; a person's name comes first of all."""
    kept: list[Edit] = []
    taken = bytearray(len(text))
    for edit in sorted(edits, key=lambda edit: (not edit.new.startswith("[NGƯỜI"), edit.start, -edit.end)):
        if not any(taken[edit.start : edit.end]):
            taken[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
            kept.append(edit)
    return sorted(kept)
