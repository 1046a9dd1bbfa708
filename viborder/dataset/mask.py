"""Private persons out of a published copy: names, and the birth years and hamlets that would identify them, give way to
stand-ins.

A person is known by the name, whatever its case and tone marks: `[NGƯỜI-1]` is the same person in all documents. A
given name alone is the person of that document whose full name ends with it. A name of two or more parts is masked
wherever it occurs in any document, marked or not, an official's homonym too: better one mask too many. One of a single
part is masked where it is marked.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from viborder.document import Document
from viborder.text import sentences

Name = tuple[str, ...]


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
_WORD = re.compile(r"[^\W_]+")
_WORDS = re.compile(r"\w+")
_MOST_PARTS, _LONGEST_HAMLET = 8, 100  # a given name's parts; a hamlet's code points: longer ones are sought once
_JOIN = re.compile(r"[\s._–-]*")  # between the parts of a name: `T.C`, `Lê  Nam`, `le-nam` in an address
_BIRTH = re.compile(
    r"(?:sinh\s+(?:năm|ngày)|(?<!\w)SN)\s*+:?\s*+((?:\d{1,2}\s*[/.-]\s*){0,2}(?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
_YEAR_AFTER = re.compile(r"\s*\(\s*((?:19|20)\d\d)\s*\)")
_HAMLET = re.compile(
    r"(?<!\w)(?:(?:[Tt]hôn|[Xx]óm|[Bb]ản|[Ấấ]p|[Bb]uôn|[Ll]àng|[Pp]hum|[Ss]óc|[Kk]hóm)"
    rf"\s+(?:\d+\w*|[{_UPPER}]\w*)(?:[ ]+(?:\d+|[{_UPPER}]\w*))*"
    r"|(?:[Tt]ổ(?:\s+dân\s+phố)?|[Kk]hu(?:\s+phố)?|[Ss]ố\s+nhà)\s+(?:số\s+)?\d+\w*)"
)


def _plain_letters() -> dict[int, str]:
    """Every Latin letter with marks → the bare letter, one to one, so that offsets stay."""
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    return table


_PLAIN = _plain_letters()


def fold(text: str) -> str:
    """Text without case and tone marks, as long as before."""
    plain = text.translate(_PLAIN)
    folded = plain.lower()
    return (
        folded
        if len(folded) == len(plain)
        else "".join(mark.lower() if len(mark.lower()) == 1 else mark for mark in plain)
    )


def name_of(text: str) -> Name:
    """A name as its folded parts: what tells one person from another."""
    folded = fold(text)
    return tuple(sys.intern(part) for part in _WORD.findall(folded)) or (folded,)


@dataclass(slots=True)
class People:
    """Who is private in a corpus, numbered from 1 as they are met."""

    numbers: dict[Name, int] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=dict)  # by the first part: how many parts such names have

    def meet(self, document: Document) -> None:
        """Number the private persons of a document who have not been met before; full names before given names."""
        names = [name_of(document.slice(span)) for span in document.private]
        full = _full_names(names)
        for name in sorted(names, key=len, reverse=True):
            if name in self.numbers or full[name] != name:
                continue
            self.numbers[name] = len(self.numbers) + 1
            if len(name) > 1:
                self.lengths.setdefault(name[0], set()).add(len(name))

    def edits(self, document: Document) -> list[Edit]:
        """What hides the private persons of a document, in order, without overlap."""
        named = self._named(document)
        begins = [start for start, _, _ in named]
        edits = [Edit(start, end, f"[NGƯỜI-{number}]") for start, end, number in named]
        for start, end in sentences(document.text):
            inside = named[bisect_left(begins, start) : bisect_left(begins, end)]
            if inside:
                edits.extend(_identifying(document.text, start, end, inside))
        hamlets = {document.text[edit.start : edit.end]: edit.new for edit in edits if edit.new.startswith("[NƠI-Ở")}
        return _apart([*edits, *_again(document.text, hamlets)])

    def _named(self, document: Document) -> list[tuple[int, int, int]]:
        """(start, end, number) of each place where a private person is named."""
        marked = [(span, name_of(document.slice(span))) for span in document.private]
        names = [name for _, name in marked]
        full = _full_names(names)
        found = [(span.start, span.end, self.numbers[full[name]]) for span, name in marked]
        found.extend((start, end, self.numbers[name]) for start, end, name in self.occurrences(document.text))
        return sorted(set(found))

    def hidden(self, text: str) -> str:
        """A text of no document, such as an address, with stand-ins for names of two or more parts."""
        pieces, at = [], 0
        for start, end, name in self.occurrences(text):
            if start >= at:
                pieces += [text[at:start], f"[NGƯỜI-{self.numbers[name]}]"]
                at = end
        return "".join(pieces) + text[at:]

    def occurrences(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """(start, end, name) of each name of two or more parts, whatever its case and tone marks, and what joins its
        parts.
        """
        if not self.lengths:
            return
        folded = fold(text)
        words = [match.span() for match in _WORD.finditer(folded)]
        for index, (start, end) in enumerate(words):
            for length in sorted(self.lengths.get(folded[start:end], ()), reverse=True):
                parts = words[index : index + length]
                name = tuple(folded[a:b] for a, b in parts)
                if len(name) < length or name not in self.numbers:
                    continue
                if all(_JOIN.fullmatch(folded, last, first) for (_, last), (first, _) in pairwise(parts)):
                    yield start, parts[-1][1], name


def mask(document: Document, edits: Iterable[Edit]) -> Document:
    """The document with the edits made.

    A span's border inside an edit moves to that edit's own; a span left empty goes.
    """
    pieces, at, moved = [], 0, []
    length = 0
    for edit in edits:
        pieces += [document.text[at : edit.start], edit.new]
        length += edit.start - at
        moved.append((edit, length))
        length += len(edit.new)
        at = edit.end
    text = "".join(pieces) + document.text[at:]
    spans = []
    for span in document.spans:
        start, end = _move(span.start, moved, at_end=False), _move(span.end, moved, at_end=True)
        if start < end:
            spans.append(replace(span, start=start, end=end))
    return replace(document, text=text, private=()).with_spans(dict.fromkeys(spans))


def dropped(document: Document, edits: Iterable[Edit]) -> list[Edit]:
    """Edits that take out the sentences which the given edits touch, with the white space after them."""
    bounds = sentences(document.text)
    after = [start for start, _ in bounds[1:]] + [len(document.text)]
    places = _apart(list(edits))
    return [
        Edit(start, following, "")
        for (start, end), following in zip(bounds, after, strict=True)
        if (last := bisect_left(places, end, key=_start)) and places[last - 1].end > start
    ]


def _move(position: int, moved: list[tuple[Edit, int]], *, at_end: bool) -> int:
    following = bisect_right(moved, position, key=lambda move: move[0].end)
    if following < len(moved):
        edit, new_start = moved[following]
        if edit.start < position or (edit.start == position and not at_end):
            return new_start + len(edit.new) if at_end else new_start
    if not following:
        return position
    edit, new_start = moved[following - 1]
    return position + new_start + len(edit.new) - edit.end


def _full_names(names: Iterable[Name]) -> dict[Name, Name]:
    """For each name the one longer name that ends with it, or else the name itself."""
    distinct = set(names)
    longer: dict[Name, set[Name]] = {}
    for name in distinct:
        for length in range(1, min(len(name), _MOST_PARTS + 1)):
            if (ending := name[-length:]) in distinct:
                longer.setdefault(ending, set()).add(name)
    return {name: next(iter(found)) if len(found := longer.get(name, {name})) == 1 else name for name in distinct}


def _again(text: str, hamlets: dict[str, str]) -> Iterator[Edit]:
    """The other places where a hamlet is named; each is looked for from the words that begin one."""
    lengths: dict[str, set[int]] = {}
    for hamlet in hamlets:
        if len(hamlet) <= _LONGEST_HAMLET and (first := _WORDS.match(hamlet)):
            lengths.setdefault(first[0], set()).add(len(hamlet))
    for word in _WORDS.finditer(text) if lengths else ():
        for length in lengths.get(word[0], ()):
            end = word.start() + length
            named = text[word.start() : end]
            if named in hamlets and not _WORDS.match(text, end):
                yield Edit(word.start(), end, hamlets[named])


def _identifying(text: str, start: int, end: int, inside: list[tuple[int, int, int]]) -> Iterator[Edit]:
    """The birth years and hamlets of a sentence, each for the person named last before it."""

    def number(at: int) -> int:
        return inside[max(0, bisect_right(inside, at, key=lambda place: place[0]) - 1)][2]

    for match in _BIRTH.finditer(text, start, end):
        yield Edit(*match.span(1), f"[NĂM-SINH-{number(match.start())}]")
    for _, name_end, person in inside:
        if year := _YEAR_AFTER.match(text, name_end, end):
            yield Edit(*year.span(1), f"[NĂM-SINH-{person}]")
    for match in _HAMLET.finditer(text, start, end):
        yield Edit(*match.span(), f"[NƠI-Ở-{number(match.start())}]")


def _apart(edits: list[Edit]) -> list[Edit]:
    """Edits in order, without those that overlap one before them; a person's name comes first of all."""
    names = _without_overlaps(edit for edit in edits if edit.new.startswith("[NGƯỜI"))
    others = _without_overlaps(
        edit
        for edit in edits
        if not edit.new.startswith("[NGƯỜI")
        and not ((last := bisect_left(names, edit.end, key=_start)) and names[last - 1].end > edit.start)
    )
    return sorted([*names, *others])


def _without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """Of edits that overlap, the one that begins first, and the longest of those."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _start(edit: Edit) -> int:
    return edit.start


def whole_names(text: str, people: People) -> Iterator[tuple[int, int]]:
    """(line from 1, number of the person) wherever a text holds a private person's name of two or more parts, whatever
    marks stand between the parts, as in a model's features. One-letter parts are initials, not names.
    """
    names = {
        f" {' '.join(name)} ": number
        for name, number in people.numbers.items()
        if len(name) > 1 and min(map(len, name)) > 1
    }
    for line_number, line in enumerate(fold(text).splitlines(), 1):
        words = f" {' '.join(_WORD.findall(line))} "
        for name, number in names.items():
            if name in words:
                yield line_number, number
