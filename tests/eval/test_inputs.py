"""Files to score, as the command line reads them."""

from typer.testing import CliRunner

from viborder.cli import app


def test_errors_and_pages_of_columns_pair_sentences_by_their_order(tmp_path):
    (tmp_path / "gold.conll").write_text("Hà B-P\nNội I-P\n\nở O\nHuế B-P\n", encoding="utf-8")
    (tmp_path / "pred.conll").write_text("Hà B-P\nNội I-P\n\nở O\nHuế O\n", encoding="utf-8")
    errors, page = tmp_path / "errors.jsonl", tmp_path / "page.html"
    paths = [str(tmp_path / name) for name in ("gold.conll", "pred.conll")]
    result = CliRunner().invoke(app, ["score", *paths, "--errors", str(errors), "--report", str(page)])
    assert result.exit_code == 0, result
    assert len(errors.read_text(encoding="utf-8").splitlines()) == 1  # Huế, missed
    assert page.exists()
