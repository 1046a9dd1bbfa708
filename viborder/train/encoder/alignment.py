"""Characters ↔ units ↔ subwords: exact in both directions, for fast and slow tokenizers, whatever the length of the
text.

A unit is the range of characters that gets one tag: a syllable token, or a word where the encoder reads segmented text.
Its tag sits on its first subword. Offsets are half-open code points into the raw text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Span, by_depth, in_order
from viborder.tags import from_iob2, to_iob2
from viborder.text import Range, sentences, trim


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text as subwords.

    units: characters of each unit, in order. ids: subwords of the whole text, without special tokens.
    first: for each unit the index in `ids` of its first subword; strictly increasing, so each unit has a subword of its
    own.
    """

    units: list[Range]
    ids: list[int]
    first: list[int]


def encode(tokenizer: Any, text: str, units: list[Range]) -> Encoding:
    """The subwords of a text and where each unit begins among them.

    A fast tokenizer (transformers) reads the text as it stands, so the subwords are those that `pipeline` would see,
    save where a subword reaches over the border of a unit or a unit has none (`),` as one subword, a zero-width
    character that is dropped): there the units between two blanks are encoded one by one. A slow tokenizer encodes each
    unit alone, its blanks written `_`.
    """
    return _encode_fast(tokenizer, text, units) if tokenizer.is_fast else _encode_slow(tokenizer, text, units)


def _encode_slow(tokenizer: Any, text: str, units: list[Range]) -> Encoding:
    known: dict[str, list[int]] = {}
    ids: list[int] = []
    first = []
    for start, end in units:
        first.append(len(ids))
        ids += _alone(tokenizer, "_".join(text[start:end].split()), known)
    return Encoding(units, ids, first)


def _encode_fast(tokenizer: Any, text: str, units: list[Range]) -> Encoding:
    whole = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    runs = _runs(units)
    run_of = [number for number, run in enumerate(runs) for _ in run]
    starts = [start for start, _ in units]
    parts: list[list[tuple[int, int | None, bool]]] = [
        [] for _ in runs
    ]  # subword, its unit, whether it ends within the unit
    number = 0
    for subword, offset in zip(whole["input_ids"] if units else [], whole["offset_mapping"], strict=False):
        start, end = trim(text, *offset)
        if start == end:  # white space alone, which some tokenizers keep: context without a tag
            parts[number].append((subword, None, True))
            continue
        unit = bisect_right(starts, start) - 1
        number = run_of[unit]
        parts[number].append((subword, unit, end <= units[unit][1]))

    known: dict[str, list[int]] = {}
    ids: list[int] = []
    first: dict[int, int] = {}
    for run, subwords in zip(runs, parts, strict=True):
        if all(within for _, _, within in subwords) and {unit for _, unit, _ in subwords}.issuperset(run):
            for subword, place, _ in subwords:
                if place is not None:
                    first.setdefault(place, len(ids))
                ids.append(subword)
        else:
            for unit in run:
                first[unit] = len(ids)
                ids += _alone(tokenizer, text[slice(*units[unit])], known)
    return Encoding(units, ids, [first[unit] for unit in range(len(units))])


def _runs(units: list[Range]) -> list[range]:
    """Indices of the units that stand together with no blank between them."""
    begins = [index for index in range(len(units)) if index == 0 or units[index - 1][1] < units[index][0]]
    return [range(begin, end) for begin, end in zip(begins, [*begins, len(units)][1:], strict=True)]


def _alone(tokenizer: Any, piece: str, known: dict[str, list[int]]) -> list[int]:
    """The subwords of one unit encoded alone; the unknown token where there are none."""
    if piece not in known:
        known[piece] = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(piece)) or [tokenizer.unk_token_id]
    return known[piece]


@dataclass(frozen=True, slots=True)
class Window:
    """The subwords `[begin, end)` of an encoding that go through the model together, and the units `[first, last)`
    decided there.
    """

    begin: int
    end: int
    first: int
    last: int


def windows(encoding: Encoding, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` subwords (special tokens not counted) that cover all of them, `overlap` shared by two
    neighbours.

    Each unit is decided in one window: the one where its first subword stands farther from the edge. So every unit is
    trained on and predicted once, and nothing is truncated. Takes 0 ≤ overlap < size.
    """
    length = len(encoding.ids)
    begins = list(range(0, max(length - overlap, 1), size - overlap))
    found = []
    unit = 0
    for begin in begins:
        end = min(begin + size, length)
        middle = end - overlap // 2 if end < length else length
        last = unit
        while last < len(encoding.units) and encoding.first[last] < middle:
            last += 1
        if last > unit:
            found.append(Window(begin, end, unit, last))
        unit = last
    return found


def sentence_windows(text: str, encoding: Encoding, size: int, overlap: int) -> list[Window]:
    """Windows of as many whole sentences as fit into `size` subwords; a longer sentence goes through `windows`.

    Each unit is decided in one window. Few documents give many windows in this way, so a training has many steps.
    """
    starts = [start for start, _ in encoding.units]
    borders = sorted({bisect_left(starts, begin) for begin, _ in sentences(text)} | {0, len(starts)})
    found: list[Window] = []
    first = 0
    while first < len(starts):
        at = bisect_right(borders, first)
        last = borders[at]
        while at + 1 < len(borders) and _begin(encoding, borders[at + 1]) - _begin(encoding, first) <= size:
            at += 1
            last = borders[at]
        begin, end = _begin(encoding, first), _begin(encoding, last)
        part = Encoding(
            encoding.units[first:last], encoding.ids[begin:end], [place - begin for place in encoding.first[first:last]]
        )
        found += [
            Window(window.begin + begin, window.end + begin, window.first + first, window.last + first)
            for window in windows(part, size, overlap)
        ]
        first = last
    return found


def _begin(encoding: Encoding, unit: int) -> int:
    """The first subword of a unit; the number of subwords for the unit after the last."""
    return encoding.first[unit] if unit < len(encoding.first) else len(encoding.ids)


def to_layers(units: list[Range], spans: Sequence[Span], depth: int) -> list[list[str]]:
    """`depth` rows of IOB2 tags, one a unit: the outermost spans, those inside one other, … Deeper spans are left out.

    Raises ViborderError `span-splits-token` where a border lies inside a unit (see `words.split_at`).
    """
    layers = by_depth(spans)[:depth]
    return [to_iob2(units, layers[level] if level < len(layers) else []) for level in range(depth)]


def from_layers(
    units: list[Range], rows: Sequence[Sequence[str]], scores: Sequence[Sequence[float]]
) -> tuple[Span, ...]:
    """Nested spans of rows of IOB2 tags with the probability of each tag; a span's score is the mean over its units.

    A span of an inner row that crosses a kept one, or repeats it with its label, is dropped: outer rows win.
    """
    begins = {start: index for index, (start, _) in enumerate(units)}
    ends = {end: index + 1 for index, (_, end) in enumerate(units)}
    kept: list[Span] = []
    for row, probabilities in zip(rows, scores, strict=True):
        if row.count("O") == len(row):
            continue
        outer = list(kept)
        for span in from_iob2(units, row):
            if any(span == other or span.crosses(other) for other in outer):
                continue
            inside = probabilities[begins[span.start] : ends[span.end]]
            kept.append(Span(span.start, span.end, span.label, sum(inside) / len(inside)))
    return in_order(kept)
