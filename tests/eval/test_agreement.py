"""Agreement against scikit-learn, the `krippendorff` package, dkpro-statistics and published figures
(data/iaa.jsonl).
"""

import json
from itertools import combinations
from pathlib import Path

import pytest

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval import agree
from viborder.eval.agreement import chance
from viborder.eval.agreement.gamma import gamma
from viborder.formats import jsonl

CASES = [json.loads(line) for line in (Path(__file__).parent / "data/iaa.jsonl").read_text().splitlines()]
SPAN_CASES = [case for case in CASES if "annotators" in case]


def documents(case, annotator):
    """One-letter tokens parted by blanks: token i is the code points [2i, 2i + 1)."""
    return [
        Document(
            f"d{index}",
            " ".join("x" * length),
            tuple(Span(2 * first, 2 * last + 1, label) for first, last, label in spans),
        )
        for index, (length, spans) in enumerate(zip(case["n_tokens"], annotator, strict=True))
    ]


@pytest.mark.parametrize("case", SPAN_CASES, ids=lambda case: case["id"])
def test_figures_of_other_tools(case):
    names = [str(index) for index in range(len(case["annotators"]))]
    result = agree(
        {name: documents(case, annotator) for name, annotator in zip(names, case["annotators"], strict=True)}
    )
    expected = case["expected"]
    assert result.alpha["all"] == pytest.approx(expected["token_krippendorff_alpha_nominal"], abs=1e-9)
    for a, b in combinations(names, 2):
        pair = result.pairs[a, b]["all"]
        assert pair.kappa == pytest.approx(expected["token_cohen_kappa_pairs"][f"{a}-{b}"], abs=1e-9)
        assert pair.kappa_without_o == pytest.approx(expected["token_kappa_without_O_O"][f"{a}-{b}"], abs=1e-9)
        assert pair.f1 == pytest.approx(expected["pairwise_F1_exact"][f"{a}-{b}"], abs=1e-9)
        assert pair.unlabelled_f1 == pytest.approx(expected["pairwise_F1_span_only"][f"{a}-{b}"], abs=1e-9)
        assert (
            sum(result.pairs[a, b][label].first for label in ("PER", "LOC", "ORG") if label in result.alpha)
            == pair.first
        )


def test_krippendorff_1995_token_labels():
    case = next(case for case in CASES if "token_labels" in case)
    first, second = ([str(label) for label in row] for row in case["token_labels"])
    expected = case["expected"]
    assert chance.cohen_kappa(first, second) == pytest.approx(expected["cohen_kappa"], abs=expected["tolerance"])
    assert chance.scott_pi(first, second) == pytest.approx(expected["scott_pi"], abs=expected["tolerance"])
    assert chance.krippendorff_alpha([first, second]) == pytest.approx(
        expected["krippendorff_alpha_nominal"], abs=expected["tolerance"]
    )


def test_krippendorff_2004_units():
    case = next(case for case in CASES if "continuum" in case)
    lines = [[], []]
    for unit in case["units"]:
        lines[unit["annotator"]].append(Span(unit["offset"], unit["offset"] + unit["length"], unit["category"]))
    overall, by_label = chance.unitizing_alpha(lines, *case["continuum"])
    expected = case["expected"]
    assert overall == pytest.approx(expected["alpha_unitizing"], abs=expected["tolerance"])
    assert by_label["c"] == pytest.approx(expected["alpha_unitizing_c"], abs=expected["tolerance"])
    assert by_label["k"] == 1.0


def test_gamma_of_another_tool():
    """pygamma-agreement's figure for one of the cases; its chance sample is random, as ours is."""
    case = next(case for case in SPAN_CASES if any(key.startswith("gamma") for key in case["expected"]))
    (expected,) = next(value for key, value in case["expected"].items() if key.startswith("gamma"))
    first, second = (
        [Span(start, end + 1, label) for start, end, label in annotator[0]] for annotator in case["annotators"]
    )
    found = gamma(first, second)
    assert found.observed == pytest.approx(expected["observed_disorder"])
    assert found.value == pytest.approx(expected["gamma"], abs=0.05)
    assert gamma(first, first).value == 1
    assert gamma([], []) is None


