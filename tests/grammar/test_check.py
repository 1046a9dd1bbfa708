"""Broken lexicon files, each named after the rule that refuses it, and the packaged files, which none refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from viborder.grammar.check import check_lexicon
from viborder.grammar.entries import read
from viborder.grammar.tables import read_folder

BROKEN = sorted(Path(__file__).with_name("broken").glob("lexicon-*.tsv"))
LINES = {  # of the file: where the error lies
    "lexicon-not-utf8": [None],
    "lexicon-columns": [2, 3],
    "lexicon-class-unknown": [3],
    "lexicon-class-twice": [2],
    "lexicon-class-empty": [2],
    "lexicon-option-unknown": [1],
    "lexicon-twin": [3],
    "lexicon-unsorted": [3],
    "lexicon-unreachable": [2, 3],
    "lexicon-shadowed": [4],
}


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    problems, _ = check_lexicon(tmp_path)
    named = [problem for problem in problems if problem.rule == path.stem]
    expected = [f"{copy}:{line}" if line else str(copy) for line in LINES[path.stem]]
    assert [problem.where for problem in named] == expected
    # two files hold a second error of need: a line that is refused leaves its class or its order as it is
    others = {problem.rule for problem in problems} - {path.stem}
    assert others <= {"lexicon-class-empty", "lexicon-unsorted"}


def test_every_rule_has_a_broken_file() -> None:
    assert {path.stem for path in BROKEN} == set(LINES)


def test_all_files_are_checked_at_once(tmp_path: Path) -> None:
    for path in BROKEN:
        shutil.copy(path, tmp_path)
    problems, _ = check_lexicon(tmp_path)
    assert {problem.rule for problem in problems} == set(LINES)


def test_the_packaged_lexicon_is_sound() -> None:
    problems, entries = check_lexicon()
    assert problems == []
    assert entries > 8000


def test_a_file_that_a_spreadsheet_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "train/weapons/lexicon/weapons.tsv").read_bytes()
    for name, data in (("plain", text), ("marked", b"\xef\xbb\xbf" + text)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weapons.tsv").write_bytes(data)
    assert check_lexicon(tmp_path / "marked") == check_lexicon(tmp_path / "plain")
    assert read(tmp_path / "marked") == read(tmp_path / "plain")
    marked, plain = (
        [(table.name, table.bits) for table in read_folder(tmp_path / name)] for name in ("marked", "plain")
    )
    assert marked == plain


def test_the_verb_refuses_a_broken_lexicon(tmp_path: Path) -> None:
    shutil.copy(BROKEN[0], tmp_path)
    command = [sys.executable, "-m", "viborder", "check", "--lexicon", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert BROKEN[0].stem in done.stderr
