"""Whether a training was long enough: a floor of steps before it, a look at its own documents after it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from viborder.document import Document
from viborder.errors import Problem, counted
from viborder.eval import score

LEARNED = 50.0  # F1 on the documents that were learned from, in percent, below which a training has failed
ENOUGH = 5  # spans of a label from which on its own F1 is looked at: the five articles have nine of DRUG
_LOOKED_AT = 50  # documents at most


def epochs(wanted: float, floor: int, windows: int, windows_a_step: int) -> float:
    """The epochs that the recipe wants, or so many more that there are `floor` optimizer steps.

    windows_a_step: batch size, times accumulated batches, times processes.
    """
    steps_an_epoch = ceil(windows / windows_a_step)
    return max(wanted, ceil(floor / steps_an_epoch))


def batch_size(windows: int, at_once: int) -> int:
    """The windows of a batch by how many there are: the most, up to 32, that leave 40 steps an epoch; 4 at least.

    at_once: accumulated batches, times processes.
    """
    return next((size for size in (32, 16, 8) if windows >= 40 * size * at_once), 4)


def not_learned(
    gold: Sequence[Document], found: Sequence[Document], where: str, *, steps: int, nested: bool
) -> list[Problem]:
    """The warning `training-not-learned` where a model does not find what it was trained on; else nothing.

    gold, found: the documents learned from, and the same as the model tags them.
    """
    scores = score(gold, found, nested=nested)
    f1 = 100 * scores.micro().f1
    hint = (
        "more steps (min_steps=1000), a higher head_learning_rate, or windows=sentences with a smaller "
        "max_seq_length and per_device_train_batch_size"
    )
    if f1 < LEARNED:
        spans = sum(len(document.spans) for document in found)
        said = (
            f"after {steps} steps the model finds {counted(spans, 'span')} in {counted(len(gold), 'document')} that it learned from, "
            f"F1 {f1:.1f} of 100: it has not learned them"
        )
        return [Problem(where, "training-not-learned", said, hint, "warning")]
    weak = [
        f"{label} (F1 {100 * of.f1:.1f}, {counted(of.gold, 'span')})"
        for label, of in scores.by_type().items()
        if of.gold >= ENOUGH and 100 * of.f1 < LEARNED
    ]
    if not weak:
        return []
    said = f"after {steps} steps the model has not learned {', '.join(weak)} of the documents that it learned from"
    return [Problem(where, "training-not-learned", said, f"{hint}; class_weight=sqrt", "warning")]


def some(documents: Sequence[Document]) -> Sequence[Document]:
    """The documents that are looked at after a training: the first that bear spans."""
    return [document for document in documents if document.spans][:_LOOKED_AT]
