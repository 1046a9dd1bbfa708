"""Hostile files of every format to every verb: each call ends in words, whatever the file. The longer run:
`python -m tests.fuzz.run --seconds 600`.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.calls import calls_on
from tests.fuzz.hostile import FUZZED, good_files, spoilt

FOUND = sorted(path for path in (Path(__file__).parent / "found").iterdir() if path.suffix != ".md")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("good")
    return folder, good_files(folder)


@pytest.mark.parametrize("format", FUZZED)
def test_a_good_file_is_read_by_every_verb(good: tuple[Path, dict[str, bytes]], tmp_path: Path, format: str) -> None:
    every = format in (
        "jsonl",
        "corpus",
        "recipe",
    )  # of other formats a call of each kind: the readers differ, not the verbs
    for arguments, end in calls_on(
        format, good[1][format], tmp_path / "here", good[0], chosen=lambda n, _: every or n < 6
    ):
        assert not end.fault, (arguments, end.fault)
        assert end.status == 0 or end.rules, (arguments, end.said)


@settings(max_examples=2, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("format", FUZZED)
def test_no_file_ends_a_run_in_a_traceback(
    good: tuple[Path, dict[str, bytes]], tmp_path: Path, format: str, data: st.DataObject
) -> None:
    spoiled, first = data.draw(spoilt(good[1][format])), data.draw(st.integers(0, 3))
    for arguments, end in calls_on(format, spoiled, tmp_path / "here", good[0], chosen=lambda n, _: n % 4 == first):
        assert not end.fault, (arguments, end.fault)
        assert end.status in (0, 1, 2), (arguments, end.said)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_is_told_by_its_rule(good: tuple[Path, dict[str, bytes]], tmp_path: Path, path: Path) -> None:
    """A file is named `RULE--FORMAT` and what it is: some verb tells that rule, and none ends in a traceback."""
    rule, format = path.stem.split("--")[:2]
    ends = [end for _, end in calls_on(format, path.read_bytes(), tmp_path / "here", good[0])]
    assert not any(end.fault for end in ends)
    assert rule in set().union(*(end.rules for end in ends)), [end.said for end in ends]
