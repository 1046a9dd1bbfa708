"""Titles that annotators saw before officials whom the grammar does not know: words in small letters, never a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from viborder.document import PRIVATE
from viborder.train.record import Case, Key
from viborder.train.token_spans import TokenSpan

_SIZES = (3, 2)  # tokens of the words before an official's name, the longer first
_NAME = 5  # the most tokens of a name after them
_SEATS = ("AGENCY", "PLACE")  # what may stand between title and name: `điều phối viên Đồn Biên phòng Nậm Cắn Lò Văn A`


def learn_titles(cases: Sequence[Case]) -> set[Key]:
    """Words before officials that the proposals lack, where a name after them is an official's more often than not; two
    words alone say little (`do ông`), so that more than one document must show them.
    """
    counts: dict[Key, Counter[bool]] = {}
    documents: dict[Key, set[int]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        seats = _seats(gold)
        for first, _, _ in (span for span in gold - set(proposals) if span[2] == "OFFICIAL"):
            for title in _before(words, seats.get(first, first)):
                counts[title] = Counter()
                documents.setdefault(title, set()).add(number)
    for words, _, gold in cases if counts else []:
        seats = _seats(gold)
        officials = {first for first, _, label in gold if label == "OFFICIAL"}
        for at in range(min(_SIZES), len(words)):
            for title in _before(words, seats.get(at, at)) if _name_end(words, at) > at else ():
                if title in counts:
                    counts[title][at in officials] += 1
    return {
        title
        for title, tally in counts.items()
        if 2 * tally[True] > tally.total() and (len(title) == max(_SIZES) or len(documents[title]) > 1)
    }


def with_officials(
    titles: Collection[Key], words: Sequence[str], plain: Sequence[str], proposals: Sequence[TokenSpan]
) -> list[TokenSpan]:
    """Proposals with names after titles; a private person that is one gives way."""
    ends = {title[-1] for title in titles}
    said = {
        after
        for after, word in enumerate(plain, 1)
        if word in ends and any(tuple(plain[after - size : after]) in titles for size in _SIZES if size <= after)
    }
    if not said:
        return list(proposals)
    seats = _seats(proposals)
    behind = {at for at, after in seats.items() if after in said} | {after for after in said if after not in seats}
    added = []
    for at in sorted(at for at in behind if at < len(words)):
        end = _name_end(words, at)
        if end > at and not any(first < end and at < last for first, last, label in proposals if label != PRIVATE):
            added.append((at, end, "OFFICIAL"))
    taken = {at for first, last, _ in added for at in range(first, last)}
    kept = [span for span in proposals if span[2] != PRIVATE or span[0] not in taken]
    return sorted({*kept, *added}, key=lambda span: (span[0], -span[1]))


def _seats(spans: Iterable[TokenSpan]) -> dict[int, int]:
    """By the token after it, where the widest body or place begins."""
    seats: dict[int, int] = {}
    for first, last, label in spans:
        if label in _SEATS:
            seats[last] = min(first, seats.get(last, first))
    return seats


def _before(words: Sequence[str], at: int) -> list[Key]:
    """The rows of words in small letters that end before a token: no name is among them."""
    rows = [words[at - size : at] for size in _SIZES if size <= at]
    return [tuple(row) for row in rows if all(word.isalpha() and word.islower() for word in row)]


def _name_end(words: Sequence[str], at: int) -> int:
    """The token after a run of capitalised words that is no abbreviation, nor one word that begins a body's name
    (`Công an`); `at` itself where there is none.
    """
    end = at
    while (
        end < min(len(words), at + _NAME)
        and words[end].isalpha()
        and words[end][0].isupper()
        and not words[end].isupper()
    ):
        end += 1
    return at if end == at + 1 and _begins_body(words, at) else end


def _begins_body(words: Sequence[str], at: int) -> bool:
    from viborder.grammar.view import classes

    return words[at + 1 : at + 2] != [] and words[at + 1].islower() and "A" in classes(words[at])
