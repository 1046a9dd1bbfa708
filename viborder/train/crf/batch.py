"""Pages laid out flat for a linear tagger, and spans as tag sequences over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from viborder.document import Span, by_depth, in_order
from viborder.text import Range, token_range
from viborder.train.crf.chain import Columns, Ints, Types
from viborder.train.crf.templates import REACH
from viborder.train.page import Page

Cut = tuple[int, int, str]  # a span in tokens: first, last + 1, label


@dataclass(frozen=True, slots=True)
class Batch:
    """Many pages in one row of tokens.

    types: token type ids with REACH paddings around every sentence. positions: where each token stands in `types`.
    starts, lengths: the sentences, in tokens. offsets: the first token of each page, with the number of tokens at the
    end.
    """

    types: Ints
    positions: Ints
    starts: Ints
    lengths: Ints
    offsets: list[int]


def lay_out(pages: Sequence[Page], types: Types) -> Batch:
    """The batch of pages; token types that are new are added to `types`."""
    offsets, starts, words = [0], [], []
    for page in pages:
        starts += [offsets[-1] + start for start in page.breaks[:-1]]
        offsets.append(offsets[-1] + len(page.words))
        words += page.words
    begins = np.array(starts, dtype=np.int64)
    lengths = np.diff(begins, append=offsets[-1])
    positions = np.arange(offsets[-1]) + REACH * (1 + np.repeat(np.arange(len(begins)), lengths))
    flat = np.zeros(offsets[-1] + REACH * (len(begins) + 1), dtype=np.int64)
    flat[positions] = types.add(words)
    return Batch(flat, positions, begins, lengths, offsets)


def cuts(tokens: list[Range], spans: Iterable[Span]) -> list[Cut]:
    """Spans in tokens; those that split a token are left out (`viborder check` and `train` refuse them)."""
    found = ((token_range(tokens, span.start, span.end), span.label) for span in spans)
    return [(where[0], where[1], label) for where, label in found if where is not None]


def moved(found: Iterable[Cut], offset: int) -> list[Cut]:
    """Cuts of a page in tokens of what the page is a part of."""
    return [(first + offset, last + offset, label) for first, last, label in found]


def over(batch: Batch, by_page: Sequence[Sequence[Cut]]) -> list[Cut]:
    """Cuts by page, each in tokens of its page, in tokens of the batch."""
    return [cut for found, offset in zip(by_page, batch.offsets, strict=False) for cut in moved(found, offset)]


def layers(tokens: list[Range], spans: Iterable[Span]) -> list[list[Cut]]:
    """Nested spans in tokens, by depth, the outermost first."""
    return [cuts(tokens, layer) for layer in by_depth(spans)]


def containers(spans: Iterable[Span]) -> list[Span]:
    """The spans that contain another."""
    ordered = in_order(spans)
    return [span for span, after in pairwise(ordered) if span.contains(after)]


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


def paint(row: Ints, found: Iterable[Cut], tags: Sequence[str], positions: Ints | None = None) -> None:
    """Write the tags of spans that do not overlap into a row of tag codes. A label that has no tags is passed over.

    positions: where each token stands in the row; without it, tokens and row agree.
    """
    code = {tag: number for number, tag in enumerate(tags)}
    tags_of = {}  # by label: B-, I-, E- and S-, or what stands for them
    for tag, begin in code.items():
        if tag.startswith("B-"):
            inside, end, single = (code.get(prefix + tag[1:]) for prefix in "IES")
            tags_of[tag[2:]] = begin, inside, inside if end is None else end, begin if single is None else single
    cuts = [(first, last, *tags_of[label]) for first, last, label in found if label in tags_of]
    if not cuts:
        return
    first, last, begin, inside, end, single = np.array(cuts, dtype=np.int64).T
    lengths = last - first
    tokens = np.repeat(last - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
    at = np.arange(len(row)) if positions is None else positions
    row[at.take(tokens)] = np.repeat(inside, lengths)
    row[at.take(last - 1)] = end
    row[at.take(first)] = np.where(lengths == 1, single, begin)


def unpaint(path: Ints, tags: Sequence[str]) -> list[Cut]:
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


def within(nested: Iterable[Cut], outer: Cut) -> list[Cut]:
    """Of spans in reading order, outer before inner, the outermost of those that lie inside another one and are not
    the same.
    """
    found: list[Cut] = []
    for cut in nested:
        if cut[0] >= outer[0] and cut[1] <= outer[1] and cut != outer and (not found or cut[0] >= found[-1][1]):
            found.append(cut)
    return found


def columns(batch: Batch, spans: Mapping[str, Sequence[Cut]], tags: Sequence[str]) -> Columns:
    """Columns for the tables, each given as spans that do not overlap; code 0 (O) says nothing."""
    codes = {name: np.zeros(len(batch.types), dtype=np.int64) for name in spans}
    for name, found in spans.items():
        paint(codes[name], found, tags, batch.positions)
    return Columns(batch.types, codes, ["", *tags[1:]])
