"""The default tagger: one CRF for the outermost spans, another for what lies inside a span, applied as deep as spans are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from viborder.document import Document, Span, in_order
from viborder.train.batch import Batch, Cut, columns, cuts, lay_out, paint, tagset, unpaint, within
from viborder.train.chain import Chain, Columns, Ints, Types, Weights
from viborder.train.decode import legal, span_marginals, viterbi
from viborder.train.folder import read_chains
from viborder.train.page import Page, read_page
from viborder.train.templates import parse

DEPTH = 4  # layers at most; three occur in the gold
_BATCH = 64  # documents decoded together
_MOST_TYPES = 200_000  # token types remembered, so that memory stays flat


class CrfTagger:
    """Tags documents with nested spans. Made by `viborder.train.load` or `viborder.train.train`."""

    def __init__(self, card: Mapping[str, Any], chains: Mapping[str, Weights]) -> None:
        self.card = card
        self.labels: list[str] = card["labels"]
        self.version: str = card["version"]
        recipe = card["recipe"]
        self._grammar: bool = recipe["grammar"]
        self._types = Types()
        names = ["grammar", "outer"]
        self._outer = Chain(chains["outer"], parse(recipe["templates"], names, "", []), self._types)
        self._inside = Chain(chains["inside"], parse(recipe["inside"], names, "", []), self._types) if "inside" in chains else None

    def tag(self, documents: Iterable[Document], *, spaced: bool = False) -> Iterator[Document]:
        """Each document with the spans that the model finds, each with its `score`; spans that it had are ignored.

        spaced: the texts are given tokens with blanks between them, a line a sentence (CoNLL), and are not tokenised anew.
        """
        remaining = iter(documents)
        while some := list(islice(remaining, _BATCH)):
            pages = [read_page(document, spaced=spaced) for document in some]
            for document, page, found in zip(some, pages, self._tag_pages(some, pages), strict=True):
                spans = (Span(page.ranges[first][0], page.ranges[last - 1][1], label, score) for (first, last, label), score in found)
                yield Document(document.id, document.text, in_order(spans), (), document.meta)
            if len(self._types.ids) > _MOST_TYPES:
                self._types.forget()

    def _tag_pages(self, documents: Sequence[Document], pages: Sequence[Page]) -> list[list[tuple[Cut, float]]]:
        batch = lay_out(pages, self._types)
        found: list[list[tuple[Cut, float]]] = [[] for _ in pages]
        if not len(batch.positions):
            return found
        proposals = proposals_of(documents, pages, batch) if self._grammar else []
        outers = self._decode(self._outer, outer_columns(batch, proposals, self.labels), batch.positions, batch.starts, batch.lengths)
        deepest = outers
        for _ in range(DEPTH - 1):
            deepest = self._decode_inside(batch, [cut for cut, _ in deepest], proposals)
            outers = outers + deepest
        bounds = np.array(batch.offsets)
        pages_of = np.searchsorted(bounds, [cut[0] for cut, _ in outers], side="right") - 1
        for page, (cut, score) in zip(pages_of.tolist(), outers, strict=True):
            start = batch.offsets[page]
            found[page].append(((cut[0] - start, cut[1] - start, cut[2]), score))
        return found

    def _decode_inside(self, batch: Batch, outers: list[Cut], proposals: list[Cut]) -> list[tuple[Cut, float]]:
        wide = [cut for cut in outers if cut[1] - cut[0] > 1]
        if not wide or self._inside is None:
            return []
        firsts = np.array([cut[0] for cut in wide])
        lengths = np.array([cut[1] - cut[0] for cut in wide])
        starts = np.cumsum(lengths) - lengths
        rows = np.repeat(firsts - starts, lengths) + np.arange(int(lengths.sum()))
        table = inside_columns(batch, wide, proposals, self.labels)
        inner = self._decode(self._inside, table, batch.positions[rows], starts, lengths)
        whole = set(wide)
        cuts_back = [((int(rows[first]), int(rows[last - 1]) + 1, label), score) for (first, last, label), score in inner]
        return [(cut, score) for cut, score in cuts_back if cut not in whole]

    def _decode(self, chain: Chain, table: Columns, positions: Ints, starts: Ints, lengths: Ints) -> list[tuple[Cut, float]]:
        emissions = chain.emissions(table, positions)
        extra, first = legal(chain.tags)
        transitions = chain.transitions + extra
        path = viterbi(emissions, transitions, first, starts, lengths)
        found = unpaint(path, chain.tags)
        if not found:
            return []
        inside = np.array([chain.tags.index(f"I-{tag[2:]}") if tag != "O" else -1 for tag in chain.tags])
        ends = np.array([cut[1] - 1 for cut in found])
        begins = np.array([cut[0] for cut in found])
        chances = span_marginals(emissions, transitions, first, starts, lengths, path, (begins, ends), inside)
        return list(zip(found, np.round(chances.astype(float), 4).tolist(), strict=True))


def proposals_of(documents: Sequence[Document], pages: Sequence[Page], batch: Batch) -> list[Cut]:
    """The grammar's proposals over a batch, in tokens of the batch, in reading order, outer before inner."""
    from viborder.train.grammar import propose  # type: ignore[import-not-found, unused-ignore]

    found = []
    for document, page, offset in zip(documents, pages, batch.offsets, strict=False):
        proposed = cuts(page.ranges, in_order(propose(document.text, page.ranges)))
        found += [(first + offset, last + offset, label) for first, last, label in proposed]
    return found


def outer_columns(batch: Batch, proposals: Sequence[Cut], labels: Sequence[str]) -> Columns:
    """The columns of the outermost layer: `grammar`, the tag of the outermost proposal; `outer` says nothing here."""
    tags = tagset(labels, "IOBES")
    row = np.zeros(len(batch.positions), dtype=np.int64)
    whole = (0, len(row), "")
    paint(row, within(proposals, whole), tags)
    return columns(batch, {"grammar": (row, tags), "outer": (np.zeros_like(row), tags)})


def inside_columns(batch: Batch, outers: Sequence[Cut], proposals: Sequence[Cut], labels: Sequence[str]) -> Columns:
    """The columns for what lies inside `outers`: `outer`, their tags; `grammar`, the tags of the proposals next inside them."""
    tags = tagset(labels, "IOBES")
    row, inner = np.zeros(len(batch.positions), dtype=np.int64), np.zeros(len(batch.positions), dtype=np.int64)
    paint(row, outers, tags)
    begins = [cut[0] for cut in proposals]
    for outer in outers:
        low, high = np.searchsorted(begins, [outer[0], outer[1]]) if begins else (0, 0)
        paint(inner, within(proposals[low:high], outer), tags)
    return columns(batch, {"grammar": (inner, tags), "outer": (row, tags)})


def load_crf(folder: Path, card: Mapping[str, Any]) -> CrfTagger:
    """The tagger of a model folder. Raises ViborderError `model-foreign`, `model-damaged`."""
    return CrfTagger(card, read_chains(folder, card))
