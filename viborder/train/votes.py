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
from viborder.train.corrections import Corrections, plain_words, read_corrections
from viborder.train.folder import checked
from viborder.train.kept import Kept, read_kept, suggestion_kinds
from viborder.train.proposals import Proposer
from viborder.train.record import Record, kinds_of, read_record
from viborder.train.token_spans import TokenSpan
from viborder.train.tokenized import TokenizedText, tokenized
from viborder.train.tuning import Tuned, read_tuned

_GRAMMAR = "grammar"  # the folder in which a grammar of one's own is kept


@dataclass(frozen=True, slots=True)
class Advice:
    """proposer: None where the grammar has no part in a model. record, kept: of its proposals after corrections, what
    their votes count and what a suggestion like them scores at most.
    """

    proposer: Proposer | None = None
    corrections: Corrections = field(default_factory=lambda: Corrections({}, {}))
    record: Record = field(default_factory=lambda: Record({}, {}, {}))
    kept: Kept = field(default_factory=lambda: Kept({}))

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

    def worth(self, words: Sequence[str], revised: Sequence[TokenSpan], tuned: Tuned) -> list[float]:
        """What the vote for each proposal of a text counts: `trust` times the odds that it is right, `vote_for` at
        most.
        """
        most = tuned.vote_for
        return [max(-most, min(most, tuned.trust * self.record.odds(kinds))) for kinds in kinds_of(words, revised)]

    def believed(
        self, chances: NDArray[np.float64], words: Sequence[str], spans: Sequence[TokenSpan], tuned: Tuned
    ) -> NDArray[np.float64]:
        """The probabilities of spans of a text (in its tokens), no greater than the share of such spans that annotators
        kept; halfway there (the geometric mean) where votes depend on the record already (`trust`).
        """
        if not self.kept or not spans:
            return chances
        plain = plain_words(words)
        most = [self.kept.most(suggestion_kinds(words, plain, span)) for span in spans]
        lowered: NDArray[np.float64] = np.minimum(chances, np.array(most))
        halfway: NDArray[np.float64] = np.sqrt(chances * lowered)
        return halfway if tuned.trust else lowered

    def against(self, tags: Sequence[str], tuned: Tuned) -> NDArray[np.float32]:
        """What is taken from the score of each tag where nothing is proposed: `vote_against`, or less of a label that
        the grammar often left out; nothing from O, nor from labels of which the grammar knows nothing.
        """
        known = self.proposer.labels if self.proposer else None
        weights = np.full(len(tags), tuned.vote_against, dtype=np.float32)
        for number, tag in enumerate(tags):
            if tag == "O" or (known is not None and tag[2:] not in known):
                weights[number] = 0.0
            elif tuned.trust:
                weights[number] = min(tuned.vote_against, tuned.trust * self.record.silence(tag[2:]))
        return weights

    def vote(
        self,
        scores: NDArray[np.float32],
        said: NDArray[np.int64],
        tags: Sequence[str],
        tuned: Tuned,
        worth: NDArray[np.float32] | None = None,
    ) -> None:
        """Add the votes to scores (rows × tags).

        said: for each row the tag that is proposed, 0 for O, which stands first among the tags. worth: for each row
        what the vote for it counts; None: `vote_for` for all.
        """
        silent = said == 0
        if tuned.vote_for:
            scores[~silent, said[~silent]] += np.float32(tuned.vote_for) if worth is None else worth[~silent]
        if tuned.vote_against:
            scores[silent] -= self.against(tags, tuned)

    def card(self, tuned: Tuned) -> dict[str, Any]:
        """What `model.json` says of it."""
        known = self.proposer.labels if self.proposer else None
        shared = {} if known is None else {"grammar_labels": sorted(known)}
        return {"grammar": self.proposer is not None, **shared, "tuned": asdict(tuned)}

    def contents(self, tuned: Tuned) -> dict[str, bytes]:
        """The files of it in a model folder; the record where votes depend on it."""
        own = self.proposer.own if self.proposer else None
        files = {f"{_GRAMMAR}/{name}": data for name, data in own.files.items()} if own else {}
        record = {"record.tsv": self.record.written().encode()} if tuned.trust else {}
        kept = {"kept.tsv": self.kept.written().encode()} if self.kept else {}
        return {"corrections.tsv": self.corrections.written().encode(), **record, **kept, **files}


def read_advice(folder: Path, card: Mapping[str, Any]) -> tuple[Advice, Tuned]:
    """What `Advice.card` and `Advice.contents` say; no advice where the card names none.

    Raises ViborderError `model-damaged`, KeyError where the card is none.
    """
    if "tuned" not in card:
        return Advice(), Tuned()
    known = card.get("grammar_labels")  # those that the grammar votes on, where it does not know all labels
    proposer = Proposer(_own(folder, card), None if known is None else frozenset(known)) if card["grammar"] else None
    corrections = read_corrections(checked(folder, card, "corrections.tsv").decode())
    record, kept = (
        checked(folder, card, name).decode() if name in card["files"] else "" for name in ("record.tsv", "kept.tsv")
    )
    return Advice(proposer, corrections, read_record(record), read_kept(kept)), read_tuned(card["tuned"])


def _own(folder: Path, card: Mapping[str, Any]) -> OwnGrammar | None:
    names = [name for name in card["files"] if name.startswith(f"{_GRAMMAR}/")]
    for name in names:
        checked(folder, card, name)
    return read_own(folder / _GRAMMAR) if names else None
