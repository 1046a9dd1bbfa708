"""Spans that cross are counted by every schema, flat too, or refused by scorers that see tags; none is lost."""

import json

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span, by_depth, crossings, outermost
from viborder.errors import ViborderError
from viborder.eval import agree, compare, score
from viborder.eval.other_scorers import modes
from viborder.formats import jsonl
from viborder.train import train

TEXT = "aa bb cc dd ee"
ONE = Document("a", TEXT, (Span(0, 5, "PLACE"),))
CHAIN = Document("a", TEXT, (Span(0, 5, "PLACE"), Span(3, 8, "PLACE"), Span(6, 11, "PLACE")))


@pytest.mark.parametrize(
    ("spans", "outer"),
    [
        ([(0, 5), (3, 8), (6, 11)], [(0, 5), (3, 8), (6, 11)]),  # a chain: none lies inside another
        ([(0, 8), (3, 5), (6, 11)], [(0, 8), (6, 11)]),
        ([(0, 14), (0, 5), (3, 8)], [(0, 14)]),  # two that cross inside a third
        ([(0, 5), (0, 5)], [(0, 5)]),  # the same range: the first label is the outer one
        ([(0, 8), (3, 11), (4, 5)], [(0, 8), (3, 11)]),  # inside both
    ],
)
def test_the_outermost_lie_inside_no_other(spans, outer) -> None:
    made = [Span(start, end, label) for (start, end), label in zip(spans, "ABC", strict=False)]
    assert [(span.start, span.end) for span in outermost(made)] == outer
    for depth, layer in enumerate(by_depth(made)):
        assert all(chain(span, made) == depth for span in layer)


def chain(span: Span, spans: list[Span]) -> int:
    """The longest chain of spans around one, by its definition."""
    around = [s for s in spans if s != span and s.contains(span) and (not span.contains(s) or s.label < span.label)]
    return max((1 + chain(other, spans) for other in around), default=0)


def test_flat_scores_count_crossing_spans_on_either_side() -> None:
    found = score([ONE], [CHAIN], nested=False).micro()
    assert (found.gold, found.pred, found.precision, found.recall) == (1, 3, 1 / 3, 1.0)
    found = score([CHAIN], [ONE], nested=False).micro()
    assert (found.gold, found.pred, found.precision, found.recall) == (3, 1, 1.0, 1 / 3)
    assert score([CHAIN], [CHAIN], nested=False).micro().f1 == 1.0
    both = compare([ONE], {"one": [ONE], "chain": [CHAIN]}, nested=False)
    assert both.systems["chain"].micro().pred == 3


@pytest.mark.parametrize("mode", ["seqeval", "seqeval-strict", "conlleval"])
@pytest.mark.parametrize("swapped", [False, True])
def test_scorers_that_see_tags_refuse_them(mode: str, swapped: bool) -> None:
    sides = ([CHAIN], [ONE]) if swapped else ([ONE], [CHAIN])
    with pytest.raises(ViborderError) as caught:
        modes.report(mode, *sides)
    side = "gold" if swapped else "pred"
    assert [(problem.rule, problem.where) for problem in caught.value.problems] == [
        ("span-crosses-span", f'{side} id=a [3:8] "bb cc"'),
        ("span-crosses-span", f'{side} id=a [6:11] "cc dd"'),
    ]


def test_crossings_are_found_with_what_they_cross() -> None:
    assert list(crossings(CHAIN.spans)) == [(CHAIN.spans[1], CHAIN.spans[0]), (CHAIN.spans[2], CHAIN.spans[1])]
    assert not list(crossings([Span(0, 8, "A"), Span(0, 8, "A"), Span(3, 8, "B"), Span(8, 11, "C")]))


def test_nothing_is_learned_from_spans_that_cross(tmp_path) -> None:
    with pytest.raises(ViborderError, match=r"id=a \[3:8\].*span-crosses-span"):
        train("crf", [CHAIN], tmp_path / "m")


def run(*arguments) -> str:
    shown = CliRunner(env={"COLUMNS": "160"}).invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return shown.output


