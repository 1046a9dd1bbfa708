import hashlib
from pathlib import Path

import datasets
import pytest

from viborder.dataset.build import build
from viborder.document import outermost
from viborder.formats import jsonl

CORPUS, GOLD = Path("corpus/documents.jsonl"), Path("annotations/gold.jsonl")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("build") / "dataset"
    build(CORPUS, GOLD, out)
    return out


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)


def digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_the_same_input_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    build(CORPUS, GOLD, tmp_path / "again")
    assert digests(package) == digests(tmp_path / "again")


def test_load_dataset_opens_every_config(package: Path) -> None:
    names = datasets.get_dataset_config_names(str(package))
    assert names == ["sentences", "documents", *(f"fold_{fold}" for fold in range(5))]
    for name in names:
        whole = datasets.load_dataset(str(package), name)
        streamed = datasets.load_dataset(str(package), name, streaming=True)
        assert {split: list(rows) for split, rows in whole.items()} == {split: list(rows) for split, rows in streamed.items()}


def test_sentences_carry_iob2_of_the_outermost_spans(package: Path) -> None:
    rows = datasets.load_dataset(str(package), split="train")  # the default config
    names = rows.features["ner_tags"].feature.names
    gold = {document.id: document for document in jsonl.read(GOLD)}
    begun = sum(names[tag].startswith("B-") for row in rows for tag in row["ner_tags"])
    assert begun == sum(len(outermost(document.spans)) for document in gold.values())
    for row in rows:
        text = gold[row["document_id"]].text
        assert row["tokens"] == [text[start:end] for start, end in zip(row["starts"], row["ends"], strict=True)]


def test_a_fold_tests_on_one_document_and_trains_on_the_others(package: Path) -> None:
    tested = []
    for fold in range(5):
        splits = datasets.load_dataset(str(package), f"fold_{fold}")
        test = set(splits["test"]["document_id"])
        assert len(test) == 1
        assert not test & set(splits["train"]["document_id"])
        tested.extend(test)
    assert sorted(tested) == sorted(document.id for document in jsonl.read(GOLD))
