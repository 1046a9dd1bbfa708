"""Spans to IOB2 and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.document import Span
from viborder.errors import ViborderError
from viborder.tags import from_iob2, to_iob2
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
    assert from_iob2([(0, 1), (2, 3), (4, 5)], ["I-PLACE", "I-AGENCY", "O"]) == [Span(0, 1, "PLACE"), Span(2, 3, "AGENCY")]


@pytest.mark.parametrize(("span", "rule"), [(Span(0, 3, "PLACE"), "span-splits-token"), (Span(8, 12, "PLACE"), "span-overlaps-span")])
def test_spans_that_tags_cannot_hold_are_refused(span, rule):
    with pytest.raises(ViborderError) as caught:
        to_iob2(tokenize(TEXT), [Span(0, 21, "AGENCY"), span])
    assert caught.value.problems[0].rule == rule
