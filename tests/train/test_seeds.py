"""Several seeds: the figures by hand."""

from __future__ import annotations

import pytest

from viborder.document import Document, Span
from viborder.train.seeds import spread

GOLD = [Document("a", "Hà Nội", (Span(0, 6, "PLACE"),)), Document("b", "Lào", (Span(0, 3, "PLACE"),))]


def test_mean_and_deviation_by_hand() -> None:
    half = [GOLD[0], GOLD[1].with_spans([])]  # precision 1, recall 1/2: F1 2/3
    found = spread(GOLD, [GOLD, half])
    assert found.f1 == pytest.approx([1, 2 / 3])
    assert found.mean == pytest.approx(5 / 6)
    assert found.deviation == pytest.approx(((1 / 6) ** 2 * 2) ** 0.5)
    assert found.interval[1] == 1
    assert "mean 83.3" in str(found)
