"""Columns in, columns out: a file of tokens tagged row by row, with all else in it kept as it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from viborder.document import Document, Span, by_depth
from viborder.files import lines, new_file
from viborder.formats.columns import last_holds_tags, split, tag_columns
from viborder.formats.conll import LaidOut, untagged
from viborder.tags import to_iob2
from viborder.text import Range
from viborder.train import Tagger


def tag_rows(tagger: Tagger, path: Path, out: Path, lost: Counter[str], tag_column: str | None = None) -> int:
    """Tag a file of columns, one tag a row; returns how many documents there were.

    The tags of the outermost spans replace those of the last column, or of the one that is named; where the last holds
    none they become a new column. `4,5` puts the outermost spans into the fourth and those inside them into the fifth.
    What no column holds is counted in `lost`. Raises ViborderError as `viborder.formats.conll.read` does.
    """
    named = tag_columns(tag_column)
    if named is None and last_holds_tags(path):
        named = [-1]
    rows = [line for _, line in lines(path)]
    found = untagged(path, lost)
    documents = tagger.tag([each.document for each in found])
    for each, document in zip(found, documents, strict=True):
        for number, tags in _tags_of(each, document, len(named or [-1]), lost):
            rows[number] = _with_tags(rows[number], tags, named)
    with new_file(out) as file:
        file.writelines(row + "\n" for row in rows)
    return len(found)


def _tags_of(laid: LaidOut, document: Document, columns: int, lost: Counter[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of a line, its tag in each column): a layer of nested spans a column."""
    ranges = [place for _, place in laid.rows]
    layers = by_depth(document.spans)
    lost["nested spans"] += sum(map(len, layers[columns:]))
    tags = [to_iob2(ranges, _on_rows(layer, ranges, lost)) for layer in [*layers, *[[]] * columns][:columns]]
    for (number, _), *row in zip(laid.rows, *tags, strict=True):
        yield number, row


def _on_rows(spans: Sequence[Span], ranges: Sequence[Range], lost: Counter[str]) -> list[Span]:
    """Spans widened to whole rows; a row belongs to the first span that touches it."""
    found: list[Span] = []
    first = 0
    for span in sorted(spans):
        while first < len(ranges) and ranges[first][1] <= span.start:
            first += 1
        last = first
        while last < len(ranges) and ranges[last][0] < span.end:
            last += 1
        if first == last:
            lost["spans that share a row with another"] += 1
            continue
        found.append(Span(ranges[first][0], ranges[last - 1][1], span.label))
        first = last
    return found


def _with_tags(row: str, tags: Sequence[str], named: Sequence[int] | None) -> str:
    """A row with its tags in place, tabs between its columns; `_` stands in a column that the row lacks."""
    columns = split(row)
    if named is None or len(columns) == 1:
        return "\t".join([*columns, *tags])
    columns += ["_"] * (max(named) + 1 - len(columns))
    for column, tag in zip(named, tags, strict=True):
        columns[column] = tag
    return "\t".join(columns)
