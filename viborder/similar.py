"""Near-duplicate texts and sentences: every pair whose syllable shingles have a Jaccard index above a threshold.

The search is exact, unlike MinHash: two sets that share enough must share one of their rarest shingles (prefix
filtering, Chaudhuri et al. 2006; Bayardo et al. 2007), so that only texts with such a shingle in common are compared.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viborder.text import cut

Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Two texts by their places in the lists given, and the Jaccard index of their shingles (0…1)."""

    first: int
    second: int
    jaccard: float


def shingles(text: str, size: int = 3) -> frozenset[Shingle]:
    """The runs of `size` syllables and numbers of a text, without regard to case and marks; a shorter text is one
    run.
    """
    words = [word.casefold() for word in cut(text)[2] if word[0].isalnum()]
    if not words:
        return frozenset()
    return frozenset(tuple(words[index : index + size]) for index in range(max(1, len(words) - size + 1)))


def jaccard(first: frozenset[Shingle], second: frozenset[Shingle]) -> float:
    """Shared shingles over all shingles; 0 where both are empty."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def twins(texts: Sequence[str], threshold: float = 0.8, size: int = 3) -> list[Twin]:
    """The pairs among `texts` with a Jaccard index of `threshold` (above 0) or more, `first` < `second`, in order."""
    sets = [shingles(text, size) for text in texts]
    order = _rarest_first(sets)
    index = _Index(threshold)
    found = []
    for place, own in enumerate(sets):
        prefix = _prefix(own, order, threshold)
        found += [Twin(other, place, score) for other, score in index.similar(own, prefix)]
        index.add(own, prefix)
    return sorted(found, key=lambda twin: (twin.first, twin.second))


def nearest(texts: Sequence[str], among: Sequence[str], threshold: float = 0.8, size: int = 3) -> list[Twin | None]:
    """For each of `texts` the most similar of `among` (the earliest of equals), or None where none reaches the
    threshold.
    """
    sets, others = [shingles(text, size) for text in texts], [shingles(text, size) for text in among]
    order = _rarest_first(sets + others)
    index = _Index(threshold)
    for own in others:
        index.add(own, _prefix(own, order, threshold))
    found: list[Twin | None] = []
    for place, own in enumerate(sets):
        candidates = [Twin(place, other, score) for other, score in index.similar(own, _prefix(own, order, threshold))]
        found.append(max(candidates, key=lambda twin: (twin.jaccard, -twin.second), default=None))
    return found


class _Index:
    """Sets by the shingles of their prefixes."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.sets: list[frozenset[Shingle]] = []
        self.places: dict[Shingle, list[int]] = defaultdict(list)

    def add(self, own: frozenset[Shingle], prefix: list[Shingle]) -> None:
        for shingle in prefix:
            self.places[shingle].append(len(self.sets))
        self.sets.append(own)

    def similar(self, own: frozenset[Shingle], prefix: list[Shingle]) -> Iterator[tuple[int, float]]:
        for place in {place for shingle in prefix for place in self.places.get(shingle, ())}:
            score = jaccard(own, self.sets[place])
            if score >= self.threshold:
                yield place, score


def _rarest_first(sets: Sequence[frozenset[Shingle]]) -> dict[Shingle, tuple[int, Shingle]]:
    count = Counter(shingle for own in sets for shingle in own)
    return {shingle: (number, shingle) for shingle, number in count.items()}


def _prefix(own: frozenset[Shingle], order: dict[Shingle, tuple[int, Shingle]], threshold: float) -> list[Shingle]:
    """A set that shares ceil(threshold · n) of these n shingles must share one of the first n − ceil(threshold · n)
    + 1.
    """
    length = len(own) - math.ceil(threshold * len(own) - 1e-9) + 1
    return sorted(own, key=order.__getitem__)[:length]
