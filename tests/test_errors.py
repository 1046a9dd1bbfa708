"""How messages tell numbers."""

import pytest

from viborder.errors import counted, place
from viborder.formats import said
from viborder.formats.jsonl import from_record


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


def test_a_number_that_nobody_can_read_is_cut():
    problems = []
    line = {"id": "a", "text": "Hà Nội", "spans": [{"start": 0, "end": 10**400, "label": "PLACE"}]}
    assert from_record(line, "a.jsonl:1", problems).spans == ()
    assert place("a.jsonl:1", "a", 12, 10**400) == "a.jsonl:1 id=a [12:1000000000…000000000]"
    assert [problem.rule for problem in problems] == ["span-outside-text"] and len(str(problems[0])) < 200
