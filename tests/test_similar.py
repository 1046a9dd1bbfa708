"""Near-duplicates against the definition, pair by pair."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.similar import Twin, jaccard, nearest, shingles, twins

TEXTS = st.lists(st.lists(st.sampled_from("Công an tỉnh Lào bắt".split()), max_size=8).map(" ".join), max_size=8)


def test_shingles_ignore_case_and_marks():
    assert shingles("Công an tỉnh, Cao Bằng!", 3) == {
        ("công", "an", "tỉnh"),
        ("an", "tỉnh", "cao"),
        ("tỉnh", "cao", "bằng"),
    }
    assert shingles("Lào", 3) == {("lào",)}
    assert shingles("…", 3) == frozenset()


def test_jaccard_by_hand():
    assert jaccard(shingles("a b c d", 2), shingles("a b c e", 2)) == pytest.approx(2 / 4)  # ab bc | cd ce
    assert jaccard(frozenset(), frozenset()) == 0


def test_a_changed_number_makes_a_near_twin():
    first = "Ngày 12/3, Công an tỉnh Cao Bằng bắt 2 đối tượng vận chuyển 10 bánh heroin"
    second = "Ngày 12/3, Công an tỉnh Cao Bằng bắt 3 đối tượng vận chuyển 10 bánh heroin"
    (twin,) = twins([first, "không liên quan gì", second], threshold=0.6)
    assert (twin.first, twin.second) == (0, 2)
    assert twin.jaccard == pytest.approx(12 / 18)  # 17 syllables: 15 runs of three each, of which 3 hold the number


@given(TEXTS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_every_pair_above_the_threshold_is_found(texts, threshold):
    sets = [shingles(text, 2) for text in texts]
    expected = [
        Twin(i, j, jaccard(sets[i], sets[j]))
        for i, j in combinations(range(len(texts)), 2)
        if jaccard(sets[i], sets[j]) >= threshold
    ]
    assert twins(texts, threshold, 2) == expected


@given(TEXTS, TEXTS, st.sampled_from([0.3, 0.8]))
def test_the_nearest_is_the_most_similar(texts, among, threshold):
    for text, found in zip(texts, nearest(texts, among, threshold, 2), strict=True):
        best = max((jaccard(shingles(text, 2), shingles(other, 2)) for other in among), default=0)
        assert (found.jaccard if found else None) == (best if best >= threshold else None)
