"""Amounts and their values. Expected values are arithmetic on the words, shown where it is not plain."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.formats import brackets, jsonl
from viborder.grammar import propose
from viborder.quantity import Amount, decimal, parse
from viborder.text import tokenize


@pytest.mark.parametrize(
    ("text", "value", "unit", "approximate"),
    [
        ("1.056 đối tượng", "1056", "đối tượng", False),
        ("168,55Kg", "168.55", "kg", False),
        ("456,865 Kg", "456.865", "kg", False),
        ("710 nghìn đồng", "710000", "VND", False),
        ("567.800.000đ", "567800000", "VND", False),
        ("hai kg", "2", "kg", False),
        ("10 bánh", "10", "bánh", False),
        ("1,5 tấn", "1.5", "t", False),
        ("2 tỷ đồng", "2000000000", "VND", False),
        ("1 tỷ 250 triệu đồng", "1250000000", "VND", False),
        ("15 nghìn tỷ đồng", "15000000000000", "VND", False),
        ("1 triệu rưỡi", "1500000", None, False),
        ("hơn 23.000 lượt", "23000", "lượt", True),
        ("trên 1.000 cuộc", "1000", "cuộc", True),
        ("gần 40 tài liệu", "40", "tài liệu", True),
        ("Khoảng 10,4 kg", "10.4", "kg", True),
        ("khoảng hơn 5 gam", "5", "g", True),
        ("06 vụ", "6", "vụ", False),
        ("5.460,3933 gam", "5460.3933", "g", False),
        ("10.5 kg", "10.5", "kg", False),
        ("1,234,567 USD", "1234567", "USD", False),
        ("80 triệu kíp", "80000000", "LAK", False),
        ("300.000 Nhân dân tệ", "300000", "CNY", False),
        ("ba bánh", "3", "bánh", False),
        ("hai mươi lăm viên", "25", "viên", False),
        ("một trăm linh hai gói", "102", "gói", False),
        ("mười lăm kg", "15", "kg", False),
        ("ba trăm nghìn viên", "300000", "viên", False),
        ("25%", "25", "%", False),
        ("200m2", "200", "m2", False),
        ("3 xe máy", "3", "xe máy", False),
    ],
)
def test_parse(text: str, value: str, unit: str | None, approximate: bool) -> None:
    assert parse(text) == Amount(Decimal(value), unit, approximate)


def _table() -> list[tuple[str, str]]:
    lines = Path("tests/amounts.tsv").read_text(encoding="utf-8").split("\n")
    return [(phrase, said) for line in lines if "\t" in line for phrase, said in (line.split("\t"),)]


def _said(amount: Amount) -> str:
    """An amount as the table writes it."""
    given = amount.as_dict()
    ends = "..".join(end for end in (given["value"], given["upper"]) if end)
    return f"{'~' if amount.approximate else ''}{ends} {amount.unit or '-'}"


@pytest.mark.parametrize(("phrase", "said"), _table())
def test_amounts_of_reports(phrase: str, said: str) -> None:
    """Both sides: the spans that the grammar finds are the marked ones, and their values are right."""
    marked = brackets.parse(phrase)
    assert " | ".join(_said(parse(marked.slice(span))) for span in marked.spans) == said
    found = [span for span in propose(marked.text, tokenize(marked.text)) if span.label == "QUANTITY"]
    assert [marked.slice(span) for span in found] == [marked.slice(span) for span in marked.spans]
    assert found == list(marked.spans)


def test_the_table_is_large() -> None:
    assert sum(bool(said) for _, said in _table()) >= 150


@pytest.mark.parametrize(
    "text", ["9" * 400 + " kg", "1" * 5000 + " viên", "0," + "3" * 400 + " kg", "1 " + "tỷ " * 500, "1 tỷ " * 9000]
)
def test_what_nothing_can_number_has_no_value(text: str) -> None:
    amount = parse(text)
    assert amount.value is None or amount.value < 10**24
    json.dumps(amount.as_numbers(), allow_nan=False)


@pytest.mark.parametrize(
    ("text", "value", "upper", "unit"),
    [
        ("từ 5 đến 7 kg", "5", "7", "kg"),
        ("5 gam đến dưới 30 gam", "5", "30", "g"),
        ("800 g - 1 kg", "800", "1000", "g"),  # 1 kg = 1,000 g
        ("7 - 5 kg", "5", "7", "kg"),
    ],
)
def test_ranges_with_more_around_them(text: str, value: str, upper: str, unit: str) -> None:
    assert parse(text) == Amount(Decimal(value), unit, True, Decimal(upper))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2 rưỡi", "2.5", None),
        ("3 kg 500 g", "3.5", "kg"),
        ("1 triệu 2", "1200000", None),
        ("5 k\u00adg", "5", "kg"),
        ("1\u2009000\u200b kg", "1000", "kg"),
        ("hai nghìn không trăm linh năm viên", "2005", "viên"),
    ],
)
def test_values_of_what_is_no_whole_span(text: str, value: str, unit: str | None) -> None:
    assert parse(text) == Amount(Decimal(value), unit)


def test_no_number() -> None:
    assert parse("nhiều kg") == Amount(None, "nhiều kg")


def test_plain_values_keep_every_digit() -> None:
    assert parse("15 nghìn tỷ đồng").as_dict() == {
        "value": "15000000000000",
        "upper": None,
        "unit": "VND",
        "approximate": False,
    }


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_grouping_and_decimals(whole: int, hundredths: int) -> None:
    written = f"{whole:,}".replace(",", ".")
    assert decimal(written) == whole
    assert decimal(f"{written},{hundredths:02}") == whole + Decimal(hundredths) / 100


def test_every_gold_quantity_has_a_value_and_a_unit() -> None:
    gold = jsonl.read(Path("annotations/gold.jsonl"))
    amounts = [parse(document.slice(span)) for document in gold for span in document.spans if span.label == "QUANTITY"]
    assert amounts
    assert all(amount.value is not None and amount.unit for amount in amounts)
