"""Learning the weights of a linear-chain CRF with CRFsuite (L-BFGS, elastic net)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from viborder.train.crf.chain import Columns, Types, Weights, run_ends
from viborder.train.crf.templates import AFTER, BEFORE, Template, features
from viborder.train.decode import Ints

_STATE = re.compile(r"^  \(0\) (.+) --> (.+): (\S+)$", re.MULTILINE)
_TRANSITION = re.compile(r"^  \(1\) (.+) --> (.+): (\S+)$", re.MULTILINE)

Lesson = tuple[str, Any, list[str]]  # the document's id, CRFsuite's sequence of features, and the tag of every token


def sequences(templates: Sequence[Template], types: Types, columns: Columns, rows: Iterable[Ints]) -> Iterator[Any]:
    """CRFsuite's feature sequences for rows of flat positions."""
    import pycrfsuite

    numbers = columns.types.tolist()
    values: dict[str, list[str | None]] = {}
    for name in {name for template in templates for name, _ in template.parts}:
        if name in columns.codes:
            values[name] = [columns.values[code] or None for code in columns.codes[name].tolist()]
        else:
            of_type = [own.get(name) for own in types.attributes]
            values[name] = [of_type[number] for number in numbers]
    before, after = run_ends(types, columns.types)
    ends = {BEFORE: before.tolist(), AFTER: after.tolist()}
    for positions in rows:
        yield pycrfsuite.ItemSequence(features(templates, values, ends, positions.tolist()))


def learn(lessons: Iterable[Lesson], tags: Sequence[str], *, c1: float, c2: float, iterations: int) -> Weights:
    """The weights. The same lessons in the same order give the same weights.

    tags: every tag that there is; those that the lessons lack keep weights of zero.
    """
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": iterations, "feature.possible_transitions": True})
    for _, items, labels in lessons:
        trainer.append(items, labels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.crfsuite"
        trainer.train(str(path))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(path))
        tagger.dump(str(Path(folder) / "dump"))
        tagger.close()
        return _weights((Path(folder) / "dump").read_text(encoding="utf-8"), tags)


def _weights(dump: str, tags: Sequence[str]) -> Weights:
    """The weights that CRFsuite prints of a model; python-crfsuite's own reader of these lines takes ten times as
    long.
    """
    number = {tag: index for index, tag in enumerate(tags)}
    entries = [(feature, tag, weight) for feature, tag, text in _STATE.findall(dump) if (weight := float(text))]
    names = sorted({feature for feature, _, _ in entries})
    row = {feature: index for index, feature in enumerate(names)}
    rows = np.array([row[feature] for feature, _, _ in entries], dtype=np.int64)
    columns = np.array([number[tag] for _, tag, _ in entries], dtype=np.int64)
    order = np.lexsort((columns, rows))
    matrix = np.zeros((len(tags), len(tags)), dtype=np.float32)
    for before, after, weight in _TRANSITION.findall(dump):
        matrix[number[before], number[after]] = float(weight)
    return Weights(
        list(tags),
        names,
        np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(names)))]).astype(np.int64),
        columns[order],
        np.array([weight for _, _, weight in entries], dtype=np.float32)[order],
        matrix,
    )
