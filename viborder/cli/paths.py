"""Where the project's own files are, and what options of several verbs say."""

from __future__ import annotations

from pathlib import Path

from viborder.errors import fail

CORPUS = Path("corpus/documents.jsonl")
GOLD = Path("annotations/gold.jsonl")
PASSES = Path("annotations/passes")
STRICT = "Do nothing at all where one document is bad; otherwise the others are done, and the exit status is 1."


def given(path: Path, option: str) -> Path:
    """A file of annotations; outside a checkout it must be named. Raises ViborderError `file-missing`."""
    if path == GOLD and not path.exists():
        raise fail(option, "file-missing", f"no {path} in this folder", f"name your documents: {option} my.conll")
    return path
