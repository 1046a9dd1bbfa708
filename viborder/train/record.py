"""The grammar's record: how often its proposals were right, by what they are, and how much it left out.

The grammar learns nothing, so what it did on annotated documents it will do again. A kind of proposal that was wrong
there loses its say, and its silence counts the less the more of a label it left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log

from viborder.document import PRIVATE
from viborder.train.token_spans import TokenSpan

Key = tuple[str, ...]
# the words of a text, the grammar's proposals, the gold spans
Case = tuple[Sequence[str], Sequence[TokenSpan], set[TokenSpan]]

_PRIOR = 0.97  # the share of proposals that is taken to be right before any was looked at
_STRENGTH = 2.0  # how many proposals what is known of a broader kind counts as much as
PERSONS = ("OFFICIAL", PRIVATE)  # no word of a name is kept


class Record:
    """right, wrong: by kind of proposal, how many. missed: by label, the gold spans that were not proposed."""

    def __init__(self, right: Mapping[Key, int], wrong: Mapping[Key, int], missed: Mapping[str, int]) -> None:
        self.right, self.wrong, self.missed = dict(right), dict(wrong), dict(missed)
        self._odds: dict[Key, float] = {}

    def __bool__(self) -> bool:
        return bool(self.right or self.wrong or self.missed)

    def odds(self, kinds: Sequence[Key]) -> float:
        """The logarithm of the odds that a proposal of these kinds, broad to narrow, is right.

        Each kind is a Beta distribution whose mean beforehand is what the broader kind says.
        """
        found = self._odds.get(kinds[-1])
        if found is None:
            chance = _PRIOR
            for kind in kinds:
                right = self.right.get(kind, 0)
                chance = (right + _STRENGTH * chance) / (right + self.wrong.get(kind, 0) + _STRENGTH)
            found = self._odds[kinds[-1]] = log(chance / (1 - chance))
        return found

    def silence(self, label: str) -> float:
        """How much less likely a span of a label is where none is proposed: the logarithm of 1 / (1 − recall)."""
        found = self.right.get((label,), 0)
        missed = self.missed.get(label, 0)
        return log((found + missed + 1.0) / (missed + 0.2))

    def written(self) -> str:
        """A line a kind: how many were right and wrong, and the kind; or `missed`, how many, and the label."""
        kinds = sorted({*self.right, *self.wrong})
        rows = [f"{self.right.get(kind, 0)}\t{self.wrong.get(kind, 0)}\t{' '.join(kind)}\n" for kind in kinds]
        return "".join([*rows, *(f"missed\t{count}\t{label}\n" for label, count in sorted(self.missed.items()))])


def read_record(text: str) -> Record:
    """The record that `Record.written` wrote. Raises ValueError where a line is not of its form."""
    right: dict[Key, int] = {}
    wrong: dict[Key, int] = {}
    missed: dict[str, int] = {}
    for line in text.splitlines():
        first, second, kind = line.split("\t")
        if first == "missed":
            missed[kind] = int(second)
        else:
            right[tuple(kind.split(" "))], wrong[tuple(kind.split(" "))] = int(first), int(second)
    return Record(right, wrong, missed)


def learn_record(cases: Iterable[Case]) -> Record:
    """The record of the grammar on annotated texts. Very kinds are kept only for labels that were ever wrong."""
    right: Counter[Key] = Counter()
    wrong: Counter[Key] = Counter()
    missed: Counter[str] = Counter()
    for words, proposals, gold in cases:
        said = [span for span in proposals if span[2] != PRIVATE]
        for span, kinds in zip(said, kinds_of(words, said), strict=True):
            (right if span in gold else wrong).update(kinds)
        missed.update(label for _, _, label in gold - set(said))
    erred = {kind[0] for kind in wrong}
    kept = {kind for kind in {*right, *wrong} if len(kind) == 1 or kind[0] in erred}
    return Record(
        {kind: count for kind, count in right.items() if kind in kept},
        {kind: count for kind, count in wrong.items() if kind in kept},
        missed,
    )


def kinds_of(words: Sequence[str], proposals: Sequence[TokenSpan]) -> list[list[Key]]:
    """For each proposal its kinds, broad to narrow: its label; with it whether another proposal lies around it, and
    how it is written; with these its first word, in lower case, `#` for a number.

    proposals: in reading order, outer before inner.
    """
    found = []
    reached = 0
    for first, last, label in proposals:
        place = "inner" if last <= reached else "outer"
        reached = max(reached, last)
        broad = [(label,), (label, place, form(words[first:last]))]
        word = "#" if words[first][0].isdigit() else words[first].lower()
        found.append(broad if label in PERSONS else [*broad, (*broad[-1], word)])
    return found


def form(words: Sequence[str]) -> str:
    """How words are written: `capitals`, `small`, `mixed`."""
    text = "".join(words)
    return "capitals" if text.isupper() else "small" if text.islower() else "mixed"
