"""The verbs as they are typed: what they print, and where."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.errors import ViborderError


def typed(*words: str | Path) -> tuple[list[str], list[str]]:
    """Lines on standard output and on standard error."""
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines(), done.stderr.splitlines()


def test_from_texts_to_a_release_and_back(tmp_path: Path) -> None:
    corpus, dataset, release, restored = (tmp_path / name for name in ("c.jsonl", "dataset", "release", "restored"))
    assert typed("collect", "seeds", "--out", corpus)[0] == [
        f"5 documents added to {corpus}, 0 near-duplicates left out"
    ]
    out, _ = typed("build", "--corpus", corpus, "--out", dataset)
    assert out[0].startswith(
        "version 0.1.0: 5 documents, 81 sentences, 322 spans (sentences, documents, passes, synthetic, fold_0,"
    )
    typed("build", "--corpus", corpus, "--out", release, "--text", "omit")
    assert typed("restore", release, "seeds", "--out", restored)[0] == [f"5 documents, 3 passes: {restored}"]
    assert typed("diff", "annotations/gold.jsonl", restored / "annotations/gold.jsonl")[0] == ["no change"]


def test_convert_says_what_is_not_kept(tmp_path: Path, built: Path) -> None:
    out, said = typed("convert", "annotations/gold.jsonl", tmp_path / "gold.conll")
    assert out == [f"5 documents: {tmp_path}/gold.conll"]
    assert said == ["not kept: 92 nested spans", "not kept: 6 private spans"]
    out, said = typed("convert", built, tmp_path / "masked.jsonl")
    assert out == [f"5 documents: {tmp_path}/masked.jsonl"]
    assert said == ["not kept: 15 readings by single annotators"]  # five documents, three passes


def test_diff_tells_each_change_and_writes_them(tmp_path: Path) -> None:
    text = (
        Path("annotations/gold.jsonl").read_text(encoding="utf-8").replace('"label": "DRUG"', '"label": "QUANTITY"', 1)
    )
    (tmp_path / "new.jsonl").write_text(text, encoding="utf-8")
    out, _ = typed("diff", "annotations/gold.jsonl", tmp_path / "new.jsonl", "--json", tmp_path / "changes.jsonl")
    assert (
        len(out) == 2
        and out[0].startswith("relabelled: id=")
        and out[0].endswith("QUANTITY (was DRUG)")
        and out[1] == "1 relabelled"
    )
    assert (tmp_path / "changes.jsonl").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (("build", "--private", "hide"), "mode-unknown"),
        (("build", "--annotations", "corpus"), "file-missing"),
        (("convert", "annotations/gold.jsonl", "x.docx"), "format-unknown"),
        (("restore", "annotations", "seeds"), "not-a-package"),
        (("publish", "annotations", "someone/name"), "not-a-package"),
    ],
)
def test_bad_words(words: tuple[str, ...], rule: str) -> None:
    with pytest.raises(ViborderError, match=rule):
        typed(*words)
