"""How every verb reads documents: in any format, with what is passed over said on standard error."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from viborder.document import Document
from viborder.errors import Problem, ViborderError


def documents(
    path: Path, source_format: str | None = None, problems: list[Problem] | None = None, **options: str | None
) -> list[Document]:
    """The documents of a file, folder or dataset folder.

    problems: a list for what is wrong with single documents, or with all of the file. Raises ViborderError as
    `viborder.formats.read` does, with such a list never.
    """
    from viborder.dataset.package import read
    from viborder.formats import said

    lost: Counter[str] = Counter()
    try:
        found = read(path, source_format, lost, problems, **options)
    except ViborderError as error:
        if problems is None:
            raise
        problems += error.problems
        found = []
    for kind, count in sorted((+lost).items()):
        print(f"{path}: {said(kind, count)}", file=sys.stderr)
    return found


def several(paths: Iterable[Path], source_format: str | None = None) -> list[list[Document]]:
    """The documents of each file, folder or dataset folder. Raises ViborderError with what is wrong in all of them."""
    problems: list[Problem] = []
    found = [documents(path, source_format, problems) for path in paths]
    if problems:
        raise ViborderError(problems)
    return found
