"""What a reranker looks at: features of a whole span in its sentence, beside the other spans that a CRF holds
possible there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log2

from viborder.train.crf.templates import shape
from viborder.train.token_spans import TokenSpan

Chance = tuple[TokenSpan, float]  # a span in tokens of its sentence, and its probability under the CRF

NEAR = 6  # tokens to either side that are looked at as a bag
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Strings:
    """What training says of the strings of its spans (lower case): how often each bears a label, and how often it
    occurs at all.
    """

    labels: Mapping[tuple[str, str], int]  # (string, label)
    marked: Mapping[str, int]  # with any label
    occurrences: Mapping[str, int]


def count_strings(sentences: Iterable[tuple[Sequence[str], Iterable[TokenSpan]]]) -> Strings:
    """The strings of the spans of sentences, counted."""
    known = [([word.lower() for word in words], list(spans)) for words, spans in sentences]
    labels = Counter((" ".join(words[first:last]), label) for words, spans in known for first, last, label in spans)
    marked: Counter[str] = Counter()
    lengths: dict[str, set[int]] = {}
    for (string, _), count in labels.items():
        marked[string] += count
        lengths.setdefault(string.split(" ")[0], set()).add(string.count(" ") + 1)
    occurrences: Counter[str] = Counter()
    for words, _ in known:
        for at, word in enumerate(words):
            for length in lengths.get(word, ()):
                string = " ".join(words[at : at + length])
                if at + length <= len(words) and string in marked:
                    occurrences[string] += 1
    return Strings(labels, marked, occurrences)


def span_features(words: Sequence[str], spans: Sequence[Chance], strings: Strings) -> list[list[str]]:
    """The features of each span: `LABEL name=value`, or `* name=value` whatever its label.

    spans: of one sentence of `words`, in its tokens; they may overlap.
    """
    sentence = _Sentence(words, spans, strings)
    found = []
    for span, chance in spans:
        common = ["* span", f"* chance={_step(log_odds(chance))}"]
        found.append(common + [f"{span[2]} {feature}" for feature in sentence.features(span, chance)])
    return found


class _Sentence:
    def __init__(self, words: Sequence[str], spans: Sequence[Chance], strings: Strings) -> None:
        self.words, self.spans, self.strings = words, spans, strings
        self.lower = [word.lower() for word in words]
        self.plain = ["#"] * NEAR + [_DIGITS.sub("0", word) for word in self.lower] + ["#"] * NEAR
        self.casts = ["#", *(_cast(word) for word in words), "#"]
        self.likely = [span for span, chance in spans if chance > 0.5]  # these never overlap
        self.labels = sorted({label for _, _, label in self.likely})

    def features(self, span: TokenSpan, chance: float) -> list[str]:
        """What is said of a span, without its label."""
        return [*self._belief(span, chance), *self._string(span), *self._shape(span), *self._company(span)]

    def _belief(self, span: TokenSpan, chance: float) -> list[str]:
        """What the CRF thinks of the span, and of the one among those that overlap it that it likes best."""
        found = [f"chance={_step(log_odds(chance))}"]
        rivals = [
            (other, rival) for rival, other in self.spans if rival[0] < span[1] and span[0] < rival[1] and rival != span
        ]
        if not rivals:
            return [*found, "rival=none"]
        other, rival = max(rivals)
        name = f"rival={_relation(span, rival)} {rival[2]}"
        return [*found, name, f"{name} {_step(log(other / chance))}"]

    def _string(self, span: TokenSpan) -> list[str]:
        """The words of the span and around it, and what training says of the whole."""
        first, last = span[0] + NEAR, span[1] + NEAR
        plain, inside = self.plain, self.plain[first:last]
        whole = " ".join(inside)
        before, begin, end, after = plain[first - 1], inside[0], inside[-1], plain[last]
        found = [
            f"whole={whole}",
            f"first={begin}",
            f"last={end}",
            f"first2={begin} {plain[first + 1]}",
            f"last2={plain[last - 2]} {end}",
            f"ends={begin} {end}",
            f"before={before}",
            f"after={after}",
            f"before2={plain[first - 2]} {before}",
            f"after2={after} {plain[last + 1]}",
            f"before3={plain[first - 3]} {plain[first - 2]} {before}",
            f"after3={after} {plain[last + 1]} {plain[last + 2]}",
            f"around={before} {after}",
            f"opens={before} {begin}",
            f"closes={end} {after}",
            *(f"holds={word}" for word in set(inside)),
            *(f"left={word}" for word in set(plain[first - NEAR : first])),
            *(f"right={word}" for word in set(plain[last : last + NEAR])),
        ]
        if len(inside) < 4:
            found += [f"before+whole={before} {whole}", f"whole+after={whole} {after}"]
        string = " ".join(self.lower[span[0] : span[1]])
        marked, occurs = self.strings.marked.get(string, 0), self.strings.occurrences.get(string, 0)
        same = self.strings.labels.get((string, span[2]), 0)
        found += [f"known={_size(same)} {_size(marked - same)}"]
        if occurs:
            found.append(f"share={_step(2 * log((same + 0.5) / (occurs - same + 0.5)))}")
        return found

    def _shape(self, span: TokenSpan) -> list[str]:
        first, last, _ = span
        casts, words, length = self.casts, self.words[first:last], last - first
        runs = [cast for at, cast in enumerate(casts[first + 1 : last + 1]) if not at or cast != casts[first + at]]
        whole, before, after = " ".join(runs[:8]), casts[first], casts[last + 1]
        return [
            f"length={length if length < 8 else 8 + length // 4}",
            f"runs={whole}",
            f"casts={' '.join(casts[first + 1 : last + 1][:10])}",
            f"runs around={before} {whole} {after}",
            f"edges={before} {casts[first + 1]} {casts[last]} {after}",
            f"between={self.plain[first + NEAR - 1]} {whole} {self.plain[last + NEAR]}",
            f"commas={words.count(',')}",
            f"open brackets={words.count('(') - words.count(')')}",
        ]

    def _company(self, span: TokenSpan) -> list[str]:
        """The likely spans around, those of the same label, and all that stand next to it."""
        first, last, label = span
        found = [f"has={other}" for other in self.labels] + [f"together={' '.join(self.labels)}"]
        left = next((other for other in reversed(self.likely) if other[1] <= first), None)
        right = next((other for other in self.likely if other[0] >= last), None)
        for side, other in (("left span", left), ("right span", right)):
            if other is None:
                found.append(f"{side}=none")
                continue
            gap = (
                self.plain[other[1] + NEAR : first + NEAR]
                if other is left
                else self.plain[last + NEAR : other[0] + NEAR]
            )
            between = " ".join(gap) if len(gap) < 4 else "far"
            found += [
                f"{side}={other[2]}",
                f"{side}={other[2]} {min(len(gap), 6)}",
                f"{side} after={other[2]} {between}",
            ]
        if left and right:
            found.append(f"spans around={left[2]} {right[2]}")
        same = [chance for other, chance in self.spans if other[2] == label and (other[1] <= first or last <= other[0])]
        found.append(
            f"same label={min(len(same), 4)} {4 * sum(chance > 0.5 for chance in same) // len(same) if same else ''}"
        )
        if same:
            found.append(f"best of label={_step(log_odds(max(same)))}")
        for other, chance in self.spans:
            for side, distance in (("next", other[0] - last), ("previous", first - other[1])):
                if 0 <= distance <= 2:
                    found.append(f"{side}={other[2]} {int(4 * chance)} {distance}")
        again = next(
            (
                other[2]
                for other in self.likely
                if other != span and self.lower[other[0] : other[1]] == self.lower[first:last]
            ),
            None,
        )
        if again:
            found.append(f"again={again}")
        if first == 0:
            found.append("opens sentence")
        if last >= len(self.words) - 1:
            found.append("closes sentence")
        return found


def log_odds(chance: float) -> float:
    """The logarithm of the odds of a probability, kept within ±7."""
    return max(-7.0, min(7.0, log((chance + 1e-9) / (1 - chance + 1e-6))))


def _relation(span: TokenSpan, rival: TokenSpan) -> str:
    if rival[:2] == span[:2]:
        return "same"
    if span[0] <= rival[0] and rival[1] <= span[1]:
        return "inside"
    return "around" if rival[0] <= span[0] and span[1] <= rival[1] else "crossing"


def _cast(word: str) -> str:
    kind = shape(word)
    if kind[0] == "d":
        return "d" if word.isdigit() else "d+"
    if kind[0] in "Xx":
        return "Xd" if "d" in kind else kind[0]
    return word


def _step(value: float) -> int:
    return max(-8, min(8, round(value)))


def _size(count: int) -> int:
    return min(5, 1 + int(log2(count))) if count else 0
