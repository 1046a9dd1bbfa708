"""A disk that is full when a verb puts its output in place: what was there before is there still, and nothing beside it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.files import new_folder
from viborder.formats import jsonl

TEXT = "Công an tỉnh Cao Bằng thu 2 kg ma túy đá."
GOOD = Document("a", TEXT, (Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"), Span(26, 30, "QUANTITY")))


def fails_at(call: int) -> Callable[[Path, Path], Path]:
    """A rename that finds no room at this call, counted from 1, and works at the others."""
    done, works = [], Path.replace

    def replace(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        return works(self, target)

    return replace


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (["collect", "new.txt", "--out", "out.jsonl"], "out.jsonl"),
        (["convert", "good.jsonl", "out.csv"], "out.csv"),
        (["tag", "new.txt", "-o", "out.jsonl"], "out.jsonl"),
        (["facts", "good.jsonl", "-o", "out.csv"], "out.csv"),
        (["score", "good.jsonl", "good.jsonl", "--json", "out.json"], "out.json"),
        (["score", "good.jsonl", "good.jsonl", "--report", "out.html"], "out.html"),
        (["adjudicate", "good.jsonl", "b.jsonl", "--decisions", "log", "--out", "out.jsonl"], "out.jsonl"),
        (["diff", "good.jsonl", "b.jsonl", "--json", "out.json"], "out.json"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_what_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], out: str) -> None:
    monkeypatch.chdir(tmp_path)
    jsonl.write(tmp_path / "good.jsonl", [GOOD])
    jsonl.write(tmp_path / "b.jsonl", [GOOD])
    Path("new.txt").write_text("Bộ đội Biên phòng tỉnh Điện Biên thu 3 bánh heroin tại bản Pha.", encoding="utf-8")
    jsonl.write(Path(out), [GOOD.with_spans([])])
    if words[0] == "adjudicate":
        jsonl.write(Path(out), [Document("before", "Lào")])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(Path, "replace", fails_at(1))
    with pytest.raises(ViborderError, match="disk-full"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("call", [1, 2])
def test_a_folder_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """The old folder is moved aside, the new one into its place: each of the two renames may fail."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").touch()
    monkeypatch.setattr(Path, "replace", fails_at(call))
    with pytest.raises(ViborderError, match="disk-full"), new_folder(tmp_path / "out") as folder:
        (folder / "new").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["old"]
