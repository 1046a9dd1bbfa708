"""The package's words and rules as an earlier start worked them out, kept where Python keeps its byte code.

To read them takes a tenth of the time. They bear a hash of every file that they come from, so that none is older than
these. Where Python writes no byte code, and where nothing can be written, they are worked out at each start.

They are written by `marshal`, as byte code is, since the compiled rules are byte code: whoever could change the file
could change the byte code beside it too.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import viborder.text

_HERE = Path(__file__).parent
_SOURCES = ("*.py", "lexicon/*.tsv", "rules/*.txt")  # and viborder/text.py, which cuts phrases into tokens
_HASH = 32  # bytes of the hash at the file's beginning


def kept(make: Callable[[], dict[str, Any]], folder: Path = _HERE) -> dict[str, Any]:
    """What `make` gives: plain containers and code, read again where the sources in the folder are what they were."""
    try:
        path = Path(cache_from_source(str(folder / "kept.py"))).with_suffix(".kept")
        sources = _hash(folder)
    except (OSError, NotImplementedError):  # NotImplementedError: a Python without byte code
        return make()
    try:
        data = path.read_bytes()
        if data[:_HASH] == sources:
            found: dict[str, Any] = marshal.loads(data[_HASH:])
            return found
    except (OSError, ValueError, EOFError, TypeError):
        pass
    made = make()
    if not sys.dont_write_bytecode:
        _write(path, sources + marshal.dumps(made))
    return made


def _hash(folder: Path) -> bytes:
    found = blake2b(digest_size=_HASH)
    for path in (Path(viborder.text.__file__), *sorted(path for kind in _SOURCES for path in folder.glob(kind))):
        data = path.read_bytes()
        found.update(f"{path.name} {len(data)}\n".encode())
        found.update(data)
    return found.digest()


def _write(path: Path, data: bytes) -> None:
    """Write the file whole, whoever else does so at the same time, or not at all."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
