"""Recipes, training, tagging. Every kind of model is made, loaded and used in the same way.

A kind is a package with two functions, `train` and `load` (`recipe.Kind`); a recipe names it. What all kinds share
stands here: the model folder, the grammar's vote, corrections, tuning, calibration, cross-validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from viborder.document import Document, crossings
from viborder.errors import Problem, ViborderError, fail, place


class Tagger(Protocol):
    """What every kind of model can do."""

    labels: list[str]
    version: str

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Documents with nested spans, each with a `score`, in the order given.

        A document that bears tokens (`Document.tokens`) is tagged by these.
        """


def train(
    recipe: str | Path,
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None = None,
    overrides: Sequence[str] = (),
) -> Tagger:
    """Train by a recipe, write a model folder (whole or not at all) and return its tagger.

    recipe: a YAML file, or the name of one that comes with viborder.

    Raises ViborderError: what is wrong with the recipe, or with the documents.
    """
    from viborder.train.recipe import kind_of, load_recipe, recipe_path

    recipe = recipe_path(recipe)
    _refuse_crossing(documents)
    content = load_recipe(recipe, overrides)
    with _extra(recipe):
        found: Tagger = kind_of(content, str(recipe)).train(content, documents, out, dev, where=str(recipe))
    return found


def _refuse_crossing(documents: Sequence[Document]) -> None:
    """Raise `span-crosses-span` for spans to learn from of which neither lies inside the other."""
    problems = [
        Problem(
            place("", document.id, span.start, span.end, document.slice(span)),
            "span-crosses-span",
            f"crosses the {other.label} at [{other.start}:{other.end}]",
            "nest one inside the other, or part them",
        )
        for document in documents
        for span, other in crossings(document.spans)
    ]
    if problems:
        raise ViborderError(problems)


def load(folder: str | Path) -> Tagger:
    """The tagger of a model folder, of whatever kind. `viborder.load` gives one that takes strings too.

    Raises ViborderError `model-missing`, `model-foreign`, `model-damaged`.
    """
    from viborder.train.folder import read_card
    from viborder.train.recipe import kind_of

    folder = Path(folder)
    card = read_card(folder)
    recipe = card.get("recipe")
    if not isinstance(recipe, dict) or "kind" not in recipe:
        raise fail(folder / "model.json", "model-foreign", "no recipe with a `kind` in it", "train it again")
    with _extra(folder):
        found: Tagger = kind_of(recipe, str(folder / "model.json")).load(folder, card)
    return found


@contextmanager
def _extra(where: Path) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {
            "torch",
            "transformers",
            "accelerate",
            "tokenizers",
            "safetensors",
            "pyvi",
        }:
            raise
        raise fail(where, "extra-missing", f"{error.name} is not installed", "pip install 'viborder[train]'") from None
