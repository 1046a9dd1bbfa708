"""Ctrl-C while a model is trained: out at once, and nothing half-written."""

import signal
import subprocess
import sys
import time
from pathlib import Path


def test_interrupted_training_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "model"
    command = [
        sys.executable,
        "-m",
        "viborder",
        "train",
        "train/crf.yaml",
        "--out",
        str(out),
        "iterations=100000",
        "c2=0.0001",
    ]
    # Where the tests run in the background of a script, children inherit that Ctrl-C is ignored.
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    time.sleep(3)
    assert process.poll() is None, "it was done before it could be interrupted"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert said == "interrupted; nothing is half-written, and the same command again goes on where it can\n"
    assert list(tmp_path.iterdir()) == []
