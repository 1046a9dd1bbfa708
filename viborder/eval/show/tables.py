"""Results on the terminal and on disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from viborder.errors import counted
from viborder.eval.errors.summary import confusion, kind_counts
from viborder.files import new_file

if TYPE_CHECKING:
    from viborder.eval.agreement.doubts import Doubt
    from viborder.eval.agreement.passes import Agreement
    from viborder.eval.counting.leakage import Leakage
    from viborder.eval.counting.slices import Slice
    from viborder.eval.errors.by_rule import Tally
    from viborder.eval.errors.near import Near
    from viborder.eval.errors.records import Record

SHOWN_CONFLICTS = 12
SHOWN_RULES = 15


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where it is not defined."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A precision, recall or F1 for people: 0 to 100, one decimal; a dash where it is not defined."""
    return "–" if value is None else f"{100 * value:.1f}"


def agreement_table(result: Agreement, console: Console | None = None) -> None:
    """Print a table for each pair of passes, and the first conflicts."""
    out = console or Console()
    out.print(
        f"{counted(len(result.passes), 'pass', 'passes')}, {counted(result.documents, 'document')}, {counted(result.tokens, 'token')}",
        highlight=False,
    )
    for name, ids in result.missing.items():
        if ids:
            out.print(
                f"{name} lacks {len(ids)}: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}",
                markup=False,
                highlight=False,
            )
    out.print(
        "n spans each; F1 (0 to 100) exact, with half credit for overlaps, whatever the label; Cohen's κ (up to 1) "
        "over tokens, also without those that neither marked; Krippendorff's α (up to 1) of all passes. – is not "
        "defined.",
        highlight=False,
        style="dim",
    )
    for (first, second), rows in result.pairs.items():
        out.print(_pair_table(first, second, rows, result.alpha))
    if result.unitizing_alpha is not None:
        out.print(
            f"Krippendorff's alpha for units (borders weighed by distance): {number(result.unitizing_alpha)}",
            highlight=False,
        )
    for note in result.notes:
        out.print(note, highlight=False, markup=False)
    for (first, second), value in (result.gamma or {}).items():
        out.print(f"gamma, {first} × {second}: {number(value)}", highlight=False, markup=False)
    kinds = sorted({conflict.kind for conflict in result.conflicts})
    tally = ", ".join(f"{kind} {sum(conflict.kind == kind for conflict in result.conflicts)}" for kind in kinds)
    out.print(f"{counted(len(result.conflicts), 'conflict')}{f' ({tally})' if tally else ''}", highlight=False)
    if result.conflicts:
        out.print(_conflict_table(result))
    doubt_lines(result.doubts, out)


def doubt_lines(doubts: Sequence[Doubt], console: Console | None = None) -> None:
    """Print how many notes annotators left, and the first of them."""
    out = console or Console()
    if doubts:
        more = f", the first {SHOWN_CONFLICTS}" if len(doubts) > SHOWN_CONFLICTS else ""
        out.print(f"{counted(len(doubts), 'doubt')} of the annotators{more}:", highlight=False)
    for doubt in doubts[:SHOWN_CONFLICTS]:
        out.print(f"  {doubt}", highlight=False, markup=False)


