"""Cross-validation: each document tagged by a model that has not seen it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from viborder.document import Document
from viborder.train import train


def crossval(
    recipe: str | Path, documents: Sequence[Document], *, out: Path | None = None, overrides: Sequence[str] = ()
) -> Iterator[Document]:
    """Each document tagged by a model that has not seen it, trained on all others, in order.

    out: where to keep the models, one folder a document, named after it; without it they are thrown away.
    """
    with tempfile.TemporaryDirectory() if out is None else nullcontext(str(out)) as folder:
        for held_out in documents:
            others = [document for document in documents if document.id != held_out.id]
            tagger = train(recipe, others, Path(folder) / held_out.id, overrides=overrides)
            yield from tagger.tag([held_out])
