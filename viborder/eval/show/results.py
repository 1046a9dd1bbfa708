"""`eval/results.jsonl`, every published number with how to get it again, and the tables that are made from it.

One JSON object a line:

| field | what |
|---|---|
| `system` | what was measured, as the table names it |
| `task` | on what, and how: data, layers, training and test |
| `metric` | `strict_f1`, `partial_recall`, …: schema and score; or `cpu_seconds`, `peak_mb`, `brier`, … of a program |
| `value`, `interval` | a score in 0…1; the interval `[low, high]`, or null where none can be drawn |
| `n`, `unit` | how many documents or sentences, which are also what was resampled; null with a cited number |
| `recipe` | the file in `train/` by which the system was made; null where there is none |
| `data` | the gold data's revision: the hash in the score's signature |
| `tuned_on` | what the system's makers looked at while they made it; `nothing` is an answer, an empty string is not |
| `command` | what to type to get the number again; or `source`, where somebody else published it |

`python -m viborder.eval.show.results` checks the file and writes all tables into eval/README.md and a short one into
README.md, between their markers (`make results`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from viborder.errors import Problem, ViborderError, counted, fail
from viborder.eval.counting.counts import SCHEMAS
from viborder.eval.counting.scores import Scores
from viborder.eval.show.short_table import render_short
from viborder.eval.uncertainty.intervals import Intervals
from viborder.files import lines, new_file, parse_json, read_text

RESULTS, README, LONG = Path("eval/results.jsonl"), Path("README.md"), Path("eval/README.md")
BEGIN, END = "<!-- results -->", "<!-- /results -->"
SHORT, SHORT_END = "<!-- results: short -->", "<!-- /results: short -->"
MEASURES = (
    "cpu_seconds",
    "seconds",
    "peak_mb",
    "actions",
    "share_noticed",
    "brier",
    "calibration_error",
)  # measured of a program, without an interval
METRICS = tuple(f"{schema}_{score}" for schema in SCHEMAS for score in ("precision", "recall", "f1"))
_TEXTS = ("system", "task", "metric", "tuned_on")
_FIELDS = {*_TEXTS, "value", "interval", "n", "unit", "recipe", "data", "command", "source"}
Result = dict[str, Any]


def result(scores: Scores, intervals: Intervals, *, metric: str = "strict_f1", **said: str | None) -> Result:
    """A line for a score over all types; `said` gives system, task, recipe, tuned_on, command.

    Raises ViborderError `result-malformed`.
    """
    schema, _, name = metric.partition("_")
    index = ("precision", "recall", "f1").index(name)
    low, high = intervals.bounds[schema]["overall"][index]
    line: Result = {
        **said,
        "metric": metric,
        "value": round(getattr(scores.micro(schema), name), 4),
        "interval": None if low != low else [round(low, 4), round(high, 4)],
        "n": len(scores.ids),
        "unit": scores.unit,
        "data": scores.data,
    }
    problems = _problems(line, "")
    if problems:
        raise ViborderError(problems)
    return line


def read(path: Path = RESULTS) -> list[Result]:
    """Every line. Raises ViborderError: `json-broken`, `result-malformed`, `result-twice`, all at once."""
    problems: list[Problem] = []
    found: dict[tuple[str, str, str], Result] = {}
    for number, text in lines(path):
        if not text.strip():
            continue
        where = f"{path}:{number}"
        try:
            line = parse_json(text)
        except ValueError as error:
            problems.append(
                Problem(where, "json-broken", f"not a JSON object: {error}", "one whole JSON object a line")
            )
            continue
        wrong = _problems(line, where)
        problems += wrong
        if not wrong:
            if _key(line) in found:
                problems.append(
                    Problem(where, "result-twice", f"{' / '.join(_key(line))} stands already", "one line a number")
                )
            found[_key(line)] = line
    if problems:
        raise ViborderError(problems)
    return list(found.values())


def add(new: Sequence[Result], path: Path = RESULTS) -> None:
    """Add lines; one of the same system, task and metric takes the old one's place.

    Raises ViborderError as `read` does.
    """
    kept = {_key(line): line for line in (read(path) if path.exists() else [])}
    kept.update((_key(line), line) for line in new)
    with new_file(path) as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in kept.values())


def _key(line: Result) -> tuple[str, str, str]:
    return line["system"], line["task"], line["metric"]


def _problems(line: Any, where: str) -> list[Problem]:
    if not isinstance(line, dict):
        return [Problem(where, "result-malformed", "not a JSON object", "one whole JSON object a line")]
    said = [f"`{name}` is no text" for name in _TEXTS if not isinstance(line.get(name), str) or not line[name].strip()]
    said += [f"`{name}` is unknown" for name in sorted(line.keys() - _FIELDS)]
    measure = line.get("metric") in MEASURES
    if isinstance(line.get("metric"), str) and line["metric"] not in METRICS and not measure:
        said.append(f"`metric` is none of {', '.join((*METRICS, *MEASURES))}")
    value, interval = line.get("value"), line.get("interval")
    if measure and not (isinstance(value, int | float) and value >= 0):
        said.append("`value` is no number from 0 on")
    if not measure and not _share(value):
        said.append("`value` is no number in 0…1")
    if interval is not None and not (
        isinstance(interval, list) and len(interval) == 2 and all(map(_share, interval)) and interval[0] <= interval[1]
    ):
        said.append("`interval` is no pair of numbers in 0…1, the lower first")
    if bool(line.get("command")) == bool(line.get("source")):
        said.append("either `command` or `source`, and not both")
    if line.get("command") and not (
        type(line.get("n")) is int and line["n"] > 0 and line.get("unit") and line.get("data")
    ):
        said.append("`n`, `unit` and `data` belong to every number that was measured here")
    return [Problem(where, "result-malformed", one, "see the fields in viborder/eval/show/results.py") for one in said]


def _share(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def render(results: Sequence[Result]) -> str:
    """The scores as tables in Markdown, in the order of the file; speed and memory stay in the file.

    One table a task and metric; what stands behind a semicolon in a task (`…; outermost spans`) is a column. What is
    the same of all systems, sample and tuning, is said once under the table.
    """
    tables: dict[str, dict[str, dict[str, Result]]] = {}  # task and metric → system → column → line
    for line in results:
        if line["metric"] not in MEASURES:
            task, _, column = line["task"].partition("; ")
            metric = line["metric"].replace("_", " ").replace("f1", "F1")
            tables.setdefault(f"{task}: {metric}", {}).setdefault(line["system"], {})[column or metric] = line
    return "\n\n".join(_table(task, systems) for task, systems in tables.items())


def _table(task: str, systems: dict[str, dict[str, Result]]) -> str:
    columns = list(dict.fromkeys(column for row in systems.values() for column in row))
    lines = {system: next(iter(row.values())) for system, row in systems.items()}
    notes = [[_sample(line), line["tuned_on"]] for line in lines.values()]
    same = len(notes) > 1 and all(note == notes[0] for note in notes)  # said once, under the table
    rows = [
        [_called(system, lines[system]), *(_score(row.get(column)) for column in columns)]
        for system, row in systems.items()
    ]
    table = [["system", *columns, *([] if same else ["n", "tuned on"])], ["---"] * (len(columns) + (1 if same else 3))]
    table += [row + ([] if same else note) for row, note in zip(rows, notes, strict=True)]
    under = f"\n\n{notes[0][0]}; tuned on {notes[0][1]}." if same else ""
    return f"**{task}**\n\n" + "\n".join(map(_cells, table)) + under


def _sample(line: Result) -> str:
    return f"{line['n']} {line['unit']}s" if line.get("n") else "published"


def _called(system: str, line: Result) -> str:
    return f"{system} ({line['source']})" if line.get("source") else system


def _score(line: Result | None) -> str:
    if line is None:
        return ""
    low, high = line.get("interval") or (None, None)
    return f"{100 * line['value']:.1f}" + (
        f" ({100 * low:.1f} – {100 * high:.1f})" if low is not None and high is not None else ""
    )


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def filled(page: str, results: Sequence[Result], where: str = str(LONG)) -> str:
    """The page with all tables between its markers. Raises ViborderError `markers-missing`."""
    return _between(page, BEGIN, END, render(results), where)


def filled_short(page: str, results: Sequence[Result], where: str = str(README)) -> str:
    """The page with the short table between its markers. Raises ViborderError: `markers-missing`, `result-missing`."""
    return _between(page, SHORT, SHORT_END, render_short(results), where)


def _between(page: str, begin: str, end: str, table: str, where: str) -> str:
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise fail(where, "markers-missing", f"no {begin} … {end}", "put both on lines of their own")
    return f"{before}{begin}\n{table}\n{end}{after}"


def main() -> None:
    """Check the results and write the tables of both pages."""
    try:
        results = read()
        pages = {README: filled_short(read_text(README), results), LONG: filled(read_text(LONG), results)}
        for path, text in pages.items():
            with new_file(path) as file:
                file.write(text)
    except ViborderError as error:
        sys.exit("\n".join(map(str, error.problems)))
    print(f"{counted(len(results), 'result')}: {README}, {LONG}")


if __name__ == "__main__":
    main()
