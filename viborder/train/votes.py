"""The grammar's side of a model: what it proposes, as corrections have it, and what its vote counts.

It is the same for every kind of learner: a learner gives scores of tags, and the votes are added to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viborder.document import Document
from viborder.grammar.own import OwnGrammar, read_own
from viborder.train import forms
from viborder.train.corrections import Corrections, read_corrections
from viborder.train.folder import checked
from viborder.train.proposals import Proposer
from viborder.train.token_spans import TokenSpan
from viborder.train.tokenized import TokenizedText, tokenized
from viborder.train.tuning import Tuned, read_tuned

_GRAMMAR = "grammar"  # the folder in which a grammar of one's own is kept


@dataclass(frozen=True, slots=True)
class Advice:
    """proposer: None where the grammar has no part in a model."""

    proposer: Proposer | None = None
    corrections: Corrections = field(default_factory=lambda: Corrections({}, {}))

    def read(self, documents: Sequence[Document]) -> list[TokenizedText]:
        """The tokens of documents; with the grammar, words of sentences in other forms of writing as they are restored."""
        return [(forms.read if self.proposer else tokenized)(document) for document in documents]

    def proposals(self, documents: Sequence[Document], texts: Sequence[TokenizedText]) -> list[list[TokenSpan]]:
        """What the grammar proposes for documents, in their tokens, before corrections."""
        return self.proposer.spans(documents, texts) if self.proposer else [[] for _ in documents]

    def revised(
        self, texts: Sequence[TokenizedText], proposals: Sequence[Sequence[TokenSpan]]
    ) -> Sequence[Sequence[TokenSpan]]:
        """Proposals as annotators would have them."""
        if not self.corrections:
            return proposals
        return [self.corrections.revised(text.words, found) for text, found in zip(texts, proposals, strict=True)]

    def card(self, tuned: Tuned) -> dict[str, Any]:
        """What `model.json` says of it."""
        known = self.proposer.labels if self.proposer else None
        shared = {} if known is None else {"grammar_labels": sorted(known)}
        return {"grammar": self.proposer is not None, **shared, "tuned": asdict(tuned)}

    def contents(self) -> dict[str, bytes]:
        """The files of it in a model folder."""
        own = self.proposer.own if self.proposer else None
        files = {f"{_GRAMMAR}/{name}": data for name, data in own.files.items()} if own else {}
        return {"corrections.tsv": self.corrections.written().encode(), **files}


def read_advice(folder: Path, card: Mapping[str, Any]) -> tuple[Advice, Tuned]:
    """What `Advice.card` and `Advice.contents` say; no advice where the card names none.

    Raises ViborderError `model-damaged`, KeyError where the card is none.
    """
    if "tuned" not in card:
        return Advice(), Tuned()
    known = card.get("grammar_labels")  # those that the grammar votes on, where it does not know all labels
    proposer = Proposer(_own(folder, card), None if known is None else frozenset(known)) if card["grammar"] else None
    corrections = read_corrections(checked(folder, card, "corrections.tsv").decode())
    return Advice(proposer, corrections), read_tuned(card["tuned"])


def _own(folder: Path, card: Mapping[str, Any]) -> OwnGrammar | None:
    names = [name for name in card["files"] if name.startswith(f"{_GRAMMAR}/")]
    for name in names:
        checked(folder, card, name)
    return read_own(folder / _GRAMMAR) if names else None


def vote(
    scores: NDArray[np.float32],
    said: NDArray[np.int64],
    tags: Sequence[str],
    tuned: Tuned,
    known: frozenset[str] | None = None,
) -> None:
    """Add the votes to scores (rows × tags): to that of the tag that is proposed for a row, or where nothing is, to
    that of O and of the labels of which the grammar knows nothing.

    said: for each row the proposed tag, 0 for O, which stands first among the tags. known: the labels that the grammar
    may propose; None: all.
    """
    if not tuned.vote_for and not tuned.vote_against:
        return
    votes = np.where(said == 0, np.float32(tuned.vote_against), np.float32(tuned.vote_for))
    scores[np.arange(len(said)), said] += votes
    if known is not None:
        unknown = [number for number, tag in enumerate(tags) if tag != "O" and tag[2:] not in known]
        scores[np.ix_(said == 0, unknown)] += np.float32(tuned.vote_against)
