"""Spans to IOB2 and back."""

import pytest
import seqeval.scheme
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from viborder.document import Span
from viborder.errors import ViborderError
from viborder.tags import SCHEMES, entities, from_iob2, from_tags, illegal, to_iob2, to_tags
from viborder.text import tokenize

TEXT = "Công an tỉnh Cao Bằng thu giữ 168,55Kg Hêrôin tại Lạng Sơn."


@st.composite
def flat_spans(draw):
    tokens = tokenize(TEXT)
    spans, at = [], 0
    while at < len(tokens):
        length = draw(st.integers(0, 3))
        if length and at + length <= len(tokens):
            spans.append(Span(tokens[at][0], tokens[at + length - 1][1], draw(st.sampled_from(["AGENCY", "PLACE"]))))
        at += max(length, 1)
    return spans


def test_iob2_of_a_sentence():
    spans = [Span(0, 21, "AGENCY"), Span(30, 38, "QUANTITY"), Span(39, 45, "DRUG"), Span(50, 58, "PLACE")]
    tags = "B-AGENCY I-AGENCY I-AGENCY I-AGENCY I-AGENCY O O B-QUANTITY I-QUANTITY B-DRUG O B-PLACE I-PLACE O"
    assert to_iob2(tokenize(TEXT), spans) == tags.split()


@given(flat_spans())
def test_flat_spans_come_back(spans):
    tokens = tokenize(TEXT)
    assert from_iob2(tokens, to_iob2(tokens, spans)) == spans


def test_an_inside_tag_that_continues_nothing_begins_a_span():
    assert from_iob2([(0, 1), (2, 3), (4, 5)], ["I-PLACE", "I-AGENCY", "O"]) == [
        Span(0, 1, "PLACE"),
        Span(2, 3, "AGENCY"),
    ]


@pytest.mark.parametrize(
    ("span", "rule"), [(Span(0, 3, "PLACE"), "span-splits-token"), (Span(8, 12, "PLACE"), "span-overlaps-span")]
)
def test_spans_that_tags_cannot_hold_are_refused(span, rule):
    with pytest.raises(ViborderError) as caught:
        to_iob2(tokenize(TEXT), [Span(0, 21, "AGENCY"), span])
    assert caught.value.problems[0].rule == rule


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [  # two PLACEs that touch, of two and one tokens
        ("IOB1", "I-PLACE I-PLACE B-PLACE O"),
        ("IOB2", "B-PLACE I-PLACE B-PLACE O"),
        ("IOE2", "I-PLACE E-PLACE E-PLACE O"),
        ("IOBES", "B-PLACE E-PLACE S-PLACE O"),
        ("BILOU", "B-PLACE L-PLACE U-PLACE O"),
    ],
)
def test_five_schemes(scheme, tags):
    tokens = tokenize("Cao Bằng Lào .")
    spans = [Span(0, 8, "PLACE"), Span(9, 12, "PLACE")]
    assert to_tags(tokens, spans, scheme) == tags.split()
    assert from_tags(tokens, tags.split(), scheme) == spans


@given(flat_spans(), st.sampled_from(sorted(SCHEMES)))
def test_flat_spans_come_back_in_every_scheme(spans, scheme):
    tokens = tokenize(TEXT)
    tags = to_tags(tokens, spans, scheme)
    assert illegal(tags, scheme) == []
    assert from_tags(tokens, tags, scheme) == spans
    assert scheme == "BILOU" or from_tags(tokens, tags) == spans


any_tags = st.lists(
    st.sampled_from("O B I L E S O-X B-X I-X E-X S-X L-X U-X B-Y I-Y E-Y x-X . B_X I-X-Y".split()), max_size=8
)


@pytest.mark.filterwarnings("ignore:.*seems not to be NE tag")
@given(any_tags)
def test_the_forgiving_reading_is_seqevals_default(tags):
    assert entities(tags) == get_entities(tags)


@given(st.sampled_from(sorted(SCHEMES)), st.data())
def test_a_schemes_own_reading_is_seqevals_strict_one(scheme, data):
    prefixes = SCHEMES[scheme].prefixes
    tags = data.draw(
        st.lists(
            st.sampled_from([f"{p}{t}" for p in prefixes if p != "O" for t in ("-X", "-Y", "")] + ["O"]), max_size=8
        )
    )
    theirs = seqeval.scheme.Tokens(tags, getattr(seqeval.scheme, scheme)).entities
    assert entities(tags, scheme) == [(entity.tag, entity.start, entity.end - 1) for entity in theirs]


@pytest.mark.parametrize(
    ("scheme", "tags", "places"),
    [
        ("IOB2", "O I-X I-X B-X I-Y", [1, 4]),
        ("IOB1", "B-X I-X B-X B-Y", [0, 3]),
        ("IOE2", "I-X O E-X I-X", [1, 4]),
        ("IOBES", "B-X O I-X E-X S-X E-X", [1, 2, 5]),
        ("BILOU", "B-X L-Y U-X B-X", [1, 4]),
    ],
)
def test_illegal_transitions_by_place(scheme, tags, places):
    assert illegal(tags.split(), scheme) == places


@pytest.mark.parametrize(
    ("tags", "scheme", "rule"),
    [([""], None, "tag-unknown"), (["S-X"], "IOB2", "tag-unknown"), (["O"], "IOB3", "scheme-unknown")],
)
def test_unknown_tags_and_schemes_are_refused(tags, scheme, rule):
    with pytest.raises(ViborderError) as caught:
        entities(tags, scheme)
    assert caught.value.problems[0].rule == rule
