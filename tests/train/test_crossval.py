"""Folds: how many, of what size, and what stays together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.train.crossval import FOLDS, LEAVE_ONE_OUT, crossval, folds_of


def documents(count: int) -> list[Document]:
    """Texts that share no run of three syllables."""
    return [
        Document(f"d{n}", f"Ông An{n} ở Bản{n} xã Phố{n}", (Span(4, 6 + len(str(n)), "PER"),)) for n in range(count)
    ]


def test_one_document_a_fold_while_that_is_cheap() -> None:
    assert folds_of(documents(LEAVE_ONE_OUT)) == list(range(LEAVE_ONE_OUT))
    assert len(set(folds_of(documents(LEAVE_ONE_OUT + 1)))) == FOLDS


@pytest.mark.parametrize(("count", "folds", "sizes"), [(10, 5, [2] * 5), (11, 3, [4, 4, 3]), (4, 9, [1] * 4)])
def test_folds_are_of_about_equal_size(count: int, folds: int, sizes: list[int]) -> None:
    assert sorted(Counter(folds_of(documents(count), folds)).values(), reverse=True) == sizes


def test_texts_that_are_alike_stay_together() -> None:
    texts = ["một hai ba bốn năm sáu bảy tám chín mười", "mười một mười hai mười ba", "cục đối ngoại bộ công an"]
    twins = [Document(f"{number}", text) for number, text in enumerate([*texts, texts[0] + " .", texts[0]])]
    folds = folds_of(twins)
    assert folds[0] == folds[3] == folds[4]
    assert len({folds[0], folds[1], folds[2]}) == 3


def test_what_cannot_be_split_is_told() -> None:
    for few in (documents(1), [Document("a", "một hai ba bốn"), Document("b", "một hai ba bốn")]):
        with pytest.raises(ViborderError, match="too-few-documents"):
            folds_of(few)


def test_each_document_is_tagged_by_a_model_of_other_folds_in_the_order_given(tmp_path: Path) -> None:
    quick = ["iterations=5", "copies=0"]
    found = list(crossval("crf", documents(6), folds=3, out=tmp_path, overrides=quick))
    assert [document.id for document in found] == [f"d{n}" for n in range(6)]
    import json

    for number in range(3):
        learned = json.loads((tmp_path / f"fold-{number}/model.json").read_text(encoding="utf-8"))["documents"]
        assert learned == [f"d{n}" for n in range(6) if folds_of(documents(6), 3)[n] != number]
