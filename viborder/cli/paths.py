"""Where the project's own files are."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path("corpus/documents.jsonl")
GOLD = Path("annotations/gold.jsonl")
PASSES = Path("annotations/passes")
