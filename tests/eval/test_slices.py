"""Slices, seen mentions and leakage on texts worked out by hand."""

from collections import Counter

import pytest
from hypothesis import given

from tests.eval.test_errors import SPANS
from viborder.document import Document, Span, by_depth
from viborder.eval import score
from viborder.eval.counting.leakage import leakage
from viborder.eval.counting.seen import mentions, status
from viborder.eval.counting.slices import slices
from viborder.eval.errors.records import error_records


def document(identity, text, *mentions):
    """Spans by their strings, the first occurrence of each."""
    return Document(identity, text, tuple(Span(text.index(m), text.index(m) + len(m), label) for m, label in mentions))


TRAIN = document(
    "train", "Công an tỉnh Cao Bằng, tỉnh Lạng Sơn", ("tỉnh Cao Bằng", "PLACE"), ("tỉnh Lạng Sơn", "PLACE")
)
TEST = document(
    "test",
    "Ở tỉnh cao bằng, tỉnh Cao Lạng và Lào",
    ("tỉnh cao bằng", "PLACE"),
    ("tỉnh Cao Lạng", "PLACE"),
    ("Lào", "PLACE"),
)


def test_seen_by_string_by_every_token_or_not():
    known = mentions([TRAIN])
    assert [known.status(TEST.slice(span), span.label) for span in TEST.spans] == ["seen", "tokens seen", "unseen"]
    assert known.status("tỉnh Cao Bằng", "AGENCY") == "unseen"


def test_a_document_does_not_know_itself_nor_its_fold():
    again = Document("again", TRAIN.text, TRAIN.spans)
    place = TRAIN.spans[0]
    assert status(TRAIN, place, mentions([TRAIN])) == "unseen"
    assert status(TRAIN, place, mentions([TRAIN, again])) == "seen"
    assert status(TRAIN, place, mentions([TRAIN, again], {"train": 0, "again": 0})) == "unseen"
    assert status(TRAIN, place, mentions([TRAIN, again], {"train": 0, "again": 1})) == "seen"


def test_slices_by_hand():
    pred = document("test", TEST.text, ("tỉnh cao bằng", "PLACE"), ("Lào", "AGENCY"))
    table = slices([TEST], error_records([TEST], [pred]), train=[TRAIN])
    seen = {group: (row.gold, row.found, row.predicted, row.right) for group, row in table["seen"].items()}
    assert seen == {"seen": (1, 1, 1, 1), "tokens seen": (1, 0, 0, 0), "unseen": (1, 0, 1, 0)}
    assert {group: row.recall for group, row in table["length"].items()} == {"1": 0, "3–4": 0.5}
    assert table["label"]["PLACE"].f1 == pytest.approx(2 * 1 * (1 / 3) / (1 + 1 / 3))
    assert table["label"]["AGENCY"].f1 == 0
    assert list(table["position"]) == ["first quarter", "second quarter", "last quarter"]


@given(SPANS, SPANS)
def test_every_slice_adds_up_to_the_whole(gold, pred):
    text = "ab " * 14
    documents = [Document("d", text, tuple(set(gold)))], [Document("d", text, tuple(set(pred)))]
    records = error_records(*documents)
    whole = score(*documents).micro()
    for rows in slices(documents[0], records, train=[]).values():
        assert sum(row.gold for row in rows.values()) == whole.gold
        assert sum(row.predicted for row in rows.values()) == whole.pred
        assert sum(row.found for row in rows.values()) == sum(row.right for row in rows.values())
        assert sum(row.found for row in rows.values()) == pytest.approx(whole.recall * whole.gold)


@given(SPANS, SPANS)
def test_depth_is_that_of_each_side(gold, pred):
    text = "x" * 40
    documents = [Document("d", text, tuple(set(gold)))], [Document("d", text, tuple(set(pred)))]
    depth = slices(documents[0], error_records(*documents))["depth"]
    assert {group: row.gold for group, row in depth.items() if row.gold} == layers(gold)
    assert {group: row.predicted for group, row in depth.items() if row.predicted} == layers(pred)


def layers(spans):
    return Counter({str(depth): len(layer) for depth, layer in enumerate(by_depth(set(spans)))})


def test_leakage_counts_verbatim_and_near_twin_sentences():
    shared = "Công an tỉnh Cao Bằng đã bắt giữ hai đối tượng."
    near = "Lực lượng chức năng thu giữ 10 bánh heroin tại cửa khẩu Tà Lùng."
    train = [Document("old", f"{shared} {near}\nQuảng Nam")]
    test = [Document("new", f"{shared} {near.replace('10', '12')} Một câu khác hẳn ở đây.\nQuảng Nam")]
    found = leakage(train, test, threshold=0.7)
    assert (found.sentences, found.verbatim_sentences, len(found.sentence_twins)) == (3, 1, 2)
    twin = found.sentence_twins[1]
    assert twin.jaccard == pytest.approx(11 / 15)  # 14 syllables, 13 pairs each, 2 of them hold the number
    assert not found.document_twins
    assert leakage(train, train).document_twins[0].verbatim


def test_leakage_counts_mentions():
    assert leakage([TRAIN], [TEST]).as_dict()["mentions"] == {"PLACE": {"seen": 1, "tokens seen": 1, "unseen": 1}}
