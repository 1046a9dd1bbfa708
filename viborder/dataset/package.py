"""A dataset folder read back: its documents and passes, and what `stats.json` says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viborder import formats
from viborder.document import Document, Span, in_order
from viborder.errors import Problem, ViborderError, fail
from viborder.files import parse_json, read_whole

Row = dict[str, Any]
UNPACKED, RATIO = 1 << 28, 200  # bytes that any table may unpack to; how many times its size a larger one may


def read(
    path: Path,
    format: str | None = None,
    lost: Counter[str] | None = None,
    problems: list[Problem] | None = None,
    **options: str | None,
) -> list[Document]:
    """The documents of a dataset folder, or of a file or folder in any format (see `viborder.formats.read`)."""
    return (
        documents(path)
        if format is None and (path / "stats.json").exists()
        else formats.read(path, format, lost, problems, **options)
    )


def facts(folder: Path) -> dict[str, Any]:
    """What `stats.json` holds. Raises ViborderError `not-a-package`."""
    try:
        found: dict[str, Any] = parse_json(read_whole(folder / "stats.json"))
        return {"version": found["version"], "text": found["text"], "private": found["private"]} | found
    except (ViborderError, ValueError, KeyError, TypeError):
        raise fail(folder, "not-a-package", "no stats.json of a dataset folder", "`viborder build` makes one") from None


def nameless(facts: dict[str, Any]) -> bool:
    """Whether private persons are hidden in a package. facts: what `stats.json` holds."""
    return bool(facts["text"] == "omit" or facts["private"] != "keep")


def masking(facts: dict[str, Any]) -> str:
    """How a package hides private persons: `mask`, `mask, identifiers`, `drop`, `keep`, `mask, stand-off`, …; what two
    ways hide, one may give away of the other.
    """
    if facts["text"] == "omit":
        return f"{facts['private']}, stand-off"
    return str(facts["private"]) + (", identifiers" if facts.get("identifiers") == "hidden" else "")


def rows(folder: Path, table: str) -> Iterator[Row]:
    """The rows of a table (`documents`, `passes`), a batch at a time; none where the package lacks it.

    Raises `package-broken`, also where the file says that it unpacks to far more than tables of texts do.
    """
    import pyarrow
    import pyarrow.parquet as parquet

    path = folder / f"data/{table}.parquet"
    if not path.exists():
        return
    try:
        file = parquet.ParquetFile(path)
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > max(UNPACKED, RATIO * path.stat().st_size):
            raise pyarrow.ArrowInvalid("it unpacks to far more than it holds")
        for batch in file.iter_batches(256):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise fail(path, "package-broken", f"not Parquet: {error!s:.80}", "build or download it again") from None


def spans(row: Row) -> tuple[Span, ...]:
    """The spans of a row of `documents` or `passes`."""
    return in_order(Span(span["start"], span["end"], span["label"]) for span in row["spans"])


def documents(folder: Path) -> list[Document]:
    """The documents of a package with texts. Raises ViborderError `not-a-package`, `package-without-texts`."""
    if facts(folder)["text"] != "keep":
        raise fail(
            folder, "package-without-texts", "a stand-off release holds no texts", "`viborder restore` puts them back"
        )
    return [Document(row["id"], row["text"], spans(row)) for row in rows(folder, "documents")]
