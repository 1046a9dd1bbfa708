"""Files are read whole and checked, and written beside and then renamed, so that nothing is ever half-written."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import IO

from viborder.errors import ViborderError, fail

MAX_LINE = 16 * 1024 * 1024  # bytes; a news article has about 5,000
MAX_FILE = 1024 * 1024 * 1024  # bytes, unpacked, of what cannot be read a line at a time


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, as it stands but for a byte-order mark at its beginning.

    Raises ViborderError: `file-missing`, `file-unreadable`, `file-empty`, `file-too-large`, `not-utf8`.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises ViborderError: `file-missing`, `file-unreadable`, `file-empty`, `file-too-large`."""
    try:
        if path.stat().st_size > MAX_LINE:
            raise fail(path, "file-too-large", f"more than {MAX_LINE:,} bytes", "one article a file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise fail(path, "file-missing", "no such file", "check the path") from None
    except OSError as error:
        raise fail(path, "file-unreadable", error.strerror or str(error), "check its kind and permissions") from None
    if not data.strip():
        raise fail(path, "file-empty", "the file holds no text", "remove it, or put the article in")
    return data


def read_whole(path: Path) -> bytes:
    """The bytes of a file of many documents, unpacked where it ends in `.gz`.

    Raises ViborderError: `file-missing`, `file-unreadable`, `file-too-large`.
    """
    try:
        with _opened(path) as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise fail(path, "file-missing", "no such file", "check the path") from None
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None
    if len(data) > MAX_FILE:
        raise fail(
            path,
            "file-too-large",
            f"more than {MAX_FILE:,} bytes",
            "split it, or use .jsonl, which is read a line at a time",
        )
    return data


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _unreadable(path: Path, error: Exception) -> ViborderError:
    said = getattr(error, "strerror", None) or str(error)
    return fail(path, "file-unreadable", said, "check its kind and permissions")


def decode(data: bytes, where: str) -> str:
    """Bytes as UTF-8 text without a leading byte-order mark. Raises ViborderError `not-utf8` with the byte's place."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise fail(
            where, "not-utf8", f"byte 0x{byte:02x} at {error.start} is not UTF-8", "save the file as UTF-8"
        ) from None


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end) of a UTF-8 file, blank lines included, read one at a time; unpacked where
    it ends in `.gz`.

    Raises ViborderError: `file-missing`, `file-unreadable`, `line-too-long`, `not-utf8`.
    """
    for number, data in byte_lines(path):
        if len(data) > MAX_LINE:
            said = f"more than {MAX_LINE:,} bytes on one line"
            raise fail(f"{path}:{number}", "line-too-long", said, "one document a line")
        yield number, decode(data, f"{path}:{number}").rstrip("\r\n")


def byte_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line with its end) of a file, at most one byte more than `MAX_LINE` of each line.

    Raises ViborderError: `file-missing`, `file-unreadable`.
    """
    try:
        with _opened(path) as file:
            yield from enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), 1)
    except FileNotFoundError:
        raise fail(path, "file-missing", "no such file", "check the path") from None
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal, read a piece at a time."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file to write; it takes the place of `path` only when the block ends without an error.

    Raises ViborderError `cannot-write`.
    """
    with _cannot_write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        with _cannot_write(path):
            beside.chmod(0o666 & ~_umask())
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of `path` (whatever was there goes) when the block ends without an error.

    Raises ViborderError `cannot-write`.
    """
    with _cannot_write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield beside
        with _cannot_write(path):
            beside.chmod(0o777 & ~_umask())
            if path.is_dir():
                old = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.old."))
                path.replace(old)
                beside.replace(path)
                shutil.rmtree(old)
            else:
                beside.replace(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _cannot_write(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise fail(
            path, "cannot-write", error.strerror or str(error), "choose a folder that you may write to"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def called(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the shortest names that tell them apart: after the file, or after its folder where the file is a
    `predictions.jsonl`.
    """
    listed = list(paths)
    names = [path.parent.name or path.stem if path.stem == "predictions" else path.stem for path in listed]
    return dict(zip(names if len(set(names)) == len(names) else map(str, listed), listed, strict=True))
