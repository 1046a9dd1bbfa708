"""What annotators have corrected: where the grammar errs on the training documents, and what to do about it in others.

The grammar learns nothing, so its errors on the training documents are those that it will make again. Two things are
remembered, and only where it erred, so that where it is right nothing is touched:

- what became of a proposal (deleted, begun or ended elsewhere, given another label), under keys from its very words to
  its first word;
- mentions that it left out, as patterns: words, `#` for digits, `@` for a code's letter, `<code>` for any code (`617V`, `LC522`),
  `<#>` for a number, with `hơn` or `khoảng` before it or not, `<PLACE>` where a proposal of that label lies inside;
- words in small letters before the names of officials that it left out: `điều phối viên` (`titles.py`).

Beside what became of proposals stand the rules of the grammar that had made them: those are worth mending.

Names of persons are left out of it: who holds office is said by each text anew, and a namesake elsewhere may be anyone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from viborder.train.record import PERSONS, Case, Key
from viborder.train.titles import learn_titles, with_officials
from viborder.train.token_spans import TokenSpan, crosses

# by how many tokens begin and end move, the label (none: deleted), and the words that are gained, without which nothing moves
Outcome = tuple[int, int, str, Key]
Makers = Callable[[int], Mapping[TokenSpan, str]]  # by the number of a case: each proposal's rule

_DIGITS = re.compile(r"\d+")
_DELETED: Outcome = (0, 0, "", ())
_LONGEST = 12  # tokens of a pattern
_CODE, _NUMBER = "<code>", "<#>"
# documents that correct a kind before other mentions of that kind follow, with four times as many corrections as
# against it
_FIRM = 3


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
        """A line a correction, tabs between: `proposal`, how far begin and end move, the label, the key, after `+` the
        words that are gained, the rules that erred, where they are known; `mention`, the label around, …; `title`, the
        words.

        Words stand on one line, as they do in a text, so that a name in them is found.
        """
        outcomes = [
            "\t".join(
                ["proposal", str(begin), str(end), label, " ".join(key), *_plus(gained), *_joined(self.rules.get(key))]
            )
            + "\n"
            for key, (begin, end, label, gained) in self.outcomes.items()
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
        kept = self._remembered(words, plain, kept) if self._trie else kept
        return with_officials(self.titles, words, plain, kept) if self.titles else kept

    def _corrected(self, words: Sequence[str], plain: Sequence[str], span: TokenSpan) -> TokenSpan | None:
        for key in _keys(words, plain, span) if span[2] not in PERSONS else ():
            outcome = self.outcomes.get(key)
            if outcome is not None:
                begin, end = span[0] + outcome[0], span[1] + outcome[1]
                if _gained(plain, span, begin, end) == outcome[3]:
                    return (begin, end, outcome[2]) if outcome[2] and 0 <= begin < end <= len(plain) else None
        return span

    def _remembered(self, words: Sequence[str], plain: Sequence[str], proposals: list[TokenSpan]) -> list[TokenSpan]:
        """With the mentions that the grammar left out; a proposal that one of them crosses, or has another label
        than it, gives way.
        """
        ends = _ends(words, proposals)
        added: list[TokenSpan] = []
        for at in _possible(self._trie, plain, ends):
            for end, outers, _ in sorted(_matches(self._trie, plain, ends, at), key=lambda match: -match[0]):
                label = outers.get(_around(proposals, at, end))
                if label and not any(_clash((at, end, label), other) for other in added):
                    added.append((at, end, label))
                    break
        if not added:
            return proposals
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
            begin, end, label, words, *more = values
            key = tuple(words.split(" "))
            gained = tuple(more.pop(0).split(" ")[1:]) if more and more[0].startswith("+ ") else ()
            outcomes[key] = (int(begin), int(end), label, gained)
            if more:
                rules[key] = tuple(more[0].split(" "))
        elif kind == "title":
            titles.append(tuple(values[0].split(" ")))
        else:
            outer, label, pattern = values
            mentions[outer, tuple(pattern.split(" "))] = label
    return Corrections(outcomes, mentions, titles, rules)


def _joined(rules: Iterable[str] | None) -> list[str]:
    return [" ".join(rules)] if rules else []


def _plus(gained: Key) -> list[str]:
    return [" ".join(["+", *gained])] if gained else []


def learn_corrections(cases: Sequence[Case], makers: Makers = lambda _: {}) -> Corrections:
    """The corrections that cases show. makers: asked of cases alone in which a proposal is wrong."""
    outcomes = _outcomes(cases)
    corrected = Corrections(outcomes, {})
    revised = [(words, corrected.revised(words, proposals), gold) for words, proposals, gold in cases]
    return Corrections(outcomes, _mentions(revised), learn_titles(revised), _rules(cases, outcomes, makers))


def _rules(cases: Sequence[Case], outcomes: Mapping[Key, Outcome], makers: Makers) -> dict[Key, tuple[str, ...]]:
    """For each key of a correction the rules whose proposals were wrong, sorted."""
    found: dict[Key, set[str]] = {}
    for number, (words, proposals, gold) in enumerate(cases):
        wrong = [span for span in proposals if span not in gold and span[2] not in PERSONS]
        made, plain = (makers(number), plain_words(words)) if wrong else ({}, [])
        for span in wrong:
            for key in _keys(words, plain, span) if span in made else ():
                if key in outcomes:
                    found.setdefault(key, set()).add(made[span])
    return {key: tuple(sorted(rules)) for key, rules in found.items()}


def _mentions(cases: Sequence[Case]) -> dict[tuple[str, Key], str]:
    """Patterns of what the proposals lack, where they are marked more often than not."""
    counts: dict[tuple[str, Key], Counter[str]] = {}
    for words, proposals, gold in cases:
        plain, ends = plain_words(words), _ends(words, proposals)
        for span in sorted(gold - set(proposals)):
            if span[1] - span[0] <= _LONGEST and span[2] not in PERSONS:
                collapsed = _collapsed(plain, ends, span)
                very = collapsed if collapsed[0] == _NUMBER else tuple(plain[span[0] : span[1]])
                for pattern in {very, collapsed}:
                    counts[_around(gold, span[0], span[1]), pattern] = Counter()
    trie = Corrections({}, dict.fromkeys(counts, "?"))._trie
    for words, proposals, gold in cases if counts else []:
        plain, ends = plain_words(words), _ends(words, proposals)
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
        for span in [span for span in proposals if span[2] not in PERSONS]:
            truth, keys = _became(span, proposed, gold), _keys(words, plain, span)
            outcome = _DELETED
            if truth:
                outcome = (truth[0] - span[0], truth[1] - span[1], truth[2], _gained(plain, span, *truth[:2]))
            for key in keys:
                tallies.setdefault(key, Counter())[outcome] += 1
                exact.setdefault(key, set()).add(keys[1])
                documents.setdefault((key, outcome), set()).add(number)
            if truth != span:
                erred.update(keys)
    found = {}
    for key in sorted(erred):
        outcome, number = max(tallies[key].items(), key=lambda item: (item[1], item[0]))
        others = tallies[key].total() - number
        firm = number >= 4 * others and len(documents[key, outcome]) >= _FIRM
        if {"next": number > others and bool(outcome[3]), "=": number > others}.get(key[1], firm):
            found[key] = outcome
    covered = sorted({one for key in found if key[1] != "next" for one in exact[key]} - erred)
    return found | {key: (0, 0, key[0], ()) for key in covered}


def _became(span: TokenSpan, proposed: set[TokenSpan], gold: set[TokenSpan]) -> TokenSpan | None:
    """What annotators made of a proposal; None: nothing."""
    if span in gold:
        return span
    overlapping = [other for other in gold - proposed if other[0] < span[1] and other[1] > span[0]]
    same = [other for other in overlapping if other[:2] == span[:2]] or [
        other for other in overlapping if other[2] == span[2]
    ]
    return min(same, key=lambda other: (abs(other[0] - span[0]) + abs(other[1] - span[1]), other), default=None)


def _gained(plain: Sequence[str], span: TokenSpan, begin: int, end: int) -> Key:
    """The words that a proposal gains where it begins and ends elsewhere."""
    return (*plain[begin : span[0]], *plain[span[1] : end])


def _keys(words: Sequence[str], plain: Sequence[str], span: TokenSpan) -> list[Key]:
    """The keys of a proposal: its words from a number on, where it has one, with the word after it, which it may gain
    (`ống đục`); its very words, in their capitals (headlines go by rules of their own); kinds of proposals.
    """
    first, last, label = span
    after = plain[last] if last < len(plain) else ""
    number = plain.index("#", first, last) if "#" in plain[first:last] else first
    very = [
        word if item == word.lower() else item for word, item in zip(words[first:last], plain[first:last], strict=True)
    ]
    return [
        (label, "next", *plain[number:last], after),
        (label, "=", *very),
        (label, "two", *plain[first : first + 2]),
        (label, "first", plain[first]),
        (label, "before", plain[first - 1] if first else ""),
        (label, "after", after),
    ]


def plain_words(words: Sequence[str]) -> list[str]:
    """Lower case, `#` for what begins with a digit and for digits after letters (`c#`), `@` for a capital behind digits
    (`617V`).
    """
    plain = list(map(_plain, words))
    behind = [at + 1 for at, word in enumerate(plain[:-1]) if word == "#"]
    for at in behind:
        if len(words[at]) == 1 and words[at].isupper():
            plain[at] = "@"
    return plain


@lru_cache(maxsize=1 << 14)
def _plain(word: str) -> str:
    return "#" if word[0].isdigit() else _DIGITS.sub("#", word.lower())


def _order(span: TokenSpan) -> tuple[int, int]:
    return span[0], -span[1]


def _clash(one: TokenSpan, other: TokenSpan) -> bool:
    return one[:2] == other[:2] or crosses(one, other)


def _around(spans: Iterable[TokenSpan], first: int, last: int) -> str:
    """The label of the smallest span around a range, "" if there is none."""
    around = [span for span in spans if span[0] <= first and span[1] >= last and span[1] - span[0] > last - first]
    return min(around, key=lambda span: (span[1] - span[0], span))[2] if around else ""


def _ends(words: Sequence[str], spans: Iterable[TokenSpan]) -> dict[int, list[tuple[str, int]]]:
    """By first token, the items that stand for whole spans and codes, with the tokens after them."""
    ends: dict[int, list[tuple[str, int]]] = {}
    for first, last, label in spans:
        ends.setdefault(first, []).append((f"<{label}>", last))
    for at, word in enumerate(words):
        if word.isalpha() or not _has_digits(word):
            continue
        if end := _code_end(words, at, word):
            ends.setdefault(at, []).append((_CODE, end))
        elif word[0].isdigit():
            ends.setdefault(_about(words, at), []).append((_NUMBER, at + 1))
    return ends


@lru_cache(maxsize=1 << 14)
def _has_digits(word: str) -> bool:
    return any(map(str.isdigit, word))


def _about(words: Sequence[str], at: int) -> int:
    """Where the words before a number that belong to it begin: `hơn`, `khoảng hơn`."""
    known = _approximators()
    for size in (2, 1):
        if size <= at and " ".join(words[at - size : at]).lower() in known:
            return at - size
    return at


@cache
def _approximators() -> frozenset[str]:
    from viborder.grammar.lexicon import packaged

    return frozenset(packaged().phrases("approximator"))


def _code_end(words: Sequence[str], at: int, word: str) -> int:
    """The token after a code that begins with a word that has digits: `617V` (two tokens), `LC522`; 0: none does."""
    if word.isdigit():
        letter = words[at + 1] if at + 1 < len(words) else ""
        return at + 2 if len(letter) == 1 and letter.isupper() else 0
    return at + 1 if word.isupper() and word.isalnum() else 0


def _collapsed(plain: Sequence[str], ends: Mapping[int, list[tuple[str, int]]], span: TokenSpan) -> Key:
    """The words of a span with the widest proposals and codes inside it in place of their words."""
    items, at = [], span[0]
    while at < span[1]:
        inside = [(end, item) for item, end in ends.get(at, ()) if end <= span[1] and end - at < span[1] - span[0]]
        end, item = max(inside) if inside else (at + 1, plain[at])
        items.append(item)
        at = end
    return tuple(items)


def _possible(trie: dict[str, Any], plain: Sequence[str], ends: Mapping[int, list[tuple[str, int]]]) -> list[int]:
    """The tokens at which a pattern of a trie may begin: its first item stands there, and ends it or is followed by a
    second.
    """
    words = [(at, at + 1, item) for at, item in enumerate(plain) if item in trie]
    whole = [(at, end, item) for at, found in ends.items() for item, end in found if item in trie]
    return sorted(
        {
            at
            for at, end, item in words + whole
            if "" in trie[item] or end in ends or (end < len(plain) and plain[end] in trie[item])
        }
    )


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
