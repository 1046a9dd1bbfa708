"""Where the project's own files are, and what options of several verbs say."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path("corpus/documents.jsonl")
GOLD = Path("annotations/gold.jsonl")
PASSES = Path("annotations/passes")
STRICT = "Do nothing at all where one document is bad; otherwise the others are done, and the exit status is 1."
