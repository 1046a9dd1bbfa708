"""Options that several verbs have: how files are read and written."""

from __future__ import annotations

from typing import Annotated

import typer

From = Annotated[str | None, typer.Option("--from", help="The format that is read, where endings cannot tell it.")]
To = Annotated[str | None, typer.Option("--to", help="The format that is written, where the ending cannot tell it.")]
TagColumn = Annotated[str | None, typer.Option(help="Of columns: which holds the tags, from 1; 4,5 for nested ones.")]
TextKey = Annotated[str | None, typer.Option(help="Of Label Studio's JSON: where in `data` the text is.")]
