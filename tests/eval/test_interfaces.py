"""The command line, files of columns, other scorers by name, and the Trainer."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from seqeval.metrics import classification_report
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval.counting import inputs
from viborder.eval.other_scorers import modes
from viborder.eval.other_scorers.trainer import compute_metrics
from viborder.formats import jsonl

TEXT = "Công an tỉnh Cao Bằng bắt giữ 10 bánh heroin."
GOLD = Document(
    "a", TEXT, (Span(0, 21, "AGENCY"), Span(13, 21, "PLACE"), Span(30, 37, "QUANTITY"), Span(38, 44, "DRUG"))
)
PRED = GOLD.with_spans([Span(0, 21, "AGENCY"), Span(30, 32, "QUANTITY"), Span(38, 44, "DRUG")])


@pytest.fixture
def files(tmp_path):
    for name, documents in (("gold", [GOLD]), ("pred", [PRED]), ("none", [GOLD.with_spans([])])):
        jsonl.write(tmp_path / f"{name}.jsonl", documents)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], catch_exceptions=False, env={"COLUMNS": "160"}
    )


def test_score_writes_plain_json_with_intervals_and_signature(files):
    shown = run("score", files / "gold.jsonl", files / "pred.jsonl", "--json", files / "out.json")
    assert shown.exit_code == 0 and "viborder|layers:nested" in shown.output
    found = json.loads((files / "out.json").read_text())
    assert found["overall_precision"] == 2 / 3 and found["overall_recall"] == 2 / 4
    assert found["AGENCY"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "number": 1}
    assert found["intervals"]["strict"]["overall"]["f1"] is None  # one document is no sample


def test_score_by_another_scorers_name(files):
    run("score", files / "gold.jsonl", files / "pred.jsonl", "--mode", "spacy", "--json", files / "out.json")
    assert json.loads((files / "out.json").read_text())["precision"] == 2 / 3


def test_compare_says_what_cannot_be_concluded(files):
    shown = run(
        "compare", files / "gold.jsonl", files / "pred.jsonl", files / "none.jsonl", "--json", files / "out.json"
    )
    assert shown.exit_code == 0
    found = json.loads((files / "out.json").read_text())
    assert found["pairs"][0]["p"] == 1.0 and "however large" in " ".join(found["cautions"])


def test_compare_refuses_a_file_named_twice(files):
    with pytest.raises(ViborderError, match="prediction-twice"):
        run("compare", files / "gold.jsonl", files / "pred.jsonl", files / "pred.jsonl")


def columns(path, *sentences):
    path.write_text(
        "\n\n".join("\n".join(f"{token}\t{tag}" for token, tag in sentence) for sentence in sentences) + "\n",
        encoding="utf-8",
    )
    return path


def test_columns_keep_illegal_tags(tmp_path):
    gold = columns(tmp_path / "gold.conll", [("Cao", "B-PLACE"), ("Bằng", "I-PLACE")], [("Lào", "B-PLACE")])
    pred = columns(tmp_path / "pred.conll", [("Cao", "B-PLACE"), ("Bằng", "I-AGENCY")], [("Lào", "B-PLACE")])
    shown = run("score", gold, pred)
    assert "pred: 1 tag may not follow" in shown.output and "0:1" in shown.output


def test_columns_with_other_tokens_are_refused(tmp_path):
    gold = columns(tmp_path / "gold.conll", [("Cao", "O"), ("Bằng", "O")])
    pred = columns(tmp_path / "pred.conll", [("Cao", "O"), ("Bang", "O")])
    with pytest.raises(ViborderError, match=r"pred\.conll:2.*text-differs.*'Bang'"):
        inputs.read([gold, pred])


def test_seqeval_by_name_on_documents():
    found = modes.report("seqeval", [GOLD], [PRED])
    # flat: AGENCY and DRUG right, QUANTITY shorter; PLACE lies inside
    assert found["micro"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3})
    with pytest.raises(ViborderError, match="mode-unknown"):
        modes.report("muc", [GOLD], [PRED])


def test_compute_metrics_is_seqevals_report_without_the_ignored():
    names = ["O", "B-PLACE", "I-PLACE", "B-DRUG"]
    labels = np.array([[-100, 1, 2, 0, -100], [-100, 3, 0, 1, -100]])
    ids = np.array([[0, 1, 2, 3, 1], [2, 3, 0, 0, 0]])
    found = compute_metrics(names)(SimpleNamespace(predictions=np.eye(4)[ids], label_ids=labels))
    theirs = classification_report(
        [["B-PLACE", "I-PLACE", "O"], ["B-DRUG", "O", "B-PLACE"]],
        [["B-PLACE", "I-PLACE", "B-DRUG"], ["B-DRUG", "O", "O"]],
        output_dict=True,
    )
    assert found["overall_f1"] == pytest.approx(theirs["micro avg"]["f1-score"])
    assert found["PLACE_recall"] == theirs["PLACE"]["recall"] and found["DRUG_precision"] == theirs["DRUG"]["precision"]
    assert found["overall_accuracy"] == 4 / 6
    assert json.dumps(found)
