"""Counts, scores, intervals, agreement, errors and the report. Knows documents and no model."""

from viborder.eval.agreement import Agreement, agree

__all__ = ["Agreement", "agree"]
