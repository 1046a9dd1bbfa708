"""What is tuned on held-out documents once a model has learned: the weight of the grammar's vote, and the calibration.

It is the same for every kind of learner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from random import Random
from typing import Any, Protocol

from viborder.train.calibration import Calibration, fit
from viborder.train.token_spans import ScoredSpan, TokenSpan, f1
from viborder.train.tokenized import TokenizedText


@dataclass(frozen=True, slots=True)
class Tuned:
    """What held-out documents decide.

    vote_for: added to the logarithmic score of a tag where the grammar proposes it. vote_against: taken from that of
    every tag but O where the grammar proposes nothing. trust: times the odds that the grammar's record gives, that is
    what a vote counts, the other two at most; 0: each counts the same. calibration: what a probability is worth.
    """

    vote_for: float = 0.0
    vote_against: float = 0.0
    calibration: Calibration = field(default_factory=Calibration)
    trust: float = 0.0


class Tunable(Protocol):
    """A tagger whose votes and calibration can be set."""

    tuned: Tuned

    def tag_texts(
        self, texts: Sequence[TokenizedText], proposals: Sequence[Sequence[TokenSpan]]
    ) -> list[list[ScoredSpan]]:
        """The spans of each text, in its tokens. proposals: the grammar's, by text."""


# a tagger, texts that it has not seen, what the grammar proposes in each, the gold spans of each
HeldOut = tuple[Tunable, list[TokenizedText], list[list[TokenSpan]], list[set[TokenSpan]]]


def tune(
    held_out: Sequence[HeldOut],
    vote_for: Sequence[float],
    vote_against: Sequence[float],
    doubt: float,
    trust: Sequence[float] = (0.0,),
) -> Tuned:
    """What serves best on held-out texts: first the votes, by F1 over nested spans, then the calibration.

    Of votes that do equally well, those that stand first in the recipe are taken. doubt: the share of the grammar's
    proposals that are moved by a token before scores are calibrated: on documents that its authors have read it is
    right more often than it will be elsewhere.
    """
    best, best_f1 = Tuned(), -1.0
    for count, for_it, against in product(trust, vote_for, vote_against):
        tuned = Tuned(for_it, against, trust=count)
        score = f1(({span for span, _, _ in found}, gold) for found, gold in _tagged(held_out, tuned))
        if score > best_f1 + 1e-9:
            best, best_f1 = tuned, score
    doubted = [
        (tagger, texts, [_moved(spans, doubt, f"{number}") for number, spans in enumerate(proposals)], gold)
        for tagger, texts, proposals, gold in held_out
    ]
    judged = [(score, agrees, span in gold) for found, gold in _tagged(doubted, best) for span, score, agrees in found]
    return replace(best, calibration=fit(judged))


def _moved(spans: list[TokenSpan], share: float, seed: str) -> list[TokenSpan]:
    random = Random(seed)
    found = []
    for first, last, label in spans:
        if random.random() < share:
            last += -1 if last - first > 1 and random.random() < 0.5 else 1
        found.append((first, last, label))
    return sorted(found, key=lambda span: (span[0], -span[1]))


def _tagged(held_out: Sequence[HeldOut], tuned: Tuned) -> list[tuple[list[ScoredSpan], set[TokenSpan]]]:
    found = []
    for tagger, texts, proposals, gold in held_out:
        tagger.tuned = tuned
        found += list(zip(tagger.tag_texts(texts, proposals), gold, strict=True))
    return found


def read_tuned(record: Mapping[str, Any]) -> Tuned:
    """What `dataclasses.asdict` made of it. Raises KeyError and TypeError where it is none."""
    calibration = Calibration(**record["calibration"])
    return Tuned(record["vote_for"], record["vote_against"], calibration, record.get("trust", 0.0))
