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
from viborder.train.crf.batch import Batch, Cut, cuts, lay_out, layers, moved, over, paint, tagset
from viborder.train.crf.chain import Columns, Types
from viborder.train.crf.columns import inside_columns, outer_columns
from viborder.train.crf.known import find_known, learn_known, lengths_of
from viborder.train.crf.learn import Lesson, sequences
from viborder.train.crf.templates import Template
from viborder.train.page import Page, read_page
from viborder.train.recipe import CrfRecipe

FOLDS = 10  # for the lexicon of known mentions: what a document is told comes from the others


@dataclass(frozen=True, slots=True)
class Examples:
    """Annotated documents laid out.

    names: the documents' ids. by_depth: their spans, in tokens of the batch. proposals, known: what grammar and lexicon
    say.
    """

    names: list[str]
    types: Types
    batch: Batch
    by_depth: list[list[Cut]]
    proposals: list[Cut]
    known: list[Cut]
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
            wide = [cut for cut in here if cut[1] - cut[0] > 1]
            table = inside_columns(self.batch, wide, self.proposals, self.labels)
            yield from self._lessons(templates, table, [cut[:2] for cut in wide], next_in)

    def _lessons(
        self, templates: Sequence[Template], table: Columns, ranges: Sequence[tuple[int, int]], spans: Sequence[Cut]
    ) -> Iterator[Lesson]:
        row = np.zeros(len(self.batch.positions), dtype=np.int64)
        paint(row, spans, self.tags)
        positions = [self.batch.positions[first:last] for first, last in ranges]
        pages = np.searchsorted(self.batch.offsets, [first for first, _ in ranges], side="right") - 1
        items = sequences(templates, self.types, table, positions)
        for (first, last), page, features in zip(ranges, pages.tolist(), items, strict=True):
            yield self.names[page].split("~")[0], features, [self.tags[code] for code in row[first:last].tolist()]


def lay_out_examples(
    recipe: CrfRecipe,
    documents: Sequence[Document],
    proposals: Sequence[Sequence[Cut]],
    labels: list[str],
    *,
    lexicons: bool,
    spaced: bool,
) -> Examples:
    """Examples of documents. proposals: the grammar's, by document, in tokens of the document."""
    types = Types(lexicons)
    pages = [read_page(document, spaced=spaced) for document in documents]
    batch = lay_out(pages, types)
    by_depth: list[list[Cut]] = [[]]
    for document, page, offset in zip(documents, pages, batch.offsets, strict=False):
        for depth, layer in enumerate(layers(page.ranges, document.spans)):
            if depth == len(by_depth):
                by_depth.append([])
            by_depth[depth] += moved(layer, offset)
    known = _jackknife(documents, pages, batch) if recipe.known else []
    return Examples(
        [document.id for document in documents],
        types,
        batch,
        by_depth,
        over(batch, proposals),
        known,
        labels,
        tagset(labels, recipe.scheme),
    )


def tagged_sentences(
    documents: Sequence[Document], pages: Sequence[Page], tags: Sequence[str]
) -> Iterator[tuple[list[str], list[int]]]:
    """The sentences of documents: tokens, and for each the code of its tag among `tags` by the outermost spans."""
    for document, page in zip(documents, pages, strict=True):
        row = np.zeros(len(page.words), dtype=np.int64)
        paint(row, _outermost(document, page), tags)
        for first, last in pairwise(page.breaks):
            yield page.words[first:last], row[first:last].tolist()


def spanned_sentences(document: Document, page: Page) -> Iterator[tuple[list[str], list[Cut]]]:
    """The sentences of a document: tokens, and the outermost spans in them."""
    outer = _outermost(document, page)
    for first, last in pairwise(page.breaks):
        yield (
            page.words[first:last],
            [(start - first, end - first, label) for start, end, label in outer if first <= start < last],
        )


def dropped(found: Sequence[Cut], share: float, seed: str) -> list[Cut]:
    """The proposals without a random share of them, so that the CRF learns what to do where the grammar is silent."""
    random = Random(seed)
    return [cut for cut in found if random.random() >= share]


def mentions(documents: Sequence[Document], *, spaced: bool) -> dict[tuple[str, ...], str]:
    """The known mentions of documents: their outermost spans."""
    words: list[str] = []
    found: list[Cut] = []
    for document in documents:
        page = read_page(document, spaced=spaced)
        found += moved(_outermost(document, page), len(words))
        words += page.words
    return learn_known(words, found)


def _jackknife(documents: Sequence[Document], pages: Sequence[Page], batch: Batch) -> list[Cut]:
    """For each document, the mentions that documents of the other folds know.

    A variant (`id~1`) goes with its original.
    """
    fold_of = {
        identity: number % FOLDS
        for number, identity in enumerate(dict.fromkeys(document.id.split("~")[0] for document in documents))
    }
    found: list[Cut] = []
    by_fold: dict[int, list[Cut]] = {}
    for fold in range(FOLDS):
        others = [number for number, document in enumerate(documents) if fold_of[document.id.split("~")[0]] != fold]
        words = [word for number in others for word in pages[number].words]
        starts = np.cumsum([0, *(len(pages[number].words) for number in others)]).tolist()
        spans = [
            cut
            for number, start in zip(others, starts, strict=False)
            for cut in moved(_outermost(documents[number], pages[number]), start)
        ]
        known = learn_known(words, spans)
        lengths = lengths_of(known)
        for number, document in enumerate(documents):
            if fold_of[document.id.split("~")[0]] == fold:
                by_fold[number] = moved(find_known(pages[number].words, known, lengths), batch.offsets[number])
    for number in range(len(documents)):
        found += by_fold[number]
    return found


def proposals_by_document(documents: Sequence[Document], pages: Sequence[Page]) -> list[list[Cut]]:
    """What the grammar proposes for each document, in its tokens, in reading order, outer before inner."""
    from viborder.grammar import pieces

    return [
        pieces(document.text, page.starts, page.ends, page.words)
        for document, page in zip(documents, pages, strict=True)
    ]


def _outermost(document: Document, page: Page) -> list[Cut]:
    return cuts(page.ranges, outermost(document.spans))
