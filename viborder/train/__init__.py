"""Recipes, training, tagging. Every kind of model is made, loaded and used in the same way."""

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
    from viborder.train.recipe import crf_recipe, kind_of, load_recipe, recipe_path

    recipe = recipe_path(recipe)
    _refuse_crossing(documents)
    content = load_recipe(recipe, overrides)
    if kind_of(content, str(recipe)) == "transformer":
        from viborder.train.encoder.recipe import finetune_recipe

        settings = finetune_recipe(content, str(recipe))  # before torch is imported, which takes seconds
        with _extra(recipe):
            from viborder.train.encoder.finetune import finetune
        return finetune(settings, documents, out, dev, where=str(recipe))
    from viborder.train.crf.training import train_crf

    checked = crf_recipe(content, str(recipe))
    if checked.networks:
        with _extra(recipe):  # before anything is learned, which takes minutes
            import viborder.train.crf.learn_network  # noqa: F401
    return train_crf(checked, documents, out, dev, where=str(recipe))


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
    from viborder.train.crf.folder import read_card

    folder = Path(folder)
    card = read_card(folder)
    if card["format"] == "viborder-transformer":
        with _extra(folder):
            from viborder.train.encoder.tagger import load_transformer

            return load_transformer(folder, card)
    from viborder.train.crf.tagger import load_crf

    try:
        return load_crf(folder, card)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        said = f"model.json does not fit what is beside it ({type(error).__name__})"
        raise fail(folder, "model-damaged", said, "copy the model folder again, or train it again") from None


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
