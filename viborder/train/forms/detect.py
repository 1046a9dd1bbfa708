"""In which form of writing a sentence is: ordinary, or in lower case, in capitals, in title case, without tone marks.

A sentence of ordinary writing costs three searches, each of which ends after some letters. What is closely looked at is
judged by its words; short lines follow the form that most of their document is in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from viborder.train.tokenized import TokenizedText

FEWEST = 4  # words of letters from which on a sentence is judged by itself
MOSTLY = 0.8  # the share of its words that must be in the form
_SMALL = 2  # words that ordinary writing has in lower case, written with a capital, from which on it is title case

_UPPER = "A-ZÀ-ÖØ-ÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_LOWER = "a-zà-öø-ýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_CAPITAL = re.compile(f"[{_UPPER}]")
_MARKED = re.compile(r"[^\W\d_a-zA-Z]")
_TWO_SMALL = re.compile(rf"(?<!\w)[{_LOWER}]\w* [{_LOWER}]")
_BARE_SYLLABLE = re.compile(
    r"(?:ngh?|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?", re.IGNORECASE
)


class Form(NamedTuple):
    """What a form has lost: case where all is lower, capital or title case; marks where no letter has one."""

    case: bool
    marks: bool


Run = tuple[int, int, Form]  # first token, the token after the last, what the sentences there have lost


def forms(text: str, tokens: TokenizedText) -> dict[int, Form]:
    """The sentences that are in no ordinary form, by number."""
    starts, ends = tokens.starts, tokens.ends
    odd = [
        (number, first, last)
        for number, (first, last) in enumerate(pairwise(tokens.breaks))
        if not _is_ordinary(text, starts[first], ends[last - 1])
    ]
    if not odd:
        return {}
    words = {number: tokens.words[first:last] for number, first, last in odd}
    found = {number: form for number in words if (form := _judged(words[number]))}
    return found | _short_ones(words, found, len(tokens.words))


def _is_ordinary(text: str, start: int, end: int) -> bool:
    """Whether the range has a capital, a letter with a mark, and two words in lower case that follow each other."""
    return bool(
        _TWO_SMALL.search(text, start, end) and _CAPITAL.search(text, start, end) and _MARKED.search(text, start, end)
    )


def _judged(words: Sequence[str]) -> Form | None:
    """The form of a sentence by its words; None where it is ordinary, or too short to tell."""
    letters = [word for word in words if word.isalpha()]
    if len(letters) < FEWEST:
        return None
    marks = _without_marks(letters)
    case = _in_small(letters) or _in_capitals(letters) or _in_title_case(letters)
    return Form(case, marks) if case or marks else None


def _short_ones(words: Mapping[int, Sequence[str]], found: Mapping[int, Form], size: int) -> dict[int, Form]:
    """Sentences that were not judged, in the form that more than half of the tokens of their document are in, where
    they could be in it. size: the document's, in tokens.
    """
    sizes: Counter[Form] = Counter()
    for number, form in found.items():
        sizes[form] += len(words[number])
    form, most = sizes.most_common(1)[0] if sizes else (Form(False, False), 0)
    if 2 * most <= size:
        return {}
    return {number: form for number, some in words.items() if number not in found and _fits(some, form)}


def _fits(words: Sequence[str], form: Form) -> bool:
    """Whether a short line of letters shows nothing that the form has lost."""
    letters = [word for word in words if word.isalpha()]
    if not letters or (form.marks and any(map(_MARKED.search, letters))):
        return False
    return not form.case or all(word.islower() for word in letters) or all(word[0].isupper() for word in letters)


def _in_small(letters: Sequence[str]) -> bool:
    return all(word.islower() for word in letters)


def _in_capitals(letters: Sequence[str]) -> bool:
    """Whether words of two letters and more are capitals, and not abbreviations alone."""
    long = [word for word in letters if len(word) > 1]
    capitals = [word for word in long if word.isupper()]
    syllables = [word for word in capitals if _MARKED.search(word) or _BARE_SYLLABLE.fullmatch(word)]
    return len(syllables) >= FEWEST and len(capitals) >= MOSTLY * len(long)


def _in_title_case(letters: Sequence[str]) -> bool:
    large = [word for word in letters if word[0].isupper()]
    if len(large) < MOSTLY * len(letters):
        return False
    small = small_words()
    return sum(word.lower() in small for word in large[1:]) >= _SMALL


def _without_marks(letters: Sequence[str]) -> bool:
    """Whether no letter has a mark, in words that could be Vietnamese with marks."""
    if any(map(_MARKED.search, letters)):
        return False
    return len([word for word in letters if _BARE_SYLLABLE.fullmatch(word)]) >= MOSTLY * len(letters)


@cache
def small_words() -> frozenset[str]:
    """Words that ordinary writing hardly ever begins with a capital inside a sentence, with marks and without."""
    lines = (Path(__file__).parent / "counts" / "small.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def runs(breaks: Sequence[int], lines: frozenset[int], found: Mapping[int, Form]) -> list[Run]:
    """Neighbouring sentences of one line that are in one form.

    breaks: where sentences begin, in tokens. lines: the tokens with which lines begin.
    """
    joined: list[Run] = []
    for number, (first, last) in enumerate(pairwise(breaks)):
        form = found.get(number)
        if form is None:
            continue
        if joined and joined[-1][1:] == (first, form) and first not in lines:
            joined[-1] = (joined[-1][0], last, form)
        else:
            joined.append((first, last, form))
    return joined
