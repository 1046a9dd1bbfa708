"""The command line: one verb, one call; the verbs are sorted by reader.

Everything heavy is imported inside its verb.
"""

from __future__ import annotations

import sys
from copy import copy
from typing import Annotated, Any

import typer

from viborder.cli import annotators, engineers, publishers
from viborder.cli.help import ByReader
from viborder.labelstudio.verbs import app as labelstudio

INTERRUPTED = 130  # the exit status after Ctrl-C, which typer turns into an exit


app = typer.Typer(
    cls=ByReader,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich draws frames around the help, and takes 0.2 s to load
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Vietnamese named-entity recognition for police and border news.",
)


def _show_version(asked: bool) -> None:
    if asked:
        from viborder import __version__

        print(f"viborder {__version__}")
        raise typer.Exit


@app.callback()
def _verbs(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Vietnamese named-entity recognition for police and border news."""


for _reader, _verbs_of in (
    ("Annotators", (annotators.collect, annotators.check, annotators.agree, annotators.adjudicate)),
    (
        "Engineers",
        (
            engineers.tag,
            engineers.train,
            engineers.crossval,
            engineers.curve,
            engineers.score,
            engineers.explain,
            engineers.compare,
            engineers.facts,
            engineers.convert,
        ),
    ),
    ("Publishers", (publishers.build, publishers.diff, publishers.publish, publishers.restore)),
):
    for _verb in _verbs_of:
        app.command(rich_help_panel=_reader)(_verb)
app.add_typer(labelstudio, name="labelstudio", cls=ByReader, rich_help_panel="Annotators")


def _for(names: list[str]) -> typer.Typer:
    """The app with the verb that is named alone, and for help with all verbs but not their options: to make the options
    of all verbs takes longer than many of them run.
    """
    verbs = [verb for verb in app.registered_commands if verb.callback and [verb.callback.__name__] == names]
    groups = [group for group in app.registered_groups if [group.name] == names]
    if not verbs and not groups and names not in ([], ["--help"], ["-h"]):
        return app
    alone = copy(app)
    if not verbs and not groups:
        verbs = [_named(verb) for verb in app.registered_commands]
        groups = [_named_group(group) for group in app.registered_groups]
    alone.registered_commands, alone.registered_groups = verbs, groups
    return alone


def _named(verb: Any) -> Any:
    """A verb with its name and what it does, and no options."""
    named = copy(verb)
    named.name, named.help = verb.callback.__name__, verb.callback.__doc__
    named.callback = lambda: None
    return named


def _named_group(group: Any) -> Any:
    """A group of verbs without these."""
    named = copy(group)
    named.typer_instance = copy(group.typer_instance)
    named.typer_instance.registered_commands = []
    return named


def main() -> None:
    """Run a verb; what is wrong with the input goes to standard error, all problems at once, with exit status 1."""
    import gc
    import signal

    from viborder.errors import ViborderError
    from viborder.files import is_full, pipes_again

    gc.set_threshold(100_000)  # words, rules and weights stay: a start need not look for what became free among them
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # what is half-written is taken away
    try:
        with pipes_again():
            _for(sys.argv[1:2])()
    except ViborderError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if not is_full(error):
            raise
        print(
            "error disk-full: there is no room left on the disk; nothing is half-written (make room)", file=sys.stderr
        )
        sys.exit(1)
    except MemoryError:
        said = "error out-of-memory: there is not memory enough; nothing is half-written (give fewer or smaller files)"
        print(said, file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code != INTERRUPTED:
            raise
        print("interrupted; nothing is half-written, and the same command again goes on where it can", file=sys.stderr)
        sys.exit(INTERRUPTED)
