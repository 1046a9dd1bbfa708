"""How messages tell numbers."""

import pytest

from viborder.errors import counted
from viborder.formats import said


def test_one_thing_is_no_plural():
    assert [counted(number, "span") for number in (0, 1, 2, 2000)] == ["0 spans", "1 span", "2 spans", "2,000 spans"]
    assert [counted(number, "pass", "passes") for number in (1, 3)] == ["1 pass", "3 passes"]


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("nested spans", "not kept: 1 nested span"),
        ("entities of doc.ents beside the group sc", "not kept: 1 entity of doc.ents beside the group sc"),
        ("spans that share a row with another", "not kept: 1 span that shares a row with another"),
        ("regions that are no spans", "not kept: 1 region that is no span"),
        ("words joined by _, read as their syllables", "1 word joined by _, read as their syllables"),
        ("white space at the ends of spans", "not kept: 1 white space at the ends of spans"),
    ],
)
def test_what_a_reader_counts_once(kind, one):
    assert said(kind, 1) == one and said(kind, 2).removeprefix("not kept: ") == f"2 {kind}"
