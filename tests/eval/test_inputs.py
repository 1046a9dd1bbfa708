"""Files to score, as the command line reads them."""

import json

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval import score
from viborder.eval.counting import inputs
from viborder.formats import write

TEXT = "Công an tỉnh Cao Bằng"
GOLD = [
    Document("a", TEXT, (Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"))),
    Document("b", TEXT, (Span(13, 21, "PLACE"),)),
]
PRED = [Document("b", TEXT, (Span(13, 21, "PLACE", 0.5),)), Document("a", TEXT, (Span(0, 21, "PLACE", 0.5),))]


def test_errors_and_pages_of_columns_pair_sentences_by_their_order(tmp_path):
    (tmp_path / "gold.conll").write_text("Hà B-P\nNội I-P\n\nở O\nHuế B-P\n", encoding="utf-8")
    (tmp_path / "pred.conll").write_text("Hà B-P\nNội I-P\n\nở O\nHuế O\n", encoding="utf-8")
    errors, page = tmp_path / "errors.jsonl", tmp_path / "page.html"
    paths = [str(tmp_path / name) for name in ("gold.conll", "pred.conll")]
    result = CliRunner().invoke(app, ["score", *paths, "--errors", str(errors), "--report", str(page)])
    assert result.exit_code == 0, result
    assert len(errors.read_text(encoding="utf-8").splitlines()) == 1  # Huế, missed
    assert page.exists()


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_files_score_as_documents_do_and_texts_are_held_once(tmp_path, ending):
    paths = [tmp_path / f"{name}.{ending}" for name in ("gold", "pred")]
    for path, documents in zip(paths, (GOLD, PRED), strict=True):
        write(path, documents)
    held = [side.scored for side in inputs.read(paths, whole=False)]
    assert len({id(text) for side in held for text in side.texts}) == 1
    assert score(*held).as_json() == score(GOLD, PRED).as_json()
    result = CliRunner().invoke(app, ["score", *map(str, paths), "--json", str(tmp_path / "found.json")])
    assert result.exit_code == 0, result
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert {name: found[name] for name in ("schemas", "documents")} == {
        name: score(GOLD, PRED).as_json()[name] for name in ("schemas", "documents")
    }


def test_every_line_that_is_wrong_is_told_where_documents_are_not_kept(tmp_path):
    lines = [
        '{"id": "a", "text": "x", "spans": [{"start": 0, "end": 9, "label": "P"}]}',
        "{",
        '{"id": "c", "text": "x"}',
    ]
    (tmp_path / "gold.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ViborderError) as caught:
        inputs.read([tmp_path / "gold.jsonl"] * 2, whole=False)
    assert [problem.rule for problem in caught.value.problems] == ["span-outside-text", "json-broken"]
