"""Training the default tagger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail, place
from viborder.text import token_range
from viborder.train.augment import augmented
from viborder.train.batch import Batch, Cut, lay_out, layers, paint, tagset
from viborder.train.chain import Ints, Types
from viborder.train.folder import write_model
from viborder.train.learn import Sequence_, learn, sequences
from viborder.train.page import Page, read_page
from viborder.train.recipe import CrfRecipe
from viborder.train.tagger import CrfTagger, inside_columns, load_crf, outer_columns, proposals_of
from viborder.train.templates import Template, parse

COLUMNS = ("grammar", "outer")


def train_crf(recipe: CrfRecipe, documents: Sequence[Document], out: Path, *, where: str, spaced: bool = False) -> CrfTagger:
    """Train on documents, write the model folder and return its tagger.

    where: the recipe's file, for messages. spaced: as in `CrfTagger.tag`.
    Raises ViborderError: `nothing-to-learn`, `span-splits-token`, `template-…`.
    """
    problems: list[Problem] = []
    outer_templates = parse(recipe.templates, COLUMNS, where, problems)
    inside_templates = parse(recipe.inside, COLUMNS, where, problems)
    pages = [read_page(document, spaced=spaced) for document in documents]
    problems += [problem for document, page in zip(documents, pages, strict=True) for problem in _split(document, page)]
    if problems:
        raise ViborderError(problems)
    labels = sorted({span.label for document in documents for span in document.spans})
    if not labels:
        raise fail(where, "nothing-to-learn", "no document to train on has a span", "annotate some, or give other documents")
    tags = tagset(labels, recipe.scheme)
    documents_and_copies = [*documents, *augmented(documents, recipe.copies, recipe.seed)]
    outer, inside = _examples(
        recipe,
        documents_and_copies,
        [read_page(document, spaced=spaced) for document in documents_and_copies],
        labels,
        tags,
        outer_templates,
        inside_templates,
    )
    data = {"outer": outer} | ({"inside": inside} if inside else {})
    chains = {name: learn(part, tags, c1=recipe.c1, c2=recipe.c2, iterations=recipe.iterations) for name, part in data.items()}
    card = {
        "labels": labels,
        "chains": {name: weights.tags for name, weights in chains.items()},
        "recipe": recipe.model_dump(),
        "documents": [document.id for document in documents],
        "data_sha256": data_hash(documents),
    }
    return load_crf(out, write_model(out, card, chains))


def data_hash(documents: Sequence[Document]) -> str:
    """A hash of ids, texts and spans, in order."""
    plain = [[document.id, document.text, [[span.start, span.end, span.label] for span in document.spans]] for document in documents]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def _split(document: Document, page: Page) -> Iterator[Problem]:
    for span in document.spans:
        if token_range(page.ranges, span.start, span.end) is None:
            where = place("", document.id, span.start, span.end, document.slice(span))
            yield Problem(where, "span-splits-token", "a border lies inside a token", "mark whole tokens")


def _examples(
    recipe: CrfRecipe,
    documents: Sequence[Document],
    pages: Sequence[Page],
    labels: Sequence[str],
    tags: Sequence[str],
    outer_templates: Sequence[Template],
    inside_templates: Sequence[Template],
) -> tuple[list[Sequence_], list[Sequence_]]:
    """Sequences of features and tags for the outermost layer, and for the insides of all spans."""
    types = Types()
    batch = lay_out(pages, types)
    proposals = proposals_of(documents, pages, batch) if recipe.grammar else []
    by_depth = _by_depth(documents, pages, batch)
    table = outer_columns(batch, proposals, labels)
    sentences = [(start, start + length) for start, length in zip(batch.starts.tolist(), batch.lengths.tolist(), strict=True)]
    outer = sequences(outer_templates, types, table, _tagged(batch, sentences, by_depth[0], tags))
    inside: list[Sequence_] = []
    for here, next_in in zip(by_depth, [*by_depth[1:], []], strict=True):
        wide = [cut for cut in here if cut[1] - cut[0] > 1]
        table = inside_columns(batch, wide, proposals, labels)
        inside += sequences(inside_templates, types, table, _tagged(batch, [cut[:2] for cut in wide], next_in, tags))
    return outer, inside if len(by_depth) > 1 else []


def _by_depth(documents: Sequence[Document], pages: Sequence[Page], batch: Batch) -> list[list[Cut]]:
    found: list[list[Cut]] = [[]]
    for document, page, offset in zip(documents, pages, batch.offsets, strict=False):
        for depth, layer in enumerate(layers(page.ranges, document.spans)):
            if depth == len(found):
                found.append([])
            found[depth] += [(first + offset, last + offset, label) for first, last, label in layer]
    return found


def _tagged(batch: Batch, ranges: Sequence[tuple[int, int]], spans: Sequence[Cut], tags: Sequence[str]) -> list[tuple[Ints, list[str]]]:
    row = np.zeros(len(batch.positions), dtype=np.int64)
    paint(row, spans, tags)
    return [(batch.positions[first:last], [tags[code] for code in row[first:last].tolist()]) for first, last in ranges]
