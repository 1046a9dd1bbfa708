"""Files are read whole and checked, and written beside and then renamed, so that nothing is ever half-written."""

from __future__ import annotations

import codecs
import errno
import gzip
import io
import json
import os
import re
import shutil
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any, BinaryIO

from viborder.errors import ViborderError, fail

MAX_LINE = 16 * 1024 * 1024  # bytes; a news article has about 5,000
_PIECE = 1 << 20  # bytes
MAX_FILE = 1024 * 1024 * 1024  # bytes, unpacked, of what cannot be read a line at a time


def read_text(path: Path) -> str:
    """The text of a file, as `plain_text` reads it.

    Raises ViborderError: `file-missing`, `file-unreadable`, `file-empty`, `file-too-large`, `not-utf8`.
    """
    return plain_text(read_bytes(path), str(path))


def plain_text(data: bytes, where: str) -> str:
    """A text in UTF-8, or in UTF-16 with its byte-order mark (as Notepad saves it), without that mark.

    Raises ViborderError: `file-empty`, `not-utf8`.
    """
    if not is_utf16(data):
        return decode(data, where)
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        said = f"UTF-16 by its first two bytes, but broken at byte {error.start}"
        raise fail(where, "not-utf8", said, "save the file as UTF-8") from None
    if not text.strip():
        raise fail(where, "file-empty", "the file holds no text", "put in what belongs there, or remove it")
    return text


def is_utf16(data: bytes) -> bool:
    """Whether bytes begin with the byte-order mark of UTF-16, and more follows."""
    return len(data) > 2 and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises ViborderError: `file-missing`, `file-unreadable`, `file-empty`, `file-too-large`."""
    data = _beginning(path, MAX_LINE + 1)
    if len(data) > MAX_LINE:
        raise fail(path, "file-too-large", f"more than {MAX_LINE:,} bytes", "split it, such as one article a file")
    if not data.strip():
        raise fail(path, "file-empty", "the file holds no text", "put in what belongs there, or remove it")
    return data


def read_whole(path: Path) -> bytes:
    """The bytes of a file of many documents, unpacked where it ends in `.gz`.

    Raises ViborderError: `file-missing`, `file-unreadable`, `file-too-large`.
    """
    data = _beginning(path, MAX_FILE + 1)
    if len(data) > MAX_FILE:
        hint = "split it, or use .jsonl, which is read a line at a time"
        raise fail(path, "file-too-large", f"more than {MAX_FILE:,} bytes", hint)
    return data


def _beginning(path: Path, most: int) -> bytes:
    """The first bytes of a file, `most` of them where it has as many."""
    try:
        with _opened(path) as file:
            return _at_most(file, most)
    except FileNotFoundError:
        raise fail(path, "file-missing", "no such file", "check the path") from None
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def stem(path: Path) -> str:
    """The name of a file without its ending, and without `.gz`: `a` of `a.jsonl.gz`."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _at_most(file: IO[bytes], most: int) -> bytes:
    data = bytearray()  # a piece at a time: `read` makes room for all that it is asked for
    while (wanted := min(most - len(data), _PIECE)) and (piece := file.read(wanted)):
        data += piece
    return bytes(data)


_pipes: dict[tuple[int, int], bytes] | None = None  # device and inode of each pipe that was read → what came


@contextmanager
def pipes_again() -> Iterator[None]:
    """While the block runs, a pipe may be read again: several readers look at a file more than once, and what a pipe
    gave is gone. It is held in memory, `MAX_FILE` at most.
    """
    global _pipes
    before = _pipes
    _pipes = {} if before is None else before
    try:
        yield
    finally:
        _pipes = before


def _opened(path: Path) -> IO[bytes]:
    """A file or a pipe, opened, and unpacked where it ends in `.gz`."""
    raw = _raw(path)
    return gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw  # type: ignore[return-value]


_NO_FILE = "a device or a socket, no file"


