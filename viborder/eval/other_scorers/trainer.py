"""The scores while a `transformers.Trainer` trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from viborder.errors import fail
from viborder.eval.counting.scoring import score

IGNORED = -100  # PyTorch's index of labels that do not count


def compute_metrics(labels: Sequence[str] | Mapping[int, str]) -> Callable[[Any], dict[str, float]]:
    """A function for `Trainer(compute_metrics=…)`; `labels` are the tags (B-PLACE, …) by their ids, as in
    `config.id2label`.

    It takes an `EvalPrediction`: `predictions` are logits [n, tokens, tags] or tag ids [n, tokens], `label_ids` [n,
    tokens] with -100 where no tag is asked for. It returns `overall_precision`, `overall_recall`, `overall_f1`,
    `overall_accuracy`, and for each type `PLACE_precision`, `PLACE_recall`, `PLACE_f1`, `PLACE_number`, as plain
    floats. Raises ViborderError `shapes-differ`.
    """
    names = np.array([labels[index] for index in range(len(labels))], dtype=object)

    def metrics(output: Any) -> dict[str, float]:
        predictions = output.predictions[0] if isinstance(output.predictions, tuple) else output.predictions
        predicted = np.argmax(predictions, axis=-1) if np.ndim(predictions) == 3 else np.asarray(predictions)
        wanted = np.asarray(output.label_ids)
        if predicted.shape != wanted.shape:
            raise fail(
                "", "shapes-differ", f"predictions {predicted.shape}, labels {wanted.shape}", "one prediction a label"
            )
        counted = wanted != IGNORED
        gold, pred = (
            [names[ids[own]].tolist() for ids, own in zip(side, counted, strict=True)] for side in (wanted, predicted)
        )
        found: dict[str, float] = {}
        for key, value in score(gold, pred).as_dict().items():
            found |= (
                {f"{key}_{name}": float(part) for name, part in value.items()}
                if isinstance(value, dict)
                else {key: value}
            )
        return found

    return metrics
