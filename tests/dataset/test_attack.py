"""What an attacker gets out of what is published, in any combination: nothing, unless the names were kept."""

import json
from pathlib import Path

import pytest

from tests.dataset.attack import attack
from tests.dataset.conftest import ANNOTATIONS, CORPUS
from viborder.dataset.build import build
from viborder.dataset.package import documents
from viborder.formats import jsonl
from viborder.publish.model import model_problems
from viborder.shipped import FOLDER as SHIPPED
from viborder.train import train

GOLD = ANNOTATIONS / "gold.jsonl"
SAFE = {
    "mask": {},
    "mask, identifiers": {"identifiers": True},
    "drop": {"private": "drop"},
    "omit": {"text": "omit"},
    "omit, drop": {"text": "omit", "private": "drop"},
    "omit, keep": {"text": "omit", "private": "keep"},
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    for name, options in SAFE.items():
        build(CORPUS, ANNOTATIONS, folder / name, **options)
    return {name: folder / name for name in SAFE}


def test_nothing_is_found_in_all_ways_of_hiding_together(packages: dict[str, Path]) -> None:
    # what is not found in all of them together is not found in any pair of them either
    assert attack(packages.values(), GOLD) == []


def test_nothing_is_found_in_two_versions_in_different_orders(packages: dict[str, Path], tmp_path: Path) -> None:
    gold = jsonl.read(GOLD)
    corpus, annotations = tmp_path / "corpus.jsonl", tmp_path / "annotations"
    (annotations / "passes").mkdir(parents=True)
    jsonl.write(corpus, reversed(jsonl.read(CORPUS)))
    jsonl.write(annotations / "gold.jsonl", reversed(gold))
    (annotations / "CHANGELOG.md").write_text(
        "## 0.2.0 — 2026-12-01\n- Another order.\n\n## 0.1.0 — 2026-11-21\n", encoding="utf-8"
    )
    for name, options in SAFE.items():
        build(corpus, annotations, tmp_path / name, **options)
    jsonl.write(corpus, jsonl.read(CORPUS)[2:])  # a version of fewer articles, in which persons have other numbers
    jsonl.write(annotations / "gold.jsonl", gold[2:])
    for name in ("mask", "drop", "omit"):
        build(corpus, annotations, tmp_path / f"fewer, {name}", **SAFE[name])
    later = [path for path in tmp_path.iterdir() if (path / "stats.json").exists()]
    assert len(later) == len(SAFE) + 3
    assert attack([*packages.values(), *later], GOLD) == []  # and so in no two of them


def test_names_are_found_where_they_were_kept(tmp_path: Path) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "kept", private="keep")
    found = "\n".join(attack([tmp_path / "kept"], GOLD))
    for name in ("le nam", "doan thi", "thi uien", "viet dung", "T.C", "ban nhan"):
        assert f"documents.parquet text: {name}" in found
    assert "sha256 tells 001_d7cdf611318291ac" in found  # the hash of an unmasked text


def test_the_hash_of_an_unmasked_text_in_a_release_without_texts_is_found(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_text(json.dumps({"sha256": next(jsonl_hashes())}), encoding="utf-8")
    assert any("sha256 tells" in line for line in attack([packages["mask"], tmp_path], GOLD))


def jsonl_hashes():
    from hashlib import sha256

    for document in jsonl.read(GOLD):
        if document.private:
            yield sha256(document.text.encode()).hexdigest()


def test_a_model_of_masked_texts_tells_nothing_and_one_of_the_texts_as_they_are_tells_names(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    safe = ("mask", "drop")
    for name in safe:
        train(Path("train/crf.yaml"), documents(packages[name]), tmp_path / name, overrides=["iterations=2", "folds=0"])
    train(Path("train/crf.yaml"), jsonl.read(GOLD), tmp_path / "unmasked", overrides=["iterations=2"])
    models = [tmp_path / name for name in safe]
    assert attack([*models, SHIPPED, *packages.values()], GOLD) == []  # whoever has all that may be published
    found = "\n".join(attack([tmp_path / "unmasked"], GOLD))
    assert "outer.features.txt: thi uien" in found and "model.json: sha256 tells all texts" in found


def test_an_encoder_whose_vocabulary_was_learned_from_the_texts_as_they_are(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    """Its vocabulary, and so the rows of its embeddings, tells names; the check refuses it, also where `model.json`
    hides what it was trained on. One of masked texts tells nothing.
    """
    pytest.importorskip("torch", reason="fine-tuning needs torch")
    small = [f"from_scratch.{name}" for name in ("hidden_size=8", "num_attention_heads=1", "intermediate_size=8")]
    small += ["from_scratch.num_hidden_layers=1", "from_scratch.min_frequency=1", "max_steps=1", "min_steps=1"]
    for name, texts in (("masked", documents(packages["mask"])), ("unmasked", jsonl.read(GOLD))):
        train(Path("train/tiny.yaml"), texts, tmp_path / name, overrides=small)
    assert attack([tmp_path / "masked"], GOLD) == [] == model_problems(tmp_path / "masked", GOLD)
    assert any("vocabulary holds" in line for line in attack([tmp_path / "unmasked"], GOLD))
    assert "model-unmasked" in {problem.rule for problem in model_problems(tmp_path / "unmasked", GOLD)}
    beside = [f"encoder={tmp_path / 'unmasked'}", "iterations=1"]
    train(Path("train/crf.yaml"), documents(packages["mask"]), tmp_path / "crf", overrides=beside)
    assert any("vocabulary holds" in line for line in attack([tmp_path / "crf"], GOLD))
    assert "model-unmasked" in {problem.rule for problem in model_problems(tmp_path / "crf", GOLD)}
    card = json.loads((tmp_path / "unmasked/model.json").read_text(encoding="utf-8"))
    (tmp_path / "unmasked/model.json").write_text(json.dumps(card | {"documents": [], "data": ""}), encoding="utf-8")
    assert {problem.rule for problem in model_problems(tmp_path / "unmasked", GOLD)} == {"private-name"}
