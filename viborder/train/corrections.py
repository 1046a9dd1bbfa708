"""What annotators have corrected: where the grammar errs on the training documents, and what to do about it in others.

The grammar learns nothing, so its errors on the training documents are those that it will make again. Two things are
remembered, and only where it erred, so that where it is right nothing is touched:

- what became of a proposal (deleted, begun or ended elsewhere, given another label), under keys from its very words to
  its first word;
- mentions that it left out, as patterns: words, `#` for digits, `@` for a code's letter, `<PLACE>` where a proposal of that label
  lies inside;
- words in small letters before the names of officials that it left out: `điều phối viên`.

Beside what became of proposals stand the rules of the grammar that had made them: those are worth mending.

Names of persons are left out of it: who holds office is said by each text anew, and a namesake elsewhere may be anyone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from viborder.document import PRIVATE
from viborder.train.token_spans import TokenSpan, crosses

Outcome = tuple[int, int, str]  # by how many tokens begin and end move, and the label; no label: deleted
Key = tuple[str, ...]
# the words of a text, the grammar's proposals, the gold spans
Case = tuple[Sequence[str], Sequence[TokenSpan], set[TokenSpan]]
Makers = Callable[[int], Mapping[TokenSpan, str]]  # by the number of a case: each proposal's rule

_DIGITS = re.compile(r"\d+")
_DELETED: Outcome = (0, 0, "")
_LONGEST = 12  # tokens of a pattern
# documents that correct a kind before other mentions of that kind follow, with four times as many corrections as
# against it
_FIRM = 3
_PERSONS = ("OFFICIAL", PRIVATE)
_TITLES = (3, 2)  # tokens of the words before an official's name, the longer first
_NAME = 5  # the most tokens of a name after them


class Corrections:
    """Corrections: `revised` gives proposals as annotators would have them.

    outcomes: by key of a proposal, what becomes of it. mentions: by (label of the span around, "" for none) and
    pattern, the label. titles: words after which a name is an official's. rules: by key of a proposal, the grammar's
    rules that erred there.
    """

    def __init__(
        self,
        outcomes: Mapping[Key, Outcome],
        mentions: Mapping[tuple[str, Key], str],
        titles: Iterable[Key] = (),
        rules: Mapping[Key, tuple[str, ...]] | None = None,
    ) -> None:
        self.outcomes, self.mentions, self.titles = dict(outcomes), dict(mentions), frozenset(titles)
        self.rules = dict(rules or {})
        self._trie: dict[str, Any] = {}
        for (outer, pattern), label in self.mentions.items():
            node = self._trie
            for item in pattern:
                node = node.setdefault(item, {})
            node.setdefault("", {})[outer] = label

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.mentions or self.titles)

    def written(self) -> str:
        """A line a correction, tabs between: `proposal`, how far begin and end move, the label, the key, the rules that
        erred, where they are known; `mention`, the label around, …; `title`, the words.

        Words stand on one line, as they do in a text, so that a name in them is found.
        """
        outcomes = [
            "\t".join(["proposal", str(begin), str(end), label, " ".join(key), *_joined(self.rules.get(key))]) + "\n"
            for key, (begin, end, label) in self.outcomes.items()
        ]
        mentions = [
            f"mention\t{outer}\t{label}\t{' '.join(pattern)}\n" for (outer, pattern), label in self.mentions.items()
        ]
        return "".join([*outcomes, *mentions, *(f"title\t{' '.join(title)}\n" for title in sorted(self.titles))])

    def revised(self, words: Sequence[str], proposals: Sequence[TokenSpan]) -> list[TokenSpan]:
        """The proposals of a text, corrected, in reading order, outer before inner."""
        plain = plain_words(words)
        kept = sorted(
            {span for span in (self._corrected(words, plain, span) for span in proposals) if span}, key=_order
        )
        kept = [
            span
            for number, span in enumerate(kept)
            if not any(crosses(span, other) for other in kept[max(0, number - 8) : number])
        ]
        kept = self._remembered(plain, kept) if self._trie else kept
        return self._officials(words, plain, kept) if self.titles else kept

    def _officials(self, words: Sequence[str], plain: Sequence[str], proposals: list[TokenSpan]) -> list[TokenSpan]:
        """With names after words that annotators saw before officials; a private person that is one gives way."""
        added = []
        for at in range(min(_TITLES), len(words)):
            if any(tuple(plain[at - size : at]) in self.titles for size in _TITLES if size <= at):
                end = _name_end(words, at)
                if end > at and not any(
                    first < end and at < last for first, last, label in proposals if label != PRIVATE
                ):
                    added.append((at, end, "OFFICIAL"))
        taken = {at for first, last, _ in added for at in range(first, last)}
        kept = [span for span in proposals if span[2] != PRIVATE or span[0] not in taken]
        return sorted({*kept, *added}, key=_order)

    def _corrected(self, words: Sequence[str], plain: Sequence[str], span: TokenSpan) -> TokenSpan | None:
        for key in _keys(words, plain, span) if span[2] not in _PERSONS else ():
            outcome = self.outcomes.get(key)
            if outcome is not None:
                begin, end = span[0] + outcome[0], span[1] + outcome[1]
                return (begin, end, outcome[2]) if outcome[2] and 0 <= begin < end <= len(plain) else None
        return span

    def _remembered(self, plain: Sequence[str], proposals: list[TokenSpan]) -> list[TokenSpan]:
        """With the mentions that the grammar left out; a proposal that one of them crosses, or has another label
        than it, gives way.
        """
        ends = _ends(proposals)
        added: list[TokenSpan] = []
        for at, word in enumerate(plain):
            if word not in self._trie and at not in ends:
                continue
            for end, outers, _ in sorted(_matches(self._trie, plain, ends, at), key=lambda match: -match[0]):
                label = outers.get(_around(proposals, at, end))
                if label and not any(_clash((at, end, label), other) for other in added):
                    added.append((at, end, label))
                    break
        kept = [span for span in proposals if not any(_clash(span, other) for other in added)]
        return sorted({*kept, *added}, key=_order)


def read_corrections(text: str) -> Corrections:
    """The corrections that `Corrections.written` wrote. Raises ValueError where a line is not of its form."""
    outcomes: dict[Key, Outcome] = {}
    mentions: dict[tuple[str, Key], str] = {}
    titles: list[Key] = []
    rules: dict[Key, tuple[str, ...]] = {}
    for line in filter(None, text.split("\n")):
        kind, *values = line.split("\t")
        if kind == "proposal":
            begin, end, label, words, *made = values
            key = tuple(words.split(" "))
            outcomes[key] = (int(begin), int(end), label)
            if made:
                rules[key] = tuple(made[0].split(" "))
        elif kind == "title":
            titles.append(tuple(values[0].split(" ")))
        else:
            outer, label, pattern = values
            mentions[outer, tuple(pattern.split(" "))] = label
    return Corrections(outcomes, mentions, titles, rules)


def _joined(rules: Iterable[str] | None) -> list[str]:
    return [" ".join(rules)] if rules else []


def learn_corrections(cases: Sequence[Case], makers: Makers = lambda _: {}) -> Corrections:
    """The corrections that cases show. makers: asked of cases alone in which a proposal is wrong."""
    outcomes = _outcomes(cases)
    corrected = Corrections(outcomes, {})
    revised = [(words, corrected.revised(words, proposals), gold) for words, proposals, gold in cases]
    return Corrections(outcomes, _mentions(revised), _titles(revised), _rules(cases, outcomes, makers))


def _rules(cases: Sequence[Case], outcomes: Mapping[Key, Outcome], makers: Makers) -> dict[Key, tuple[str, ...]]:
    """For each key of a correction the rules whose proposals were wrong, sorted."""
    found: dict[Key, set[str]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        wrong = [span for span in proposals if span not in gold and span[2] not in _PERSONS]
        made, plain = (makers(number), plain_words(words)) if wrong else ({}, [])
        for span in wrong:
            for key in _keys(words, plain, span) if span in made else ():
                if key in outcomes:
                    found.setdefault(key, set()).add(made[span])
    return {key: tuple(sorted(rules)) for key, rules in found.items()}


def _titles(cases: Sequence[Case]) -> set[Key]:
    """Words before officials that the proposals lack, where a name after them is an official's more often than not; two
    words alone say little (`do ông`), so that more than one document must show them.
    """
    counts: dict[Key, Counter[bool]] = {}
    documents: dict[Key, set[int]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        for first, _, _ in (span for span in gold - set(proposals) if span[2] == "OFFICIAL"):
            for title in _titles_before(words, first):
                counts[title] = Counter()
                documents.setdefault(title, set()).add(number)
    for words, _, gold in cases if counts else []:
        officials = {first for first, _, label in gold if label == "OFFICIAL"}
        for at in range(min(_TITLES), len(words)):
            for title in _titles_before(words, at) if _name_end(words, at) > at else ():
                if title in counts:
                    counts[title][at in officials] += 1
    return {
        title
        for title, tally in counts.items()
        if 2 * tally[True] > tally.total() and (len(title) == max(_TITLES) or len(documents[title]) > 1)
    }


def _titles_before(words: Sequence[str], at: int) -> list[Key]:
    """The rows of words in small letters that end before a token: no name is among them."""
    rows = [words[at - size : at] for size in _TITLES if size <= at]
    return [tuple(row) for row in rows if all(word.isalpha() and word.islower() for word in row)]


def _name_end(words: Sequence[str], at: int) -> int:
    """The token after a run of capitalised words that is no abbreviation; `at` itself where there is none."""
    end = at
    while (
        end < min(len(words), at + _NAME)
        and words[end].isalpha()
        and words[end][0].isupper()
        and not words[end].isupper()
    ):
        end += 1
    return end


def _mentions(cases: Sequence[Case]) -> dict[tuple[str, Key], str]:
    """Patterns of what the proposals lack, where they are marked more often than not."""
    counts: dict[tuple[str, Key], Counter[str]] = {}
    for words, proposals, gold in cases:
        plain, ends = plain_words(words), _ends(proposals)
        for span in sorted(gold - set(proposals)):
            if span[1] - span[0] <= _LONGEST and span[2] not in _PERSONS:
                for pattern in {tuple(plain[span[0] : span[1]]), _collapsed(plain, ends, span)}:
                    counts[_around(gold, span[0], span[1]), pattern] = Counter()
    trie = Corrections({}, dict.fromkeys(counts, "?"))._trie
    for words, proposals, gold in cases if counts else []:
        plain, ends = plain_words(words), _ends(proposals)
        labels = {span[:2]: span[2] for span in gold}
        for at in range(len(plain)):
            for end, outers, pattern in _matches(trie, plain, ends, at):
                outer = _around(gold, at, end)
                if outer in outers:
                    counts[outer, pattern][labels.get((at, end), "")] += 1
    found = {}
    for key, tally in sorted(counts.items()):
        label, number = max(tally.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if label and 2 * number > tally.total():
            found[key] = label
    return found


def _outcomes(cases: Iterable[Case]) -> dict[Key, Outcome]:
    """What becomes of proposals, by keys under which at least one was wrong: of very words what is most frequent, of a
    kind what is firm.

    Very words that were always right are kept, whatever is said of their kind.
    """
    tallies: dict[Key, Counter[Outcome]] = {}
    erred: set[Key] = set()
    exact: dict[Key, set[Key]] = {}  # by key, the very words that it covers
    documents: dict[tuple[Key, Outcome], set[int]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        plain, proposed = plain_words(words), set(proposals)
        for span in [span for span in proposals if span[2] not in _PERSONS]:
            truth, keys = _became(span, proposed, gold), _keys(words, plain, span)
            outcome = (truth[0] - span[0], truth[1] - span[1], truth[2]) if truth else _DELETED
            for key in keys:
                tallies.setdefault(key, Counter())[outcome] += 1
                exact.setdefault(key, set()).add(keys[0])
                documents.setdefault((key, outcome), set()).add(number)
            if truth != span:
                erred.update(keys)
    found = {}
    for key in sorted(erred):
        outcome, number = max(tallies[key].items(), key=lambda item: (item[1], item[0]))
        others = tallies[key].total() - number
        if number > others if key[1] == "=" else number >= 4 * others and len(documents[key, outcome]) >= _FIRM:
            found[key] = outcome
    covered = sorted({one for key in found for one in exact[key]} - erred)
    return found | {key: (0, 0, key[0]) for key in covered}


def _became(span: TokenSpan, proposed: set[TokenSpan], gold: set[TokenSpan]) -> TokenSpan | None:
    """What annotators made of a proposal; None: nothing."""
    if span in gold:
        return span
    overlapping = [other for other in gold - proposed if other[0] < span[1] and other[1] > span[0]]
    same = [other for other in overlapping if other[:2] == span[:2]] or [
        other for other in overlapping if other[2] == span[2]
    ]
    return min(same, key=lambda other: (abs(other[0] - span[0]) + abs(other[1] - span[1]), other), default=None)


def _keys(words: Sequence[str], plain: Sequence[str], span: TokenSpan) -> list[Key]:
    """The keys of a proposal: its very words, in their capitals (headlines go by rules of their own), then kinds of
    proposals.
    """
    first, last, label = span
    very = [
        word if item == word.lower() else item for word, item in zip(words[first:last], plain[first:last], strict=True)
    ]
    return [
        (label, "=", *very),
        (label, "two", *plain[first : first + 2]),
        (label, "first", plain[first]),
        (label, "before", plain[first - 1] if first else ""),
        (label, "after", plain[last] if last < len(plain) else ""),
    ]


def plain_words(words: Sequence[str]) -> list[str]:
    """Lower case, `#` for what begins with a digit and for digits after letters (`c#`), `@` for a capital behind digits
    (`617V`).
    """
    plain = ["#" if word[0].isdigit() else _DIGITS.sub("#", word.lower()) for word in words]
    for at in range(1, len(words)):
        if plain[at - 1] == "#" and len(words[at]) == 1 and words[at].isupper():
            plain[at] = "@"
    return plain


def _order(span: TokenSpan) -> tuple[int, int]:
    return span[0], -span[1]


def _clash(one: TokenSpan, other: TokenSpan) -> bool:
    return one[:2] == other[:2] or crosses(one, other)


def _around(spans: Iterable[TokenSpan], first: int, last: int) -> str:
    """The label of the smallest span around a range, "" if there is none."""
    around = [span for span in spans if span[0] <= first and span[1] >= last and span[1] - span[0] > last - first]
    return min(around, key=lambda span: (span[1] - span[0], span))[2] if around else ""


def _ends(spans: Iterable[TokenSpan]) -> dict[int, list[tuple[str, int]]]:
    """By first token, the items that stand for whole spans, with the tokens after them."""
    ends: dict[int, list[tuple[str, int]]] = {}
    for first, last, label in spans:
        ends.setdefault(first, []).append((f"<{label}>", last))
    return ends


def _collapsed(plain: Sequence[str], ends: Mapping[int, list[tuple[str, int]]], span: TokenSpan) -> Key:
    """The words of a span with the widest proposals inside it in place of their words."""
    items, at = [], span[0]
    while at < span[1]:
        inside = [(end, item) for item, end in ends.get(at, ()) if end <= span[1] and end - at < span[1] - span[0]]
        end, item = max(inside) if inside else (at + 1, plain[at])
        items.append(item)
        at = end
    return tuple(items)


def _matches(
    node: dict[str, Any], plain: Sequence[str], ends: Mapping[int, list[tuple[str, int]]], at: int, pattern: Key = ()
) -> Iterator[tuple[int, dict[str, str], Key]]:
    """The patterns of a trie that begin at a token: the token after each, its labels by the label around, and its
    items.
    """
    if "" in node:
        yield at, node[""], pattern
    if at < len(plain):
        for item, end in [(plain[at], at + 1), *ends.get(at, ())]:
            if item in node:
                yield from _matches(node[item], plain, ends, end, (*pattern, item))
