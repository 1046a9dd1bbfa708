"""Spans, nesting, order."""

from viborder.document import Document, Span, by_depth, outermost


def test_depths_of_nested_spans():
    text = "Phòng PC04 Công an tỉnh Hà Tĩnh, Lào"
    spans = [Span(33, 36, "PLACE"), Span(19, 31, "PLACE"), Span(11, 31, "AGENCY"), Span(0, 31, "AGENCY")]
    document = Document("a", text).with_spans(spans)
    layers = [[document.slice(span) for span in layer] for layer in by_depth(document.spans)]
    assert layers == [["Phòng PC04 Công an tỉnh Hà Tĩnh", "Lào"], ["Công an tỉnh Hà Tĩnh"], ["tỉnh Hà Tĩnh"]]
    assert outermost(document.spans) == [Span(0, 31, "AGENCY"), Span(33, 36, "PLACE")]


def test_score_takes_no_part_in_equality():
    assert (
        Span(0, 3, "PLACE", 0.4) == Span(0, 3, "PLACE", 0.9)
        and len({Span(0, 3, "PLACE", 0.4), Span(0, 3, "PLACE")}) == 1
    )


def test_overlap_containment_and_crossing():
    outer, inner, crossing, beside = Span(0, 10, "A"), Span(2, 5, "B"), Span(8, 12, "C"), Span(10, 12, "D")
    assert outer.contains(inner) and not inner.contains(outer) and not outer.crosses(inner)
    assert outer.crosses(crossing) and crossing.crosses(outer)
    assert not outer.overlaps(beside)
