"""Kinds of damage × formats × verbs: every input that a bad disk, a broken export or an attacker may hand over.

    python -m tests.fuzz.matrix [--format FORMAT] [--kind WORD] [--share N] [--turn N]

Each input is a good file with one kind of damage in it, or what is no file at all. Each verb that reads it runs in this
process, within 45 seconds of CPU and 3 GB. Printed are the inputs, the calls, and every traceback; exit status 1 where there is
one.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import os
import re
import resource
import socket
import tempfile
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.fuzz.calls import calls_on
from tests.fuzz.hostile import FILES, good_files

MEMORY = 3 << 30  # bytes of address space
_NUMBER = re.compile(rb'(?<![\w."-])\d+(?:\.\d+)?(?![\w."])')
_KEY = re.compile(rb'"(\w+)"(?=\s*:)|^(\w+)(?=:)|(?<=\s)(\w+)(?==")', re.MULTILINE)
DEEP = 100_000
MANY = 10_000


def numbers(new: bytes) -> Callable[[bytes], bytes]:
    """Every number becomes another, the first `MANY` of a large file: what is made has to fit into memory."""
    return lambda data: _NUMBER.sub(new, data, MANY)


def value(new: bytes) -> Callable[[bytes], bytes]:
    """The first value behind a colon, a tab or an equals sign becomes another."""
    return lambda data: re.sub(rb'([:\t=]\s*)("[^"\n]*"|[^\s",:\[\]{}<]+)', lambda found: found[1] + new, data, count=1)


def values(new: bytes) -> Callable[[bytes], bytes]:
    """Every such value does, of a large file the first `MANY`."""
    pattern = rb'([:\t=]\s*)("[^"\n]*"|[^\s",:\[\]{}<]+)'
    return lambda data: re.sub(pattern, lambda found: found[1] + new, data, count=MANY)


def inside(new: bytes) -> Callable[[bytes], bytes]:
    """Something stands in the middle of every string and word of more than two letters."""
    return lambda data: re.sub(rb"[A-Za-z]{3,}", lambda found: found[0][:2] + new + found[0][2:], data)


def around(before: bytes, after: bytes = b"") -> Callable[[bytes], bytes]:
    """Something stands before and behind it all."""
    return lambda data: before + data + after


def keys(data: bytes) -> bytes:
    """Every key has another name."""
    return _KEY.sub(lambda found: found[0].replace(found[1] or found[2] or found[3], b"other"), data)


def utf16(kind: str) -> Callable[[bytes], bytes]:
    """As Notepad saves it."""
    return lambda data: data.decode("utf-8", "replace").encode(kind)


def zipped(data: bytes) -> bytes:
    """A ZIP archive that holds it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", data)
    return held.getvalue()


def claiming(data: bytes) -> bytes:
    """A NumPy archive whose arrays say that they hold terabytes; without arrays, a ZIP archive of such an array."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }"
    array = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n"
    held, names = io.BytesIO(), ["indptr.npy", "indices.npy", "values.npy", "transitions.npy"]
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, array)
    return held.getvalue()


def swelling(data: bytes) -> bytes:
    """A NumPy archive of 2 MB that unpacks to 2 GB."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("indptr.npy", "indices.npy", "values.npy", "transitions.npy"):
            header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (67108864,), }\n"
            with archive.open(name, "w") as file:
                file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
                for _ in range(32):
                    file.write(bytes(1 << 24))
    return held.getvalue()


