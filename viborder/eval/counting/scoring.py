"""Gold and predictions in, scores out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

import numpy as np

from viborder.document import Document, Span, outermost
from viborder.errors import fail
from viborder.eval.counting import sequences
from viborder.eval.counting.checks import paired
from viborder.eval.counting.counts import count
from viborder.eval.counting.scores import Scores
from viborder.eval.counting.table import Ints, SpanTable, from_spans, labels_of
from viborder.text import sentences

Tags = Sequence[Sequence[str]]
UNITS = ("document", "sentence")


def score(
    gold: Sequence[Document] | Tags,
    pred: Sequence[Document] | Tags,
    *,
    nested: bool = True,
    labels: Collection[str] | None = None,
    exclude: Collection[str] = (),
    unit: str | None = None,
    scheme: str | None = None,
    begins: Sequence[int] = (),
    names: Sequence[str] | None = None,
) -> Scores:
    """Score predictions against gold: documents with the same ids and texts, in any order, or tag sequences in the same
    order.

    nested: all spans; otherwise only the outermost of both sides. labels: score these types only. exclude: leave these
    types out (before anything is made flat or matched). Documents without spans count. A span that stands twice is
    counted once.
    unit: what the rows of the counts are, and so what the intervals resample: `document`, or `sentence` (a span belongs
    to the one in which it begins); a tag sequence is a sentence unless it is called a document. begins: of tag
    sequences, the one with which each document begins (from 0): then a document is the unit. scheme: of the tags,
    one of five; told from the prefixes where it is not given. Tags that may not follow each other are read as conlleval
    reads them, and listed in `illegal`.
    Tag sequences are lists of strings, or pyarrow columns of lists, of strings or of numbers; names: what numbers mean,
    as `ClassLabel.names` has them. Columns are read without making Python strings, several times as fast.
    Raises ViborderError with everything that is wrong with the pair: `ids-differ`, `text-differs`, `span-outside-text`,
    … (see `viborder.eval.counting.checks.paired`), `lengths-differ`, `tag-unknown`, `scheme-unknown`, `unit-unknown`,
    `kinds-differ`.
    """
    if unit not in (None, *UNITS):
        raise fail("", "unit-unknown", f"no unit {unit!r}", f"one of {', '.join(UNITS)}")
    kinds = {isinstance(item, Document) for item in (*gold[:1], *pred[:1])}
    if len(kinds) > 1:
        raise fail("", "kinds-differ", "documents on one side, tags on the other", "documents on both, or tags on both")
    options = {
        "layers": "nested" if nested else "outermost",
        "labels": "+".join(sorted(labels)) if labels is not None else "all",
        "exclude": "+".join(sorted(exclude)) or "none",
    }
    if kinds == {True}:
        documents = cast(Sequence[Document], gold), cast(Sequence[Document], pred)
        return _score_documents(*documents, nested, labels, exclude, unit or "document", options)
    unit = unit or ("document" if begins else "sentence")
    result = _score_tags(cast(Tags, gold), cast(Tags, pred), labels, exclude, unit, scheme, options, names)
    return _by_document(result, begins) if begins and unit == "document" else result


def _by_document(result: Scores, begins: Sequence[int]) -> Scores:
    """The counts of sentences summed by document."""
    counts = np.add.reduceat(result.counts, list(begins), axis=0)
    return replace(result, counts=counts, ids=tuple(str(number) for number in range(1, len(begins) + 1)))


def _score_documents(
    gold: Sequence[Document],
    pred: Sequence[Document],
    nested: bool,
    labels: Collection[str] | None,
    exclude: Collection[str],
    unit: str,
    options: dict[str, str],
) -> Scores:
    answers = paired(gold, pred)
    sides = [[_spans(document, nested, labels, exclude) for document in documents] for documents in (gold, answers)]
    types = labels_of(*sides)
    lengths = [len(document.text) for document in gold]
    gold_table, pred_table = (from_spans(side, lengths, types) for side in sides)
    ids = [document.id for document in gold]
    if unit == "sentence":
        ids, begins = _sentences(gold)
        gold_table, pred_table = _by_sentence(gold_table, begins), _by_sentence(pred_table, begins)
    return Scores(count(gold_table, pred_table, len(ids), len(types)), tuple(ids), types, unit, options, _data(gold))


def _spans(document: Document, nested: bool, labels: Collection[str] | None, exclude: Collection[str]) -> list[Span]:
    if labels is None and not exclude:
        return list(document.spans) if nested else outermost(document.spans)
    kept = [span for span in document.spans if span.label not in exclude and (labels is None or span.label in labels)]
    return kept if nested else outermost(kept)


def _sentences(documents: Sequence[Document]) -> tuple[list[str], Ints]:
    """An id for each sentence (`document#number`, from 1), and the place where each begins, all texts laid end to
    end.
    """
    ids, begins, offset = [], [], 0
    for document in documents:
        for number, (start, _) in enumerate(sentences(document.text) or [(0, 0)], start=1):
            ids.append(f"{document.id}#{number}")
            begins.append(offset if number == 1 else offset + start)
        offset += len(document.text) + 1
    return ids, np.array(begins, dtype=np.int64)


def _by_sentence(table: SpanTable, begins: Ints) -> SpanTable:
    return SpanTable(np.searchsorted(begins, table.start, side="right") - 1, table.start, table.end, table.label)


def _data(documents: Sequence[Document]) -> str:
    """A short hash of texts and gold spans: the same data give the same, in whatever order they are kept."""
    digest = hashlib.sha256()
    for number, document in enumerate(sorted(documents, key=lambda one: (f"{one.id}\n", one.text))):
        spans = sorted({(span.start, span.end, span.label) for span in document.spans})
        listed = " ".join(f"{start}-{end}-{label}" for start, end, label in spans)
        digest.update(f"{chr(0) if number else ''}{document.id}\n{document.text}\n{listed}".encode())
    return digest.hexdigest()[:12]


def _score_tags(
    gold: Tags,
    pred: Tags,
    labels: Collection[str] | None,
    exclude: Collection[str],
    unit: str,
    scheme: str | None,
    options: dict[str, str],
    names: Sequence[str] | None,
) -> Scores:
    if sequences.is_arrow(gold) != sequences.is_arrow(pred):
        raise fail("", "kinds-differ", "an Arrow column on one side, lists on the other", "the same on both sides")
    sequences.same_lengths(gold, pred)
    tables, numbers, read = _read_tags(gold, pred, scheme, names)
    seen = {index for table in tables for index in np.flatnonzero(np.bincount(table.label)).tolist()}
    kept = {
        name
        for name, index in numbers.items()
        if index in seen and name not in exclude and (labels is None or name in labels)
    }
    types = sorted(kept)
    gold_table, pred_table = (_renumbered(table, numbers, types) for table in tables)
    counts = count(gold_table, pred_table, len(gold), len(types))
    ids = tuple(map(str, range(len(gold))))
    return Scores(
        counts, ids, tuple(types), unit, {**options, "scheme": read.scheme}, read.data, read.illegal, read.accuracy
    )


class _Read(NamedTuple):
    """What tags say beside their entities."""

    scheme: str
    data: str
    illegal: dict[str, tuple[tuple[int, int], ...]]
    accuracy: float | None


def _read_tags(
    gold: Tags, pred: Tags, scheme: str | None, names: Sequence[str] | None
) -> tuple[list[SpanTable], dict[str, int], _Read]:
    """The entities of both sides, the numbers of their labels, and the rest; what was held to find them is let go
    before counting.
    """
    gold_tokens, pred_tokens, same = sequences.read(gold, pred, names)
    name = scheme or sequences.scheme_of(gold_tokens.vocabulary)
    numbers: dict[str, int] = {}
    split = partial(sequences.tag_parts, scheme=scheme)
    readers = [sequences.Reader(side, split, numbers, bilou=True) for side in (gold_tokens, pred_tokens)]
    tables = [reader.entities(None) for reader in readers]
    illegal = {side: reader.illegal(name) for side, reader in zip(("gold", "pred"), readers, strict=True)}
    total = int(sequences.lengths_of(gold).sum())
    accuracy = same / total if total else None
    return tables, numbers, _Read(name, _data_of_tags(gold_tokens, tables[0], numbers), illegal, accuracy)


def _renumbered(table: SpanTable, numbers: dict[str, int], types: Sequence[str]) -> SpanTable:
    """The spans of the listed types, which their labels now index."""
    new = np.full(len(numbers) + 1, -1, dtype=np.int64)
    for index, label in enumerate(types):
        new[numbers[label]] = index
    renumbered = SpanTable(table.row, table.start, table.end, new[table.label])
    return renumbered if len(types) == len(numbers) else renumbered.where(renumbered.label >= 0)


def _data_of_tags(tokens: sequences.Tokens, table: SpanTable, numbers: dict[str, int]) -> str:
    """A short hash of the lengths of the gold sequences and their entities."""
    present = set(np.flatnonzero(np.bincount(table.label)).tolist())
    types = sorted(name for name, index in numbers.items() if index in present)
    digest = hashlib.sha256("\0".join(types).encode())
    own = _renumbered(table, numbers, types)
    for column in (tokens.begins, own.start, own.end, own.label):
        digest.update(column.astype("<i8").tobytes())
    return digest.hexdigest()[:12]
