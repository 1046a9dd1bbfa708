"""What made a span is told, and telling changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.eval.errors.by_rule import by_rule
from viborder.eval.errors.files import write_errors
from viborder.eval.errors.records import error_records
from viborder.eval.show.report_data import report_data
from viborder.formats import brackets
from viborder.grammar import propose
from viborder.grammar.explain import explain, traced
from viborder.text import tokenize

WEAPONS = Path(__file__).parents[1] / "train/weapons"
GENRE = Path(__file__).parents[2] / "train/genre"
TEXT = "Đại tá Nguyễn Văn An, Giám đốc Công an tỉnh Cao Bằng, thu 2 kg heroin. Ảnh: Lê Nam"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_span_has_its_maker() -> None:
    assert {(span["text"], span["by"]) for span in explain(TEXT)["spans"]} == {
        ("Nguyễn Văn An", "named-after-rank.name"),
        ("Công an tỉnh Cao Bằng", "body"),
        ("tỉnh Cao Bằng", "named.province"),
        ("2 kg", "amount"),
        ("heroin", "drug"),
        ("Lê Nam", "photographer"),
    }


def test_rule_is_told_with_its_entry_and_line() -> None:
    span = next(span for span in explain(TEXT)["spans"] if span["label"] == "DRUG")
    assert (span["kind"], span["numbers"]) == ("rule", ["D1"])
    assert span["where"].startswith("rules/drug.txt:")
    assert span["entries"] == [{"phrase": "heroin", "classes": ["substance"], "file": "drugs.tsv"}]


def test_explained_spans_are_the_proposed_ones() -> None:
    for document in brackets.read(GENRE / "tuning.txt")[:60]:
        spans = {(span["start"], span["end"], span["label"]) for span in explain(document.text)["spans"]}
        found = propose(document.text, tokenize(document.text))
        assert spans == {(span.start, span.end, span.label) for span in found}


def test_a_veto_is_told_where_nothing_was_found() -> None:
    told = json.loads(run("Nghe phát súng, thu 2 khẩu súng AK", "--grammar", str(WEAPONS), "--json"))
    assert [(near["text"], near["rule"], near["veto"]) for near in told["near"]] == [("súng", "weapon", "shot")]
    assert [span["by"] for span in told["spans"]] == ["counted", "counted"]


def test_a_rule_is_printed_with_the_python_that_it_became() -> None:
    said = run("--rule", "drug")
    assert "pattern: [D <substance|street>]" in said
    assert "def match_drug(" in said


def test_unknown_rule_is_an_error() -> None:
    result = CliRunner().invoke(app, ["explain", "--rule", "nothing"], catch_exceptions=True)
    assert result.exit_code == 1
    assert "rule-unknown" in f"{result.output}{result.exception}"


def test_errors_bear_the_rules_that_propose_them(tmp_path: Path) -> None:
    text = "Thu 2 kg heroin."
    wrong = [Document("one", text, (Span(4, 8, "QUANTITY"), Span(9, 15, "DRUG")))]
    write_errors(tmp_path / "errors.jsonl", [Document("one", text, (Span(4, 8, "QUANTITY"),))], wrong)
    records = [json.loads(line) for line in (tmp_path / "errors.jsonl").read_text().splitlines()]
    assert [record["rules"] for record in records] == [["drug"]]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_model_tells_its_part(arguments: tuple[str, ...]) -> None:
    folder = Path(__file__).parents[2] / "viborder/shipped/model"
    said = run(TEXT, "--model", str(folder), *arguments)
    if not arguments:
        assert "proposed by the grammar; learned weights alone give it" in said
        return
    spans = {span["text"]: span["model"] for span in json.loads(said)["spans"]}
    assert spans["heroin"]["proposed"] and 0 < spans["heroin"]["score"] <= 1
    assert spans["tỉnh Cao Bằng"]["weights"] is None  # inside another span


def test_errors_are_summed_by_the_rule_that_proposed_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = "Thu 5 kg heroin và 7 kg ma túy."
    gold = [Document("one", text, (Span(4, 8, "QUANTITY"), Span(9, 15, "DRUG")))]
    pred = [
        Document(
            "one", text, (Span(4, 8, "QUANTITY"), Span(9, 15, "DRUG"), Span(19, 23, "QUANTITY"), Span(24, 30, "DRUG"))
        )
    ]
    made = traced(text).made
    told = {tally.rule: (tally.right, tally.wrong) for tally in by_rule(error_records(gold, pred), {"one": made})}
    assert told == {
        made[4, 8, "QUANTITY"]: (1, 1),  # both amounts by one rule
        made[9, 15, "DRUG"]: (1, 0),
        "(learned)": (0, 1),  # bare `ma túy`, which the grammar never proposes
    }
    write_errors(tmp_path / "errors.jsonl", gold, pred)
    assert re.search(rf"{re.escape(made[4, 8, 'QUANTITY'])} +1 +1", capsys.readouterr().out)


def test_missed_spans_bear_the_rule_that_came_near(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = "Một cựu cảnh sát Hàn Quốc có heroin."
    gold = [Document("one", text, (Span(8, 25, "AGENCY"), Span(29, 35, "DRUG")))]
    pred = [Document("one", text)]
    write_errors(tmp_path / "errors.jsonl", gold, pred)
    records = [json.loads(line) for line in (tmp_path / "errors.jsonl").read_text().splitlines()]
    agency, drug = (record["near"] for record in records)
    assert {"rule": "head.word", "veto": "former-policeman"} in agency
    assert drug == [{"rule": "drug", "veto": ""}]  # the grammar proposes it, and the prediction lacks it
    said = capsys.readouterr().out
    assert re.search(r"head\.word +former-policeman +1", said)
    assert re.search(r"drug +\(proposed, not taken\) +1", said)
    (system,) = report_data(gold, {"none": pred}, None, None, None, "", "")["systems"]
    assert ["head.word", "former-policeman"] in [list(found) for found in system["records"][0]["near"]]
    assert [list(found) for found in system["records"][1]["near"]] == [["drug", ""]]
