"""Scores and comparisons as tables for the terminal, an interval beside every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from viborder.errors import counted
from viborder.eval.counting.counts import SCHEMAS
from viborder.eval.counting.scores import Rates, Scores
from viborder.eval.uncertainty.comparing import Comparison
from viborder.eval.uncertainty.intervals import Interval, Intervals, caution, left_out

_ILLEGAL_SHOWN = 5
_SHORT = {
    "correct": "COR",
    "incorrect": "INC",
    "partial": "PAR",
    "missed": "MIS",
    "spurious": "SPU",
}  # as SemEval-2013 has them


def score_table(result: Scores, intervals: Intervals, console: Console | None = None) -> None:
    """Print the four schemas, the types, what hangs on one document, cautions and the signature."""
    out = console or Console()
    schemas = _table("All types")
    for schema in SCHEMAS:
        schemas.add_row(schema, *_cells(result.micro(schema), intervals.bounds[schema]["overall"]))
    types = _table("Strict")
    for label, values in result.by_type().items():
        types.add_row(escape(label), *_cells(values, intervals.bounds["strict"][f"type:{label}"]))
    types.add_section()
    for name, values in (("macro", result.macro()), ("weighted", result.weighted())):
        types.add_row(name, *_cells(values, intervals.bounds["strict"][name]))
    out.print(schemas, types, sep="\n")
    if 1 < len(result.ids) <= 50:
        out.print(_documents(result))
    for side, places in result.illegal.items():
        if places:
            shown = ", ".join(f"{sequence}:{token}" for sequence, token in places[:_ILLEGAL_SHOWN])
            said = f"{side}: {counted(len(places), 'tag')} may not follow the one before them (sequence:token from 0): {shown} …"
            out.print(said, style="yellow", highlight=False)
    resampled = f"{intervals.level:.0%} bootstrap intervals over {counted(len(result.ids), result.unit)}, {intervals.resamples:,} resamples"
    _notes(out, [resampled, *caution(len(result.ids), result.unit, intervals.level)], result.signature, intervals)


def _documents(result: Scores) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(result.unit, overflow="fold")
    for name in ("F1", "without it", "gold", "predicted"):
        table.add_column(name, justify="right")
    without = left_out(result)
    for name, values in result.by_row().items():
        table.add_row(
            escape(name), f"{100 * values.f1:.1f}", f"{100 * without[name]:.1f}", str(values.gold), str(values.pred)
        )
    return table


def compare_table(result: Comparison, intervals: Mapping[str, Intervals], console: Console | None = None) -> None:
    """Print each system's F1, each pair's difference with interval and p, cautions and the signature."""
    out = console or Console()
    systems = _table(f"F1, {result.schema}")
    for name, scores in result.systems.items():
        systems.add_row(
            escape(name), *_cells(scores.micro(result.schema), intervals[name].bounds[result.schema]["overall"])
        )
    pairs = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    pairs.add_column("second less first")
    for name in ("F1", "interval", "p", "p (Holm)", "better", "worse"):
        pairs.add_column(name, justify="right")
    for pair in result.pairs:
        cells = [
            f"{100 * pair.difference:+.1f}",
            _bounds(pair.interval, "+.1f", " … "),
            f"{pair.p:.4f}{'' if pair.exact else ' ≈'}",
        ]
        pairs.add_row(
            f"{escape(pair.second)} − {escape(pair.first)}",
            *cells,
            f"{pair.p_holm:.4f}",
            str(pair.better),
            str(pair.worse),
        )
    out.print(systems, pairs, sep="\n")
    some = next(iter(result.systems.values()))
    tested = f"p: paired randomisation of {len(some.ids)} {some.unit}s, two-sided, every exchange tried unless ≈"
    _notes(out, [tested, *result.cautions], result.signature, None)


def report_table(report: Mapping[str, Any], mode: str, console: Console | None = None) -> None:
    """Print another scorer's report, one row a schema, type or mean."""
    out = console or Console()
    rows = list(_report_rows(report))
    keys = [key for key in (rows[0][1] if rows else ()) if key not in ("actual", "possible")]
    table = Table(title=mode, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    for key in keys:
        table.add_column(_SHORT.get(key, key), justify="right", no_wrap=True)
    for name, values in rows:
        cells = (values.get(key, "") for key in keys)
        table.add_row(escape(name), *(f"{value:.4f}" if isinstance(value, float) else str(value) for value in cells))
    out.print(table)


def _report_rows(report: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The innermost dictionaries by the path to them."""
    own = {key: value for key, value in report.items() if not isinstance(value, Mapping)}
    if own:
        yield prefix.strip() or "all", own
    for key, value in report.items():
        if isinstance(value, Mapping):
            yield from _report_rows(value, f"{prefix} {key}".replace("per_type", "").replace("entities", ""))


def _notes(out: Console, notes: list[str], signature: str, intervals: Intervals | None) -> None:
    for note in notes:
        out.print(note, style="dim", highlight=False)
    drawn = f"|resamples:{intervals.resamples}|seed:{intervals.seed}|level:{intervals.level}" if intervals else ""
    out.print(f"{signature}{drawn}", soft_wrap=True, highlight=False, markup=False)


def _table(title: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))  # narrow enough for 80 columns
    table.add_column(title, no_wrap=True)
    for name in ("precision", "recall", "F1", "gold", "pred"):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _cells(values: Rates, bounds: tuple[Interval, Interval, Interval]) -> list[str]:
    defined = (values.pred, values.gold, values.gold + values.pred)  # spans that precision, recall and F1 are over
    scores = zip((values.precision, values.recall, values.f1), bounds, defined, strict=True)
    cells = [f"{100 * value:.1f} [dim]{_bounds(interval)}[/dim]" if spans else "–" for value, interval, spans in scores]
    return [*cells, str(values.gold), str(values.pred)]


def _bounds(interval: Interval, form: str = ".1f", between: str = "–") -> str:
    low, high = interval
    return "" if low != low else f"{100 * low:{form}}{between}{100 * high:{form}}"
