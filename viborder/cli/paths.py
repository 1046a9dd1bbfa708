"""Where the project's own files are, and the names that tell files apart."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

CORPUS = Path("corpus/documents.jsonl")
GOLD = Path("annotations/gold.jsonl")
PASSES = Path("annotations/passes")


def called(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the shortest names that tell them apart: after the file, or after its folder where the file is a
    `predictions.jsonl`.
    """
    listed = list(paths)
    names = [path.parent.name or path.stem if path.stem == "predictions" else path.stem for path in listed]
    return dict(zip(names if len(set(names)) == len(names) else map(str, listed), listed, strict=True))
