"""Near-duplicates of new texts among many, exactly and with no more in memory than the new ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from viborder.similar import Shingle, shingles


@dataclass(slots=True)
class Newcomers:
    """New texts by their shingles, against which others are held one at a time.

    threshold: the Jaccard index (0…1) of two texts' shingles from which they are near-duplicates.
    """

    threshold: float = 0.8
    sizes: list[int] = field(default_factory=list)
    places: dict[Shingle, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text: str) -> int:
        """Take one more new text; returns its number, from 0."""
        own = shingles(text)
        for shingle in own:
            self.places[shingle].append(len(self.sizes))
        self.sizes.append(len(own))
        return len(self.sizes) - 1

    def like(self, text: str) -> list[tuple[int, float]]:
        """(number, Jaccard index) of the new texts that are near-duplicates of a text, the most similar first."""
        own = shingles(text)
        shared: Counter[int] = Counter()
        for shingle in own:
            shared.update(self.places.get(shingle, ()))
        scored = [(number, count / (len(own) + self.sizes[number] - count)) for number, count in shared.items()]
        return sorted((pair for pair in scored if pair[1] >= self.threshold), key=lambda pair: (-pair[1], pair[0]))
