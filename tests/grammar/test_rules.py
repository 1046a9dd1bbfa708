"""Rule files: what is refused, with a broken file for each id, and what patterns mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.errors import ViborderError
from viborder.grammar import laws, propose, rulebook, tables
from viborder.grammar.lexicon import packaged
from viborder.grammar.rulebook import Rules
from viborder.grammar.view import read
from viborder.text import cut, tokenize

BROKEN = sorted(Path(__file__).with_name("broken_rules").glob("*.txt"))
LABELS = {"W": "WEAPON", "P": "PLACE"}
ENTRIES = [
    ("weapons", "súng AK", "gun"),
    ("weapons", "súng", "gun"),
    ("weapons", "dao găm", "knife"),
    ("weapons", "súng nước", "toy"),
    ("weapons", "đồ súng", "toy"),
    ("colours", "màu xanh", "colour"),
    ("places", "Súng Máy", "village"),
]


def _tables() -> list[tables.Table]:
    return tables.tables(ENTRIES, [("weapons", "cannon")])


def _rules(tmp_path: Path, text: str) -> Rules:
    (tmp_path / "rules.txt").write_text(text, encoding="utf-8")
    return rulebook.load(tmp_path, _tables(), {}, LABELS)


def _found(rules: Rules, text: str) -> list[str]:
    view = read(text, *cut(text), packaged())
    spans = rules.walk(view)
    return [f"{label} {text[view.starts[first] : view.ends[last - 1]]}" for first, last, label in spans]


def _problems(folder: Path) -> list[str]:
    """The ids of what is wrong with a folder's rules, those of the laws where nothing else is."""
    try:
        rules = rulebook.load(folder, _tables(), {}, LABELS)
    except ViborderError as error:
        assert all(re.match(r".+:\d+", problem.where) and problem.message for problem in error.problems)
        return [problem.rule for problem in error.problems]
    problems: list[laws.Problem] = []

    def propose(text: str) -> list[laws.Span]:
        view = read(text, *cut(text), packaged())
        return [laws.Span(view.starts[a], view.ends[b - 1], label) for a, b, label in rules.walk(view)]

    laws.check(rules.records, propose, LABELS, rules.without, problems)
    return [problem.rule for problem in problems]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_file_is_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / path.name).write_bytes(path.read_bytes())
    assert path.stem in _problems(tmp_path)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    for path in BROKEN:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    refused = set(_problems(tmp_path))
    laws_only = {"rule-example-fails", "rule-not-needed", "rule-word-unused", "brackets-unbalanced"}
    assert {path.stem for path in BROKEN} - laws_only <= refused


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (("rule:", "ruel:"), "write `rule:`"),
        (("pattern:", "patern:"), "write `pattern:`"),
        (("mark:", "marks:"), "write `mark:`"),
        (("pattern: [W <gun>]", "pattern: [W <gun>]\ncolour red"), "a line begins with one of"),
    ],
)
def test_a_field_written_wrong_is_one_problem(wrong: tuple[str, str], hint: str, tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text(RULE.format("[W <gun>]").replace(*wrong, 1), encoding="utf-8")
    with pytest.raises(ViborderError) as error:
        rulebook.load(tmp_path, _tables(), {}, LABELS)
    assert [problem.rule for problem in error.value.problems] == ["rule-field-unknown"]
    assert error.value.problems[0].hint.startswith(hint)


RULE = "rule: gun W1\npattern: {}\nmark: Thu [W súng] cũ.\n"


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        ("[W <gun>]", "Thu súng AK và súng .", ["WEAPON súng AK", "WEAPON súng"]),
        ("[W <gun>]", "Thu súng nước và dao găm .", []),  # the longest phrase of the file decides: `toy`
        ("[W <gun|knife>]", "Thu dao găm .", ["WEAPON dao găm"]),
        ("[W <gun>]", "Thu súng\nAK .", ["WEAPON súng"]),  # a line end matches nothing
        ("[W <gun> (cũ | mới)]", "súng mới, súng xanh, súng AK cũ", ["WEAPON súng mới", "WEAPON súng AK cũ"]),
        ("[W <gun>] (cũ | mới)?", "súng mới", ["WEAPON súng"]),
        ("[W <gun> cũ*] cũ", "súng cũ cũ cũ", ["WEAPON súng cũ cũ"]),  # the longest row that lets the rest match
        ("[W <gun> cũ+]", "súng, súng cũ cũ", ["WEAPON súng cũ cũ"]),
        ("[W <gun> cũ{1,2}]", "súng cũ cũ cũ", ["WEAPON súng cũ cũ"]),
        ('[W <gun>] ("," [W <gun>])*', "súng, súng AK cũ", ["WEAPON súng", "WEAPON súng AK"]),  # a label in a row
        ("[W <gun> <number/short>]", "súng 12, súng 123", ["WEAPON súng 12"]),
        ("[W <gun> <any>*] AK", "súng cũ\nto AK", []),  # no row crosses a line end
        ("[W <gun>] (!cũ <any>){0,5} cũ", "thu súng", []),  # nor does it look behind the text
        ("[W <gun>] !<lower>", "súng to, súng AK", ["WEAPON súng AK"]),
        ("[W <gun>] &<number>", "súng to, súng 12", ["WEAPON súng"]),
        ("[W <gun/Cap>]", "Súng và súng", ["WEAPON Súng"]),
        ("[W <gun/2>]", "súng và súng AK", ["WEAPON súng AK"]),
        ("[W <gun> ~ <number>]", "súng AK 47 và súng AK-47, súng 12", []),
        ("[W <gun> ~ - ~ <number>]", "súng AK 47 và súng AK-47", ["WEAPON súng AK-47"]),
        ("[- <gun>] cũ", "súng cũ", []),
        ("[W <gun> của [P <Cap>]]", "súng của Nam", ["PLACE Nam", "WEAPON súng của Nam"]),
    ],
)
def test_patterns(pattern: str, text: str, spans: list[str], tmp_path: Path) -> None:
    assert _found(_rules(tmp_path, RULE.format(pattern)), text) == spans


