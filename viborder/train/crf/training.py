"""Training the default tagger: learn the weights from all documents, tune the rest on documents held out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError
from viborder.formats import brackets, jsonl
from viborder.labels import in_order
from viborder.train import noise
from viborder.train.augment import augmented
from viborder.train.crf.batch import tagset
from viborder.train.crf.beside import read_encoder
from viborder.train.crf.chain import Weights
from viborder.train.crf.columns import COLUMNS
from viborder.train.crf.examples import (
    dropped,
    lay_out_examples,
    mentions,
    spanned_sentences,
    tagged_sentences,
)
from viborder.train.crf.folder import Learned, write_model
from viborder.train.crf.learn import Lesson, learn
from viborder.train.crf.network import Networks
from viborder.train.crf.recipe import CrfRecipe
from viborder.train.crf.rerank import Reranker
from viborder.train.crf.span_features import Chance, count_strings, span_features
from viborder.train.crf.tagger import CrfTagger, load_crf
from viborder.train.crf.templates import parse
from viborder.train.folder import data_hash
from viborder.train.material import GUESSED, Material, split_tokens
from viborder.train.proposals import switched_off
from viborder.train.token_spans import TokenSpan, containers
from viborder.train.tuning import HeldOut, Tuned, tune
from viborder.train.votes import Advice
from viborder.train.watched import watched

MOST_FOLDED = 200  # documents: with more, and no dev set, nothing is held out and nothing is tuned
LEFT_OUT = 3  # proposals of a label, none of them annotated, from which on the label is taken to be no part of the task

NO_GRAMMAR = [
    0.0,
    -0.2,
    -0.4,
    -0.6,
    0.2,
    0.4,
]  # added to O everywhere, where there is no grammar: recall against precision


def train_crf(
    recipe: CrfRecipe,
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None,
    *,
    where: str,
) -> CrfTagger:
    """Train on documents, write the model folder and return its tagger.

    dev: documents to tune on; without them, the training documents are held out in turn, unless an encoder votes.
    where: the recipe's file, for messages.
    Raises ViborderError: `nothing-to-learn`, `span-splits-token`, `template-…`.
    """
    guessed = [document for document in documents if GUESSED in document.meta]
    documents = [document for document in documents if GUESSED not in document.meta]
    work = _Work(recipe, documents, where, guessed)
    if recipe.grammar:
        for line in switched_off(work.material.proposer, work.labels, bool(recipe.genre)):
            print(line, file=sys.stderr)
    learned = work.learned(work.documents)
    if dev:
        work.material.prepare(dev)
        held = [work.material.held(CrfTagger(work.card(documents, Tuned()), learned), dev)]
    elif work.encoder:
        said = "the encoder may have learned from these documents: nothing is tuned on them (--dev does)"
        print(said, file=sys.stderr)
        held = []
    elif recipe.folds > 1 and 1 < len(documents) <= MOST_FOLDED:
        held = list(work.folds())
    else:
        held = []
    vote_for, vote_against = (recipe.vote_for, recipe.vote_against) if work.grammar else ([0.0], NO_GRAMMAR)
    trust = recipe.trust if work.grammar else [0.0]
    tuned = (
        tune(held, vote_for, vote_against, recipe.doubt, trust)
        if held
        else work.material.untuned(vote_for, vote_against, trust)
    )
    return load_crf(out, write_model(out, work.card(documents, tuned), learned))


class _Work:
    """A training: the documents with what is worked out once for all folds (texts, proposals)."""

    def __init__(
        self, recipe: CrfRecipe, documents: Sequence[Document], where: str, guessed: Sequence[Document] = ()
    ) -> None:
        problems: list[Problem] = []
        self.templates = {
            "outer": parse(recipe.templates, COLUMNS, where, problems),
            "inside": parse(recipe.inside, COLUMNS, where, problems),
        }
        problems += split_tokens(documents)
        if problems:
            raise ViborderError(problems)
        self.recipe, self.documents = recipe, list(documents)
        self.material = Material(documents, recipe.grammar, where)
        self.grammar = self.material.proposer is not None
        here = Path(where).parent
        ours = self.grammar and self.material.shared is None
        self.genre = [document for name in recipe.genre for document in _read(here / name)] if ours else []
        self.genre += guessed  # learned from, but nothing is corrected or tuned by them
        self._kept: Mapping[str, Iterable[Lesson]] = {}
        self._keeps = recipe.folds > 1 and len(documents) <= MOST_FOLDED and not recipe.known
        originals = [*documents, *self.genre]
        copied = [
            *augmented(originals, recipe.copies, recipe.seed),
            *noise.copies(originals, recipe.noise, recipe.seed),
        ]
        self.variants = {variant.id: (origin, variant) for origin, variant in copied}
        self.material.prepare([*documents, *self.genre, *(variant for _, variant in copied)])
        self.labels = in_order({*self.material.labels, *self._unseen()})
        self.encoder = read_encoder(Path(recipe.encoder), self.labels, where) if recipe.encoder else None
        if self.encoder:
            self.encoder.tagger.remembered = {}  # each window is read once, however many votes are tried

    def _unseen(self) -> set[str]:
        """Labels of the genre that the documents lack by chance: the grammar hardly proposes them there, so nobody
        has left them out.
        """
        proposed = Counter(label for document in self.documents for _, _, label in self.material.proposals[document.id])
        return {span.label for document in self.genre for span in document.spans if proposed[span.label] < LEFT_OUT}

    def learned(self, documents: Sequence[Document]) -> Learned:
        """Everything that the recipe asks for, from documents; the encoder as it is."""
        return replace(
            self.alone(documents),
            networks=self.networks(documents),
            encoder=self.encoder,
            reranker=self.reranker(documents),
        )

    def alone(self, documents: Sequence[Document]) -> Learned:
        """The chains, with the mentions and corrections that they are told, without networks and reranker."""
        known = mentions(documents) if self.recipe.known else {}
        return Learned(
            self.chains(documents),
            known,
            self.material.advice(documents, self.recipe.corrections, any(self.recipe.trust)),
        )

    def chains(self, documents: Sequence[Document]) -> dict[str, Weights]:
        """The weights of both chains, from documents, the sentences of the genre, and the variants of both."""
        names = {document.id for document in (*documents, *self.genre)}
        settings: dict[str, Any] = {"c1": self.recipe.c1, "c2": self.recipe.c2, "iterations": self.recipe.iterations}
        lessons = self._kept or self._lessons(documents)
        if self._keeps and not self._kept:
            lessons = self._kept = {chain: list(found) for chain, found in lessons.items()}
        tags = tagset(self.labels, self.recipe.scheme)
        return {
            chain: learn((lesson for lesson in found if lesson[0] in names), tags, **settings)
            for chain, found in lessons.items()
        }

    def networks(self, documents: Sequence[Document]) -> Networks | None:
        """The networks that vote beside the outer chain, from documents and the sentences of the genre."""
        if not self.recipe.networks:
            return None
        from viborder.train.crf.learn_network import learn_networks

        some = [*documents, *self.genre]
        tags = tagset(self.labels, self.recipe.scheme)
        sentences = list(tagged_sentences(some, [self.material.texts[document.id] for document in some], tags))
        return learn_networks(sentences, len(tags), self.recipe.networks, self.recipe.seed)

    def reranker(self, documents: Sequence[Document]) -> Reranker | None:
        """The reranker, from what chains find in documents of another fold than those that they have learned from."""
        if self.recipe.rerank < 2 or len(documents) < 2:
            return None
        from viborder.train.crf.learn_rerank import alike, learn_weights

        texts = [self.material.texts[document.id] for document in documents]
        sentences = [list(spanned_sentences(document, text)) for document, text in zip(documents, texts, strict=True)]
        fold_of = alike([" ".join(text.words).lower() for text in texts], self.recipe.rerank)
        features: list[list[str]] = []
        possible: list[list[Chance]] = []
        gold: list[set[TokenSpan]] = []
        for fold in watched(sorted(set(fold_of)), "learning from held-out documents"):
            others = [document for document, number in zip(documents, fold_of, strict=True) if number != fold]
            tagger = CrfTagger(self.card(others, Tuned()), self.alone(others))
            strings = count_strings(
                one for some, number in zip(sentences, fold_of, strict=True) if number != fold for one in some
            )
            for number in range(len(documents)):
                if fold_of[number] == fold:
                    found = tagger.suggest([texts[number]], [self.material.proposals[documents[number].id]])
                    for (words, right), spans in zip(sentences[number], found, strict=True):
                        features += span_features(words, spans, strings)
                        possible.append(spans)
                        gold.append(set(right))
        return Reranker(
            learn_weights(features, possible, gold), count_strings(one for some in sentences for one in some)
        )

    def _lessons(self, documents: Sequence[Document]) -> Mapping[str, Iterable[Lesson]]:
        """What each chain learns from; made as it is read, since large corpora would not fit into memory."""
        recipe = self.recipe
        names = {document.id for document in (*documents, *self.genre)}
        variants = [(origin, variant) for origin, variant in self.variants.values() if origin in names]
        everything = [*documents, *self.genre, *(variant for _, variant in variants)]
        origins = [*(document.id for document in (*documents, *self.genre)), *(origin for origin, _ in variants)]
        proposals = [self.material.proposals[document.id] for document in everything]
        for number, document in enumerate(everything):
            if document.id in self.variants:
                proposals[number] = dropped(proposals[number], recipe.dropout, f"{recipe.seed}/{document.id}")
        examples = lay_out_examples(recipe, everything, origins, proposals, self.labels, lexicons=self.grammar)
        lessons = {"outer": examples.outer(self.templates["outer"])}
        if len(examples.by_depth) > 1:
            lessons["inside"] = examples.inside(self.templates["inside"])
        return lessons

    def folds(self) -> Iterator[HeldOut]:
        """For each fold of the documents, a tagger that has not seen it."""
        for fold in range(min(self.recipe.folds, len(self.documents))):
            out = self.documents[fold :: self.recipe.folds]
            others = [document for document in self.documents if document not in out]
            yield self.material.held(CrfTagger(self.card(others, Tuned()), self.learned(others)), out)

    def card(self, documents: Sequence[Document], tuned: Tuned) -> dict[str, Any]:
        """What `model.json` says of the model."""
        return {
            "labels": self.labels,
            "containers": sorted(
                {span.label for document in (*self.documents, *self.genre) for span in containers(document.spans)}
            ),
            **Advice(self.material.proposer).card(tuned),
            "recipe": self.recipe.model_dump(),
            "documents": [document.id for document in documents],
            "data_sha256": data_hash(documents),
        }


def _read(path: Path) -> list[Document]:
    """Texts to learn from beside the annotated documents: in brackets (.txt), or JSON Lines."""
    return jsonl.read(path) if path.suffix == ".jsonl" else brackets.read(path)
