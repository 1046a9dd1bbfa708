"""Other scorers' numbers to the last digit, by the scorer's name.

seqeval 1.2.2 (default and strict), conlleval, nervaluate 1.2.1 and spaCy 3.8's `score_spans`. Their habits are kept,
the odd ones too: nervaluate's depend on the order of predictions and its types do not add up, seqeval's default mode
does not know BILOU.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viborder.errors import counted, fail
from viborder.eval.counting.sequences import Reader, read, same_lengths
from viborder.eval.counting.table import Ints, SpanTable
from viborder.tags import split

Tags = Sequence[Sequence[str]]
Entity = tuple[str, int, int]  # type, first, last: both ends inclusive, as these tools have them
Report = dict[str, Any]
NERVALUATE_SCHEMAS = ("strict", "exact", "partial", "ent_type")


def seqeval(gold: Tags, pred: Tags, scheme: str | None = None, zero_division: int = 0) -> Report:
    """seqeval's `classification_report`: mode default without a scheme, strict with one.

    Returns `micro`, `macro`, `weighted` and `per_type`, each with precision, recall, f1, support; the macro scores of
    nothing are nan.
    Raises ViborderError: `lengths-differ`, `tag-unknown`, `scheme-unknown`, `nothing-to-score`.
    """
    if not gold and not pred:
        raise fail("", "nothing-to-score", "no sequences", "at least one sequence of tags")
    if not all(type(sequence) is list for side in (gold, pred) for sequence in side):
        raise fail("", "tag-unknown", "a sequence of tags is not a list", "lists of lists of tags")
    same_lengths(gold, pred)
    labels: dict[str, int] = {}
    sides = [Reader(side, partial(split, reading=scheme), labels).entities(scheme) for side in read(gold, pred)[:2]]
    types = len(labels)
    true, found = (np.bincount(side.label, minlength=types) for side in sides)
    both = np.bincount(_identical(*sides), minlength=types)
    names = list(labels)
    present = sorted((index for index in range(types) if true[index] or found[index]), key=names.__getitem__)
    return _averages([names[index] for index in present], both[present], found[present], true[present], zero_division)


def _identical(gold: SpanTable, pred: SpanTable) -> Ints:
    """The labels of the spans that stand on both sides (at most one entity of a side ends at a token)."""
    _, g, p = np.intersect1d(gold.end, pred.end, assume_unique=True, return_indices=True)
    same = (gold.start[g] == pred.start[p]) & (gold.label[g] == pred.label[p])
    found: Ints = gold.label[g[same]]
    return found


def _averages(names: list[str], both: Ints, found: Ints, true: Ints, zero_division: int) -> Report:
    per_type = _prf(both, found, true, zero_division)
    support = int(true.sum())
    if support:
        weighted = np.array([np.average(column, weights=true) for column in per_type.T])
    else:
        of_pred = float(zero_division) if not found.sum() else 0.0
        weighted = np.array([of_pred, zero_division, of_pred])
    averages = {
        "micro": _prf(both.sum(keepdims=True), found.sum(keepdims=True), true.sum(keepdims=True), zero_division)[0],
        "macro": per_type.mean(axis=0) if names else np.full(3, np.nan),
        "weighted": weighted,
    }
    rows = {name: _row(values, support) for name, values in averages.items()}
    return {**rows, "per_type": {name: _row(per_type[index], int(true[index])) for index, name in enumerate(names)}}


def _prf(both: Ints, found: Ints, true: Ints, zero_division: int) -> NDArray[np.float64]:
    precision = np.where(found > 0, both / np.maximum(found, 1), zero_division)
    recall = np.where(true > 0, both / np.maximum(true, 1), zero_division)
    total = precision + recall
    return np.stack([precision, recall, 2 * precision * recall / np.where(total > 0, total, 1)], axis=-1)


def _row(values: NDArray[np.float64], support: int) -> dict[str, float | int]:
    precision, recall, f1 = values.tolist()
    return {"precision": precision, "recall": recall, "f1": f1, "support": support}


def conlleval(gold: Tags, pred: Tags) -> Report:
    """conlleval.pl on IOB tags, in per cent: precision, recall, FB1, token accuracy, and `per_type` with `found`,
    phrases predicted.

    Raises ViborderError `tag-unknown` for tags beyond B-, I- and O, where versions of the script disagree.
    """
    for tag in sorted({tag for side in (gold, pred) for sequence in side for tag in sequence}):
        if tag != "O" and not tag.startswith(("B-", "I-")):
            raise fail("", "tag-unknown", f"{tag!r} is no IOB tag", "conlleval is for IOB1 and IOB2")
    report = seqeval(gold, pred)
    tokens = sum(map(len, gold))
    right = sum(
        one == other for sequences in zip(gold, pred, strict=True) for one, other in zip(*sequences, strict=True)
    )
    micro = _percent(report["micro"])
    return {
        **micro,
        "accuracy": 100 * right / tokens if tokens else 0.0,
        "tokens": tokens,
        "per_type": {name: _percent(row) for name, row in report["per_type"].items()},
    }


def _percent(row: dict[str, float]) -> dict[str, float]:
    return {
        "precision": 100 * row["precision"],
        "recall": 100 * row["recall"],
        "FB1": 100 * row["f1"],
        "gold": row["support"],
    }


def spacy(gold: Sequence[Sequence[Entity]], pred: Sequence[Sequence[Entity]]) -> Report:
    """spaCy's `score_spans`: the spans of a document are a set; nested ones are allowed.

    precision, recall, f1 and `per_type`.
    """
    true = {(row, *entity) for row, entities in enumerate(gold) for entity in entities}
    found = {(row, *entity) for row, entities in enumerate(pred) for entity in entities}
    types = sorted({entity[1] for entity in true | found})
    report: Report = _ratio(len(true & found), len(found), len(true))
    own = {name: ({e for e in true if e[1] == name}, {e for e in found if e[1] == name}) for name in types}
    return {
        **report,
        "per_type": {name: _ratio(len(one & other), len(other), len(one)) for name, (one, other) in own.items()},
    }


def _ratio(credit: float, found: int, true: int) -> dict[str, float]:
    precision = credit / found if found else 0.0
    recall = credit / true if true else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if credit else 0.0,
    }


def nervaluate(gold: Sequence[Sequence[Entity]], pred: Sequence[Sequence[Entity]], min_overlap: float = 1.0) -> Report:
    """nervaluate's `Evaluator(...).evaluate()`: `overall` and `entities`, each by schema with counts and scores.

    Predictions are taken in their order, each with the first fitting gold entity that is still free. min_overlap: per
    cent of the gold entity's length that a prediction must cover to touch it.
    """
    types = sorted({entity[0] for side in (gold, pred) for entities in side for entity in entities})

    def evaluate(keep: str | None) -> Report:
        own = [[[e for e in entities if keep is None or e[0] == keep] for entities in side] for side in (gold, pred)]
        pairs = list(zip(*own, strict=True))
        return {
            schema: _evaluated(schema, [_greedy(schema, one, other, min_overlap) for one, other in pairs])
            for schema in NERVALUATE_SCHEMAS
        }

    if len(gold) != len(pred):
        raise fail(
            "",
            "lengths-differ",
            f"{counted(len(gold), 'gold document')}, {len(pred)} predicted ones",
            "one for each, in the same order",
        )
    return {"overall": evaluate(None), "entities": {name: evaluate(name) for name in types}}


def _greedy(schema: str, gold: list[Entity], pred: list[Entity], min_overlap: float) -> list[int]:
    """[correct, incorrect or partial, missed, spurious] of one document."""
    free = list(range(len(gold)))
    correct = touched = spurious = 0
    for entity in pred:
        touching = [index for index in free if _overlap(entity, gold[index]) >= min_overlap]
        right = [
            index
            for index in (touching if schema in ("partial", "ent_type") else free)
            if _fits(schema, entity, gold[index])
        ]
        if right:
            correct += 1
            nearest = min(right, key=lambda index: _distance(entity, gold[index])) if schema == "ent_type" else right[0]
            free.remove(nearest)
        elif touching:
            touched += 1
            free.remove(touching[0])
        else:
            spurious += 1
    return [correct, touched, len(free), spurious]


def _fits(schema: str, pred: Entity, gold: Entity) -> bool:
    if schema == "ent_type":
        return pred[0] == gold[0]
    return pred[1:] == gold[1:] and (schema != "strict" or pred[0] == gold[0])


def _overlap(pred: Entity, gold: Entity) -> float:
    """Per cent of the gold entity that the prediction covers."""
    if pred[1] > gold[2] or pred[2] < gold[1]:
        return 0.0
    return (min(pred[2], gold[2]) - max(pred[1], gold[1]) + 1) / (gold[2] - gold[1] + 1) * 100.0


def _distance(pred: Entity, gold: Entity) -> int:
    return abs(pred[1] - gold[1]) + abs(pred[2] - gold[2])


def _evaluated(schema: str, documents: list[list[int]]) -> dict[str, float]:
    correct, touched, missed, spurious = (
        (sum(column) for column in zip(*documents, strict=True)) if documents else (0, 0, 0, 0)
    )
    partial_, incorrect = (touched, 0) if schema == "partial" else (0, touched)
    actual, possible = correct + touched + spurious, correct + touched + missed
    counts = {"correct": correct, "incorrect": incorrect, "partial": partial_, "missed": missed, "spurious": spurious}
    return {**counts, "actual": actual, "possible": possible, **_ratio(correct + 0.5 * partial_, actual, possible)}
