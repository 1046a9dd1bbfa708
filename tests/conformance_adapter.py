"""The scorer behind the four functions with which conformance cases are run."""

from __future__ import annotations

from typing import Any

from viborder import tags as schemes
from viborder.eval.other_scorers import compat


def entities(tags: list[str], mode: str) -> list[tuple[str, int, int]]:
    """(type, first, last) of one sequence; mode `default` or a scheme's name."""
    return schemes.entities(tags, None if mode == "default" else mode)


def score(gold: list[list[str]], pred: list[list[str]], mode: str, zero_division: int = 0) -> dict[str, Any]:
    """seqeval's report."""
    return compat.seqeval(gold, pred, None if mode == "default" else mode, zero_division)


def muc(gold: list[list[tuple[str, int, int]]], pred: list[list[tuple[str, int, int]]]) -> dict[str, Any]:
    """nervaluate's counts and scores over all types."""
    overall: dict[str, Any] = compat.nervaluate(gold, pred)["overall"]
    return overall


def spans_exact(gold: list[list[tuple[str, int, int]]], pred: list[list[tuple[str, int, int]]]) -> dict[str, Any]:
    """spaCy's match of sets."""
    return compat.spacy(gold, pred)