def _raw(path: Path) -> io.BufferedReader | io.BytesIO:
    """A file or a pipe, opened. Devices, which may never end, and sockets are refused."""
    status = path.stat()
    mode = status.st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, _NO_FILE)
    if stat.S_ISFIFO(mode) and _pipes is not None:
        key = status.st_dev, status.st_ino
        if key not in _pipes:
            with path.open("rb") as pipe:
                _pipes[key] = _at_most(pipe, MAX_FILE + 1)
        if len(_pipes[key]) > MAX_FILE:
            raise OSError(errno.EFBIG, f"more than {MAX_FILE:,} bytes come out of the pipe; write them to a file first")
        return io.BytesIO(_pipes[key])
    return path.open("rb")


def _unreadable(path: Path, error: Exception) -> ViborderError:
    said = getattr(error, "strerror", None) or str(error)
    hint = "name a file, a pipe or a folder" if said == _NO_FILE else "check its kind and permissions"
    return fail(path, "file-unreadable", said, hint)


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
        try:
            line = data.decode()
        except UnicodeDecodeError:
            line = decode(data, f"{path}:{number}")
        yield number, line.removeprefix("\ufeff").rstrip("\r\n")


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
    """The SHA-256 of a file in hexadecimal, as it lies there, read a piece at a time.

    Raises ViborderError `file-missing`, `file-unreadable`.
    """
    try:
        with _raw(path) as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise fail(path, "file-missing", "no such file", "check the path") from None
    except OSError as error:
        raise _unreadable(path, error) from None


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file to write; it takes the place of `path` only when the block ends without an error.

    A link stays, and what it points to is replaced; a device, a pipe or a socket is written through.
    Packed where the path ends in `.gz`. Raises ViborderError `cannot-write`, `disk-full`, `text-not-unicode`.
    """
    with _cannot_write(path):
        target = _target(path)
        if target.is_dir():
            raise IsADirectoryError(0, "there is a folder of this name")
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="\n") as file:
                yield file
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        sweep(target.parent)
        beside = _beside(target)
    try:  # from before it is there: a run may be ended at any moment
        with _cannot_write(path):
            handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            _hold(handle)
        with _cannot_write(path, only=FULL), os.fdopen(handle, "wb") as raw:
            with _no_surrogates(path), _packed(raw, path) as data:
                file = io.TextIOWrapper(data, encoding="utf-8", newline="\n")
                yield file
                file.detach()
            with _cannot_write(path):
                raw.flush()
                beside.chmod(mode)
                beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _packed(raw: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    """What is written packed, where the path ends in `.gz`; the same bytes every time."""
    if path.suffix.lower() != ".gz":
        yield raw
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        yield packed  # type: ignore[misc]


@contextmanager
def _no_surrogates(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        said = (
            f"half a surrogate pair in what is written: {error.object[max(0, error.start - 20) : error.end + 20]!a:.80}"
        )
        raise fail(path, "text-not-unicode", said, "mend the label or the metadata that holds it") from None


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of `path` (whatever was there goes) when the block ends without an error.

    A link to a folder stays, and the folder is replaced. Raises ViborderError `cannot-write`, `disk-full`.
    """
    with _cannot_write(path):
        target = _target(path)
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(0, "there is a file of this name")
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        beside = _beside(target)
    handle = None
    try:  # from before it is there: a run may be ended at any moment
        with _cannot_write(path):
            beside.mkdir(0o700)
            handle = os.open(beside, os.O_RDONLY)
            _hold(handle)
        with _cannot_write(path, only=FULL):
            yield beside
        with _cannot_write(path):
            _readable(beside)
            _put_in_place(beside, target)
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(beside: Path, target: Path) -> None:
    """Give a folder its name; what bears it goes. Where another run puts its own there meanwhile, the later one stays."""
    while True:
        old = _beside(target, OLD)
        with suppress(FileNotFoundError):
            target.replace(old)
        try:
            beside.replace(target)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                if old.exists():
                    old.replace(target)
                raise
        finally:
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def sole(folder: Path) -> Iterator[None]:
    """While the block runs, the folder is this run's: another that asks for it is refused. It is made where it is not
    there. Where the system or the disk cannot lock, nothing is refused.

    Raises ViborderError `folder-in-use`, `cannot-write`.
    """
    with _cannot_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    try:
        if not _lock(handle, wait=False):
            hint = "wait until it has ended, then do it again, or name another folder"
            raise fail(folder, "folder-in-use", "another run writes there now", hint)
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While the block runs, no other run that asks for the same file's folder goes on; it waits. Where the system or
    the disk cannot lock, there is no waiting.
    """
    with _cannot_write(path):
        folder = path.resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    try:
        if not _lock(handle, wait=False):
            print(f"waiting for another run that writes in {folder}", file=sys.stderr)
            _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Take away what killed runs left in a folder, once a process. A folder that was moved aside for its successor,
    which then never came, goes back to its place.
    """
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if (match := _LEFT.fullmatch(path.name)) and not _runs(int(match["process"])) and _nobodys(path):
                target = folder / match["name"]
                if match["kind"] == OLD and not target.exists():
                    path.replace(target)
                elif path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def is_full(error: BaseException) -> bool:
    """Whether an error says that the disk is full; pyarrow says it in words only."""
    number = getattr(error, "errno", None)
    return isinstance(error, OSError) and (number in FULL or "No space left on device" in str(error))


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NEW, OLD = "new", "old"
_LEFT = re.compile(rf"\.(?P<name>.+)\.(?P<process>\d+)-[0-9a-f]{{8}}\.viborder-(?P<kind>{NEW}|{OLD})")
_swept: set[Path] = set()


