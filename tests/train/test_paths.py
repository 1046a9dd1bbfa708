"""The best sequence of tags: what may follow what, and every sequence tried."""

import itertools

import numpy as np

from viborder.train.encoder.paths import best_of_row, best_tags, transitions

LABELS = ["O", "B-PLACE", "I-PLACE", "B-DRUG", "I-DRUG"]
ACROSS = transitions(LABELS)
MAY_FOLLOW = ACROSS == 0


def test_inside_follows_only_its_own_type():
    refused = {(LABELS[before], LABELS[now]) for before, now in np.argwhere(~MAY_FOLLOW)}
    others = {"PLACE": ["O", "B-DRUG", "I-DRUG"], "DRUG": ["O", "B-PLACE", "I-PLACE"]}
    assert refused == {(before, f"I-{name}") for name, found in others.items() for before in found}


def test_it_is_the_best_of_all_sequences():
    random = np.random.default_rng(3)
    mended = 0
    for _ in range(60):
        scores = random.normal(size=(5, 2, len(LABELS)))
        found = best_tags(scores, ACROSS)
        for level in range(2):
            allowed = [
                path
                for path in itertools.product(range(len(LABELS)), repeat=5)
                if all(MAY_FOLLOW[pair] for pair in itertools.pairwise(path))
            ]
            best = max(allowed, key=lambda path: scores[range(5), level, path].sum())
            assert found[:, level].tolist() == list(best)
            mended += found[:, level].tolist() != scores[:, level].argmax(-1).tolist()
    assert mended > 60


def test_a_row_without_units_and_one_that_begins_inside_a_span():
    logits = np.zeros((4, 1, len(LABELS)), dtype=np.float32)
    tags, chances = best_of_row(logits, [], ACROSS)
    assert (tags == 0).all() and (chances == 0).all()
    logits[1:3, 0, 2] = 9
    tags, chances = best_of_row(logits, [1, 2], ACROSS)
    assert tags[:, 0].tolist() == [0, 2, 2, 0]
    assert np.allclose(chances[1:3, 0], np.exp(9) / (np.exp(9) + 4))
