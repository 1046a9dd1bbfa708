"""Tests read the project's own folders, so they run from its root wherever pytest was started."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("viborder", deadline=None)  # a busy machine is no error
settings.load_profile("viborder")

ROOT = Path(__file__).parent.parent
STUDIO = ROOT / "tests" / "labelstudio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With -n, a file's tests stay in one process, and so do all that share the Label Studio server."""
    for item in items:
        together = STUDIO if STUDIO in item.path.parents else item.path
        item.add_marker(pytest.mark.xdist_group(str(together.relative_to(ROOT))))


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
