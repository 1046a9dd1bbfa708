"""One order of labels: in the dataset, in every kind of model, in what `Trainer` is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from viborder.dataset.schema import class_names
from viborder.document import Document, Span
from viborder.formats import jsonl
from viborder.labels import in_order
from viborder.train import train
from viborder.train.recipe import load_recipe

NAMES = ["AGENCY", "OFFICIAL", "PLACE", "DRUG", "QUANTITY"]  # as annotations/labels.yaml lists them
TAGS = ["O", *(f"{prefix}-{name}" for name in NAMES for prefix in "BI")]


def gold() -> list[Document]:
    return jsonl.read(Path("annotations/gold.jsonl"))


def test_the_dataset_numbers_tags_by_labels_yaml() -> None:
    assert class_names() == TAGS


def test_other_labels_come_after_ours_by_name() -> None:
    assert in_order(["PER", "DRUG", "LOC", "AGENCY", "PER"]) == ["AGENCY", "DRUG", "LOC", "PER"]


def test_the_default_tagger_numbers_them_so(tmp_path: Path) -> None:
    tagger = train("crf", gold(), tmp_path / "m", overrides=["iterations=2", "copies=0", "folds=0"])
    assert tagger.labels == NAMES
    assert tagger.card["chains"]["outer"] == TAGS  # type: ignore[attr-defined]
    foreign = [Document("a", "An đi Huế", (Span(0, 2, "PER"), Span(6, 9, "LOC")))]
    assert train("crf", foreign, tmp_path / "f", overrides=["iterations=2"]).labels == ["LOC", "PER"]


def test_fine_tuned_models_number_them_so() -> None:
    pytest.importorskip("torch", reason="fine-tuning needs torch: pip install 'viborder[train]'")
    from viborder.train.encoder.finetune import prepare
    from viborder.train.encoder.recipe import finetune_recipe

    recipe = finetune_recipe(load_recipe(Path("train/tiny.yaml")), "train/tiny.yaml")
    reader, model = prepare(recipe, gold(), "train/tiny.yaml")
    assert reader.labels == TAGS  # what ONNX and `compute_metrics` are told, too
    assert model.flat.config.id2label == dict(enumerate(TAGS))
