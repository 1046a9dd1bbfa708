"""A dataset folder that is read back: whatever its tables hold, a row is sound or told, and nothing is written elsewhere."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow
import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from tests.fuzz.hostile import GOOD, good_files
from viborder.cli import app
from viborder.dataset import package
from viborder.dataset.build import checksums
from viborder.dataset.restore import restore
from viborder.errors import ViborderError
from viborder.formats import said

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    good_files(folder)
    return folder


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Iterator[Path]:
    for name in ("package", "kept"):
        copytree(good / name, tmp_path / name)
    yield tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kept",
        "package",
    ]  # nothing half-written, nor elsewhere


def changed(path: Path, change: Callable[[Rows], object]) -> None:
    rows = parquet.read_table(path).to_pylist()
    change(rows)
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    (path.parents[1] / "SHA256SUMS").write_text(checksums(path.parents[1]), encoding="utf-8")


def put(key: str, value: Any) -> Callable[[Rows], object]:
    return lambda rows: rows[0].update({key: value})


def put_in(key: str, inner: str, value: Any) -> Callable[[Rows], object]:
    return lambda rows: rows[0][key][0].update({inner: value})


def without(key: str) -> Callable[[Rows], object]:
    return lambda rows: rows[0].pop(key)


IN_BOTH = [
    (put("id", None), "id-missing"),
    (put("id", 7), "id-missing"),
    (put("id", "../../evil"), "id-malformed"),
    (put("spans", None), "record-malformed"),
    (put_in("spans", "end", 1_000_000), "span-outside-text"),
    (put_in("spans", "start", -5), "span-outside-text"),
    (put_in("spans", "start", None), "record-malformed"),
    (put_in("spans", "label", None), "record-malformed"),
    (without("id"), "package-broken"),
    (without("spans"), "package-broken"),
    (lambda rows: rows.append(dict(rows[0])), "package-broken"),  # stats.json says one document
    (lambda rows: rows.clear(), "package-broken"),
]


@pytest.mark.parametrize(
    "change, rule",
    [*IN_BOTH, (without("text"), "package-broken"), (put("text", None), "text-missing"),
     (put("text", GOOD.text.replace(" ", "\x00") * 2), "text-control-character")],
)  # fmt: skip
def test_a_row_that_is_wrong_is_told(folder: Path, change: Callable[[Rows], object], rule: str) -> None:
    changed(folder / "kept/data/documents.parquet", change)
    with pytest.raises(ViborderError, match=rule):
        package.read(folder / "kept")


@pytest.mark.parametrize(
    "table, change, rule",
    [
        *(("documents", *each) for each in IN_BOTH),
        ("documents", put("characters", None), "record-malformed"),
        ("documents", put("hidden", None), "record-malformed"),
        ("documents", put_in("private", "end", 1_000_000), "record-malformed"),
        ("documents", put("sha256", None), "text-differs"),
        ("passes", put("document_id", "other"), "document-unknown"),
        ("passes", put("annotator", "../../../evil"), "id-malformed"),
        ("passes", put("annotator", None), "id-missing"),
        ("passes", put_in("spans", "end", 1_000_000), "span-outside-text"),
        ("passes", without("annotator"), "package-broken"),
    ],
)
def test_a_release_with_such_a_row_is_not_restored(
    good: Path, folder: Path, table: str, change: Callable[[Rows], object], rule: str
) -> None:
    changed(folder / f"package/data/{table}.parquet", change)
    with pytest.raises(ViborderError, match=rule):
        restore(folder / "package", [good / "a.txt"], folder / "out")


def test_a_release_whose_table_is_missing_or_another_is_not_restored(good: Path, folder: Path) -> None:
    table = folder / "package/data/documents.parquet"
    table.write_bytes(table.read_bytes() + b"\0")
    with pytest.raises(ViborderError, match="package-changed"):
        restore(folder / "package", [good / "a.txt"], folder / "out")
    table.unlink()
    with pytest.raises(ViborderError, match="package-broken"):
        restore(folder / "package", [good / "a.txt"], folder / "out")


@pytest.mark.parametrize("key, value", [("text", None), ("private", "x"), ("documents", "1"), ("configs", None), ("tables", [])])  # fmt: skip
def test_facts_that_are_none_are_told_with_their_key(folder: Path, key: str, value: Any) -> None:
    stats = folder / "kept/stats.json"
    stats.write_text(json.dumps(json.loads(stats.read_bytes()) | {key: value}), encoding="utf-8")
    with pytest.raises(ViborderError, match=f"not-a-package: its `{key}` is none"):
        package.read(folder / "kept")


def test_a_good_document_beside_a_bad_one_is_read_and_says_where_it_comes_from(folder: Path) -> None:
    stats, table = folder / "kept/stats.json", folder / "kept/data/documents.parquet"
    stats.write_text(stats.read_text(encoding="utf-8").replace('"rows": 1,', '"rows": 2,'), encoding="utf-8")
    changed(table, lambda rows: rows.append(dict(rows[0], id="b", text=None, outlet="x")) or put("outlet", "Báo")(rows))
    problems: list[Any] = []
    (document,) = package.read(folder / "kept", problems=problems)
    assert [problem.rule for problem in problems] == ["text-missing"]
    assert (document.id, document.meta) == (GOOD.id, {"outlet": "Báo"})
    with pytest.raises(ViborderError):
        package.read(folder / "kept")


def test_a_verb_that_reads_files_says_what_a_dataset_folder_is(folder: Path) -> None:
    found = CliRunner().invoke(app, ["score", str(folder / "kept"), str(folder / "kept")])
    assert found.exit_code == 1
    told = str(found.exception) + found.output
    assert "folder-is-dataset" in told and "viborder convert" in told and "brat" not in told


def test_what_is_passed_over_of_a_dataset_folder_is_counted(folder: Path) -> None:
    """`tables` of stats.json says how many rows a table has."""
    stats = folder / "kept/stats.json"
    facts = json.loads(stats.read_bytes())
    facts["tables"] |= {"passes": {"rows": 15}, "synthetic": {"rows": 20}, "synthetic-blind": {"rows": 1}}
    stats.write_text(json.dumps(facts), encoding="utf-8")
    lost: Counter[str] = Counter()
    assert package.read(folder / "kept", lost=lost)
    assert [said(kind, count) for kind, count in lost.items()] == [
        "not kept: 15 readings by single annotators",
        "not kept: 21 texts that were made up",
    ]


def test_the_files_that_are_not_as_they_were_built_are_named(folder: Path) -> None:
    assert package.changed(folder / "kept") == []
    (folder / "kept/README.md").write_text("x", encoding="utf-8")
    (folder / "kept/LICENSE").unlink()
    (folder / "kept/extra.txt").write_text("x", encoding="utf-8")
    assert package.changed(folder / "kept") == ["LICENSE", "README.md", "extra.txt"]
    assert package.changed(folder / "kept", {"README.md", "LICENSE", "stats.json"}) == ["README.md"]
