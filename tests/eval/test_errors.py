"""Error kinds on small texts worked out by hand, and the laws that every analysis must obey."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.document import Document, Span
from viborder.eval import score
from viborder.eval.errors.records import SWAPPED, compare_spans, error_records
from viborder.eval.errors.summary import confusion, describe, kind_counts, most_frequent

A, P = "AGENCY", "PLACE"


def kinds(gold, pred):
    return [record.kind for record in compare_spans("d", [Span(*s) for s in gold], [Span(*s) for s in pred])]


@pytest.mark.parametrize(
    ("gold", "pred", "kind", "border"),
    [
        ((5, 10, A), (5, 10, A), "correct", ""),
        ((5, 10, A), (3, 10, A), "boundary", "left long"),
        ((5, 10, A), (7, 10, A), "boundary", "left short"),
        ((5, 10, A), (5, 12, A), "boundary", "right long"),
        ((5, 10, A), (5, 9, A), "boundary", "right short"),
        ((5, 10, A), (3, 9, A), "boundary", "left long, right short"),
        ((5, 10, A), (6, 12, A), "boundary", "left short, right long"),
        ((5, 10, A), (5, 10, P), "type", ""),
        ((5, 10, A), (5, 12, P), "type_boundary", "right long"),
    ],
)
def test_a_pair_of_spans(gold, pred, kind, border):
    (record,) = compare_spans("d", [Span(*gold)], [Span(*pred)])
    assert (record.kind, record.border) == (kind, border)


@pytest.mark.parametrize(
    ("gold", "pred", "expected"),
    [
        ([(0, 5, A)], [], ["missed"]),
        ([], [(0, 5, A)], ["spurious"]),
        ([(0, 5, A), (8, 12, A)], [(0, 12, A)], ["merged"]),
        ([(0, 12, A)], [(0, 5, A), (8, 12, A)], ["split"]),
        ([(0, 12, A), (5, 12, P)], [(0, 12, A)], ["correct", "level_lost"]),
        ([(0, 12, A)], [(0, 12, A), (5, 12, P)], ["correct", "level_added"]),
        ([(0, 12, A), (5, 12, P)], [(5, 12, P)], ["level_lost", "correct"]),  # the outer level is lost
        ([(0, 20, A)], [(18, 20, P)], ["missed", "spurious"]),  # they share a tenth: no wrong type, two errors
        ([(0, 5, A), (8, 12, P)], [(0, 12, A)], ["boundary", "missed"]),  # another label is not merged
        (
            [(0, 12, A), (6, 12, A)],
            [(0, 14, A)],
            ["boundary", "level_lost"],
        ),  # nested spans of one label are not side by side
    ],
)
def test_several_spans(gold, pred, expected):
    assert kinds(gold, pred) == expected


def test_a_pair_of_one_label_goes_before_a_pair_on_one_range():
    """`Công an tỉnh X` with its place, of which only `tỉnh X` was found, as an agency: the agency came out short."""
    records = compare_spans("d", [Span(0, 12, A), Span(8, 12, P)], [Span(8, 12, A)])
    assert [(r.kind, r.border) for r in records] == [("boundary", "left short"), ("level_lost", "")]


def test_what_the_model_never_saw_is_missed_and_counted_apart():
    gold = [
        Document("cut", "abcdefghij", (Span(0, 2, A), Span(7, 9, A))),
        Document("gone", "abc", (Span(0, 3, P),)),
        Document("range", "abcdefghij", (Span(1, 3, A), Span(6, 8, A))),
    ]
    pred = [Document("cut", "abcde", (Span(0, 2, A),)), Document("range", "abcdefghij")]
    records = error_records(gold, pred, unread={"range": [(5, 10)]})
    assert [(r.document, r.kind) for r in records] == [
        ("cut", "correct"), ("cut", "unread"), ("gone", "unread"), ("range", "missed"), ("range", "unread"),
    ]  # fmt: skip
    assert kind_counts(records) == {"unread": 3, "correct": 1, "missed": 1}


def test_confusion_counts_each_part():
    records = compare_spans(
        "d",
        [Span(0, 5, A), Span(8, 12, A), Span(20, 25, P), Span(30, 35, P), Span(40, 45, A)],
        [Span(0, 12, A), Span(20, 25, A), Span(30, 36, P), Span(50, 55, P)],
    )
    assert confusion(records) == {A: {A: 2, "∅": 1}, P: {A: 1, P: 1}, "∅": {P: 1}}


def test_the_most_frequent_error_comes_first_with_its_context():
    text = "tại Lào, sang Lào, ở Viêng Chăn"
    gold = [Document("d", text, (Span(4, 7, P), Span(14, 17, P), Span(21, 31, P)))]
    top = most_frequent(error_records(gold, [Document("d", text)]), {"d": text}, context=4)
    assert [(error["text"], error["count"], error["before"], error["after"]) for error in top] == [
        ("Lào", 2, "tại ", ", sa"),
        ("Viêng Chăn", 1, ", ở ", ""),
    ]


def test_describe_gives_plain_values():
    text = "Công an tỉnh"
    (record,) = compare_spans("d", [Span(0, 7, A)], [Span(0, 12, A, score=0.5)])
    plain = describe(record, text)
    assert plain["gold"] == [{"start": 0, "end": 7, "label": A, "text": "Công an"}]
    assert plain["pred"] == [{"start": 0, "end": 12, "label": A, "text": "Công an tỉnh", "score": 0.5}]
    assert (plain["kind"], plain["border"], plain["start"], plain["end"]) == ("boundary", "right long", 0, 12)


SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start, start + length, label),
        st.integers(0, 25),
        st.integers(1, 12),
        st.sampled_from("AB"),
    ),
    max_size=9,
)


@given(SPANS, SPANS)
def test_every_span_is_in_exactly_one_record(gold, pred):
    records = compare_spans("d", gold, pred)
    assert Counter(span for record in records for span in record.gold) == Counter(set(gold))
    assert Counter(span for record in records for span in record.pred) == Counter(set(pred))


@given(SPANS, SPANS)
def test_swapping_the_sides_swaps_the_kinds(gold, pred):
    there = Counter(record.kind for record in compare_spans("d", gold, pred))
    back = Counter(SWAPPED[record.kind] for record in compare_spans("d", pred, gold))
    assert there == back


@given(SPANS, SPANS, st.randoms())
def test_order_does_not_matter(gold, pred, random):
    before = compare_spans("d", gold, pred)
    random.shuffle(gold)
    random.shuffle(pred)
    assert compare_spans("d", gold, pred) == before


@given(SPANS, SPANS)
def test_correct_records_are_what_the_scorer_counts(gold, pred):
    correct = sum(record.kind == "correct" for record in compare_spans("d", gold, pred))
    text = "x" * 40
    result = score([Document("d", text, tuple(gold))], [Document("d", text, tuple(pred))])
    assert result.micro().recall * result.micro().gold == pytest.approx(correct)


@given(SPANS, SPANS)
def test_kinds_mean_what_they_say(gold, pred):
    for record in compare_spans("d", gold, pred):
        shape = (len(record.gold), len(record.pred))
        match record.kind:
            case "correct":
                assert record.gold == record.pred
            case "boundary":
                assert shape == (1, 1) and record.gold[0].label == record.pred[0].label and record.border
            case "type":
                assert shape == (1, 1) and record.gold[0].label != record.pred[0].label and not record.border
            case "merged":
                assert shape[0] > 1 and shape[1] == 1
            case "split":
                assert shape[0] == 1 and shape[1] > 1
            case "missed" | "level_lost":
                assert shape == (1, 0)
            case "spurious" | "level_added":
                assert shape == (0, 1)