def test_alpha_with_missing_values():
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: four observers, twelve units,
    alpha 0.743.
    """
    rows = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    annotators = [[None if value == "." else value for value in row.split()] for row in rows]
    assert chance.krippendorff_alpha(annotators) == pytest.approx(0.743, abs=0.0005)


# Cao Bằng 13–21, tỉnh 8, "2 đối tượng" 26–37, huyện 42, Văn Lãng 48–56
TEXT = "Công an tỉnh Cao Bằng bắt 2 đối tượng tại huyện Văn Lãng"
OUTER, PLACE = Span(0, 21, "AGENCY"), Span(8, 21, "PLACE")


def test_nested_layers_are_told_apart():
    result = agree({"a": [Document("d", TEXT, (OUTER, PLACE))], "b": [Document("d", TEXT, (OUTER,))]})
    rows = result.pairs["a", "b"]
    assert (rows["outermost"].f1, rows["inner"].f1, rows["inner"].first, rows["inner"].second) == (1.0, 0.0, 1, 0)
    assert rows["all"].f1 == pytest.approx(2 / 3)
    assert rows["outermost"].kappa == 1.0
    assert rows["all"].kappa < 1


def test_conflicts_say_who_said_what_and_of_which_kind():
    a = Document("d", TEXT, (OUTER, PLACE, Span(26, 37, "QUANTITY"), Span(42, 56, "PLACE")))
    b = Document("d", TEXT, (OUTER, Span(13, 21, "PLACE"), Span(42, 56, "AGENCY")))
    found = [conflict.as_dict() for conflict in agree({"a": [a], "b": [b]}).conflicts]
    assert [(c["kind"], c["text"]) for c in found] == [
        ("border", "tỉnh Cao Bằng"),
        ("missing", "2 đối tượng"),
        ("label", "huyện Văn Lãng"),
    ]
    assert found[0]["says"]["b"] == [{"start": 13, "end": 21, "label": "PLACE", "text": "Cao Bằng"}]
    assert found[1]["says"] == {"a": [{"start": 26, "end": 37, "label": "QUANTITY", "text": "2 đối tượng"}], "b": []}
    assert found[1]["before"].endswith("bắt ") and found[1]["after"].startswith(" tại")


def test_a_private_person_beside_an_official_is_a_conflict_of_labels():
    private, official = Span(26, 37, "PRIVATE"), Span(26, 37, "OFFICIAL")
    a, b = Document("d", TEXT, (), (private,)), Document("d", TEXT, (official,))
    (found,) = agree({"a": [a], "b": [b]}).conflicts
    assert (found.kind, found.says) == ("label", {"a": (private,), "b": (official,)})
    (alone,) = agree({"a": [a], "b": [Document("d", TEXT)]}).conflicts
    assert (alone.kind, alone.text) == ("missing", "2 đối tượng")


def test_a_third_pass_without_the_document_is_not_asked():
    a, b = Document("d", TEXT, (OUTER,)), Document("d", TEXT)
    other = Document("e", "x")
    result = agree({"a": [a, other], "b": [b], "c": [other]})
    assert [set(conflict.says) for conflict in result.conflicts] == [{"a", "b"}]
    assert result.missing == {"a": [], "b": ["e"], "c": ["d"]}


def test_identical_passes_agree_wholly():
    document = Document("d", TEXT, (OUTER, PLACE))
    result = agree({"a": [document], "b": [document]})
    pair = result.pairs["a", "b"]["all"]
    assert (pair.f1, pair.partial_f1, pair.kappa, result.alpha["all"], result.unitizing_alpha, result.conflicts) == (
        1,
        1,
        1,
        1,
        1,
        (),
    )


def test_nothing_marked_is_not_defined():
    result = agree({"a": [Document("d", TEXT)], "b": [Document("d", TEXT)]})
    pair = result.pairs["a", "b"]["all"]
    assert (pair.f1, pair.kappa, pair.kappa_without_o, result.alpha["all"]) == (None, None, None, None)


@pytest.mark.parametrize(
    ("passes", "rule"),
    [
        ({"a": [Document("d", "x")]}, "passes-too-few"),
        ({"a": [Document("d", "x")], "b": [Document("d", "y")]}, "pass-text-differs"),
        ({"a": [Document("d", "x")], "b": [Document("e", "x")]}, "id-in-one-pass"),
    ],
)
def test_passes_that_cannot_be_compared(passes, rule):
    with pytest.raises(ViborderError) as raised:
        agree(passes)
    assert [problem.rule for problem in raised.value.problems] == [rule]


def test_the_verb_writes_conflicts_and_figures(tmp_path, capsys):
    jsonl.write(tmp_path / "a.jsonl", [Document("d", TEXT, (OUTER, PLACE))])
    jsonl.write(tmp_path / "b.jsonl", [Document("d", TEXT, (OUTER,))])
    paths = [str(tmp_path / name) for name in ("a.jsonl", "b.jsonl", "c.jsonl", "r.json")]
    arguments = ["agree", *paths[:2], "--conflicts", paths[2], "--json", paths[3], "--gamma"]
    with pytest.raises(SystemExit) as left:
        app(arguments)
    assert left.value.code == 0
    conflict = json.loads((tmp_path / "c.jsonl").read_text())
    assert (conflict["id"], conflict["start"], conflict["end"], conflict["kind"]) == ("d", 8, 21, "missing")
    figures = json.loads((tmp_path / "r.json").read_text())
    assert next(iter(figures["pairs"].values()))["all"]["f1"] == pytest.approx(2 / 3)
    assert 0 < figures["gamma"]["a|b"] < 1
    assert "1 conflict (missing 1)" in capsys.readouterr().out
