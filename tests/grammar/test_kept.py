"""What an earlier start worked out is read again, never when its sources have changed, and never in the way."""

import marshal
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from viborder.formats import jsonl
from viborder.grammar import entries, propose
from viborder.grammar.kept import kept
from viborder.grammar.lexicon import Lexicon
from viborder.text import tokenize


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a word and a rule; Python writes byte code, below `prefix`."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for name in ("lexicon/drugs.tsv", "rules/drug.txt", "keys.py"):
        path = tmp_path / "grammar" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("heroin\tsubstance\n")
    return tmp_path / "grammar"


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder.parent / "prefix").rglob("*") if path.is_file()]


def _never() -> dict[str, Any]:
    raise AssertionError("worked out again")


def test_a_second_start_reads_what_the_first_worked_out(folder: Path) -> None:
    made = {"trie": {"thu": {"giữ": {"": 3}}}, "words": frozenset({"a", "b"}), "levels": (1, ())}
    assert kept(lambda: made, folder) == made
    assert kept(_never, folder) == made
    assert len(_files(folder)) == 1


@pytest.mark.parametrize("name", ["lexicon/drugs.tsv", "rules/drug.txt", "keys.py", "lexicon/new.tsv"])
def test_a_changed_source_is_seen(folder: Path, name: str) -> None:
    kept(lambda: {"old": 1}, folder)
    (folder / name).write_text("cocain\tsubstance\n")
    assert kept(lambda: {"new": 2}, folder) == {"new": 2}
    assert kept(_never, folder) == {"new": 2}


@pytest.mark.parametrize("damage", [b"", b"\0" * 10, b"\0" * 100, None])
def test_a_damaged_file_is_made_again(folder: Path, damage: bytes | None) -> None:
    kept(lambda: {"a": 1}, folder)
    (file,) = _files(folder)
    file.write_bytes(file.read_bytes()[:-3] if damage is None else damage)
    assert kept(lambda: {"a": 1}, folder) == {"a": 1}
    assert kept(_never, folder) == {"a": 1}


def test_nothing_is_written_where_nothing_can_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "prefix").write_text("a file where the folder should be")
    assert kept(lambda: {"a": 1}, folder) == {"a": 1}
    monkeypatch.setattr(sys, "pycache_prefix", str(folder.parent / "other"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept(lambda: {"a": 1}, folder) == {"a": 1}
    assert not (folder.parent / "other").exists()


def test_two_at_once_leave_one_whole_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", iter(range(100)).__next__)  # as eight processes would have it
    big = {str(number): (number,) for number in range(20_000)}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(lambda: big, folder), range(8)))
    assert found == [big] * 8
    assert len(_files(folder)) == 1
    assert kept(_never, folder) == big


def test_the_packages_lexicon_is_the_same_read_again() -> None:
    fresh = Lexicon.read(entries.FOLDER)
    again = Lexicon.of(marshal.loads(marshal.dumps(fresh.made())))
    assert vars(again).keys() - {"rules", "around", "entries", "_phrases"} == vars(fresh).keys() - {
        "rules",
        "around",
        "entries",
        "_phrases",
    }
    for name in vars(again).keys() - {"rules", "around"}:
        assert getattr(again, name) == getattr(fresh, name), name
    assert vars(again.around) == vars(fresh.around)
    assert (again.rules.source, again.rules.keys, again.rules.looks) == (
        fresh.rules.source,
        fresh.rules.keys,
        fresh.rules.looks,
    )
    for document in jsonl.read(Path("annotations/gold.jsonl")):
        tokens = tokenize(document.text)
        assert propose(document.text, tokens, again) == propose(document.text, tokens, fresh)
    assert again.without(0.5, seed=1).entries == fresh.without(0.5, seed=1).entries
