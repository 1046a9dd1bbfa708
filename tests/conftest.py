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
