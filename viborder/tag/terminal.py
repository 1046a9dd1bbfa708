"""Tagged documents on a terminal: spans in brackets, in the colours of their labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from viborder.document import Document, Span

if TYPE_CHECKING:
    from rich.text import Text


def show(documents: Iterable[Document]) -> int:
    """Print each document with its spans marked, nested ones in nested brackets; returns how many there were."""
    from rich.console import Console

    console = Console(highlight=False)
    count = 0
    for document in documents:
        console.rule(document.id, align="left", style="dim")
        console.print(marked(document), soft_wrap=False)
        count += 1
    return count


def marked(document: Document) -> Text:
    """The text with `[` where a span begins and its label and `]` where it ends. Spans do not cross."""
    from rich.text import Text

    colours = _colours()
    text = Text()
    open_spans: list[Span] = []
    at = 0

    def advance(to: int) -> None:
        nonlocal at
        style = colours.get(open_spans[-1].label, "bold") if open_spans else ""
        text.append(document.text[at:to], style)
        at = to

    for place in sorted({border for span in document.spans for border in (span.start, span.end)}):
        advance(place)
        while open_spans and open_spans[-1].end == place:
            ended = open_spans.pop()
            text.append(f" {ended.label}]", f"bold {colours.get(ended.label, '')}")
        for span in document.spans:
            if span.start == place:
                text.append("[", f"bold {colours.get(span.label, '')}")
                open_spans.append(span)
    advance(len(document.text))
    return text


def _colours() -> dict[str, str]:
    from viborder.labels import labels

    return {label.name: label.colour for label in labels()}
