"""What a text without a telling name is: JSON Lines, Label Studio's JSON, columns, or a text to read."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from viborder.errors import Problem, ViborderError
from viborder.files import byte_lines, is_utf16
from viborder.formats.columns import is_tag, split

_RECORD = re.compile(r'\s*\{\s*"')
_TASKS = re.compile(r'\s*\[\s*\{\s*"')
_ROWS = 200  # lines looked at
_LOOKED_AT = 1 << 16  # code points


def sniffed(text: str) -> str:
    """The format of a text: `jsonl`, `labelstudio`, `conll` or `text`."""
    head = text.removeprefix("\ufeff")[:_LOOKED_AT]
    if _RECORD.match(head):
        return "jsonl"
    if _TASKS.match(head):
        return "labelstudio"
    return "conll" if _are_columns(head) else "text"


def _are_columns(head: str) -> bool:
    """Whether every line but comments and marks ends in a tag of its own, and one of them marks an entity."""
    rows = [line for line in head.split("\n")[:_ROWS] if line.strip() and line[0] not in "#<" and line[:2] != "-D"]
    found = [split(line.rstrip("\r")) for line in rows]
    whole = found if len(head) < _LOOKED_AT else found[:-1]  # the last may be cut
    return (
        len(whole) > 0
        and all(len(columns) > 1 and is_tag(columns[-1]) for columns in whole)
        and any(columns[-1] not in ("O", "o") for columns in whole)
    )


def refuse_other_than_text(paths: list[Path]) -> None:
    """Raise `text-holds-data` for files named as texts that hold JSON or columns."""
    problems = []
    for path in paths:
        head = b"".join(data for _, data in islice(byte_lines(path), _ROWS))[: 4 * _LOOKED_AT]
        name = sniffed(head.decode("utf-16" if is_utf16(head) else "utf-8", "replace"))
        if name != "text":
            hint = f"--from {name}; --from text, if this is a text to read"
            problems.append(Problem(str(path), "text-holds-data", f"this looks like {name}, not like a text", hint))
    if problems:
        raise ViborderError(problems)
