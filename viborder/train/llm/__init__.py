"""A language model as tagger: any server that speaks the OpenAI chat protocol is asked for the text with brackets, and
the answer is aligned to the source. Nothing is learned; the folder holds what the prompt is made from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.document import Document

if TYPE_CHECKING:
    from viborder.train.llm.tagger import LlmTagger

FORM = ("viborder-llm", 1)


def train(
    recipe: dict[str, Any],
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None,
    *,
    where: str,
) -> LlmTagger:
    """`viborder.train.recipe.Kind.train`: write the folder; no text leaves the machine. `dev` is not used, and that is
    said.

    Raises ViborderError `recipe-unknown-key`, `recipe-bad-value`, `nothing-to-learn`.
    """
    import sys
    from dataclasses import replace

    from viborder.errors import counted, fail
    from viborder.labels import in_order
    from viborder.train.folder import data_hash, write_folder
    from viborder.train.llm.mask import masked
    from viborder.train.llm.prompt import guidelines_of, pieces, record
    from viborder.train.llm.recipe import llm_recipe

    settings = llm_recipe(recipe, where)
    names = in_order(span.label for document in documents for span in document.spans)
    if not names:
        raise fail(where, "nothing-to-learn", "no document has a span", "annotate some, or give other documents")
    if dev:
        print(
            f"{where}: nothing is tuned with a language model, the {counted(len(dev), 'document')} of --dev are not used",
            file=sys.stderr,
        )
    guidelines = guidelines_of(settings, Path(where).parent)
    if settings.guidelines and not guidelines:
        said = f"{where}: no guidelines at {settings.guidelines}; the prompt has the descriptions of the labels only"
        print(said, file=sys.stderr)
    hidden = [replace(one, text=masked(one)) for one in documents] if settings.mask else documents
    examples = [piece for document in hidden for piece in pieces(document, settings.longest)]
    contents = {
        "guidelines.md": guidelines.encode(),
        "examples.jsonl": "".join(record(piece) for piece in examples).encode(),
    }
    card = {
        "recipe": dict(recipe),
        "labels": names,
        "documents": [document.id for document in documents],
        "data_sha256": data_hash(documents),
    }
    return load(out, write_folder(out, card, contents, FORM))


def load(folder: Path, card: Mapping[str, Any]) -> LlmTagger:
    """`viborder.train.recipe.Kind.load`. The server is asked when texts are tagged, not before."""
    import json

    from viborder.train.folder import checked, expect, fitting
    from viborder.train.llm.prompt import example_of
    from viborder.train.llm.recipe import llm_recipe
    from viborder.train.llm.tagger import LlmTagger

    expect(folder, card, FORM)
    settings = llm_recipe(card["recipe"], str(folder / "model.json"))
    with fitting(folder):
        guidelines = checked(folder, card, "guidelines.md").decode()
        lines = checked(folder, card, "examples.jsonl").decode().split("\n")
        examples = [example_of(json.loads(line)) for line in lines if line]
        return LlmTagger(settings, card["labels"], card["version"], guidelines, examples)
