"""Gold and predictions in, scores out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

import numpy as np

from viborder.document import Document
from viborder.errors import ViborderError, fail
from viborder.eval.counting import sequences
from viborder.eval.counting.checks import id_problems, text_differs
from viborder.eval.counting.counts import Counts, count
from viborder.eval.counting.held import Held, Shared, hold
from viborder.eval.counting.scores import Scores
from viborder.eval.counting.table import Ints, SpanTable
from viborder.text import sentences

Tags = Sequence[Sequence[str]]
UNITS = ("document", "sentence")
TOGETHER = 1024  # documents that are counted at once: what counting them takes is let go before the next


def score(
    gold: Sequence[Document] | Held | Tags,
    pred: Sequence[Document] | Held | Tags,
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
    kinds = {isinstance(side, Held) or isinstance(side[0], Document) for side in (gold, pred) if len(side)}
    if len(kinds) > 1:
        raise fail("", "kinds-differ", "documents on one side, tags on the other", "documents on both, or tags on both")
    options = {
        "layers": "nested" if nested else "outermost",
        "labels": "+".join(sorted(labels)) if labels is not None else "all",
        "exclude": "+".join(sorted(exclude)) or "none",
    }
    if kinds == {True}:
        shared: Shared = {}
        truth, answer = _held(gold, "gold", shared), _held(pred, "pred", shared)
        return _score_documents(truth, answer, nested, labels, exclude, unit or "document", options)
    unit = unit or ("document" if begins else "sentence")
    result = _score_tags(cast(Tags, gold), cast(Tags, pred), labels, exclude, unit, scheme, options, names)
    return _by_document(result, begins) if begins and unit == "document" else result


def _held(documents: Sequence[Document] | Held | Tags, side: str, shared: Shared) -> Held:
    return documents if isinstance(documents, Held) else hold(cast(Sequence[Document], documents), side, shared)


def _by_document(result: Scores, begins: Sequence[int]) -> Scores:
    """The counts of sentences summed by document."""
    counts = np.add.reduceat(result.counts, list(begins), axis=0)
    return replace(result, counts=counts, ids=tuple(str(number) for number in range(1, len(begins) + 1)))


def _score_documents(
    gold: Held,
    pred: Held,
    nested: bool,
    labels: Collection[str] | None,
    exclude: Collection[str],
    unit: str,
    options: dict[str, str],
) -> Scores:
    answers = _paired(gold, pred)
    data = _data(gold)
    sides = [side.chosen(nested, labels, exclude) for side in (gold, answers)]
    types = tuple(sorted(set[str]().union(*(side.labels_seen() for side in sides))))
    ids: list[str] = []
    counts = []
    for first in range(0, max(len(gold), 1), TOGETHER):
        some = [side.part(slice(first, first + TOGETHER)) for side in sides]
        rows, found = _counted(some[0], some[1], types, unit)
        ids += rows
        counts.append(found)
    return Scores(np.concatenate(counts), tuple(ids), types, unit, options, data)


def _counted(gold: Held, pred: Held, types: Sequence[str], unit: str) -> tuple[list[str], Counts]:
    """The ids and counts of the rows of documents with the same texts."""
    numbers = {label: number for number, label in enumerate(types)}
    ids, tables = gold.ids, [gold.table(numbers), pred.table(numbers)]
    if unit == "sentence":
        ids, begins = _sentences(gold)
        tables = [_by_sentence(table, begins) for table in tables]
    return ids, count(tables[0], tables[1], len(ids), len(types))


def _paired(gold: Held, pred: Held) -> Held:
    """The predictions in the order of the gold documents. Raises as `viborder.eval.counting.checks.paired`."""
    problems = [*id_problems(gold.ids, pred.ids), *gold.problems, *pred.problems]
    row_of = {identity: row for row, identity in enumerate(pred.ids)}
    for row, identity in enumerate(gold.ids):
        answer = row_of.get(identity)
        if answer is not None and pred.texts[answer] != gold.texts[row]:
            problems.append(text_differs(identity, gold.text(row), pred.text(answer)))
    if problems:
        raise ViborderError(problems)
    spans = [pred.spans[row_of[identity]] for identity in gold.ids]
    return replace(gold, spans=spans, labels=pred.labels)


def _sentences(gold: Held) -> tuple[list[str], Ints]:
    """An id for each sentence (`document#number`, from 1), and the place where each begins, all texts laid end to
    end.
    """
    ids, begins, offset = [], [], 0
    for row, identity in enumerate(gold.ids):
        for number, (start, _) in enumerate(sentences(gold.text(row)) or [(0, 0)], start=1):
            ids.append(f"{identity}#{number}")
            begins.append(offset if number == 1 else offset + start)
        offset += gold.lengths[row] + 1
    return ids, np.array(begins, dtype=np.int64)


def _by_sentence(table: SpanTable, begins: Ints) -> SpanTable:
    return SpanTable(np.searchsorted(begins, table.start, side="right") - 1, table.start, table.end, table.label)


def _data(gold: Held) -> str:
    """A short hash of texts and gold spans: the same data give the same, in whatever order they are kept."""
    digest = hashlib.sha256()
    for number, row in enumerate(sorted(range(len(gold)), key=lambda row: f"{gold.ids[row]}\n")):
        listed = " ".join(f"{start}-{end}-{label}" for start, end, label in sorted(set(gold.marked(row))))
        digest.update(f"{chr(0) if number else ''}{gold.ids[row]}\n".encode())
        digest.update(gold.texts[row])
        digest.update(f"\n{listed}".encode())
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
