"""Tests read the project's own folders, so they run from its root wherever pytest was started."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("viborder", deadline=None)  # a busy machine is no error
settings.load_profile("viborder")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the five articles, private persons masked, which nobody changes."""
    from viborder.dataset.build import build

    out = tmp_path_factory.mktemp("build") / "dataset"
    build(ROOT / "corpus" / "documents.jsonl", ROOT / "annotations", out)
    return out
