"""Which words of a line have capitals: a linear chain over syllables that sees lexicon phrases, learned from texts.

tags: `l` lower case, `T` first letter large, `U` all letters large. Scores are natural logarithms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from viborder.grammar.keys import key
from viborder.grammar.lexicon import packaged
from viborder.text import cut

TAGS = "lTU"
STOPS = frozenset(".?!…")
_OPENING = frozenset("\"“'‘(-–—*•+")
# Classes of the lexicon whose phrases tell case: names, what stands before names, and what looks like either.
KINDS = frozenset(
    """body own unit function code police-code rank post title comrade private kin substance street kinh minority lao
    khmer measure seized classifier counted country cldr-country region province district vn-province vn-district
    vn-district-worded vn-commune commune gate site city province-abroad district-abroad region-word province-word
    district-word commune-word village-word other-word country-compound compound""".split()
)
_VOWEL = re.compile("[aeiouyàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]")

Weights = Mapping[str, tuple[float, float, float]]
Match = tuple[str, str, str, int]  # class, B or I, the tag of the token in the lexicon, tokens of the phrase


def tag_of(word: str) -> str:
    """The tag that describes a word as it is written."""
    if len(word) > 1 and word.isupper():
        return "U"
    return "T" if word[0].isupper() else "l"


def cased(word: str, tag: str) -> str:
    """A word in lower case as the tag says."""
    return word.upper() if tag == "U" else word[0].upper() + word[1:] if tag == "T" else word


@cache
def phrases() -> dict[str, Any]:
    """The lexicon's phrases as a trie of keys; the empty key holds their classes with the tags of their tokens."""
    root: dict[str, Any] = {}
    for phrase, kind, _ in packaged().entries:
        if kind in KINDS:
            words = cut(phrase)[2]
            node = root
            for word in words:
                node = node.setdefault(key(word), {})
            node.setdefault("", set()).add((kind, "".join(map(tag_of, words))))
    return root


def matched(keys: Sequence[str]) -> list[list[Match]]:
    """For each token, what the longest phrase that covers it says, from left to right."""
    found: list[list[Match]] = [[] for _ in keys]
    root, at = phrases(), 0
    while at < len(keys):
        node, end, here = root.get(keys[at]), at, at
        said: set[tuple[str, str]] = set()
        while node is not None:
            here += 1
            if "" in node:
                end, said = here, node[""]
            node = node.get(keys[here]) if here < len(keys) else None
        for token in range(at, end):
            found[token] = [(kind, "IB"[token == at], tags[token - at], end - at) for kind, tags in sorted(said)]
        at = max(end, at + 1)
    return found


def features(words: Sequence[str]) -> list[list[str]]:
    """The features of each word of a line, given in lower case."""
    keys = [key(word) for word in words]
    matches, looks = matched(keys), [_look(word) for word in words]
    padded = ["^", "^", *keys, "^", "^"]
    joined = [" ".join({kind + part for kind, part, _, _ in some}) for some in matches]
    found = []
    for at, word in enumerate(keys):
        before2, before, _, after, after2 = padded[at : at + 5]
        said = [
            "b",
            f"w={word}",
            f"w-2={before2}",
            f"w-1={before}",
            f"w+1={after}",
            f"w+2={after2}",
            f"w-1,0={before} {word}",
            f"w0,1={word} {after}",
            f"w-2,-1={before2} {before}",
            f"w1,2={after} {after2}",
            f"end={word[-2:]}",
            f"length={min(len(word), 8)}",
        ]
        for distance in range(max(-2, -at), min(3, len(keys) - at)):
            said.append(f"k{distance}={looks[at + distance]}")
            said += [f"m{distance}={kind}/{part}/{tag}" for kind, part, tag, _ in matches[at + distance]]
        said += [f"ml={kind}/{tag}/{min(length, 3)}" for kind, _, tag, length in matches[at]]
        previous = (joined[at - 1].split() or ["-"]) if at else ["^"]
        own = {f"{kind}/{part}" for kind, part, _, _ in matches[at]} or {"-"}
        said += [f"mm={left}>{right}" for left in sorted(previous) for right in sorted(own)]
        if _begins_sentence(keys, at):
            said.append("start")
        if not at:
            said.append("first")
        found.append(said)
    return found


def _begins_sentence(keys: Sequence[str], at: int) -> bool:
    if at and keys[at - 1] in _OPENING:
        at -= 1
    return at == 0 or keys[at - 1] in STOPS


def _look(word: str) -> str:
    """What kind of token it is: a number, a mark, a code, letters without a vowel, or a word."""
    if not word[0].isalpha():
        return "0" if word[0].isdecimal() else word
    if not word.isalpha():
        return "a0"
    return "w" if _VOWEL.search(word) or len(word) == 1 else "ww"


class CaseModel:
    """weights: of each feature, a score for each tag. transitions: from tag to tag, by tag pairs `lT`."""

    def __init__(self, weights: Weights, transitions: Mapping[str, float]) -> None:
        self.weights = weights
        self.steps = [[transitions[before + after] for before in TAGS] for after in TAGS]

    def tags(self, words: Sequence[str]) -> list[str]:
        """The likeliest tags of a line's words, which are given in lower case."""
        scores = [(0.0, 0.0, 0.0)]
        back: list[list[int]] = []
        for number, said in enumerate(features(words)):
            known = [found for feature in said if (found := self.weights.get(feature))]
            own = [sum(column) for column in zip(*known, strict=True)] if known else [0.0] * 3
            if not number:
                scores.append((own[0], own[1], own[2]))
                continue
            ways = [[score + step for score, step in zip(scores[-1], steps, strict=True)] for steps in self.steps]
            back.append([way.index(max(way)) for way in ways])
            one, two, three = (max(way) + score for way, score in zip(ways, own, strict=True))
            scores.append((one, two, three))
        path = [scores[-1].index(max(scores[-1]))]
        for pointers in reversed(back):
            path.append(pointers[path[-1]])
        return [TAGS[tag] for tag in reversed(path)][: len(words)]


def read_case(path: Path) -> CaseModel:
    """The model of a file: `feature<TAB>l<TAB>T<TAB>U` a line, those of a tag to the next as
    `l><TAB>…`."""
    weights: dict[str, tuple[float, float, float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            feature, small, title, upper = line.rsplit("\t", 3)
            weights[feature] = float(small), float(title), float(upper)
    transitions = {}
    for before in TAGS:
        for after, weight in zip(TAGS, weights.pop(f"{before}>"), strict=True):
            transitions[before + after] = weight
    return CaseModel(weights, transitions)
