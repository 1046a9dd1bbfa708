"""The default tagger: one CRF for the outermost spans, another for what lies inside a span, applied as deep as spans
are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from viborder.document import Document, Span, in_order
from viborder.train.crf.batch import Batch, lay_out, over, same_tag, unpaint
from viborder.train.crf.candidates import candidates
from viborder.train.crf.chain import Chain, Columns, Types
from viborder.train.crf.columns import COLUMNS, inside_columns, outer_columns
from viborder.train.crf.folder import Learned, read_learned
from viborder.train.crf.known import find_known, lengths_of
from viborder.train.crf.rerank import LEAST, by_sentence
from viborder.train.crf.templates import parse
from viborder.train.decode import Floats, Ints, legal, span_marginals, viterbi
from viborder.train.token_spans import ScoredSpan, TokenSpan
from viborder.train.tokenized import TokenizedText
from viborder.train.tuning import read_tuned

DEPTH = 4  # layers at most; three occur in the gold
_BATCH = 1 << 18  # code points decoded together: about 65 articles
_MOST_TYPES = 200_000  # token types remembered, so that memory stays flat


class Account(NamedTuple):
    """How a tagger came to the spans of a text; all in tokens, with probabilities where it gives some.

    possible: outermost spans under the chain with the grammar's vote; alone: those of the learned weights, where the
    grammar proposes nothing and does not vote.
    """

    text: TokenizedText
    proposed: list[TokenSpan]
    revised: list[TokenSpan]
    found: list[ScoredSpan]
    possible: list[tuple[TokenSpan, float]]
    alone: list[tuple[TokenSpan, float]]


class CrfTagger:
    """Tags documents with nested spans. Made by `viborder.train.load` or `viborder.train.train`."""

    def __init__(self, card: Mapping[str, Any], learned: Learned) -> None:
        self.card = card
        self.labels: list[str] = card["labels"]
        self.version: str = card.get("version", "")
        self.tuned = read_tuned(card["tuned"])
        self._advice = learned.advice
        self._containers = frozenset(card["containers"])
        self._learned = learned
        self._lengths = lengths_of(learned.known)
        self._types = Types(self._advice.proposer is not None)
        templates = {"outer": card["recipe"]["templates"], "inside": card["recipe"]["inside"]}
        self._chains = {
            name: Chain(weights, parse(templates[name], COLUMNS, "", []), self._types)
            for name, weights in learned.chains.items()
        }
        self._legal = {name: legal(chain.tags) for name, chain in self._chains.items()}

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Each document with the spans that the model finds, each with its `score`; spans that it had are ignored."""
        for some in _batches(documents):
            texts = self._advice.read(some)
            proposals = self._advice.proposals(some, texts)
            for document, text, found in zip(some, texts, self.tag_texts(texts, proposals), strict=True):
                yield replace(document, spans=in_order(_in_code_points(text, found)), private=())
            if len(self._types.ids) > _MOST_TYPES:
                self._types.forget()

    def tag_texts(
        self, texts: Sequence[TokenizedText], proposals: Sequence[Sequence[TokenSpan]]
    ) -> list[list[ScoredSpan]]:
        """The spans of each text, in its tokens, with calibrated scores. proposals: the grammar's, by text."""
        batch = lay_out(texts, self._types)
        found: list[list[ScoredSpan]] = [[] for _ in texts]
        if not len(batch.positions):
            return found
        revised = self._advice.revised(texts, proposals)
        proposed = over(batch, revised)
        worth = self._worth(texts, revised, proposed)
        layer = self._outermost(batch, self._outer_table(batch, texts, proposed, worth))
        every = list(layer)
        for _ in range(DEPTH - 1):
            layer = self._decode_inside(batch, [span for span, _ in layer], proposed, worth)
            every += layer
        agreed = set(proposed)
        pages_of = np.searchsorted(batch.offsets, [span[0] for span, _ in every], side="right") - 1
        for page, ((first, last, label), chance) in zip(pages_of.tolist(), every, strict=True):
            start = batch.offsets[page]
            found[page].append(((first - start, last - start, label), chance, (first, last, label) in agreed))
        scores = iter(self._scored(texts, found))
        return [[(span, next(scores), agreeing) for span, _, agreeing in some] for some in found]

    def _scored(self, texts: Sequence[TokenizedText], found: Sequence[Sequence[ScoredSpan]]) -> list[float]:
        """The calibrated scores of the spans of texts, one text after another, for their probabilities."""
        agrees = np.array([agreeing for some in found for _, _, agreeing in some])
        chances = np.array([chance for some in found for _, chance, _ in some])
        if self._advice.kept:
            ends = np.cumsum([len(some) for some in found])[:-1]
            chances = np.concatenate(
                [
                    self._advice.believed(own, text.words, [span for span, _, _ in some], self.tuned)
                    for own, text, some in zip(np.split(chances, ends), texts, found, strict=True)
                ]
            )
        scores: list[float] = self.tuned.calibration.applied(chances, agrees).tolist()
        return scores

    def _worth(
        self,
        texts: Sequence[TokenizedText],
        revised: Sequence[Sequence[TokenSpan]],
        proposed: Sequence[TokenSpan],
    ) -> dict[TokenSpan, float] | None:
        """What the vote for each proposal counts, in tokens of the batch; None where all count the same."""
        if not self.tuned.trust:
            return None
        each = (self._advice.worth(text.words, found, self.tuned) for text, found in zip(texts, revised, strict=True))
        return dict(zip(proposed, (worth for some in each for worth in some), strict=True))

    def _decode_inside(
        self,
        batch: Batch,
        outers: list[TokenSpan],
        proposed: list[TokenSpan],
        worth: Mapping[TokenSpan, float] | None,
    ) -> list[tuple[TokenSpan, float]]:
        wide = [span for span in outers if span[1] - span[0] > 1 and span[2] in self._containers]
        if not wide or "inside" not in self._chains:
            return []
        firsts = np.array([span[0] for span in wide])
        lengths = np.array([span[1] - span[0] for span in wide])
        starts = np.cumsum(lengths) - lengths
        rows = np.repeat(firsts - starts, lengths) + np.arange(int(lengths.sum()))
        table = inside_columns(batch, wide, proposed, self.labels, worth)
        inner = self._decode("inside", table, batch.positions[rows], starts, lengths)
        whole = set(wide)
        spans = [((int(rows[first]), int(rows[last - 1]) + 1, label), chance) for (first, last, label), chance in inner]
        return [(span, chance) for span, chance in spans if span not in whole]

    def suggest(
        self, texts: Sequence[TokenizedText], proposals: Sequence[Sequence[TokenSpan]]
    ) -> list[list[tuple[TokenSpan, float]]]:
        """For each sentence of texts, the outermost spans that are possible under the outer chain, in its tokens,
        with probabilities.
        """
        batch = lay_out(texts, self._types)
        if not len(batch.positions):
            return []
        proposed = over(batch, proposals)
        table = self._outer_table(batch, texts, proposed, self._worth(texts, proposals, proposed))
        return by_sentence(batch.starts, self._possible(batch, table))

    def account(self, document: Document) -> Account:
        """What was proposed for a document, what corrections made of it, what was found, and what else was possible."""
        (text,) = self._advice.read([document])
        (proposed,) = self._advice.proposals([document], [text])
        (revised,) = self._advice.revised([text], [proposed])
        return Account(
            text,
            proposed,
            list(revised),
            self.tag_texts([text], [proposed])[0],
            self._in_text(text, revised),
            self._without_votes()._in_text(text, []),
        )

    def tag_alone(self, documents: Sequence[Document]) -> Iterator[Document]:
        """What the learned weights find where the grammar proposes nothing and does not vote."""
        texts = self._advice.read(documents)
        found = self._without_votes().tag_texts(texts, [[] for _ in texts])
        for document, text, spans in zip(documents, texts, found, strict=True):
            yield document.with_spans(_in_code_points(text, spans))

    def _without_votes(self) -> CrfTagger:
        """The same weights, and no vote of the grammar, neither for a span nor against one."""
        tuned = {**self.card["tuned"], "vote_for": 0.0, "vote_against": 0.0}
        return CrfTagger({**self.card, "tuned": tuned}, self._learned)

    def _in_text(self, text: TokenizedText, proposals: Sequence[TokenSpan]) -> list[tuple[TokenSpan, float]]:
        """What is possible under the outer chain, in tokens of the text, with probabilities."""
        return [
            ((first + begin, last + begin, label), chance)
            for begin, found in zip(text.breaks, self.suggest([text], [proposals]), strict=False)
            for (first, last, label), chance in found
        ]

    def _outer_table(
        self,
        batch: Batch,
        texts: Sequence[TokenizedText],
        proposed: Sequence[TokenSpan],
        worth: Mapping[TokenSpan, float] | None,
    ) -> Columns:
        known = (
            over(batch, [find_known(text.words, self._learned.known, self._lengths) for text in texts])
            if self._learned.known
            else []
        )
        table = outer_columns(batch, proposed, known, self.labels, worth)
        if self._learned.encoder:
            said = self._learned.encoder.log_chances(texts, self._chains["outer"].tags)
            table = replace(table, said=said)
        return table

    def _possible(self, batch: Batch, table: Columns) -> list[tuple[TokenSpan, float]]:
        scores = self._scores("outer", table, batch.positions, batch.starts, batch.lengths)
        return candidates(*scores, batch.starts, batch.lengths, self._chains["outer"].tags, LEAST)

    def _outermost(self, batch: Batch, table: Columns) -> list[tuple[TokenSpan, float]]:
        if self._learned.reranker is None:
            return self._decode("outer", table, batch.positions, batch.starts, batch.lengths)
        words = [self._types.attributes[number]["word"] for number in batch.types.take(batch.positions).tolist()]
        return self._learned.reranker.choose(words, batch.starts, batch.lengths, self._possible(batch, table))

    def _decode(
        self, name: str, table: Columns, positions: Ints, starts: Ints, lengths: Ints
    ) -> list[tuple[TokenSpan, float]]:
        """Spans and their probabilities, for sequences of rows; `positions` says where each row stands in `table`."""
        chain = self._chains[name]
        emissions, transitions, first = self._scores(name, table, positions, starts, lengths)
        path = viterbi(emissions, transitions, first, starts, lengths)
        found = unpaint(path, chain.tags)
        if not found:
            return []
        inside = np.array([chain.tags.index(f"I-{tag[2:]}") if tag != "O" else -1 for tag in chain.tags])
        begins, ends = np.array([span[0] for span in found]), np.array([span[1] - 1 for span in found])
        holding = np.unique(np.searchsorted(starts, begins, side="right") - 1)  # the sequences that have a span
        chances = span_marginals(
            emissions, transitions, first, starts[holding], lengths[holding], path, (begins, ends), inside
        )
        return list(zip(found, chances.tolist(), strict=True))

    def _scores(
        self, name: str, table: Columns, positions: Ints, starts: Ints, lengths: Ints
    ) -> tuple[Floats, Floats, Floats]:
        """The scores of the tags of each row, of one tag after another, and of the first tag."""
        chain, (extra, first) = self._chains[name], self._legal[name]
        emissions, transitions = chain.emissions(table, positions), chain.transitions
        voices = []
        if name == "outer" and self._learned.networks:
            voices.append(self._learned.networks.log_chances(self._types, table.types[positions], starts, lengths))
        if table.said is not None:
            voices.append(table.said)  # the last: it counts as much as the CRF with its networks
        for said in voices:
            emissions, transitions = (emissions + said) * np.float32(0.5), transitions * np.float32(0.5)
        self._vote(emissions, chain.tags, table, positions)
        return emissions, transitions + extra, first

    def _vote(self, emissions: Floats, tags: list[str], table: Columns, positions: Ints) -> None:
        """Add the grammar's votes."""
        tag_of = np.array([same_tag(value, tags) for value in table.values])
        said = tag_of.take(table.codes["grammar"].take(positions))
        worth = None if table.worth is None else table.worth.take(positions)
        self._advice.vote(emissions, said, tags, self.tuned, worth)


def _in_code_points(text: TokenizedText, found: Iterable[ScoredSpan]) -> list[Span]:
    return [Span(text.starts[first], text.ends[last - 1], label, score) for (first, last, label), score, _ in found]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    some: list[Document] = []
    size = 0
    for document in documents:
        some.append(document)
        size += len(document.text)
        if size >= _BATCH:
            yield some
            some, size = [], 0
    if some:
        yield some


def load_crf(folder: Path, card: Mapping[str, Any]) -> CrfTagger:
    """The tagger of a model folder. Raises ViborderError `model-foreign`, `model-damaged`."""
    return CrfTagger(card, read_learned(folder, card))
