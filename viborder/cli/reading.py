"""How every verb reads documents: in any format, with what is passed over said on standard error."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from viborder.document import Document


def documents(path: Path, source_format: str | None = None, **options: str | None) -> list[Document]:
    """The documents of a file, folder or dataset folder. Raises ViborderError as `viborder.formats.read` does."""
    from viborder.dataset.package import read
    from viborder.formats import said

    lost: Counter[str] = Counter()
    found = read(path, source_format, lost, None, **options)
    for kind, count in sorted((+lost).items()):
        print(f"{path}: {said(kind, count)}", file=sys.stderr)
    return found
