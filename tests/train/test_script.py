"""`python train/finetune.py` takes what `viborder train` takes."""

import json
import subprocess
import sys


def test_keys_may_stand_after_the_options(tmp_path):
    out = tmp_path / "model"
    rows = "".join(f"Ông\tO\nAn{number}\tB-PER\nđi\tO\n\n" for number in range(4))
    (tmp_path / "a.conll").write_text(rows, encoding="utf-8")
    command = [
        "train/finetune.py",
        "crf",
        "copies=0",
        "--out",
        str(out),
        "--train",
        str(tmp_path / "a.conll"),
        "iterations=3",
    ]
    subprocess.run([sys.executable, *command], check=True)
    recipe = json.loads((out / "model.json").read_text(encoding="utf-8"))["recipe"]
    assert (recipe["copies"], recipe["iterations"]) == (0, 3)
