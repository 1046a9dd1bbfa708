"""The published numbers, and the table that is made from them."""

import json
from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap

LINE = {
    "system": "crf",
    "task": "five articles, leave one out, all spans",
    "metric": "strict_f1",
    "value": 0.7051,
    "interval": [0.65, 0.76],
    "n": 5,
    "unit": "document",
    "recipe": "train/crf.yaml",
    "data": "239f38b82e36",
    "tuned_on": "the same articles",
    "command": "viborder crossval train/crf.yaml",
}


def test_the_readme_shows_the_results():
    for path, fill in (("README.md", results.filled_short), ("eval/README.md", results.filled)):
        page = Path(path).read_text(encoding="utf-8")
        assert fill(page, results.read()) == page, "make results"


def test_table():
    cited = {
        "system": "PhoBERT | large",
        "task": LINE["task"],
        "metric": "strict_f1",
        "value": 0.945,
        "tuned_on": "its dev set",
        "source": "a paper",
    }
    inner = LINE | {"task": f"{LINE['task']}; outermost spans", "value": 0.61, "interval": None}
    assert results.render([LINE, cited, inner]).splitlines() == [
        "**five articles, leave one out, all spans: strict F1**",
        "",
        "| system | strict F1 | outermost spans | n | tuned on |",
        "| --- | --- | --- | --- | --- |",
        "| crf | 70.5 (65.0 – 76.0) | 61.0 | 5 documents | the same articles |",
        "| PhoBERT \\| large (a paper) | 94.5 |  | published | its dev set |",
    ]


def test_what_all_systems_share_is_said_once_under_the_table():
    other = LINE | {"system": "other", "value": 0.5, "interval": None}
    assert results.render([LINE, other]).splitlines()[2:] == [
        "| system | strict F1 |",
        "| --- | --- |",
        "| crf | 70.5 (65.0 – 76.0) |",
        "| other | 50.0 |",
        "",
        "5 documents; tuned on the same articles.",
    ]


def test_a_line_from_a_score_takes_the_place_of_the_old_one(tmp_path):
    gold = [Document("a", "Cao Bằng", (Span(0, 8, "PLACE"),)), Document("b", "Lạng Sơn", (Span(0, 8, "PLACE"),))]
    scores = score(gold, [gold[0], gold[1].with_spans([])])
    said = {name: LINE[name] for name in ("system", "task", "recipe", "tuned_on", "command")}
    line = results.result(scores, bootstrap(scores), **said)
    assert (line["value"], line["interval"], line["n"]) == (
        0.6667,
        [0.0, 1.0],
        2,
    )  # 2 · 1 / (2 + 1); both documents wrong, or right
    path = tmp_path / "results.jsonl"
    results.add([LINE, LINE | {"system": "other"}], path)
    results.add([line], path)
    assert [found["value"] for found in results.read(path)] == [0.6667, 0.7051]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tuned_on": ""}, "`tuned_on` is no text"),
        ({"value": 70.5}, "`value` is no number"),
        ({"interval": [0.8, 0.6]}, "the lower first"),
        ({"metric": "f1"}, "`metric` is none of"),
        ({"command": None}, "either `command` or `source`"),
        ({"n": 0}, "belong to every number"),
        ({"colour": "red"}, "`colour` is unknown"),
    ],
)
def test_malformed_lines_are_refused(tmp_path, change, says):
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps(LINE) + "\n" + json.dumps(LINE | {"system": "b"} | change) + "\n")
    with pytest.raises(ViborderError, match=r"results\.jsonl:2: error result-malformed") as caught:
        results.read(path)
    assert says in str(caught.value)


def test_a_result_twice_is_refused(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text(2 * (json.dumps(LINE) + "\n"))
    with pytest.raises(ViborderError, match="result-twice"):
        results.read(path)


def test_a_row_of_the_short_table_that_is_not_there_is_told():
    with pytest.raises(ViborderError, match="result-missing"):
        results.filled_short("<!-- results: short --><!-- /results: short -->", [LINE])


def test_a_readme_without_markers_is_refused():
    with pytest.raises(ViborderError, match="markers-missing"):
        results.filled("# Viborder\n", [LINE])
