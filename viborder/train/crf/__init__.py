"""The default tagger: a linear-chain CRF that weighs the grammar's proposals, learned in seconds and decoded in
numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.document import Document

if TYPE_CHECKING:
    from viborder.train.crf.tagger import CrfTagger


def train(
    recipe: dict[str, Any],
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None,
    *,
    where: str,
) -> CrfTagger:
    """`viborder.train.recipe.Kind.train`. Raises ViborderError: see `recipe.crf_recipe`, `training.train_crf`."""
    from viborder.train.crf.recipe import crf_recipe
    from viborder.train.crf.training import train_crf

    checked = crf_recipe(recipe, where)
    if checked.networks:
        import viborder.train.crf.learn_network  # noqa: F401  # before anything is learned, which takes minutes
    return train_crf(checked, documents, out, dev, where=where)


def load(folder: Path, card: Mapping[str, Any]) -> CrfTagger:
    """`viborder.train.recipe.Kind.load`."""
    from viborder.train.crf.tagger import load_crf
    from viborder.train.folder import fitting

    with fitting(folder):
        return load_crf(folder, card)
