"""Drug–amount pairs: what belongs together is read off the sentences by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.errors import ViborderError
from viborder.facts import facts, write
from viborder.formats import jsonl
from viborder.formats.brackets import parse


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # an amount goes with the narcotic that follows it
            "[A Công an [P Hà Tĩnh]] thu giữ [Q 63kg] [D ketamine], [Q 38kg] [D heroin].",
            [("63kg", "63", "kg", "ketamine", "Công an Hà Tĩnh"), ("38kg", "38", "kg", "heroin", "Công an Hà Tĩnh")],
        ),
        (  # two amounts of one narcotic
            "Tang vật: [Q 476.509 viên] và [Q 456,865 Kg] [D ma túy tổng hợp].",
            [
                ("476.509 viên", "476509", "viên", "ma túy tổng hợp", None),
                ("456,865 Kg", "456.865", "kg", "ma túy tổng hợp", None),
            ],
        ),
        (  # cases and persons are no amounts of a narcotic
            "[A Công an [P Sơn La]] bắt [Q 2 vụ], [Q 3 đối tượng], thu [Q hai kg] ma túy loại [D heroin].",
            [("hai kg", "2", "kg", "heroin", "Công an Sơn La")],
        ),
        (  # the weight in brackets
            "Thu giữ [Q 12 bánh] [D heroin] (trọng lượng [Q 4,2 kg]).",
            [("12 bánh", "12", "bánh", "heroin", None), ("4,2 kg", "4.2", "kg", "heroin", None)],
        ),
        (  # the weight after the narcotic, said to be one
            "Số [D ketamine] nặng [Q 1,5 kg], [Q 3 túi] [D ma túy đá] có tổng khối lượng [Q 301 gam].",
            [
                ("1,5 kg", "1.5", "kg", "ketamine", None),
                ("3 túi", "3", "túi", "ma túy đá", None),
                ("301 gam", "301", "g", "ma túy đá", None),
            ],
        ),
        (  # whom the text only names in passing did not seize
            "Theo lãnh đạo [A Công an [P Lào]], lực lượng chức năng thu [Q 5 gói] [D cần sa].",
            [("5 gói", "5", "gói", "cần sa", None)],
        ),
        (  # thousands apart, and a range with both its ends
            "Thu giữ [Q 1 000 kg] [D heroin] và từ [Q 5 đến 7 kg] [D ketamine].",
            [("1 000 kg", "1000", "kg", "heroin", None), ("5 đến 7 kg", "5", "kg", "ketamine", None)],
        ),
        ("[A C04] bắt [Q 5 đối tượng]. Chúng mua [D heroin].", []),
    ],
)
def test_facts(marked: str, expected: list[tuple[str, str, str, str, str | None]]) -> None:
    assert [(fact.amount, fact.value, fact.unit, fact.drug, fact.agency) for fact in facts([parse(marked)])] == expected


def test_a_range_has_two_ends() -> None:
    (fact,) = facts([parse("Mỗi chuyến chở [Q 5 – 7 kg] [D heroin].")])
    assert (fact.value, fact.upper, fact.unit, fact.approximate) == ("5", "7", "kg", True)


def test_the_sentence_is_the_limit() -> None:
    assert not list(facts([parse("Thu [Q 5 kg]. [D Heroin] là chất ma túy.")]))


def test_verb_writes_csv_and_jsonl(tmp_path: Path) -> None:
    source = tmp_path / "gold.jsonl"
    jsonl.write(source, [parse("Bắt giữ [Q hơn 1,5 tấn] [D ma túy đá].", "mot")])
    for name in ("facts.csv", "facts.jsonl"):
        assert CliRunner().invoke(app, ["facts", str(source), "-o", str(tmp_path / name)]).exit_code == 0
    row = {
        "document_id": "mot",
        "sentence": 0,
        "amount": "hơn 1,5 tấn",
        "value": "1.5",
        "upper": None,
        "unit": "t",
        "approximate": True,
    }
    row |= {"drug": "ma túy đá", "agency": None}
    assert json.loads((tmp_path / "facts.jsonl").read_text(encoding="utf-8")) == row
    with (tmp_path / "facts.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [{key: "" if value is None else str(value) for key, value in row.items()}]
    shown = CliRunner().invoke(app, ["facts", str(source)])
    assert shown.exit_code == 0
    assert "ma túy đá" in " ".join(shown.output.split())


def test_unknown_ending(tmp_path: Path) -> None:
    with pytest.raises(ViborderError, match="format-unknown"):
        write(tmp_path / "facts.xlsx", [])
    assert not list(tmp_path.iterdir())
