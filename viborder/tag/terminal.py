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
    """The text with `[` where a span begins, and its label and `]` where it ends. Spans do not cross."""
    from rich.text import Text

    chips = _chips()
    text = Text()
    open_spans: list[Span] = []
    at = 0
    for place in sorted({border for span in document.spans for border in (span.start, span.end)}):
        text.append(document.text[at:place], "underline" if open_spans else "")
        at = place
        while open_spans and open_spans[-1].end == place:
            ended = open_spans.pop()
            text.append(" ")
            text.append(ended.label, chips.get(ended.label, "bold reverse"))
            text.append("]", "bold")
        for span in document.spans:
            if span.start == place:
                text.append("[", "bold")
                open_spans.append(span)
    text.append(document.text[at:])
    return text


def _chips() -> dict[str, str]:
    """The style of each label: its colour behind, and in front black or white, whichever can be read."""
    from viborder.labels import labels

    return {
        label.name: f"bold {'#000000' if _is_light(label.colour) else '#ffffff'} on {label.colour}"
        for label in labels()
    }


def _is_light(colour: str) -> bool:
    """Whether black has more contrast on `#RRGGBB` than white: relative luminance above 0.179 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179