def test_terminal_json_and_page_say_the_same_of_one_choice(tmp_path) -> None:
    gold = Document("a", TEXT, (Span(0, 8, "AGENCY"), Span(3, 8, "PLACE"), Span(9, 11, "DRUG")))
    for name, document in (("gold", gold), ("pred", gold.with_spans(gold.spans[:1]))):
        jsonl.write(tmp_path / f"{name}.jsonl", [document])
    files = tmp_path / "gold.jsonl", tmp_path / "pred.jsonl"
    out = run(
        "score", *files, "--flat", "--exclude", "DRUG", "--json", tmp_path / "o.json", "--report", tmp_path / "o.html"
    )
    found = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    data = json.loads(page.split('type="application/json" id="data">', 1)[1].split("</script>", 1)[0])
    (system,) = data["systems"]
    assert (system["overall"]["gold"], system["overall"]["pred"]) == (1, 1) and found["AGENCY"]["number"] == 1
    assert system["signature"] in out and found["signature"] == system["signature"]
    assert "layers:outermost" in system["signature"] and "exclude:DRUG" in system["signature"]
    assert [span[2] for span in data["documents"][0]["gold"]] == ["AGENCY"]


def test_documents_of_columns_are_the_unit_where_they_are_marked(tmp_path, capsys) -> None:
    rows = "-DOCSTART- -X- O\n\nLào B-P\n\nHuế B-P\n\n-DOCSTART- -X- O\n\nVinh B-P\n"
    for name in ("g.conll", "p.conll"):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    assert "|unit:document|n:2|" in run("score", tmp_path / "g.conll", tmp_path / "p.conll")
    assert "|unit:sentence|n:3|" in run("score", tmp_path / "g.conll", tmp_path / "p.conll", "--unit", "sentence")
    for name in ("g.conll", "p.conll"):
        (tmp_path / name).write_text("Lào B-P\n\nHuế B-P\n", encoding="utf-8")
    out = run("score", tmp_path / "g.conll", tmp_path / "p.conll", "--unit", "document")
    assert "no -DOCSTART- lines: a sentence is the unit" in out and "|unit:sentence|n:2|" in out


def test_an_empty_gold_is_said(tmp_path) -> None:
    jsonl.write(tmp_path / "g.jsonl", [ONE.with_spans([])])
    assert "gold-empty" in run("score", tmp_path / "g.jsonl", tmp_path / "g.jsonl")


@pytest.mark.parametrize("swapped", [False, True])
def test_agreement_counts_crossing_spans_and_says_what_is_not_defined(swapped: bool) -> None:
    first, second = ([CHAIN], [ONE]) if swapped else ([ONE], [CHAIN])
    found = agree({"one": first, "two": second})
    pair = found.pairs["one", "two"]["outermost"]
    assert (pair.first, pair.second, pair.f1) == ((3, 1, 0.5) if swapped else (1, 3, 0.5))  # 2 · 1 / (1 + 3)
    assert found.unitizing_alpha is None
    assert found.notes == (
        f"{'one' if swapped else 'two'}: span-crosses-span, 2 spans of PLACE: the alpha for units is not defined",
    )


def test_agreement_counts_a_span_that_stands_twice_once() -> None:
    twice = Document("a", TEXT, (Span(0, 5, "PLACE"), Span(0, 5, "PLACE")))
    found = agree({"one": [ONE], "two": [twice]})
    pair = found.pairs["one", "two"]["all"]
    assert (pair.second, pair.f1, pair.kappa, found.alpha["all"]) == (1, 1.0, 1.0, 1.0)
    assert found.notes == ("two: span-twice, 1 span marked twice, counted once",)


def test_agreement_is_defined_where_spans_of_different_labels_cross() -> None:
    mixed = Document("a", TEXT, (Span(0, 5, "PLACE"), Span(3, 8, "AGENCY")))
    assert agree({"one": [mixed], "two": [mixed]}).unitizing_alpha == 1.0