def bomb(pack: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Two gigabytes of zeros, packed."""
    return lambda data: pack(bytes(1 << 28)) * (8 if pack is gzip.compress else 1)


ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(98, 110)
)
ALIASES = b"a0: &a0 [x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (at, at, b", ".join([b"*a%d" % (at - 1)] * 8)) for at in range(1, 12)
)
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "blanks": lambda data: b" \n\t\n" * 100,
    "one NUL": inside(b"\x00"),
    "NULs": lambda data: bytes(len(data)),
    "byte-order mark": around(b"\xef\xbb\xbf"),
    "two byte-order marks": around(b"\xef\xbb\xbf" * 2),
    "UTF-16 with its mark": utf16("utf-16"),
    "UTF-16 big-endian": utf16("utf-16-be"),
    "UTF-32": utf16("utf-32"),
    "not UTF-8": inside(b"\xff\xfe"),
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data.rstrip()[:-1],
    "twice": lambda data: data * 2,
    "bytes reversed": lambda data: data[::-1],
    "half a surrogate pair": inside(b"\xed\xa0\x80"),
    "half a surrogate pair, escaped": inside(b"\\ud800"),
    "surrogates of XML": inside(b"&#xD800;"),
    "escape sequences": inside(b"\x1b[31m"),
    "escape sequences, escaped": inside(b"\\u001b[2J"),
    "controls": inside(b"\x01\x7f"),
    "CR alone": lambda data: data.replace(b"\n", b"\r"),
    "CR LF": lambda data: data.replace(b"\n", b"\r\n"),
    "line separators": inside("\u2028\u0085".encode()),
    "decomposed": inside("e\u0301".encode() * 3),
    "directions": inside("\u202e\u200b\ufeff".encode()),
    "noncharacters": inside("\uffff\U0010ffff".encode()),
    "5,000 digits": numbers(b"9" * 5_000),
    "400 digits": numbers(b"1" + b"0" * 400),
    "20 digits": numbers(b"9" * 20),
    "1e400": numbers(b"1e400"),
    "NaN": numbers(b"NaN"),
    "minus one": numbers(b"-1"),
    "halves": numbers(b"0.5"),
    "true": numbers(b"true"),
    "null": value(b"null"),
    "every value null": values(b"null"),
    "a list": value(b"[1]"),
    "every value a list": values(b"[1]"),
    "an object": value(b'{"a": 1}'),
    "every value an object": values(b'{"a": {}}'),
    "a number": value(b"7"),
    "every value a number": values(b"7"),
    "every value an empty string": values(b'""'),
    "deep lists": value(b"[" * DEEP + b"]" * DEEP),
    "deep objects": value(b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep from the start": lambda data: b"[" * DEEP,
    "deep XML": around(b"<a>" * DEEP),
    "entities of XML": around(ENTITIES + b"]><a>&m;</a>"),
    "an outer entity of XML": around(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "aliases of YAML": around(ALIASES),
    "tags of YAML": value(b"!!python/object/apply:os.system ['true']"),
    "a string of 5,000 letters": value(b'"' + b"a" * 5_000 + b'"'),
    "every string of 5,000 letters": values(b'"' + b"a" * 5_000 + b'"'),
    "paths": values(b'"../../../tmp/x"'),
    "absolute paths": values(b'"/etc/passwd"'),
    "a line of 17 MB": around(b"a " * (17 << 19)),
    "50,000 lines": lambda data: (data.split(b"\n")[0][:60] + b"\n") * 50_000,
    "wrong keys": keys,
    "quotes": inside(b'"'),
    "tabs": inside(b"\t"),
    "a picture": lambda data: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "a ZIP archive": zipped,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "gzip, cut": lambda data: gzip.compress(data * 50, mtime=0)[:-20],
    "gzip of 2 GB": bomb(gzip.compress),
    "zlib of 256 MB": bomb(zlib.compress),
    "an array that claims terabytes": claiming,
    "arrays that unpack to 2 GB": swelling,
    "another format": lambda data: b"PAR1" + data + b"PAR1",
    "no end": lambda data: data.rstrip(b"\n}]"),
}


def fifo(path: Path, data: bytes) -> None:
    """A pipe that somebody writes once, and gives up when it is gone: each thread that waits takes 72 MB of `MEMORY`."""
    os.mkfifo(path)
    made = path.stat().st_ino

    def write() -> None:
        with contextlib.suppress(OSError):
            while path.stat().st_ino == made:
                try:
                    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
                except OSError:  # nobody reads yet
                    time.sleep(0.02)
                    continue
                os.set_blocking(handle, True)
                with os.fdopen(handle, "wb") as pipe:
                    pipe.write(data)
                return

    threading.Thread(target=write, daemon=True).start()


def listening(path: Path, data: bytes) -> None:
    """A socket."""
    before = Path.cwd()
    os.chdir(path.parent)  # an address holds 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def looped(path: Path, data: bytes) -> None:
    """Two links that point to each other."""
    other = path.with_name(f"other-{path.name}")
    other.symlink_to(path.name)
    path.symlink_to(other.name)


def no_rights(path: Path, data: bytes) -> None:
    """A file that only its owner may read, who is another."""
    path.write_bytes(data)
    path.chmod(0)


OTHERS: dict[str, Callable[[Path, bytes], object]] = {
    "a folder": lambda path, data: path.mkdir(),
    "a folder with the file": lambda path, data: (path.mkdir(), (path / path.name).write_bytes(data)),
    "a pipe": fifo,
    "a socket": listening,
    "a link to itself": lambda path, data: path.symlink_to(path.name),
    "links in a circle": looped,
    "a link to nothing": lambda path, data: path.symlink_to("nowhere"),
    "a link to a folder": lambda path, data: path.symlink_to("."),
    "a link to /dev/zero": lambda path, data: path.symlink_to("/dev/zero"),
    "a link to /dev/null": lambda path, data: path.symlink_to("/dev/null"),
    "no right to read": no_rights,
    "nothing": lambda path, data: None,
}


def _nth(share: int, turn: int, number: int, count: int) -> bool:
    """Whether a call of `count` is made where one of `share` is, one at least of each input."""
    few = min(share, count)
    return number % few == turn % few


def main() -> None:
    """Try them all, or those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=FILES, action="append")
    parser.add_argument("--kind", default="", help="a part of its name")
    parser.add_argument("--share", type=int, default=1, help="make one call of N, another for each input in turn")
    parser.add_argument("--turn", type=int, default=0, help="begin with another call of those shared out: 0, 1, 2, …")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    kinds = [name for name in (*BYTES, *OTHERS) if options.kind in name]
    inputs, calls, faults, slow = 0, 0, Counter[str](), (0.0, "")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        good = good_files(Path(name) / "good")
        os.chdir(name)  # nothing of a checkout is read by default
        for format in options.format or FILES:
            print(f"{inputs:,} inputs, {calls:,} calls, {time.process_time():.0f} s of CPU; now {format}", flush=True)
            for kind in kinds:
                inputs += 1
                data = BYTES[kind](good[format]) if kind in BYTES else good[format]
                lay = OTHERS.get(kind, Path.write_bytes)
                begun = time.monotonic()
                some = partial(_nth, options.share, inputs + options.turn)
                for arguments, end in calls_on(format, data, Path(name) / "here", Path(name) / "good", lay, some):
                    calls += 1
                    slow = max(slow, (time.monotonic() - begun, f"{format}, {kind}: {arguments[0]}"))
                    begun = time.monotonic()
                    if options.verbose:
                        said = end.said.strip().splitlines()[:1]
                        print(f"{format}, {kind}: {' '.join(arguments)[:90]!a} → {end.status} {said}", flush=True)
                    if end.fault:
                        last = end.fault.strip().splitlines()[-1][:200]
                        places = re.findall(r'viborder/(\S+\.py)", line (\d+)', end.fault)[-1:]
                        faults[f"{last} ({places}): {format} {' '.join(arguments[:2])[:60]}"] += 1
                        print(f"FAULT {format}, {kind}: {arguments[:2]!a:.120}: {last} {places}", flush=True)
    print(
        f"{inputs} inputs, {calls:,} calls, {sum(faults.values())} faults; the slowest took {slow[0]:.1f} s: {slow[1]}"
    )
    for fault, times in faults.most_common():
        print(f"{times:6} × {fault}")
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
