"""The learning curve: as many points as there are numbers of documents to learn from."""

import json
from pathlib import Path

from typer.testing import CliRunner

from viborder.cli import app
from viborder.errors import ViborderError
from viborder.formats import jsonl

QUICK = ["grammar=false", "iterations=10", "copies=0", "folds=0"]


def test_curve(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "three.jsonl", jsonl.read(Path("annotations/gold.jsonl"))[:3])
    out = tmp_path / "curve.json"
    result = CliRunner().invoke(
        app, ["curve", "train/crf.yaml", *QUICK, "--gold", str(tmp_path / "three.jsonl"), "--json", str(out)]
    )
    assert result.exit_code == 0, result
    points = json.loads(out.read_text())
    assert [(point["documents"], len(point["nested"]), len(point["flat"])) for point in points] == [
        (1, 3, 3),
        (2, 3, 3),
    ]
    assert all(0 < value < 1 for point in points for value in point["flat"])


def test_with_a_test_set_all_documents_count(tmp_path: Path) -> None:
    documents = jsonl.read(Path("annotations/gold.jsonl"))
    jsonl.write(tmp_path / "two.jsonl", documents[:2])
    jsonl.write(tmp_path / "test.jsonl", documents[2:3])
    out = tmp_path / "curve.json"
    command = [
        "curve",
        "train/crf.yaml",
        *QUICK,
        "--gold",
        str(tmp_path / "two.jsonl"),
        "--test",
        str(tmp_path / "test.jsonl"),
        "--json",
        str(out),
    ]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert [(point["documents"], len(point["nested"])) for point in json.loads(out.read_text())] == [(1, 2), (2, 1)]


def test_one_document_is_too_few(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "one.jsonl", jsonl.read(Path("annotations/gold.jsonl"))[:1])
    result = CliRunner().invoke(app, ["curve", "train/crf.yaml", "--gold", str(tmp_path / "one.jsonl")])
    assert isinstance(result.exception, ViborderError)
    assert result.exception.problems[0].rule == "too-few-documents"


def test_the_page_draws_the_curve(tmp_path: Path) -> None:
    (tmp_path / "alone.json").write_text(
        '[{"documents": 1, "nested": [0.5, 0.25, 0.75], "flat": []}, {"documents": 2, "nested": [0.8]}]'
    )
    gold, page = "annotations/gold.jsonl", tmp_path / "page.html"
    result = CliRunner().invoke(
        app, ["score", gold, gold, "--report", str(page), "--curve", str(tmp_path / "alone.json")]
    )
    assert result.exit_code == 0, result
    assert (
        '"curve":{"alone":[{"documents":1,"f1":0.5,"low":0.25,"high":0.75},{"documents":2,"f1":0.8,"low":0.8,"high":0.8}]}'
        in page.read_text()
    )


def test_a_file_without_a_curve_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"documents": 3}')
    gold, page = "annotations/gold.jsonl", tmp_path / "page.html"
    result = CliRunner().invoke(
        app, ["score", gold, gold, "--report", str(page), "--curve", str(tmp_path / "other.json")]
    )
    assert isinstance(result.exception, ViborderError)
    assert result.exception.problems[0].rule == "curve-malformed"
    assert not page.exists()