VETOES = """
rule: gun W1
pattern: [W <gun>]
mark: Thu [W súng] cũ.

rule: pair W1
pattern: [W <gun> và <gun>]
mark: Thu [W súng và súng AK] cũ.

veto: one W2
of: gun
{}
leave: Súng.
"""


@pytest.mark.parametrize(
    ("conditions", "text", "spans"),
    [
        ("before: đồ chơi", "súng, đồ chơi súng, chơi súng", ["WEAPON súng", "WEAPON súng"]),
        ("before: đồ? chơi", "súng, chơi súng", ["WEAPON súng"]),
        ("after: nước | giả", "súng giả, súng AK", ["WEAPON súng AK"]),
        ("starts: <gun> giả", "súng giả, súng AK", ["WEAPON súng AK"]),
        ("is: súng", "súng, súng AK", ["WEAPON súng AK"]),
        ("before: bán\nafter: giả", "bán súng, súng giả, bán súng giả", ["WEAPON súng", "WEAPON súng"]),
        ("before: bán", "bán súng và súng AK", ["WEAPON súng và súng AK"]),  # the veto stops one rule, the other stands
        ("within: <toy>", "súng, đồ súng", ["WEAPON súng"]),
    ],
)
def test_vetoes(conditions: str, text: str, spans: list[str], tmp_path: Path) -> None:
    assert _found(_rules(tmp_path, VETOES.format(conditions)), text) == spans


def test_longest_match_wins_and_of_equals_the_first(tmp_path: Path) -> None:
    longer = "rule: place P1\npattern: [P <gun> cũ]\nmark: [P súng cũ]\n\nrule: other W1\npattern: [W <gun> cũ]\n"
    rules = _rules(tmp_path, RULE.format("[W <gun>]") + "\n" + longer + "mark: [W súng cũ]\n")
    assert _found(rules, "súng cũ và súng") == ["PLACE súng cũ", "WEAPON súng"]


def test_a_rule_can_demand_what_stands_around(tmp_path: Path) -> None:
    rules = _rules(tmp_path, RULE.format("[W <gun>]\nbefore: bán\nafter: cũ"))
    assert _found(rules, "bán súng, súng cũ, bán súng cũ") == ["WEAPON súng"]


_WORDS = st.sampled_from(["súng", "AK", "cũ", "và", "dao", "găm", ",", "12", "Nam", "\n", "đồ", "chơi"])
_PARTS = st.sampled_from(["<gun>", "cũ", "(và | ,)", "<Cap>", "<knife>", "(cũ? <gun>)", "!<number>"])
_TIMES = st.sampled_from(["", "?", "*", "+", "{1,2}"])


@given(
    st.lists(st.tuples(_PARTS, _TIMES), min_size=1, max_size=5).map(
        lambda parts: " ".join(part + times * (part[0] != "!") for part, times in parts)
    ),
    st.lists(_WORDS, max_size=25).map(" ".join),
)
def test_matches_keep_within_lines_and_never_overlap(pattern: str, text: str) -> None:
    record = rulebook.Record("rule", "any", ("W1",), Path("rules.txt"), 1, {"pattern": [(2, f"[W <gun> {pattern}]")]})
    classes = {name: table for table in _tables() for name in table.bits}
    view = read(text, *cut(text), packaged())
    end = 0
    for first, last, _ in Rules([record], classes, {}, LABELS).walk(view):
        assert end <= first < last
        assert "\n" not in view.keys[first:last]
        end = last


OVER_AND_OVER = (
    "Công an |đội |Chi cục |Phòng 1, |Phòng và |UBND và |Tòa án nhân dân |phòng chính trị (C1) |bản 1 |tỉnh, huyện, xã "
    "|Hà Nội, |các xã A, B, |khu vực I, II |Giám đốc Công an |Trưởng "
).split("|")


@pytest.mark.parametrize("phrase", OVER_AND_OVER)
def test_a_phrase_over_and_over_is_read(phrase: str) -> None:
    text = phrase * 1200  # more often than Python lets functions call each other
    assert all(0 <= span.start < span.end <= len(text) for span in propose(text, tokenize(text)))
