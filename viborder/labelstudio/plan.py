"""How documents are given out: to how many people, in which order, in which parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Document
from viborder.formats.labelstudio import KEY
from viborder.labelstudio import LONGEST
from viborder.labelstudio.order import most_useful_first, share, spread
from viborder.labelstudio.parts import parts, piece
from viborder.labelstudio.suggest import prediction
from viborder.labelstudio.tasks import shown, text_hash


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents are given out. Shares are in 0…1 and fall on documents at random, by their id.

    overlap: how many people annotate a document of `overlap_share`, without seeing each other's work; the others get
    one.
    test_share: documents kept for an honest test set: chosen at random and not for their usefulness, without
    suggestions that might sway the annotator, and never learned from by the live backend.
    first: ids of documents that come before all others, in this order.
    reorder: documents that nobody has begun are taken away and sent anew, so that the new order holds for them too.
    longest: code points from which a document is cut into parts; 0 never.
    """

    overlap: int = 1
    overlap_share: float = 1.0
    test_share: float = 0.1
    seed: int = 0
    first: tuple[str, ...] = ()
    reorder: bool = False
    longest: int = LONGEST

    def is_test(self, identity: str) -> bool:
        """Whether the document belongs to the random share."""
        return share(identity, "test", self.seed) < self.test_share

    def people(self, identity: str) -> int:
        """How many people annotate the document."""
        return self.overlap if share(identity, "overlap", self.seed) < self.overlap_share else 1


def tasks(
    documents: Sequence[Document],
    suggestions: Mapping[str, Document],
    version: str,
    plan: Plan,
    starts: Mapping[str, Sequence[int]],
) -> list[dict[str, Any]]:
    """Documents as Label Studio imports them, the most useful first, the parts of one together.

    suggestions: by id, made by the model `version`. starts: where the parts of each document start. `meta` tells the
    share, the number of annotators, the hash of the text, the part.
    """
    made = []
    for document, worth in _in_order(documents, suggestions, plan):
        is_test = plan.is_test(document.id)
        suggested = None if is_test else suggestions.get(document.id)
        for part in parts(starts[document.id]):
            text = part.text(document.text)
            data, meta = shown(part)
            known = {
                "share": "test" if is_test else "learn",
                "overlap": plan.people(document.id),
                "sha256": text_hash(text),
                **meta,
            }
            if worth is not None:
                known["usefulness"] = round(worth, 4)
            task: dict[str, Any] = {"data": {"text": text, "doc_id": document.id, **data}, "meta": {KEY: known}}
            if suggested is not None:
                task["predictions"] = [prediction(piece(suggested, part), version)]
            made.append(task)
    return made


def _in_order(
    documents: Sequence[Document], suggestions: Mapping[str, Document], plan: Plan
) -> list[tuple[Document, float | None]]:
    """(document, usefulness) in the order of annotation; the random share has no usefulness, and is spread evenly."""
    useful = most_useful_first([document for document in documents if not plan.is_test(document.id)], suggestions)
    kept = sorted(
        (document for document in documents if plan.is_test(document.id)),
        key=lambda one: share(one.id, "order", plan.seed),
    )
    ordered = spread([document for document, _ in useful], kept)
    ordered.sort(key=lambda one: plan.first.index(one.id) if one.id in plan.first else len(plan.first))
    worth = {document.id: value for document, value in useful}
    return [(document, worth.get(document.id)) for document in ordered]
