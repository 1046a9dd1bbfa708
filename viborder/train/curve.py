"""How much more documents help: F1 by the number of documents learned from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from viborder.document import Document
from viborder.errors import fail
from viborder.eval import score
from viborder.train import train


@dataclass(frozen=True, slots=True)
class Point:
    """The strict F1 after learning from `documents` documents: over all spans and over the outermost, one value a
    choice of documents.
    """

    documents: int
    nested: list[float]
    flat: list[float]


def curve(
    recipe: Path, documents: Sequence[Document], test: Sequence[Document] | None = None, overrides: Sequence[str] = ()
) -> Iterator[Point]:
    """A point for each number of documents, the smallest first.

    Without `test`, each document is tagged in turn by models that learned from those that follow it in the file, from
    the first on again
    after the last: one value a document that was held out. With `test`, the models tag that, and learn from as many as
    all documents.
    Raises ViborderError `too-few-documents`.
    """
    if len(documents) < 2:
        raise fail(recipe, "too-few-documents", "a curve needs two documents at least", "annotate more")
    for size in range(1, len(documents) + (test is not None)):
        nested, flat = [], []
        for number in range(len(documents) if size < len(documents) else 1):
            around = [*documents[number + 1 :], *documents[: number + 1]]
            held_out = list(test) if test is not None else [documents[number]]
            with tempfile.TemporaryDirectory() as folder:
                found = list(train(recipe, around[:size], Path(folder) / "model", overrides=overrides).tag(held_out))
            nested.append(score(held_out, found).micro().f1)
            flat.append(score(held_out, found, nested=False).micro().f1)
        yield Point(size, nested, flat)
