"""What a training has: documents with their tokens, what the grammar proposes in them, and what annotators marked.

It is worked out once, for all folds, and is the same for every kind of learner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from viborder.document import PRIVATE, Document
from viborder.errors import Problem, fail, place
from viborder.labels import in_order
from viborder.text import token_range
from viborder.train import forms
from viborder.train.corrections import Corrections, learn_corrections
from viborder.train.kept import learn_kept
from viborder.train.proposals import proposer
from viborder.train.record import Case, Record, learn_record
from viborder.train.token_spans import TokenSpan, f1, in_tokens
from viborder.train.tokenized import TokenizedText, tokenized
from viborder.train.tuning import HeldOut, Tunable, Tuned
from viborder.train.votes import Advice

GUESSED = "guessed"  # in the meta of a document: its spans were found by a model, not by annotators
RECORD_FOLDS = 5
RELIED_ON = 0.95  # F1 of the grammar on the training documents from which on it decides, where nothing is tuned


class Material:
    """texts, proposals: by id of a document. labels: those of the documents, in order. proposer: what proposes, None
    where nothing does. shared: the labels that it may propose; None: all.

    Raises ViborderError `nothing-to-learn` where no document has a span, and what is wrong with a grammar's folder.
    """

    def __init__(self, documents: Sequence[Document], grammar: bool | str, where: str) -> None:
        self.documents = list(documents)
        self.labels = in_order(span.label for document in documents for span in document.spans)
        if not self.labels:
            hint = "annotate some, or give other documents"
            raise fail(where, "nothing-to-learn", "no document to train on has a span", hint)
        self.proposer = proposer(grammar, self.labels, Path(where).parent)
        self.shared = self.proposer.labels if self.proposer else None
        self.texts: dict[str, TokenizedText] = {}
        self.proposals: dict[str, list[TokenSpan]] = {}
        self._makers: dict[str, dict[TokenSpan, str]] = {}

    def prepare(self, documents: Sequence[Document]) -> None:
        """Work out texts and proposals."""
        read = forms.read if self.proposer else tokenized
        texts = [read(document) for document in documents]
        proposals = self.proposer.spans(documents, texts) if self.proposer else [[] for _ in documents]
        for document, text, found in zip(documents, texts, proposals, strict=True):
            self.texts[document.id], self.proposals[document.id] = text, found

    def gold(self, document: Document) -> set[TokenSpan]:
        """The spans that annotators marked, in tokens of the document."""
        return set(in_tokens(self.texts[document.id].ranges, document.spans))

    def known_gold(self, document: Document) -> set[TokenSpan]:
        """Those of the labels that the grammar knows."""
        return {span for span in self.gold(document) if self.shared is None or span[2] in self.shared}

    def advice(self, documents: Sequence[Document], corrections: bool, record: bool = False) -> Advice:
        """What the grammar has to say, what annotators kept of its proposals in documents, and, where these are wanted,
        what documents correct in them, and its record there.
        """
        if self.proposer is None:
            return Advice()
        cases = [
            (self.texts[document.id].words, self.proposals[document.id], self.known_gold(document))
            for document in documents
        ]
        learned = (
            learn_corrections(cases, lambda number: self._makers_of(documents[number]))
            if corrections
            else Corrections({}, {})
        )
        unseen = list(_corrected_by_others(cases)) if corrections else cases
        known = learn_record(unseen) if record else Record({}, {}, {})
        return Advice(self.proposer, learned, known, learn_kept(unseen))

    def _makers_of(self, document: Document) -> dict[TokenSpan, str]:
        """The rule that made each proposal in a document."""
        if self.proposer and document.id not in self._makers:
            self._makers[document.id] = self.proposer.makers(document, self.texts[document.id])
        return self._makers[document.id]

    def held(self, tagger: Tunable, documents: Sequence[Document]) -> HeldOut:
        """Documents for a tagger that has not seen them."""
        return (
            tagger,
            [self.texts[document.id] for document in documents],
            [self.proposals[document.id] for document in documents],
            [self.gold(document) for document in documents],
        )

    def untuned(
        self, vote_for: Sequence[float], vote_against: Sequence[float], trust: Sequence[float] = (0.0,)
    ) -> Tuned:
        """Votes where nothing is held out: the first of each, or the last where the grammar errs much on the
        training documents.
        """
        said = ({span for span in self.proposals[document.id] if span[2] != PRIVATE} for document in self.documents)
        errs = (
            self.proposer is not None and f1(zip(said, map(self.known_gold, self.documents), strict=True)) < RELIED_ON
        )
        at = -1 if errs else 0
        return Tuned(vote_for[at], vote_against[at], trust=trust[at])


def split_tokens(documents: Iterable[Document]) -> Iterator[Problem]:
    """`span-splits-token` for every span with a border inside a token."""
    for document in documents:
        ranges = tokenized(document).ranges
        for span in document.spans:
            if token_range(ranges, span.start, span.end) is None:
                where = place("", document.id, span.start, span.end, document.slice(span))
                yield Problem(where, "span-splits-token", "a border lies inside a token", "mark whole tokens")


def _corrected_by_others(cases: Sequence[Case]) -> Iterator[Case]:
    """Texts with their proposals as corrections of the other folds have them, for the record of what will be proposed
    in a text that was not learned from.
    """
    for fold in range(min(RECORD_FOLDS, len(cases))):
        corrections = learn_corrections([case for number, case in enumerate(cases) if number % RECORD_FOLDS != fold])
        for words, proposals, gold in cases[fold::RECORD_FOLDS]:
            yield words, corrections.revised(words, proposals), gold
