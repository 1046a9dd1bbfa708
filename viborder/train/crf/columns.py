"""The columns that templates may name: what grammar, lexicon and enclosing span say of each token, as IOBES tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from viborder.document import PRIVATE
from viborder.train.crf.batch import Batch, columns, tagset, within
from viborder.train.crf.chain import Columns
from viborder.train.token_spans import TokenSpan

COLUMNS = ("grammar", "known", "outer")


def outer_columns(
    batch: Batch,
    proposals: Sequence[TokenSpan],
    known: Sequence[TokenSpan],
    labels: Sequence[str],
    worth: Mapping[TokenSpan, float] | None = None,
) -> Columns:
    """Of the outermost layer: `grammar`, the tag of the outermost proposal; `known`, that of a known mention;
    `outer`, nothing.
    """
    outermost = within(proposals, (0, len(batch.positions), ""))
    spans = {"grammar": outermost, "known": known, "outer": []}
    return columns(batch, spans, tagset([*labels, PRIVATE], "IOBES"), worth)


def inside_columns(
    batch: Batch,
    outers: Sequence[TokenSpan],
    proposals: Sequence[TokenSpan],
    labels: Sequence[str],
    worth: Mapping[TokenSpan, float] | None = None,
) -> Columns:
    """Of what lies inside `outers`: `outer`, their tags; `grammar`, the tags of the proposals next inside them;
    `known`, nothing.
    """
    inner = next_inside(outers, proposals)
    spans = {"grammar": inner, "known": [], "outer": outers}
    return columns(batch, spans, tagset([*labels, PRIVATE], "IOBES"), worth)


def next_inside(outers: Sequence[TokenSpan], proposals: Sequence[TokenSpan]) -> list[TokenSpan]:
    """The outermost proposals within each of the outer spans, the span itself left out."""
    begins = np.array([span[0] for span in proposals])
    if not len(begins) or not outers:
        return []
    lows = np.searchsorted(begins, [outer[0] for outer in outers]).tolist()
    highs = np.searchsorted(begins, [outer[1] for outer in outers]).tolist()
    return [
        span
        for outer, low, high in zip(outers, lows, highs, strict=True)
        for span in within(proposals[low:high], outer)
    ]
