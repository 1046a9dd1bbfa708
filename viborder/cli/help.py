"""How `--help` looks: plain, with a section a reader."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from typer.core import TyperGroup


class ByReader(TyperGroup):
    """Verbs under the names of their readers (`rich_help_panel`), each with the first sentence of what it does."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the sections."""
        width = max(map(len, self.commands))
        verbs = sorted((_reader(verb), number, name) for number, (name, verb) in enumerate(self.commands.items()))
        for reader, some in groupby(verbs, lambda verb: verb[0]):
            with formatter.section(reader):
                formatter.write_dl(
                    [(name.ljust(width), self.commands[name].get_short_help_str(200)) for _, _, name in some]
                )


def _reader(verb: Any) -> str:
    return verb.rich_help_panel if isinstance(verb.rich_help_panel, str) else "Commands"
