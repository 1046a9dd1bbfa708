"""Whether a training was long enough: a floor of steps before it, a look at its own documents after it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from viborder.document import Document
from viborder.errors import Problem
from viborder.eval import score

LEARNED = 50.0  # F1 on the documents that were learned from, in percent, below which a training has failed
_LOOKED_AT = 50  # documents at most


def epochs(wanted: float, floor: int, windows: int, windows_a_step: int) -> float:
    """The epochs that the recipe wants, or so many more that there are `floor` optimizer steps.

    windows_a_step: batch size, times accumulated batches, times processes.
    """
    steps_an_epoch = ceil(windows / windows_a_step)
    return max(wanted, ceil(floor / steps_an_epoch))


def not_learned(
    gold: Sequence[Document], found: Sequence[Document], where: str, *, steps: int, nested: bool
) -> list[Problem]:
    """The warning `training-not-learned` where a model does not find what it was trained on; else nothing.

    gold, found: the documents learned from, and the same as the model tags them.
    """
    f1 = 100 * score(gold, found, nested=nested).micro().f1
    if f1 >= LEARNED:
        return []
    spans = sum(len(document.spans) for document in found)
    said = (
        f"after {steps} steps the model finds {spans} spans in {len(gold)} documents that it learned from, "
        f"F1 {f1:.1f} of 100: it has not learned them"
    )
    hint = "more steps (min_steps=1000), a higher learning_rate, or a smaller per_device_train_batch_size"
    return [Problem(where, "training-not-learned", said, hint, "warning")]


def some(documents: Sequence[Document]) -> Sequence[Document]:
    """The documents that are looked at after a training: the first that bear spans."""
    return [document for document in documents if document.spans][:_LOOKED_AT]
