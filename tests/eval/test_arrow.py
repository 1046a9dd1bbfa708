"""Arrow columns give the very scores of the lists that they hold."""

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.errors import ViborderError
from viborder.eval import score

NAMES = ["O", "B-P", "I-P", "B-Q", "I-Q"]
_PAIR = st.integers(0, 8).flatmap(lambda n: st.tuples(*[st.lists(st.sampled_from(NAMES), min_size=n, max_size=n)] * 2))
_TYPE = pyarrow.list_(pyarrow.string())


@given(st.lists(_PAIR, min_size=1, max_size=6))
def test_strings_and_numbers_in_columns_score_like_lists(pairs) -> None:
    gold, pred = [list(one) for one, _ in pairs], [list(other) for _, other in pairs]
    expected = score(gold, pred).as_json()
    strings = [pyarrow.array(side, _TYPE) for side in (gold, pred)]
    numbers = [
        pyarrow.chunked_array([pyarrow.array([[NAMES.index(tag) for tag in tags] for tags in part], pyarrow.list_(pyarrow.int64()))
                               for part in (side[:1], side[1:])])
        for side in (gold, pred)
    ]  # fmt: skip
    assert score(*strings).as_json() == expected
    assert score(*numbers, names=NAMES).as_json() == expected


@pytest.mark.parametrize(
    ("gold", "pred", "names", "rule"),
    [
        (pyarrow.array([[0, 1]]), pyarrow.array([[0, 1]]), None, "tag-unknown"),
        (pyarrow.array([[0, 7]]), pyarrow.array([[0, 1]]), NAMES, "tag-unknown"),
        (pyarrow.array([[0, -1]]), pyarrow.array([[0, 1]]), NAMES, "tag-unknown"),
        (pyarrow.array([["O", None]]), pyarrow.array([["O", "O"]]), None, "tag-unknown"),
        (pyarrow.array([["O"]]), pyarrow.array([["O", "O"]]), None, "lengths-differ"),
        (pyarrow.array([["O"]]), [["O"]], None, "kinds-differ"),
    ],
)
def test_columns_that_cannot_be_scored(gold, pred, names, rule: str) -> None:
    with pytest.raises(ViborderError, match=rule):
        score(gold, pred, names=names)
