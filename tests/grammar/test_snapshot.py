"""The grammar's spans are those that they were: see `tests.grammar.snapshot`."""

from __future__ import annotations

from tests.grammar.snapshot import ROWS, differences


def test_spans_are_as_they_were() -> None:
    compared, lines = differences()
    assert compared > ROWS
    assert lines == []
