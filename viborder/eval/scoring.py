"""Gold and predictions in, scores out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from viborder.document import Document, Span, outermost
from viborder.eval.checks import paired
from viborder.eval.counts import count
from viborder.eval.scores import Scores
from viborder.eval.table import from_spans, labels_of


def score(
    gold: Sequence[Document],
    pred: Sequence[Document],
    *,
    nested: bool = True,
    labels: Collection[str] | None = None,
    exclude: Collection[str] = (),
) -> Scores:
    """Score predicted documents against gold ones with the same ids and texts, in any order.

    nested: all spans; otherwise only the outermost of both sides. labels: score these types only. exclude: leave these types out
    (before anything is made flat or matched). Documents without spans count. A span that stands twice is counted once.
    Raises ViborderError with everything that is wrong with the pair (see `viborder.eval.checks.paired`).
    """
    answers = paired(gold, pred)
    sides = [[_spans(document, nested, labels, exclude) for document in documents] for documents in (gold, answers)]
    types = labels_of(*sides)
    gold_table, pred_table = (from_spans(side, [len(document.text) for document in gold], types) for side in sides)
    options = {
        "layers": "nested" if nested else "outermost",
        "labels": "+".join(sorted(labels)) if labels is not None else "all",
        "exclude": "+".join(sorted(exclude)) or "none",
    }
    counts = count(gold_table, pred_table, len(gold), len(types))
    return Scores(counts, tuple(document.id for document in gold), types, "document", options, _data(gold, sides[0]))


def _spans(document: Document, nested: bool, labels: Collection[str] | None, exclude: Collection[str]) -> list[Span]:
    kept = [span for span in document.spans if span.label not in exclude and (labels is None or span.label in labels)]
    return kept if nested else outermost(kept)


def _data(documents: Sequence[Document], sides: Sequence[Sequence[Span]]) -> str:
    """A short hash of texts and gold spans: the same data give the same, in whatever order they are kept."""
    records = []
    for document, spans in zip(documents, sides, strict=True):
        listed = " ".join(f"{span.start}-{span.end}-{span.label}" for span in sorted(set(spans)))
        records.append(f"{document.id}\n{document.text}\n{listed}")
    return hashlib.sha256("\0".join(sorted(records)).encode()).hexdigest()[:12]
