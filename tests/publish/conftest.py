"""What the tests of publishing share: a model that learned from the package of the five articles, a Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import pytest
from huggingface_hub.utils import disable_progress_bars

from tests.publish.hub_server import Hub
from viborder.dataset.package import documents
from viborder.train import train


@pytest.fixture(scope="session")
def trained(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the default recipe, which nobody changes; two iterations are enough to have all its files."""
    out = tmp_path_factory.mktemp("trained") / "model"
    train(Path("train/crf.yaml"), documents(built), out, overrides=["iterations=2"])
    return out


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    # the library's own pauses alone: where `time.sleep` itself did nothing, every thread that waits would spin
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda seconds: None))
    disable_progress_bars()
    hub = Hub()
    server = hub.start()
    yield hub
    server.shutdown()
    server.server_close()
