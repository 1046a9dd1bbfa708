"""The model that comes with the package: made from masked documents, by what is in the repository."""

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from viborder.annotate.private import fold
from viborder.formats import jsonl
from viborder.labels import entity_types
from viborder.publish.model import model_problems
from viborder.shipped import FOLDER
from viborder.shipped.make import (
    MADE_UP,
    inputs_hash,
    learned_documents,
    made_up_documents,
    make,
    masked_documents,
    shipped_card,
)
from viborder.train import load

MOST = 5_000_000  # bytes
WORDS = ("ban nhan", "doan thi", "viet dung")  # of private persons of the gold and of a hamlet, as an attack finds them


def test_it_is_made_from_what_is_in_the_repository():
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"inputs `{inputs_hash(learned_documents())}`" in card, "run `make model` and commit viborder/shipped/model"
    assert f"version `{load(FOLDER).version}`" in card


def test_its_card_says_the_published_figures():
    card = ModelCard.load(FOLDER / "README.md")
    published = {
        (line["task"], line["value"], line["command"])
        for line in map(json.loads, Path("eval/results.jsonl").read_text(encoding="utf-8").splitlines())
        if (line["system"], line["metric"], line["recipe"]) == ("lexicon + CRF", "strict_f1", "train/crf.yaml")
        and line["task"].startswith("blind articles of the genre")
        and line["task"].endswith("; all spans")
    }
    said = {(one.dataset_name, one.metric_value, one.metric_name.split("`")[1]) for one in card.data.eval_results}
    assert said == published and len(said) == len(card.data.eval_results) > 10
    masked, shipped = masked_documents(), load(FOLDER)
    made = shipped_card(shipped.labels, shipped.version, masked, learned_documents(masked))
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == made, (
        "run `make model` and commit viborder/shipped/model"
    )


def test_the_script_makes_a_model_that_finds_the_same(tmp_path):
    make(tmp_path / "model")
    made, shipped = load(tmp_path / "model"), load(FOLDER)
    assert made.labels == shipped.labels == list(entity_types())
    texts = jsonl.read(Path("train/genre/articles_blind.jsonl"))[:5]
    spans = [[document.spans for document in tagger.tag(texts)] for tagger in (made, shipped)]
    assert spans[0] == spans[1]  # scores take no part in equality: they may differ in the last place between machines


def test_no_private_person_is_in_it():
    gold = Path("annotations/gold.jsonl")
    assert sum(len(document.private) for document in jsonl.read(gold)) > 0
    assert model_problems(FOLDER, gold) == []


def test_made_up_texts_with_words_of_a_private_name_or_home_are_not_learned_from():
    learned = {document.id for document in made_up_documents()}
    left_out = [document for document in jsonl.read(MADE_UP) if document.id not in learned]
    assert left_out and learned
    assert all(any(words in fold(document.text) for words in WORDS) for document in left_out)
    assert not any(words in fold(document.text) for document in made_up_documents() for words in WORDS)


def test_it_is_small_and_holds_no_code():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST
    assert {path.suffix for path in files} == {".json", ".md", ".npz", ".tsv", ".txt"}  # read with allow_pickle=False


@pytest.mark.parametrize("recipe", sorted(Path("train").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_recipe_is_found_by_its_name(recipe, tmp_path, monkeypatch):
    from viborder.train.recipe import load_recipe, recipe_path

    text = recipe.read_text(encoding="utf-8")
    genre = load_recipe(recipe).get("genre", [])
    monkeypatch.chdir(tmp_path)
    found = recipe_path(recipe.stem)
    assert found.read_text(encoding="utf-8") == text
    assert all((found.parent / name).exists() for name in genre)
