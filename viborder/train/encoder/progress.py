"""What a run tells whoever watches it, on standard error."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from transformers import TrainerCallback
from transformers.utils import logging

_console = Console(stderr=True, highlight=False)


def quiet() -> None:
    """Keep transformers' bars and remarks off the screen; its errors stay."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def say(message: str) -> None:
    """One line to standard error."""
    _console.print(message, markup=False, soft_wrap=True)


class Progress(TrainerCallback):  # type: ignore[misc]
    """A bar over the optimizer's steps, with the last loss and the last F1; without a terminal a line now and then (the
    recipe's `logging_steps`). Only the first process shows it.
    """

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[last]}"),
        )
        self.bar = Bar(*columns, console=_console, transient=True)
        self.last: dict[str, float] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Draw the bar."""
        if state.is_world_process_zero:
            self.task = self.bar.add_task("fine-tuning", total=state.max_steps, completed=state.global_step, last="")
            self.bar.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Move the bar."""
        if state.is_world_process_zero:
            self.bar.update(self.task, completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """Show the last loss and F1."""
        if state.is_world_process_zero:
            names = {"loss": "loss", "eval_overall_f1": "dev F1"}
            self.last |= {names[key]: value for key, value in (logs or {}).items() if key in names}
            shown = " ".join(f"{name} {value:.3f}" for name, value in self.last.items())
            if not self.bar.finished and self.bar.tasks:
                self.bar.update(self.task, last=shown)
            if not _console.is_terminal and "loss" in (logs or {}):
                say(f"fine-tuning: step {state.global_step} of {state.max_steps}, {shown}")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the bar away."""
        self.bar.stop()
