"""Scores as tables for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from viborder.eval.counts import SCHEMAS
from viborder.eval.scores import Rates, Scores


def score_table(result: Scores, console: Console | None = None) -> None:
    """Print the four schemas, the types and the signature."""
    out = console or Console()
    out.print(_schemas(result), _types(result), sep="\n")
    out.print(result.signature, soft_wrap=True, highlight=False)


def _schemas(result: Scores) -> Table:
    """The four schemas over all types."""
    table = _table("Schema")
    for schema in SCHEMAS:
        table.add_row(schema, *_cells(result.micro(schema)))
    return table


def _types(result: Scores) -> Table:
    """The strict scores of each type and their means."""
    table = _table("Strict")
    for label, values in result.by_type().items():
        table.add_row(label, *_cells(values))
    table.add_section()
    for name, values in (("micro", result.micro()), ("macro", result.macro()), ("weighted", result.weighted())):
        table.add_row(name, *_cells(values))
    return table


def _table(title: str) -> Table:
    table = Table()
    table.add_column(title)
    for name in ("Precision", "Recall", "F1", "Gold", "Predicted"):
        table.add_column(name, justify="right")
    return table


def _cells(values: Rates) -> tuple[str, ...]:
    return (*(f"{100 * value:.1f}" for value in (values.precision, values.recall, values.f1)), str(values.gold), str(values.pred))
