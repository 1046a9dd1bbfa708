"""How often annotators kept suggestions, by what these are: what the score of another one like them is at most.

A tagger that has learned from few documents is sure of what the grammar proposes, right or wrong. What annotators
deleted, moved or relabelled once will be wrong again more often than its probability says, although it is not so firm
that corrections take it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean as mean

from viborder.document import PRIVATE
from viborder.train.corrections import plain_words
from viborder.train.record import PERSONS, Case, Key, form
from viborder.train.token_spans import TokenSpan

_PRIOR = 0.97  # the share of suggestions that is taken to be kept before any was looked at
_STRENGTH = 1.0  # how many documents what is known of a broader kind counts as much as


class Kept:
    """shares: by kind of suggestion, broad or narrow, the share (0…1) that annotators kept and the number of documents
    that had some. Only kinds of which some was not kept, and the kinds right below them.
    """

    def __init__(self, shares: Mapping[Key, tuple[float, int]]) -> None:
        self.shares = dict(shares)

    def __bool__(self) -> bool:
        return bool(self.shares)

    def most(self, kinds: Sequence[Key]) -> float:
        """What a suggestion of these kinds, broad to narrow, scores at most: 1 where all of the broadest were kept.

        Each kind is a Beta distribution whose mean beforehand is what the broader kind says.
        """
        if kinds[0] not in self.shares:
            return 1.0
        chance = _PRIOR
        for kind in kinds:
            if kind not in self.shares:
                break
            share, documents = self.shares[kind]
            chance = (share * documents + _STRENGTH * chance) / (documents + _STRENGTH)
        return chance

    def written(self) -> str:
        """A line a kind: the share, the number of documents, the kind."""
        return "".join(
            f"{share:.4f}\t{documents}\t{' '.join(kind)}\n" for kind, (share, documents) in sorted(self.shares.items())
        )


def read_kept(text: str) -> Kept:
    """What `Kept.written` wrote. Raises ValueError where a line is not of its form."""
    rows = [line.split("\t") for line in text.split("\n") if line]
    return Kept({tuple(kind.split(" ")): (float(share), int(documents)) for share, documents, kind in rows})


def learn_kept(cases: Iterable[Case]) -> Kept:
    """What annotators kept of proposals on annotated texts.

    The share of very words is the mean over documents, that of a kind the mean over the kinds right below it, so that
    one name that is always wrong says little of all that begin as it does. A proposal in whose place annotators marked
    one of the same broadest kind counts as that, kept: corrections see to borders.
    """
    very: dict[Key, dict[int, list[bool]]] = {}
    below: dict[tuple[int, Key], set[Key]] = {}  # by how narrow a kind is, and the kind: the kinds right below it
    documents: dict[Key, set[int]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        plain = plain_words(words)
        for span in (one for one in proposals if one[2] != PRIVATE):
            kinds, kept = suggestion_kinds(words, plain, span), span in gold
            for other in () if kept else _instead(span, gold):
                moved = suggestion_kinds(words, plain, other)
                if moved[0] == kinds[0]:
                    kinds, kept = moved, True
            very.setdefault(kinds[-1], {}).setdefault(number, []).append(kept)
            for depth, (kind, narrower) in enumerate(pairwise(kinds)):
                below.setdefault((depth, kind), set()).add(narrower)
            for kind in kinds:
                documents.setdefault(kind, set()).add(number)
    shares = {kind: mean(mean(map(float, some)) for some in by_document.values()) for kind, by_document in very.items()}
    for depth, kind in sorted(below, reverse=True):
        shares[kind] = mean(shares[narrower] for narrower in below[depth, kind])
    erred = {kind for kind, share in shares.items() if share < 1}
    told = erred.union(*(narrower for (_, kind), narrower in below.items() if kind in erred))
    return Kept({kind: (round(shares[kind], 4), len(documents[kind])) for kind in told})


def suggestion_kinds(words: Sequence[str], plain: Sequence[str], span: TokenSpan) -> list[Key]:
    """The kinds of a suggestion, broad to narrow, each with its label and how it is written: its first word, its first
    two, its very words; of persons the word in small letters before the name, and the two before it.

    plain: the words as `viborder.train.corrections.plain_words` gives them.
    """
    first, last, label = span
    if label in PERSONS:
        before = [words[at] if at >= 0 and words[at].islower() else "" for at in (first - 1, first - 2)]
        return [(label, before[0]), (label, *before)]
    written = form(words[first:last])
    second = plain[first + 1] if last - first > 1 else ""
    return [
        (label, written, plain[first]),
        (label, written, plain[first], second),
        (label, "=", written, *plain[first:last]),
    ]


def _instead(span: TokenSpan, gold: Iterable[TokenSpan]) -> list[TokenSpan]:
    """What annotators marked in place of a proposal, with its label, in reading order."""
    return sorted(other for other in gold if other[2] == span[2] and other[0] < span[1] and span[0] < other[1])
