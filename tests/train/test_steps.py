"""A training is long enough for few documents, and says so where it taught nothing."""

from pathlib import Path

import pytest

from tests.train import learnable
from viborder.train import train
from viborder.train.encoder.steps import epochs, not_learned


def test_few_windows_get_more_epochs() -> None:
    assert epochs(30, 600, 22, 8) == 200  # 22 windows in batches of 8 are 3 steps an epoch
    assert epochs(30, 600, 5000, 8) == 30  # 625 steps an epoch are enough
    assert epochs(2.5, 0, 22, 8) == 2.5


def test_a_model_that_does_not_find_its_own_documents_is_told_apart() -> None:
    gold = learnable.documents(3, seed=1)
    empty = [document.with_spans([]) for document in gold]
    assert not_learned(gold, gold, "a.yaml", steps=9, nested=True) == []
    (problem,) = not_learned(gold, empty, "a.yaml", steps=9, nested=True)
    assert (problem.rule, problem.severity) == ("training-not-learned", "warning")
    assert "after 9 steps the model finds 0 spans in 3 documents" in problem.message


def test_a_training_of_two_steps_says_that_it_taught_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    train("tiny", learnable.documents(4, seed=1), tmp_path / "model", overrides=["max_steps=2"])
    assert "training-not-learned" in capfd.readouterr().err