@contextmanager
def _cannot_write(path: Path, only: tuple[int, ...] = ()) -> Iterator[None]:
    """Errors of the system in plain words. only: no others than of these numbers (what runs inside has its own)."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            hint = "make room, then do it again: what was there before is there still"
            raise fail(path, "disk-full", "there is no room left on the disk", hint) from None
        if only:
            raise
        raise fail(
            path, "cannot-write", error.strerror or str(error), "choose a folder that you may write to"
        ) from None


def _target(path: Path) -> Path:
    """What a path leads to, over all links."""
    try:
        return path.resolve()
    except RuntimeError:  # until Python 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _beside(target: Path, kind: str = NEW) -> Path:
    """A name beside a file or folder, by which `sweep` knows whose it is."""
    return target.parent / f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.viborder-{kind}"


def _hold(handle: int) -> None:
    """Mark an open file or folder as somebody's, for as long as it is open."""
    _lock(handle, wait=False)


def _lock(handle: int, *, wait: bool) -> bool:
    """Whether the lock was got, or there are no locks here."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _nobodys(path: Path) -> bool:
    """Whether nobody holds it: a process of another container, whose number says nothing here, would."""
    handle = os.open(path, os.O_RDONLY)
    try:
        return _lock(handle, wait=False)
    finally:
        os.close(handle)


def _readable(folder: Path) -> None:
    """What others may read of new files, they may read of these: some libraries write files for their owner alone."""
    mask = _umask()
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | ((0o777 if path.is_dir() else 0o666) & ~mask))


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


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError where it is none, is nested deeper than Python reads, or has a key
    twice in one object, of which others keep the last.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key `{twice:.40}` stands twice in one object")
    return found


def parse_yaml(text: str) -> Any:
    """The value of a YAML text, without tags that make objects. Raises ValueError where it is none, is nested deeper
    than Python reads, has a key twice, or says a number or a date that there is not.
    """
    import yaml

    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _told_once(root)
        return loader.construct_document(root)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except (yaml.YAMLError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split()).replace('in "<unicode string>", ', "at ")) from None


def _told_once(root: Any) -> None:
    """Raises ValueError where a mapping under a node of YAML has a key twice: YAML forbids it, and PyYAML keeps the last."""
    from yaml import MappingNode, ScalarNode, SequenceNode

    waiting, met = [root], {id(root)}  # an alias is its anchor's node
    while waiting:
        node = waiting.pop()
        inner = list(node.value) if isinstance(node, SequenceNode) else []
        if isinstance(node, MappingNode):
            inner = [part for pair in node.value for part in pair]
            keys = Counter((key.tag, key.value) for key, _ in node.value if isinstance(key, ScalarNode))
            if twice := [key for (_, key), count in keys.items() if count > 1 and key != "<<"]:
                raise ValueError(f"the key `{twice[0]:.40}` stands twice, from line {node.start_mark.line + 1} on")
        for each in inner:
            if id(each) not in met:
                met.add(id(each))
                waiting.append(each)
