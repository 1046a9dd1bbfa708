"""Sentences of the genre, written by hand with their spans in brackets: `Chiều 14/3, [A Công an [P tỉnh Điện Biên]] bắt
[X Vừ A Chống].`

One short document a line, `\\n` inside it for a line end; `#` begins a comment line. A agency, O official, P place, D
drug, Q quantity, X private person; spans nest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from viborder.document import PRIVATE, Document, Span, in_order
from viborder.errors import counted, fail
from viborder.files import lines

LABELS = {"A": "AGENCY", "O": "OFFICIAL", "P": "PLACE", "D": "DRUG", "Q": "QUANTITY", "X": PRIVATE}


def read(path: Path) -> list[Document]:
    """The documents of a file; ids are the file's stem and the line's number.

    Raises ViborderError `brackets-unbalanced`.
    """
    return [
        parse(line, f"{path.stem}-{number:03}", f"{path}:{number}")
        for number, line in lines(path)
        if line.strip() and not line.startswith("#")
    ]


def parse(
    line: str, identity: str = "line", where: str = "", labels: Mapping[str, str] = MappingProxyType(LABELS)
) -> Document:
    """The text of a line without its brackets, and the spans that they mark.

    labels: by what stands behind the bracket. Raises ViborderError `brackets-unbalanced`.
    """
    text, begun, spans, at = "", [], [], 0
    for mark in _marks(tuple(labels)).finditer(line):
        text += line[at : mark.start()]
        at = mark.end()
        if mark[1]:
            begun.append((len(text), labels[mark[1]]))
        elif mark[0] == "\\n":
            text += "\n"
        elif not begun:
            raise fail(
                where,
                "brackets-unbalanced",
                f"`]` closes nothing after {text[-30:]!r}",
                "write each span as `[P Lạng Sơn]`",
            )
        else:
            start, label = begun.pop()
            spans.append(Span(start, len(text), label))
    if begun:
        raise fail(
            where,
            "brackets-unbalanced",
            f"{counted(len(begun), 'span')} not closed",
            "write each span as `[P Lạng Sơn]`",
        )
    ordered = in_order(spans)
    private = tuple(span for span in ordered if span.label == PRIVATE)
    return Document(identity, text + line[at:], tuple(span for span in ordered if span.label != PRIVATE), private)


@cache
def _marks(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\[({'|'.join(map(re.escape, labels))}) |\]|\\n")
