"""Amounts and their values. Expected values are arithmetic on the words, shown where it is not plain."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.formats import jsonl
from viborder.quantity import Amount, decimal, parse


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
        ("4-5 đối tượng", "4", "đối tượng", True),
        ("20 – 30 kg", "20", "kg", True),
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


def test_no_number() -> None:
    assert parse("nhiều kg") == Amount(None, "nhiều kg")


def test_plain_values_keep_every_digit() -> None:
    assert parse("15 nghìn tỷ đồng").as_dict() == {"value": "15000000000000", "unit": "VND", "approximate": False}


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
