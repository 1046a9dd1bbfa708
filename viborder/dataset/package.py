"""A dataset folder read back: its documents and passes, and what `stats.json` says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from viborder import formats
from viborder.dataset.schema import META
from viborder.document import Document, Span, in_order
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.files import parse_json, read_whole, sha256_of
from viborder.formats.fit import checked_span, entries_of, sound
from viborder.formats.jsonl import text_of
from viborder.text import Range

Row = dict[str, Any]
_AGAIN = "build or download it again"
# what every `stats.json` says, and whether a value is such a thing
_FACTS: dict[str, Callable[[Any], bool]] = {
    "version": lambda value: isinstance(value, str),
    "text": lambda value: value in ("keep", "omit"),
    "private": lambda value: value in ("mask", "drop", "keep"),
    "private_persons": lambda value: type(value) is int,
    "documents": lambda value: type(value) is int,
    "tables": lambda value: isinstance(value, dict) and all(isinstance(table, dict) for table in value.values()),
    "configs": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
}
PASSED_OVER = {"passes": "readings by single annotators", "synthetic": "texts that were made up"}  # table → its rows
UNPACKED, RATIO = 1 << 28, 200  # bytes that any table may unpack to; how many times its size a larger one may


def read(
    path: Path,
    format: str | None = None,
    lost: Counter[str] | None = None,
    problems: list[Problem] | None = None,
    **options: str | None,
) -> list[Document]:
    """The documents of a dataset folder, or of a file or folder in any format (see `viborder.formats.read`)."""
    if format is not None or not formats.is_dataset(path):
        return formats.read(path, format, lost, problems, **options)
    return documents(path, problems, lost)


def facts(folder: Path, *keys: str) -> dict[str, Any]:
    """What `stats.json` holds. keys: what it has to say, since older packages say less; without them all that one of today
    says. Raises ViborderError `not-a-package`.
    """
    path = folder / "stats.json"
    if not path.exists():
        raise fail(folder, "not-a-package", "no stats.json of a dataset folder", "`viborder build` makes one")
    try:
        found = parse_json(read_whole(path))
    except (ViborderError, ValueError) as error:
        raise fail(path, "not-a-package", f"it cannot be read: {error!s:.80}", _AGAIN) from None
    for key in keys or _FACTS:
        if not (isinstance(found, dict) and _FACTS[key](found.get(key))):
            value = found.get(key) if isinstance(found, dict) else found
            raise fail(path, "not-a-package", f"its `{key}` is none of a dataset: {value!r:.40}", _AGAIN)
    return dict(found)


def changed(folder: Path, names: Collection[str] | None = None) -> list[str]:
    """The files of a dataset folder that are not those that SHA256SUMS lists, or are listed and not there.

    names: look at these alone, where they are there.
    """
    sums = folder / "SHA256SUMS"
    lines = read_whole(sums).decode("utf-8", "replace").splitlines() if sums.is_file() else []
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path != sums}
    asked = {*there, *listed} if names is None else there.intersection(names)
    return sorted(name for name in asked if name not in there or sha256_of(folder / name) != listed.get(name))


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


def rows(folder: Path, table: str, *columns: str) -> Iterator[Row]:
    """The rows of a table (`documents`, `passes`), a batch at a time; none where the package lacks it.

    columns: those that it has to have. Raises `package-broken` where one is missing, where the table is not there or has
    other rows than `stats.json` says, and where the file says that it unpacks to far more than tables of texts do.
    """
    import pyarrow
    import pyarrow.parquet as parquet

    path = folder / f"data/{table}.parquet"
    listed = facts(folder, "tables")["tables"].get(table, {}).get("rows")
    if listed is None and not path.exists():
        return
    try:
        file = parquet.ParquetFile(path)
        if listed is not None and file.metadata.num_rows != listed:
            raise pyarrow.ArrowInvalid(f"{counted(file.metadata.num_rows, 'row')}, stats.json says {listed}")
        if missing := [name for name in columns if name not in file.schema_arrow.names]:
            raise pyarrow.ArrowInvalid(f"no column {missing[0]}")
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > max(UNPACKED, RATIO * path.stat().st_size):
            raise pyarrow.ArrowInvalid("it unpacks to far more than it holds")
        for batch in file.iter_batches(256):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        said = f"not the Parquet table of a dataset: {error!s:.80}"
        raise fail(path, "package-broken", said, _AGAIN) from None


def documents(folder: Path, problems: list[Problem] | None = None, lost: Counter[str] | None = None) -> list[Document]:
    """The documents of a package with texts, with what it says of where they come from. Its passes and made-up texts are
    passed over, and counted in `lost`.

    problems: as in `viborder.formats.read`. Raises ViborderError: `not-a-package`, `package-without-texts`,
    `package-broken`, and what is wrong in rows, all at once.
    """
    said = facts(folder)
    if said["text"] != "keep":
        raise fail(
            folder, "package-without-texts", "a stand-off release holds no texts", "`viborder restore` puts them back"
        )
    for name, table in said["tables"].items():
        if lost is not None and (kind := PASSED_OVER.get(name.partition("-")[0])) and type(table.get("rows")) is int:
            lost[kind] += table["rows"]
    path, wrong = folder / "data/documents.parquet", list[Problem]()
    found = (_document(row, str(path), wrong) for row in rows(folder, "documents", "id", "text", "spans"))
    return formats.usable(path, lambda: sound(found, wrong), problems)


def _document(row: Row, file: str, problems: list[Problem]) -> Document | None:
    where, identity = named(row, "id", file, problems)
    text = text_of(row, where, problems)
    if identity is None or text is None:
        return None
    meta = {name: str(row[name]) for name in META if row.get(name) is not None}
    return Document(identity, text, spans(row, text, where, problems), meta=meta)


def named(row: Row, key: str, file: str, problems: list[Problem]) -> tuple[str, str | None]:
    """Where a row stands, and the id that it has under a key; None for none, which goes to `problems`."""
    identity = row[key]
    if isinstance(identity, str) and identity:
        return place(file, identity), identity
    problems.append(Problem(file, "id-missing", f"a row with the `{key}` {identity!r:.40}", _AGAIN))
    return file, None


def spans(row: Row, text: str, where: str, problems: list[Problem]) -> tuple[Span, ...]:
    """The spans of a row of `documents` or `passes` on a text; those that are none go to `problems`."""
    found = [
        checked_span(each.get("start"), each.get("end"), each.get("label"), text, where, problems)
        for each in _listed(row, "spans", where, problems)
    ]
    return in_order(span for span in found if span)


def ranges(row: Row, key: str, where: str, problems: list[Problem]) -> list[Range]:
    """The places under a key of a row of a release without texts; those that are none go to `problems`."""
    found = []
    for each in _listed(row, key, where, problems):
        start, end = each.get("start"), each.get("end")
        if type(start) is int and type(end) is int and 0 <= start < end <= row["characters"]:
            found.append((start, end))
        else:
            said = f"`{key}` holds no place in the text: {start!r:.20}, {end!r:.20}"
            problems.append(Problem(where, "record-malformed", said, _AGAIN))
    return found


def _listed(row: Row, key: str, where: str, problems: list[Problem]) -> list[Row]:
    if row[key] is None:
        problems.append(Problem(where, "record-malformed", f"`{key}` is null, which is no list", _AGAIN))
    return entries_of(row, key, where, problems)
