"""The questions of adjudication at the terminal: one after another, each answer kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from viborder.annotate.adjudicate import Decision, Question
from viborder.labels import labels

NOTHING = "nothing"


def ask(found: Sequence[Question], keep: Callable[[Decision], None], console: Console | None = None) -> int:
    """Put the questions one after another and hand each answer to `keep`; returns how many were answered.

    The reader may leave a question open (`s`) and stop at any time (`q`, or the end of the input).
    """
    console = console or Console()
    answered = 0
    for number, question in enumerate(found, 1):
        options = _options(question)
        _show(console, question, options, f"{number}/{len(found)}")
        try:
            choice = _choose(console, options)
            if choice == "q":
                break
            if choice == "s":
                continue
            reason = console.input("reason (may stay empty): ").strip()
        except EOFError:
            break
        keep(question.answer(None if choice == NOTHING else choice, reason))
        answered += 1
    return answered


def _options(question: Question) -> list[str]:
    """What the passes say, the most often said first."""
    said = [name or NOTHING for name in question.passes.values()]
    return sorted(set(said), key=lambda name: (-said.count(name), name))


def _show(console: Console, question: Question, options: Sequence[str], number: str) -> None:
    shown = Text("…" + question.before)
    shown.append(question.text, style="bold reverse")
    shown.append(question.after + "…")
    console.rule(f"{number} · {question.id} [{question.start}:{question.end}]", style="dim")
    console.print(shown)
    for index, option in enumerate(options, 1):
        who = ", ".join(name for name, said in question.passes.items() if (said or NOTHING) == option)
        console.print(Text(f"  {index}  {option}  ({who})"))


def _choose(console: Console, options: Sequence[str]) -> str:
    """A label, NOTHING, `s` or `q`."""
    known = [label.name for label in labels()]
    while True:
        given = console.input("a number, another label, nothing, s (later), q (stop): ").strip()
        if given in ("s", "q", NOTHING) or given.upper() in known:
            return given if given in ("s", "q", NOTHING) else given.upper()
        if given.isdigit() and 1 <= int(given) <= len(options):
            return options[int(given) - 1]
