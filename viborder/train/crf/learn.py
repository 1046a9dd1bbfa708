"""Learning the weights of a linear-chain CRF with CRFsuite (L-BFGS, elastic net)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from viborder.train.crf.chain import Columns, Ints, Types, Weights, run_ends
from viborder.train.crf.templates import AFTER, BEFORE, Template, features

Lesson = tuple[str, Any, list[str]]  # the document's id, CRFsuite's sequence of features, and the tag of every token


def sequences(templates: Sequence[Template], types: Types, columns: Columns, rows: Iterable[Ints]) -> Iterator[Any]:
    """CRFsuite's feature sequences for rows of flat positions."""
    import pycrfsuite

    words = [types.attributes[number] for number in columns.types.tolist()]
    values = {name: [columns.values[code] for code in codes.tolist()] for name, codes in columns.codes.items()}
    before, after = run_ends(types, columns.types)
    places = {BEFORE: before.tolist(), AFTER: after.tolist()}
    for positions in rows:
        yield pycrfsuite.ItemSequence([features(templates, words, values, places, at) for at in positions.tolist()])


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
        info = tagger.info()
        tagger.close()
    return _weights(info.state_features, info.transitions, tags)


def _weights(states: dict[tuple[str, str], float], transitions: dict[tuple[str, str], float], tags: Sequence[str]) -> Weights:
    number = {tag: index for index, tag in enumerate(tags)}
    entries = sorted((feature, number[tag], weight) for (feature, tag), weight in states.items() if weight)
    names = sorted({feature for feature, _, _ in entries})
    row = {feature: index for index, feature in enumerate(names)}
    counts = np.bincount([row[feature] for feature, _, _ in entries], minlength=len(names)) if entries else np.zeros(0, dtype=np.int64)
    matrix = np.zeros((len(tags), len(tags)), dtype=np.float32)
    for (before, after), weight in transitions.items():
        matrix[number[before], number[after]] = weight
    return Weights(
        list(tags),
        names,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([tag for _, tag, _ in entries], dtype=np.int64),
        np.array([weight for _, _, weight in entries], dtype=np.float32),
        matrix,
    )
