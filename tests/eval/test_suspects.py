"""Confident learning on spans, by hand."""

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval.errors.suspects import suspects

TEXT = "x" * 60
GOLD = [Document("d", TEXT, (Span(0, 5, "A"), Span(10, 15, "A"), Span(20, 25, "B"), Span(30, 35, "B")))]


def system(*spans):
    return [Document("d", TEXT, tuple(Span(*span) for span in spans))]


def test_thresholds_are_mean_confidences_over_the_gold_of_a_label():
    """A: (0.9 + 0.8) / 2 = 0.85; B: (0 + 0.7) / 2 = 0.35.

    Only the first reading of 20–25 as A with 0.88 reaches A's threshold.
    """
    pred = system(
        (0, 5, "A", 0.9),
        (10, 15, "A", 0.8),
        (20, 25, "A", 0.88),
        (30, 35, "B", 0.7),
        (40, 45, "A", 0.84),
        (50, 55, "B", 0.4),
    )
    found = suspects(GOLD, pred)
    assert [(s.record.kind, s.record.start, s.confidence, s.given) for s in found] == [
        ("type", 20, 0.88, 0.0),
        ("spurious", 50, 0.4, 0.0),
    ]
    assert [s.threshold for s in found] == pytest.approx([0.85, 0.35])


def test_several_models_share_their_confidence():
    """A: mean of (0.9 + 0.9) / 2 and (0.8 + 0.8) / 2 is 0.85; B at 20–25: one of two says A with 0.88, which is 0.44
    and too little.
    """
    first = system((0, 5, "A", 0.9), (10, 15, "A", 0.8), (20, 25, "A", 0.88), (30, 35, "B", 0.7))
    second = system((0, 5, "A", 0.9), (10, 15, "A", 0.8), (20, 25, "B", 0.6), (30, 35, "B", 0.7))
    assert suspects(GOLD, {"first": first, "second": second}) == []


def test_missed_gold_is_suspected_only_when_several_models_have_nothing_there():
    pred = system((0, 5, "A", 0.9), (10, 15, "A", 0.8), (20, 25, "B", 0.9))
    assert suspects(GOLD, pred) == []
    (found,) = suspects(GOLD, {"first": pred, "second": pred})
    assert (found.record.kind, found.record.start, found.margin) == ("missed", 30, 1.0)
    assert found.as_dict(TEXT)["gold"] == [{"start": 30, "end": 35, "label": "B", "text": "xxxxx"}]


def test_predictions_without_scores_are_refused():
    with pytest.raises(ViborderError) as raised:
        suspects(GOLD, system((0, 5, "A")))
    assert raised.value.problems[0].rule == "score-missing"
