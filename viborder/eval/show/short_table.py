"""The README's table of results: the few lines of eval/results.jsonl that a reader asks for first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viborder.errors import fail

Result = dict[str, Any]

DEFAULT = "lexicon + CRF"
BY_THE_FIVE = "by a model that learned from the five articles; all spans"
PHONER = "PhoNER_COVID19, test, by syllable"
SPEED = "100,000 syllables, texts to spans, one core"
# what the row is called, then the system, task and metric of the line that it shows
SHOWN = (
    ("20 articles of the genre", DEFAULT, f"blind articles of the genre, {BY_THE_FIVE}", "strict_f1"),
    ("the same articles in lower case", DEFAULT, "blind articles of the genre, in lower case; all spans", "strict_f1"),
    ("the same in capitals", DEFAULT, "blind articles of the genre, in capitals; all spans", "strict_f1"),
    ("the same without tone marks", DEFAULT, "blind articles of the genre, without tone marks; all spans", "strict_f1"),
    (
        "15 made-up texts of five other registers",
        "lexicon + CRF, made-up texts too",
        "made-up texts, registers never trained on; all spans",
        "strict_f1",
    ),
    (
        "the five articles, each held out",
        DEFAULT,
        "the five articles, each tagged by a model that learned from the other four; all spans",
        "strict_f1",
    ),
    (
        "PhoNER_COVID19, no pretrained weights",
        "CRF and 3 networks, spans reranked, no pretrained weights",
        PHONER,
        "strict_f1",
    ),
    ("the same, PhoBERT large", "PhoBERT large", "PhoNER_COVID19, test, by word", "strict_f1"),
    ("100,000 syllables, one core", "tagging: viborder", SPEED, "cpu_seconds"),
    ("the same, underthesea", "tagging: underthesea", SPEED, "cpu_seconds"),
)


def render_short(results: Sequence[Result]) -> str:
    """The table in Markdown, with what each system was tuned on under it.

    Raises ViborderError `result-missing` where a line that it shows is not there.
    """
    by_key = {(line["system"], line["task"], line["metric"]): line for line in results}
    rows, notes = ["| on | result | interval (95 %) |", "| --- | --- | --- |"], []
    for name, *key in SHOWN:
        line = by_key.get((key[0], key[1], key[2]))
        if line is None:
            hint = "add it again, or change the rows in viborder/eval/show/short_table.py"
            raise fail("eval/results.jsonl", "result-missing", f"no line for {' / '.join(key)}", hint)
        told = f"as published: {line['source']}" if line.get("source") else f"tuned on {line['tuned_on']}"
        mark = ""
        if line["metric"] == "strict_f1":
            if told not in notes:
                notes.append(told)
            mark = f" [{notes.index(told) + 1}]"
        rows.append(f"| {name}{mark} | {_value(line)} | {_interval(line)} |")
    return "\n".join(rows) + "\n\n" + "; ".join(f"[{number}] {told}" for number, told in enumerate(notes, 1)) + "."


def _value(line: Result) -> str:
    return f"F1 {100 * line['value']:.1f}" if line["metric"] == "strict_f1" else f"{line['value']:.2f} s"


def _interval(line: Result) -> str:
    return " – ".join(f"{100 * bound:.1f}" for bound in line.get("interval") or [])
