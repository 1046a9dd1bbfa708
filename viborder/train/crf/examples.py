"""From annotated documents to what the chains learn from: feature strings and tags, for outermost spans and for the
insides of spans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np

from viborder.document import Document, outermost
from viborder.train import forms
from viborder.train.crf.batch import Batch, lay_out, over, paint, tagset
from viborder.train.crf.chain import Columns, Types
from viborder.train.crf.columns import inside_columns, outer_columns
from viborder.train.crf.known import find_known, learn_known, lengths_of
from viborder.train.crf.learn import Lesson, sequences
from viborder.train.crf.recipe import CrfRecipe
from viborder.train.crf.templates import Template
from viborder.train.token_spans import TokenSpan, in_tokens, layers, shifted
from viborder.train.tokenized import TokenizedText, tokenized

FOLDS = 10  # for the lexicon of known mentions: what a document is told comes from the others


@dataclass(frozen=True, slots=True)
class Examples:
    """Annotated documents laid out.

    names: the documents' ids, of a variant that of its original. by_depth: their spans, in tokens of the batch.
    proposals, known: what grammar and lexicon
    say.
    """

    names: list[str]
    types: Types
    batch: Batch
    by_depth: list[list[TokenSpan]]
    proposals: list[TokenSpan]
    known: list[TokenSpan]
    labels: list[str]
    tags: list[str]

    def outer(self, templates: Sequence[Template]) -> Iterator[Lesson]:
        """The sentences, tagged with the outermost spans."""
        table = outer_columns(self.batch, self.proposals, self.known, self.labels)
        starts = self.batch.starts.tolist()
        ranges = [(start, start + length) for start, length in zip(starts, self.batch.lengths.tolist(), strict=True)]
        yield from self._lessons(templates, table, ranges, self.by_depth[0])

    def inside(self, templates: Sequence[Template]) -> Iterator[Lesson]:
        """The spans of several tokens, tagged with the spans next inside them."""
        for here, next_in in zip(self.by_depth, [*self.by_depth[1:], []], strict=True):
            wide = [span for span in here if span[1] - span[0] > 1]
            table = inside_columns(self.batch, wide, self.proposals, self.labels)
            yield from self._lessons(templates, table, [span[:2] for span in wide], next_in)

    def _lessons(
        self,
        templates: Sequence[Template],
        table: Columns,
        ranges: Sequence[tuple[int, int]],
        spans: Sequence[TokenSpan],
    ) -> Iterator[Lesson]:
        row = np.zeros(len(self.batch.positions), dtype=np.int64)
        paint(row, spans, self.tags)
        positions = [self.batch.positions[first:last] for first, last in ranges]
        texts = np.searchsorted(self.batch.offsets, [first for first, _ in ranges], side="right") - 1
        items = sequences(templates, self.types, table, positions)
        for (first, last), text, features in zip(ranges, texts.tolist(), items, strict=True):
            yield self.names[text], features, [self.tags[code] for code in row[first:last].tolist()]


def lay_out_examples(
    recipe: CrfRecipe,
    documents: Sequence[Document],
    origins: Sequence[str],
    proposals: Sequence[Sequence[TokenSpan]],
    labels: list[str],
    *,
    lexicons: bool,
) -> Examples:
    """Examples of documents.

    origins: for each its id, or that of the document that it is a variant of. proposals: the grammar's, by document, in
    tokens of the document.
    """
    types = Types(lexicons)
    texts = [(forms.read if lexicons else tokenized)(document) for document in documents]
    batch = lay_out(texts, types)
    by_depth: list[list[TokenSpan]] = [[]]
    for document, text, offset in zip(documents, texts, batch.offsets, strict=False):
        for depth, layer in enumerate(layers(text.ranges, document.spans)):
            if depth == len(by_depth):
                by_depth.append([])
            by_depth[depth] += shifted(layer, offset)
    known = _jackknife(documents, origins, texts, batch) if recipe.known else []
    return Examples(
        list(origins),
        types,
        batch,
        by_depth,
        over(batch, proposals),
        known,
        labels,
        tagset(labels, recipe.scheme),
    )


def tagged_sentences(
    documents: Sequence[Document], texts: Sequence[TokenizedText], tags: Sequence[str]
) -> Iterator[tuple[list[str], list[int]]]:
    """The sentences of documents: tokens, and for each the code of its tag among `tags` by the outermost spans."""
    for document, text in zip(documents, texts, strict=True):
        row = np.zeros(len(text.words), dtype=np.int64)
        paint(row, _outermost(document, text), tags)
        for first, last in pairwise(text.breaks):
            yield text.words[first:last], row[first:last].tolist()


def spanned_sentences(document: Document, text: TokenizedText) -> Iterator[tuple[list[str], list[TokenSpan]]]:
    """The sentences of a document: tokens, and the outermost spans in them."""
    outer = _outermost(document, text)
    for first, last in pairwise(text.breaks):
        yield (
            text.words[first:last],
            [(start - first, end - first, label) for start, end, label in outer if first <= start < last],
        )


def dropped(found: Sequence[TokenSpan], share: float, seed: str) -> list[TokenSpan]:
    """The proposals without a random share of them, so that the CRF learns what to do where the grammar is silent."""
    random = Random(seed)
    return [span for span in found if random.random() >= share]


def mentions(documents: Sequence[Document]) -> dict[tuple[str, ...], str]:
    """The known mentions of documents: their outermost spans."""
    words: list[str] = []
    found: list[TokenSpan] = []
    for document in documents:
        text = tokenized(document)
        found += shifted(_outermost(document, text), len(words))
        words += text.words
    return learn_known(words, found)


def _jackknife(
    documents: Sequence[Document], origins: Sequence[str], texts: Sequence[TokenizedText], batch: Batch
) -> list[TokenSpan]:
    """For each document, the mentions that documents of the other folds know.

    A variant goes with its original.
    """
    fold_of = {identity: number % FOLDS for number, identity in enumerate(dict.fromkeys(origins))}
    found: list[TokenSpan] = []
    by_fold: dict[int, list[TokenSpan]] = {}
    for fold in range(FOLDS):
        others = [number for number, origin in enumerate(origins) if fold_of[origin] != fold]
        words = [word for number in others for word in texts[number].words]
        starts = np.cumsum([0, *(len(texts[number].words) for number in others)]).tolist()
        spans = [
            span
            for number, start in zip(others, starts, strict=False)
            for span in shifted(_outermost(documents[number], texts[number]), start)
        ]
        known = learn_known(words, spans)
        lengths = lengths_of(known)
        for number, origin in enumerate(origins):
            if fold_of[origin] == fold:
                by_fold[number] = shifted(find_known(texts[number].words, known, lengths), batch.offsets[number])
    for number in range(len(documents)):
        found += by_fold[number]
    return found


def _outermost(document: Document, text: TokenizedText) -> list[TokenSpan]:
    return in_tokens(text.ranges, outermost(document.spans))
