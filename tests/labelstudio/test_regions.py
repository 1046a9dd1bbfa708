from hypothesis import given
from hypothesis import strategies as st

from viborder.document import Document, Span
from viborder.labelstudio.regions import Fate, fate, read, region, regions
from viborder.text import trim

TEXT = "Công an tỉnh Cao Bằng bắt 5 vụ"


def raw(start, end, label="PLACE", **more):
    value = {"start": start, "end": end, "labels": [label], "text": "never trusted"}
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value} | more


def rules(result, text=TEXT):
    problems = []
    reading = read(result, text, "task 1", problems)
    return reading, [(problem.rule, problem.severity) for problem in problems]


def test_offsets_count_and_the_text_of_a_region_does_not():
    reading, problems = rules([raw(0, 21, "AGENCY"), raw(8, 21)])
    assert reading.spans == (Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"))
    assert problems == []


def test_blanks_are_trimmed_and_told():
    reading, problems = rules([raw(7, 22)])
    assert reading.spans == (Span(8, 21, "PLACE"),)
    assert problems == [("span-blank-ends", "warning")]


def test_what_cannot_be_used_is_refused():
    assert rules([raw(0, 21, "AGENCY"), raw(13, 25)]) == (None, [("span-crosses-span", "error")])
    assert rules([raw(0, 2, "PERSON")]) == (None, [("label-unknown", "error")])
    assert rules([raw(9, 99)]) == (None, [("span-outside-text", "error")])
    assert rules([raw(9, 2)]) == (None, [("span-outside-text", "error")])
    assert rules([raw(-1, 2)]) == (None, [("span-outside-text", "error")])
    assert rules([raw(7, 8)]) == (None, [("span-outside-text", "error")])
    assert rules([raw("0", 2)]) == (None, [("result-malformed", "error")])
    assert rules([raw(True, 2)]) == (None, [("result-malformed", "error")])
    assert rules([raw(0, 4) | {"value": {"start": 0, "end": 4, "labels": ["PLACE", "DRUG"]}}]) == (
        None,
        [("result-malformed", "error")],
    )
    assert rules("nonsense") == (None, [("result-malformed", "error")])
    assert rules([3]) == (None, [("result-malformed", "error")])


def test_twins_and_slips_are_told_and_kept_once():
    reading, problems = rules([raw(0, 4), raw(0, 4)])
    assert reading.spans == (Span(0, 4, "PLACE"),)
    assert problems == [("span-twice", "warning")]
    assert rules([raw(0, 3)])[1] == [("span-splits-token", "warning")]
    assert rules([raw(0, 1)], "Ba\u0306ng")[1] == [("span-splits-token", "warning"), ("text-not-nfc", "warning")]


def test_notes_and_verdicts():
    note = {"id": "r8", "from_name": "note", "type": "textarea", "value": {"text": ["or AGENCY?"]}}
    unsure = {"id": "x", "from_name": "document", "type": "choices", "value": {"choices": ["unsure"]}}
    reading, problems = rules([raw(8, 21), note, unsure])
    assert dict(reading.notes) == {Span(8, 21, "PLACE"): "or AGENCY?"}
    assert (reading.unsure, reading.nothing, problems) == (True, False, [])
    meta = {"meta": {"text": ["see the law"]}}  # the panel of a region has a field of its own
    whole = {"id": "y", "from_name": "remark", "type": "textarea", "value": {"text": ["bad scan"]}}
    reading, _ = rules([raw(8, 21) | meta, note, whole])
    assert dict(reading.notes) == {Span(8, 21, "PLACE"): "see the law; or AGENCY?"}
    assert reading.note == "bad scan"


def test_two_labels_on_one_range_are_told_and_refused_where_one_stands_alone():
    both = [raw(8, 21), raw(8, 21, "AGENCY") | {"id": "other"}]
    reading, problems = rules(both)
    assert len(reading.spans) == 2 and problems == [("span-two-labels", "warning")]
    private = [raw(8, 21), raw(8, 21, "PRIVATE") | {"id": "other"}]
    assert rules(private) == (None, [("span-two-labels", "error")])


def test_the_fate_of_suggestions():
    suggested = [
        Span(0, 4, "PLACE"),
        Span(5, 9, "PLACE"),
        Span(10, 14, "DRUG"),
        Span(15, 20, "AGENCY"),
        Span(30, 33, "DRUG"),
    ]
    result = [
        Span(0, 4, "PLACE"),
        Span(5, 9, "AGENCY"),
        Span(10, 16, "DRUG"),
        Span(40, 44, "PLACE"),
        Span(17, 19, "PLACE"),
    ]
    # 0-4 kept, 5-9 relabelled, 10-14 moved to 10-16, 15-20 and 30-33 deleted, 40-44 and 17-19 added
    assert fate(suggested, result) == Fate(kept=1, moved=1, relabelled=1, deleted=2, added=2)


SPANS = st.sets(
    st.tuples(st.integers(0, 12), st.integers(1, 5), st.sampled_from(["PLACE", "DRUG"])).map(
        lambda t: Span(t[0], t[0] + t[1], t[2])
    ),
    max_size=6,
)


@given(SPANS, SPANS)
def test_every_span_has_one_fate(suggested, result):
    found = fate(suggested, result)
    assert found.kept + found.moved + found.relabelled + found.deleted == len(suggested)
    assert found.kept + found.moved + found.relabelled + found.added == len(result)
    assert found.kept == len(suggested & result)
    mirrored = fate(result, suggested)
    assert (mirrored.deleted, mirrored.added) == (found.added, found.deleted)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30), st.data())
def test_regions_come_back_as_the_spans_they_were(text, data):
    solid = [index for index, char in enumerate(text) if trim(char, 0, 1) == (0, 1)]  # what can be seen
    chosen = data.draw(st.sets(st.sampled_from(solid))) if solid else set()
    document = Document("d", text).with_spans({Span(index, index + 1, "DRUG") for index in chosen})
    assert read(regions(document), text, "", []).spans == document.spans


def test_a_region_carries_its_score_and_what_else_is_wanted():
    assert region(Span(0, 4, "PLACE", 0.98765), readonly=True) == {
        "id": "0-4-PLACE",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 0, "end": 4, "labels": ["PLACE"]},
        "score": 0.9877,
        "readonly": True,
    }
