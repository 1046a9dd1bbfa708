"""What a first user types wrongly, and what the command line then says."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT


def said(folder, *command):
    done = subprocess.run(
        [sys.executable, "-m", "viborder", *command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    ("command", "rule", "hint"),
    [
        (["tag", "nothing.txt"], "input-missing", "a model is a folder with model.json"),
        (["facts", "a.txt"], "spans-missing", "tag it first"),
        (["train", "crf", "--out", "m"], "file-missing", "--train my.conll"),
        (["crossval", "crf"], "file-missing", "--gold my.conll"),
        (["train", "no-recipe", "--train", "a.jsonl", "--out", "m"], "recipe-missing", "conll, crf"),
        (["train", "crf", "kind=foo", "--train", "a.jsonl", "--out", "m"], "recipe-kind", "kind: crf, transformer"),
    ],
)
def test_one_error_says_what_to_do(tmp_path, command, rule, hint):
    (tmp_path / "a.txt").write_text("Lào\n", encoding="utf-8")
    line = '{"id": "a", "text": "Lào", "spans": [{"start": 0, "end": 3, "label": "X", "text": "Lào"}]}\n'
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")
    (error,) = said(tmp_path, *command)
    assert f"error {rule}:" in error
    assert hint in error
