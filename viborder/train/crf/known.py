"""Mentions known from training: where a text says one of them again. A lexicon that any label set brings with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from viborder.train.token_spans import TokenSpan

Known = Mapping[tuple[str, ...], str]  # lower-case tokens → label

_LONGEST = 12  # tokens


def learn_known(words: Sequence[str], spans: Iterable[TokenSpan]) -> dict[tuple[str, ...], str]:
    """The mentions among words, each with its most frequent label. spans: in tokens of `words`."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for first, last, label in spans:
        if last - first <= _LONGEST:
            counts.setdefault(tuple(word.lower() for word in words[first:last]), Counter())[label] += 1
    return {
        mention: min(labels, key=lambda label: (-labels[label], label)) for mention, labels in sorted(counts.items())
    }


def find_known(words: Sequence[str], known: Known, lengths: Mapping[str, Sequence[int]]) -> list[TokenSpan]:
    """Known mentions among words, the longest first from the left, none overlapping. lengths: see `lengths_of`."""
    lower = [word.lower() for word in words]
    found, at = [], 0
    while at < len(lower):
        end = at + 1
        for length in lengths.get(lower[at], ()):
            label = known.get(tuple(lower[at : at + length])) if at + length <= len(lower) else None
            if label is not None:
                found.append((at, at + length, label))
                end = at + length
                break
        at = end
    return found


def lengths_of(known: Known) -> dict[str, list[int]]:
    """By first token, how long the mentions are that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for mention in known:
        lengths.setdefault(mention[0], set()).add(len(mention))
    return {first: sorted(found, reverse=True) for first, found in lengths.items()}
