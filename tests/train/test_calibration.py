"""Reliability by hand: two spans at 0.9, of which one is right; two at 0.6, both right."""

import pytest

from viborder.document import Document, Span
from viborder.train.calibration import brier, calibration_error, reliability


def test_bins_and_error() -> None:
    gold = [Document("a", "a b c d e", (Span(0, 1, "X"), Span(4, 5, "X"), Span(6, 7, "X")))]
    found = [
        Document(
            "a", "a b c d e", (Span(0, 1, "X", 0.9), Span(2, 3, "X", 0.9), Span(4, 5, "X", 0.6), Span(6, 7, "X", 0.6))
        )
    ]
    bins = reliability(gold, found, (0, 0.7, 1.01))
    assert [(one.count, one.score, one.right) for one in bins] == [(2, 0.6, 1.0), (2, 0.9, 0.5)]
    assert calibration_error(bins) == pytest.approx((2 * 0.4 + 2 * 0.4) / 4)
    assert calibration_error([]) == 0.0
    # 0.9 right, 0.9 wrong, twice 0.6 right: (0.01 + 0.81 + 2 · 0.16) / 4
    assert brier(gold, found) == pytest.approx(1.14 / 4)
    assert brier(gold, gold) == 0.0