def _pair_table(first: str, second: str, rows: Any, alpha: dict[str, float | None]) -> Table:
    table = Table(title=f"{escape(first)}  ×  {escape(second)}", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("spans", no_wrap=True)
    for name in ("n", "n′", "F1", "partial", "unlab.", "κ", "κ no OO", "α"):
        table.add_column(name, justify="right")
    for row, pair in rows.items():
        f1, kappas = (pair.f1, pair.partial_f1, pair.unlabelled_f1), (pair.kappa, pair.kappa_without_o, alpha[row])
        table.add_row(row, str(pair.first), str(pair.second), *map(percent, f1), *map(number, kappas))
    return table


def _conflict_table(result: Agreement) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("document", overflow="fold")
    table.add_column("range")
    table.add_column("kind")
    for name in result.passes:
        table.add_column(name, overflow="fold")
    for conflict in result.conflicts[:SHOWN_CONFLICTS]:
        cells = []
        for name in result.passes:
            spans = [f"{span['label']} {span['text']}" for span in conflict.as_dict()["says"].get(name, [])]
            cells.append(escape("; ".join(spans) if spans else "–" if name in conflict.says else "(not asked)"))
        table.add_row(conflict.document, f"{conflict.start}:{conflict.end}", conflict.kind, *cells)
    if len(result.conflicts) > SHOWN_CONFLICTS:
        table.add_row("…", "", f"{len(result.conflicts) - SHOWN_CONFLICTS} more")
    return table


def rule_table(tallies: Sequence[Tally], console: Console | None = None) -> None:
    """Print which rules and algorithms proposed what was predicted wrongly, and how often each was right."""
    wrong = [tally for tally in tallies if tally.wrong]
    if not wrong:
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("proposed by", overflow="fold")
    for name in ("right", "wrong"):
        table.add_column(name, justify="right")
    for tally in wrong[:SHOWN_RULES]:
        table.add_row(escape(tally.rule), str(tally.right), str(tally.wrong))
    if len(wrong) > SHOWN_RULES:
        table.add_row(f"{len(wrong) - SHOWN_RULES} more", "", str(sum(tally.wrong for tally in wrong[SHOWN_RULES:])))
    (console or Console()).print(table)


def near_table(counts: Mapping[Near, int], console: Console | None = None) -> None:
    """Print which rules came near missed spans: the rule, the veto that stopped it, how many spans."""
    if not counts:
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("missed, came near", overflow="fold")
    table.add_column("stopped by", overflow="fold")
    table.add_column("n", justify="right")
    ranked = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    for (rule, veto), count in ranked[:SHOWN_RULES]:
        table.add_row(escape(rule), escape(veto) or "(proposed, not taken)", str(count))
    if len(ranked) > SHOWN_RULES:
        table.add_row(f"{len(ranked) - SHOWN_RULES} more", "", str(sum(count for _, count in ranked[SHOWN_RULES:])))
    (console or Console()).print(table)


def error_tables(
    records: Sequence[Record], slices: Mapping[str, Mapping[str, Slice]], console: Console | None = None
) -> None:
    """Print the kinds of errors, which label was taken for which, and recall and precision by slice."""
    out = console or Console()
    kinds = Table(box=box.SIMPLE_HEAD)
    kinds.add_column("error")
    kinds.add_column("n", justify="right")
    for kind, count in kind_counts(records).items():
        if kind != "correct":
            kinds.add_row(f"  {kind[10:]}" if kind.startswith("boundary: ") else kind.replace("_", " "), str(count))
    table = confusion(records)
    columns = sorted({name for row in table.values() for name in row} | table.keys() - {"∅"})
    matrix = Table(box=box.SIMPLE_HEAD)
    matrix.add_column("gold, then predicted")
    for name in columns:
        matrix.add_column("missed" if name == "∅" else escape(name), justify="right")
    for name in sorted(table):
        matrix.add_row(
            "spurious" if name == "∅" else escape(name), *(str(table[name].get(column, "·")) for column in columns)
        )
    sliced = Table(box=box.SIMPLE_HEAD)
    for name in ("slice", "", "gold", "recall", "predicted", "precision"):
        sliced.add_column(name, justify="left" if name in ("slice", "") else "right")
    for name in ("seen", "depth", "length", "frequency", "position"):
        for place, (group, row) in enumerate(slices.get(name, {}).items()):
            scores = (str(row.gold), percent(row.recall), str(row.predicted), percent(row.precision))
            sliced.add_row("" if place else name, group, *scores)
        sliced.add_section()
    out.print(kinds, matrix, sliced, sep="\n")


def leakage_line(found: Leakage, console: Console | None = None) -> None:
    """Print in one line what a test set shares with the training set."""
    near = len(found.sentence_twins) - found.verbatim_sentences
    (console or Console()).print(
        f"Of {counted(found.sentences, 'test sentence')} {found.verbatim_sentences} stand in the training set as they are and "
        f"{near} have a near twin there; of {counted(found.documents, 'document')} {len(found.document_twins)}.",
        highlight=False,
    )


def write_json(path: Path, value: Any) -> None:
    """Plain values as a JSON file. Raises ViborderError `cannot-write`."""
    with new_file(path) as file:
        file.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_json_lines(path: Path, values: Iterable[Any]) -> None:
    """One JSON value a line. Raises ViborderError `cannot-write`."""
    with new_file(path) as file:
        for value in values:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")
