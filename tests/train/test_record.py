"""The grammar's record: what is counted, and what its vote is worth in consequence."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from viborder.train.record import Record, kinds_of, learn_record, read_record
from viborder.train.tuning import Tuned
from viborder.train.votes import Advice

WORDS = "Thu 5 viên hồng phiến tại xã Tân Thanh".split()
DRUG, PLACE, INNER = (3, 5, "DRUG"), (6, 9, "PLACE"), (7, 9, "PLACE")
NEW = Record({}, {}, {})


def test_kinds_go_from_the_label_to_the_first_word() -> None:
    found = kinds_of(WORDS, [(0, 9, "AGENCY"), DRUG, (3, 5, "OFFICIAL")])
    assert found[0] == [("AGENCY",), ("AGENCY", "outer", "mixed"), ("AGENCY", "outer", "mixed", "thu")]
    assert found[1] == [("DRUG",), ("DRUG", "inner", "small"), ("DRUG", "inner", "small", "hồng")]
    assert found[2] == [("OFFICIAL",), ("OFFICIAL", "inner", "small")], "no word of a person's name is kept"


def test_right_wrong_and_missed_are_counted_and_come_back_from_their_lines() -> None:
    cases = [(WORDS, [DRUG, PLACE], {PLACE, (1, 3, "QUANTITY")})] * 3
    record = learn_record(cases)
    assert (record.right[("PLACE",)], record.wrong[("DRUG",)], record.missed) == (3, 3, {"QUANTITY": 3})
    again = read_record(record.written())
    assert (again.right, again.wrong, again.missed) == (
        {kind: record.right.get(kind, 0) for kind in {*record.right, *record.wrong}},
        {kind: record.wrong.get(kind, 0) for kind in {*record.right, *record.wrong}},
        record.missed,
    )


def test_the_odds_are_those_of_a_beta_distribution_that_begins_with_the_broader_kind() -> None:
    label, kind = ("DRUG",), ("DRUG", "outer", "small")
    assert NEW.odds([label]) == pytest.approx(log(0.97 / 0.03))
    once_wrong = Record({}, {label: 1, kind: 1}, {})
    broad = 2 * 0.97 / 3  # two imagined proposals, 97 % of them right, and one that was wrong
    assert once_wrong.odds([label]) == pytest.approx(log(broad / (1 - broad)))
    narrow = 2 * broad / 3
    assert once_wrong.odds([label, kind]) == pytest.approx(log(narrow / (1 - narrow)))
    assert once_wrong.odds([label, kind]) < 0 < Record({label: 9, kind: 9}, {}, {}).odds([label, kind])


def test_a_kind_that_was_wrong_loses_its_vote_and_a_label_left_out_is_not_voted_against() -> None:
    record = learn_record([(WORDS, [DRUG, PLACE], {PLACE, (1, 3, "QUANTITY")})] * 9)
    advice, tuned = Advice(record=record), Tuned(vote_for=8.0, vote_against=4.0, trust=1.0)
    drug, place = advice.worth(WORDS, [DRUG, PLACE], tuned)
    assert drug < 0 < place <= 8.0
    tags = ["O", "B-QUANTITY", "B-PLACE", "B-DRUG"]
    scores = np.zeros((3, 4), dtype=np.float32)
    advice.vote(scores, np.array([0, 2, 3]), tags, tuned, np.array([0.0, place, drug], dtype=np.float32))
    assert scores[0, 0] == 0.0 and 0.0 > scores[0, 1] > scores[0, 2] >= -4.0
    assert scores[1].tolist() == [0.0, 0.0, pytest.approx(place), 0.0]
    assert scores[2, 3] == pytest.approx(drug)


def test_without_trust_all_votes_count_the_same() -> None:
    scores = np.zeros((2, 3), dtype=np.float32)
    Advice().vote(scores, np.array([0, 1]), ["O", "B-PLACE", "I-PLACE"], Tuned(vote_for=8.0, vote_against=4.0))
    assert scores.tolist() == [[0.0, -4.0, -4.0], [0.0, 8.0, 0.0]]
