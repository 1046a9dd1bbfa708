"""A learner that the package does not know: its kind is the name of a package with `train` and `load`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import viborder
from tests.train import learnable
from viborder.cli import app
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.publish.model import belongs
from viborder.train import load, train
from viborder.train.explain import corrections

RECIPE = "kind: tests.train.nothing\n"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_trains_tags_scores_and_cross_validates_like_every_other(tmp_path: Path) -> None:
    gold, recipe, model = tmp_path / "gold.jsonl", tmp_path / "nothing.yaml", tmp_path / "model"
    documents = learnable.documents(4, seed=1)
    jsonl.write(gold, documents)
    recipe.write_text(RECIPE, encoding="utf-8")
    assert "AGENCY" in run("train", recipe, "--train", gold, "--out", model)
    run("tag", model, gold, "-o", tmp_path / "found.jsonl")
    assert all(not document.spans for document in jsonl.read(tmp_path / "found.jsonl"))
    run("score", gold, tmp_path / "found.jsonl", "--json", tmp_path / "score.json")
    scores = json.loads((tmp_path / "score.json").read_text(encoding="utf-8"))
    strict = scores["schemas"]["strict"]["overall"]
    assert (scores["overall_f1"], strict["correct"]) == (0.0, 0)
    assert strict["missed"] == sum(len(document.spans) for document in documents)
    run("crossval", recipe, "--gold", gold, "--out", tmp_path / "folds")
    assert len(jsonl.read(tmp_path / "folds/predictions.jsonl")) == 4
    assert viborder.load(model).tag("Công an tỉnh Cao Bằng").spans == ()
    with pytest.raises(ViborderError, match="model-no-corrections"):
        corrections(model)


def test_its_folder_is_like_every_other(tmp_path: Path) -> None:
    recipe, model = tmp_path / "nothing.yaml", tmp_path / "model"
    recipe.write_text(RECIPE, encoding="utf-8")
    for name in ("model", "again"):
        train(recipe, learnable.documents(2, seed=1), tmp_path / name)
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    assert card == json.loads((tmp_path / "again/model.json").read_text(encoding="utf-8"))
    assert "`tests.train.nothing`" in (model / "README.md").read_text(encoding="utf-8")
    assert belongs("weights.txt", card) and not belongs("notes.txt", card)
    (model / "weights.txt").write_text("some", encoding="utf-8")
    with pytest.raises(ViborderError, match=r"weights.txt: error model-damaged"):
        load(model)


@pytest.mark.parametrize("kind", ["svm", "tests.train.nobody", "json", "../x", "[1]"])
def test_a_kind_that_is_no_learner_is_refused(tmp_path: Path, kind: str) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(f"kind: {kind}\n", encoding="utf-8")
    with pytest.raises(ViborderError, match="recipe-kind"):
        train(recipe, learnable.documents(2, seed=1), tmp_path / "model")
    assert not (tmp_path / "model").exists()
