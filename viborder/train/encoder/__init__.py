"""Encoders (transformers), fine-tuned, and used like every other model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.document import Document

if TYPE_CHECKING:
    from viborder.train.encoder.tagger import TransformerTagger


def train(
    recipe: dict[str, Any],
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None,
    *,
    where: str,
) -> TransformerTagger:
    """`viborder.train.recipe.Kind.train`. Raises ViborderError: see `recipe.finetune_recipe`, `finetune.finetune`."""
    from viborder.train.encoder.recipe import finetune_recipe

    settings = finetune_recipe(recipe, where)  # before torch is imported, which takes seconds
    from viborder.train.encoder.finetune import finetune

    return finetune(settings, documents, out, dev, where=where)


def load(folder: Path, card: Mapping[str, Any]) -> TransformerTagger:
    """`viborder.train.recipe.Kind.load`."""
    from viborder.train.encoder.tagger import load_transformer
    from viborder.train.folder import fitting

    with fitting(folder):
        return load_transformer(folder, card)
