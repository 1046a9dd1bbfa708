from pathlib import Path

import datasets
import pytest

from viborder.dataset.build import build

CORPUS, ANNOTATIONS = Path("corpus/documents.jsonl"), Path("annotations")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the five articles, private persons masked."""
    out = tmp_path_factory.mktemp("build") / "dataset"
    build(CORPUS, ANNOTATIONS, out)
    return out


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
