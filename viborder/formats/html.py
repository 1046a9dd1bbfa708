"""HTML to look at: one page without a network, nested spans as nested marks in the labels' colours.

It is not read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path

from viborder.document import Document
from viborder.errors import fail
from viborder.files import new_file
from viborder.formats.fit import count_layers, uncrossed
from viborder.labels import labels

_STYLE = """
:root { color-scheme: light dark; font: 1.05rem/2.1 system-ui, sans-serif; }
body { max-width: 48rem; margin: 1rem auto; padding: 0 1rem; }
article { border-top: 1px solid; margin-top: 2rem; }
"""
_MARKS = """
.viborder { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2.1; }
.viborder mark { color: inherit; background: none; border: 2px solid var(--c, gray); border-radius: .4em; padding: .1em .2em; }
.viborder mark::after { content: attr(data-label); font-size: .6em; font-weight: bold; color: var(--c, gray); margin-left: .3em; }
"""


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """Raises ViborderError `format-write-only`."""
    raise fail(
        path,
        "format-write-only",
        "HTML with marks is not read back",
        "`viborder collect` takes articles out of HTML pages",
    )


def fragment(document: Document) -> str:
    """A document as a piece of a page, with the colours of its labels beside it; its style touches nothing else."""
    return f'<div class="viborder"><style>{_MARKS}{_colours()}</style>{_marked(document, Counter())}</div>'


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write a page with every document."""
    with new_file(path) as file:
        file.write(
            '<!doctype html>\n<html lang="vi">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        )
        file.write(f"<title>{escape(path.stem)}</title>\n<style>{_STYLE}{_MARKS}{_colours()}</style>\n")
        for document in documents:
            count_layers(document, lost, "meta", "scores")
            file.write(f"<article class='viborder'><h2>{escape(document.id)}</h2>{_marked(document, lost)}</article>\n")
        file.write("</html>\n")


def _colours() -> str:
    return "".join(f'.viborder mark[data-label="{label.name}"] {{ --c: {label.colour}; }}\n' for label in labels())


def _marked(document: Document, lost: Counter[str]) -> str:
    pieces: list[str] = []
    open_ends: list[int] = []
    at = 0

    def advance(to: int) -> None:
        nonlocal at
        while open_ends and open_ends[-1] <= to:
            end = open_ends.pop()
            pieces.append(escape(document.text[at:end]) + "</mark>")
            at = end
        pieces.append(escape(document.text[at:to]))
        at = to

    for span in uncrossed(document, lost):
        advance(span.start)
        pieces.append(f'<mark data-label="{escape(span.label)}">')
        open_ends.append(span.end)
    advance(len(document.text))
    return "".join(pieces)
