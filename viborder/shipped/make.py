"""Make the model that comes with the package: `python -m viborder.shipped.make`, or `make model`, in a checkout.

Private persons are masked in what it learns from, as in the published dataset.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from string import Template

from viborder.document import Document
from viborder.shipped import FOLDER

RECIPE = Path("train/crf.yaml")
MADE_UP, GOLD = Path("corpus/synthetic/train.jsonl"), Path("annotations/gold.jsonl")
_CARD = """\
---
language: vi
license: apache-2.0
library_name: viborder
pipeline_tag: token-classification
tags: [nested-ner, vietnamese, news, police, border]
metrics: [precision, recall, f1]
$index---

# The model that comes with viborder

It marks $labels in Vietnamese news of police and border, nested spans with a confidence each.

    viborder tag article.txt
    viborder.load().tag("…")

Offsets are half-open code points of the text in Unicode NFC. It is no transformers model: `pipeline("ner")` does not open it.
It is meant for research on such news and for proposals that an annotator checks; not for finding, watching or judging persons.

Made by `make model` from inputs `$inputs` (a hash of recipe, sentences and documents): version `$version`.

## What it learned from

- The $documents articles of `annotations/gold.jsonl`, with stand-ins for private persons (`viborder build`): $spans spans, marked by a
  language model in passes and adjudicated. No Vietnamese-speaking annotator has reviewed them yet.
- $made_up made-up texts of `corpus/synthetic/train.jsonl`, written and marked by language models; persons in them are invented, and
  texts where words are by chance part of a private person's name or home are left out.
- $sentences short texts that the recipe `$recipe` names under `genre`, written for the purpose by language models.
- The lexicons and rules of `viborder/grammar`, which vote beside it, are those of the installed package.
- What restores other forms of writing (`viborder/train/forms/counts`) was learned from the same articles with stand-ins, from
  `tuning.txt`, `adversarial.txt` and `articles.jsonl` of `train/genre`, and from $restored of the made-up texts.

The project's dataset is not on the Hub yet, so the card's head names no dataset.

## Scores

Of the recipe `$recipe` on articles that a language model wrote and that nobody read for errors, and on the same articles in other
forms of writing. These models learned from the five articles and the short texts; the model here learned from made-up texts too.

$scores

## Limits

- The lexicons and the rules were written and mended with these articles in view. How it does on texts that nobody had read is in
  `eval/README.md`, with intervals.
- The features are words and parts of words of the training texts; `publish` checks that no private person's name is among them.
- It knows news prose and its neighbours (courts, customs, the sea, letters, posts). Lower case, capitals and text without tone marks
  are restored first, not always rightly. What it says of a person must be checked by a person.
"""


def make(out: Path = FOLDER, recipe: Path = RECIPE) -> str:
    """Write the model folder with its card, from the files of the checkout in which it runs; returns its version."""
    from viborder.train import train

    masked = masked_documents()
    documents = learned_documents(masked)
    tagger = train(recipe, documents, out)
    card = shipped_card(tagger.labels, tagger.version, masked, documents, recipe)
    (out / "README.md").write_text(card, encoding="utf-8")
    return tagger.version


def shipped_card(
    labels: Sequence[str],
    version: str,
    masked: Sequence[Document],
    documents: Sequence[Document],
    recipe: Path = RECIPE,
) -> str:
    """The card of a model of these labels and version. documents: all it learned from, the masked ones among them."""
    import yaml

    from viborder.formats import brackets
    from viborder.publish.model import recipe_figures
    from viborder.train.card import model_index, score_table
    from viborder.train.forms.learn import made_up_texts
    from viborder.train.recipe import load_recipe

    figures = [line for line in recipe_figures() if line["task"].startswith("blind articles")]
    index = {"model-index": model_index(figures)}
    sentences = [
        document for name in load_recipe(recipe).get("genre", []) for document in brackets.read(recipe.parent / name)
    ]
    return Template(_CARD).substitute(
        index=yaml.safe_dump(index, allow_unicode=True, sort_keys=False, width=1000),
        scores=score_table(figures),
        restored=len(made_up_texts()),
        labels=", ".join(labels),
        inputs=inputs_hash(documents, recipe),
        version=version,
        documents=len(masked),
        spans=sum(len(document.spans) for document in masked),
        made_up=len(documents) - len(masked),
        sentences=len(sentences),
        recipe=recipe.as_posix(),
    )


def learned_documents(masked: Sequence[Document] | None = None) -> list[Document]:
    """The masked gold documents and the made-up texts to learn from."""
    return [*(masked_documents() if masked is None else masked), *made_up_documents()]


def made_up_documents() -> list[Document]:
    """The made-up texts to learn from, but for those where a row of words is by chance part of the name or home of a
    private person of the gold (`Ủy ban nhân dân` beside a hamlet): what learned from them would hold it.
    """
    from viborder.dataset.traces import traces_of
    from viborder.formats import jsonl
    from viborder.publish.checks import private_people

    people, _ = private_people(GOLD)
    traces = traces_of(jsonl.read(GOLD), people)
    return [document for document in jsonl.read(MADE_UP) if not any(traces.find(document.text))]


def masked_documents() -> list[Document]:
    """The gold documents as the published dataset holds them."""
    from viborder.dataset.build import build
    from viborder.dataset.package import documents

    with tempfile.TemporaryDirectory() as folder:
        build(Path("corpus/documents.jsonl"), Path("annotations"), Path(folder) / "dataset", private="mask")
        return documents(Path(folder) / "dataset")


def inputs_hash(documents: Sequence[Document], recipe: Path = RECIPE) -> str:
    """A short hash of what the model is made from: the recipe's keys, its sentences, the documents with their spans."""
    from viborder.train.folder import data_hash
    from viborder.train.recipe import load_recipe

    content = load_recipe(recipe)
    sentences = "".join((recipe.parent / name).read_text(encoding="utf-8") for name in content.get("genre", []))
    return sha256(repr((sorted(content.items()), sentences, data_hash(documents))).encode()).hexdigest()[:12]


if __name__ == "__main__":
    print(f"model {make()} in {FOLDER}")
