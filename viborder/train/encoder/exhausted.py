"""Memory and disk that ran out, in words that say what to change."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from safetensors import SafetensorError

from viborder.errors import fail


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Raise ViborderError `out-of-memory` or `disk-full` for what torch, safetensors and the system say of them."""
    try:
        yield
    except (
        RuntimeError,
        MemoryError,
        OSError,
        SafetensorError,
    ) as error:  # torch tells of memory and disk by a RuntimeError
        told = str(error).lower()
        if (
            isinstance(error, MemoryError | torch.OutOfMemoryError)
            or "can't allocate memory" in told
            or "out of memory" in told
        ):
            hint = (
                "halve per_device_train_batch_size, double gradient_accumulation_steps; or gradient_checkpointing=true"
            )
            raise fail(where, "out-of-memory", "the memory is too small for a step", hint) from None
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if full or "no space left" in told or "file write failed" in told or "file too large" in told:
            hint = (
                "make room, or set save_steps higher and --out to another disk; the checkpoints written before are kept"
            )
            raise fail(where, "disk-full", "the disk is full", hint) from None
        raise
