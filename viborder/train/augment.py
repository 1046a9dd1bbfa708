"""More text from little: the same sentences with other names and numbers in them.

Made from the training documents alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from viborder.document import Document, Span, by_depth, in_order
from viborder.text import Range

_UPPER = "A-ZÀ-ÖØ-ÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NAMES = re.compile(
    rf"(?:(?<=\s)|^)[{_UPPER}][^\W\d_{_UPPER}]+(?:\s[{_UPPER}][^\W\d_{_UPPER}]+)*$"
)  # at the end of a mention
_DIGITS = re.compile(r"\d")


def augmented(documents: Sequence[Document], copies: int, seed: int) -> list[tuple[str, Document]]:
    """`copies` variants of each document, each with the id of its original. The same seed gives the same variants.

    A variant's id is its own: no document and no other variant has it.

    In the innermost spans, the capitalised syllables at the end (a name) give way to such syllables from other mentions
    of the label, digits to other digits, and mentions without capitals and digits to other such mentions.
    """
    pools = _pools(documents)
    variants: list[tuple[str, Document]] = []
    taken = {document.id for document in documents}
    for number in range(copies):
        for document in documents:
            random = Random(f"{seed}/{number}/{document.id}")
            variant = rewrite(document, partial(_replaced, pools, random))
            variants.append((document.id, replace(variant, id=new_id(f"{document.id}~{number + 1}", taken))))
    return variants


def new_id(wanted: str, taken: set[str]) -> str:
    """The id, with `~` behind it as often as no document has it yet; it is put among those that are taken."""
    while wanted in taken:
        wanted += "~"
    taken.add(wanted)
    return wanted


def _replaced(pools: dict[str, dict[str, list[str]]], random: Random, span: Span, text: str) -> str:
    return _other(text, pools[span.label], random)


def rewrite(document: Document, change: Callable[[Span, str], str]) -> Document:
    """The document with the text of each innermost span changed, and every span moved with its text."""
    edits = [(span, change(span, document.slice(span))) for span in innermost(document.spans)]
    text, position, shifts = "", 0, []
    for span, new in edits:
        text += document.text[position : span.start] + new
        position = span.end
        shifts.append((span.start, span.end, len(new) - (span.end - span.start)))
    text += document.text[position:]

    def moved(span: Span) -> Span:
        before = sum(shift for _, end, shift in shifts if end <= span.start)
        within = sum(shift for start, end, shift in shifts if span.start <= start and end <= span.end)
        return replace(span, start=span.start + before, end=span.end + before + within)

    tokens = None if document.tokens is None else _tokens(document.tokens, [(s.start, s.end, new) for s, new in edits])
    return replace(document, text=text, spans=tuple(moved(span) for span in document.spans), private=(), tokens=tokens)


def _tokens(given: Iterable[Range], edits: Sequence[tuple[int, int, str]]) -> tuple[Range, ...]:
    """Given tokens after edits (start, end, the new text): those outside move, the new text has one between blanks."""
    found: list[Range] = []
    rest = list(given)
    shift = 0
    for start, end, new in edits:
        found += [(first + shift, last + shift) for first, last in rest if last <= start]
        found += [(start + shift + match.start(), start + shift + match.end()) for match in re.finditer(r"\S+", new)]
        rest = [(first, last) for first, last in rest if first >= end]
        shift += len(new) - (end - start)
    return (*found, *((first + shift, last + shift) for first, last in rest))


def innermost(spans: Iterable[Span]) -> list[Span]:
    """The spans that contain no other, in reading order; one of several on the same range."""
    ordered = in_order(spans)
    following = [*ordered[1:], None]
    return [span for span, after in zip(ordered, following, strict=False) if after is None or not span.contains(after)]


def _pools(documents: Sequence[Document]) -> dict[str, dict[str, list[str]]]:
    """By label: capitalised syllables at the end of mentions (`names`), and mentions without capitals and digits
    (`plain`).
    """
    pools: dict[str, dict[str, list[str]]] = {}
    for document in documents:
        for layer in by_depth(document.spans):
            for span in layer:
                pools.setdefault(span.label, {"names": [], "plain": []})
        for span in innermost(document.spans):
            text = document.slice(span)
            if name := _NAMES.search(text):
                pools[span.label]["names"] += name[0].split()
            elif text == text.lower() and not _DIGITS.search(text):
                pools[span.label]["plain"].append(text)
    return pools


def _other(text: str, pool: dict[str, list[str]], random: Random) -> str:
    if _DIGITS.search(text):
        return _DIGITS.sub(lambda _: str(random.randint(1, 9)), text)
    if name := _NAMES.search(text):
        return text[: name.start()] + " ".join(random.choice(pool["names"]) for _ in name[0].split())
    return random.choice(pool["plain"]) if text == text.lower() else text
