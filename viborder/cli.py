"""The command line: one verb, one call. Everything heavy is imported inside its verb."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Vietnamese named-entity recognition for police and border news.",
)


@app.callback()
def _verbs() -> None:
    """Vietnamese named-entity recognition for police and border news."""


def main() -> None:
    """Run a verb; what is wrong with the input goes to standard error, all problems at once, with exit status 1."""
    from viborder.errors import ViborderError

    try:
        app()
    except ViborderError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted; nothing was half-written", file=sys.stderr)
        sys.exit(130)
