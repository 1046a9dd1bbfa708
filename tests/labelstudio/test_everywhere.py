from viborder.document import Span
from viborder.labelstudio.everywhere import everywhere

TEXT = "Lào và Lào, nước CHDCND Lào, Công an Lào, Làox, lào, Lào"
#       0     7          17  24        37    42    48    53


def found(drawn, *marked):
    return [(span.start, span.end) for span in everywhere(TEXT, drawn, [drawn, *marked])]


def test_every_whole_occurrence_but_the_drawn_one():
    at = [index for index in range(len(TEXT)) if TEXT.startswith("Lào", index) and not TEXT.startswith("Làox", index)]
    assert found(Span(0, 3, "PLACE")) == [(index, index + 3) for index in at[1:]]


def test_nothing_is_offered_that_the_guidelines_forbid():
    country, agency = Span(17, 27, "PLACE"), Span(29, 40, "AGENCY")
    assert TEXT[country.start : country.end] == "CHDCND Lào"
    assert TEXT[agency.start : agency.end] == "Công an Lào"
    assert (24, 27) not in found(Span(0, 3, "PLACE"), country)  # a place inside a place
    assert (37, 40) in found(Span(0, 3, "PLACE"), agency)  # a place inside a body
    assert (37, 40) not in found(Span(0, 3, "DRUG"), agency)
    assert (7, 10) not in found(Span(0, 3, "PLACE"), Span(7, 10, "DRUG"))  # marked already
    assert (7, 10) not in found(Span(0, 3, "PLACE"), Span(4, 8, "DRUG"))  # would cross


def test_blank_or_single_occurrence():
    assert found(Span(3, 4, "PLACE")) == []
    assert found(Span(17, 23, "PLACE")) == []
