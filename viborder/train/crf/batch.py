"""Texts laid out flat for a linear tagger, and spans as tag sequences over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from viborder.train.crf.chain import Columns, Types
from viborder.train.crf.templates import REACH
from viborder.train.decode import Ints
from viborder.train.token_spans import TokenSpan, shifted
from viborder.train.tokenized import TokenizedText


@dataclass(frozen=True, slots=True)
class Batch:
    """Many texts in one row of tokens.

    types: token type ids with REACH paddings around every sentence. positions: where each token stands in `types`.
    starts, lengths: the sentences, in tokens. offsets: the first token of each text, with the number of tokens at the
    end.
    """

    types: Ints
    positions: Ints
    starts: Ints
    lengths: Ints
    offsets: list[int]


def lay_out(texts: Sequence[TokenizedText], types: Types) -> Batch:
    """The batch of texts; token types that are new are added to `types`."""
    offsets, starts, words = [0], [], []
    for text in texts:
        starts += [offsets[-1] + start for start in text.breaks[:-1]]
        offsets.append(offsets[-1] + len(text.words))
        words += text.words
    begins = np.array(starts, dtype=np.int64)
    lengths = np.diff(begins, append=offsets[-1])
    positions = np.arange(offsets[-1]) + REACH * (1 + np.repeat(np.arange(len(begins)), lengths))
    flat = np.zeros(offsets[-1] + REACH * (len(begins) + 1), dtype=np.int64)
    flat[positions] = types.add(words)
    return Batch(flat, positions, begins, lengths, offsets)


def over(batch: Batch, by_text: Sequence[Sequence[TokenSpan]]) -> list[TokenSpan]:
    """Spans by text, each in tokens of its text, in tokens of the batch."""
    return [span for found, offset in zip(by_text, batch.offsets, strict=False) for span in shifted(found, offset)]


def tagset(labels: Sequence[str], scheme: str) -> list[str]:
    """Every tag of the labels, O first. scheme: `IOB2` or `IOBES`."""
    prefixes = "BI" if scheme == "IOB2" else "BIES"
    return ["O", *(f"{prefix}-{label}" for label in labels for prefix in prefixes)]


def same_tag(tag: str, tags: Sequence[str]) -> int:
    """The code of an IOBES tag among `tags` of either scheme; that of O for "" and for a label that they lack."""
    prefix, rest = tag[:1], tag[1:]
    for same in (tag, {"S": "B", "E": "I"}.get(prefix, prefix) + rest):
        if same in tags:
            return tags.index(same)
    return 0


def paint(row: Ints, found: Iterable[TokenSpan], tags: Sequence[str], positions: Ints | None = None) -> None:
    """Write the tags of spans that do not overlap into a row of tag codes. A label that has no tags is passed over.

    positions: where each token stands in the row; without it, tokens and row agree.
    """
    code = {tag: number for number, tag in enumerate(tags)}
    tags_of = {}  # by label: B-, I-, E- and S-, or what stands for them
    for tag, begin in code.items():
        if tag.startswith("B-"):
            inside, end, single = (code.get(prefix + tag[1:]) for prefix in "IES")
            tags_of[tag[2:]] = begin, inside, inside if end is None else end, begin if single is None else single
    spans = [(first, last, *tags_of[label]) for first, last, label in found if label in tags_of]
    if not spans:
        return
    first, last, begin, inside, end, single = np.array(spans, dtype=np.int64).T
    lengths = last - first
    tokens = np.repeat(last - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
    at = np.arange(len(row)) if positions is None else positions
    row[at.take(tokens)] = np.repeat(inside, lengths)
    row[at.take(last - 1)] = end
    row[at.take(first)] = np.where(lengths == 1, single, begin)


def unpaint(path: Ints, tags: Sequence[str]) -> list[TokenSpan]:
    """The spans of a legal row of tag codes, with rows for tokens.

    Ends of sequences need no mark: every span begins with B- or S-.
    """
    begins = np.array([tag[0] in "BS" for tag in tags])
    goes_on = np.array([tag[0] in "IE" for tag in tags])
    first = np.flatnonzero(begins[path])
    stops = np.flatnonzero(~goes_on[np.append(path, 0)])
    last = stops[np.searchsorted(stops, first, side="right")]
    return [
        (start, stop, tags[code][2:])
        for start, stop, code in zip(first.tolist(), last.tolist(), path[first].tolist(), strict=True)
    ]


def within(nested: Iterable[TokenSpan], outer: TokenSpan) -> list[TokenSpan]:
    """Of spans in reading order, outer before inner, the outermost of those that lie inside another one and are not
    the same.
    """
    found: list[TokenSpan] = []
    for span in nested:
        if span[0] >= outer[0] and span[1] <= outer[1] and span != outer and (not found or span[0] >= found[-1][1]):
            found.append(span)
    return found


def columns(
    batch: Batch,
    spans: Mapping[str, Sequence[TokenSpan]],
    tags: Sequence[str],
    worth: Mapping[TokenSpan, float] | None = None,
) -> Columns:
    """Columns for the tables, each given as spans that do not overlap; code 0 (O) says nothing.

    worth: what the vote for each proposal of the grammar counts; None: all the same.
    """
    codes = {name: np.zeros(len(batch.types), dtype=np.int64) for name in spans}
    for name, found in spans.items():
        paint(codes[name], found, tags, batch.positions)
    votes = None if worth is None else np.zeros(len(batch.types), dtype=np.float32)
    if votes is not None and worth is not None:
        for span in spans["grammar"]:
            votes[batch.positions[span[0] : span[1]]] = worth.get(span, 0.0)
    return Columns(batch.types, codes, ["", *tags[1:]], votes)
