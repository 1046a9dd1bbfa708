"""Learning the weights of a linear-chain CRF with CRFsuite (L-BFGS, elastic net)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from viborder.train.chain import Columns, Ints, Types, Weights
from viborder.train.templates import Template, features

Tagged = tuple[list[list[str]], list[str]]  # features of every token, and its tag


def sequences(
    templates: Sequence[Template], types: Types, columns: Columns, rows: Iterable[tuple[Ints, Sequence[str]]]
) -> Iterator[Tagged]:
    """Feature strings for rows of flat positions with their tags."""
    words = [types.attributes[number] for number in columns.types.tolist()]
    values = {name: [columns.values[code] for code in codes.tolist()] for name, codes in columns.codes.items()}
    for positions, tags in rows:
        yield [features(templates, words, values, at) for at in positions.tolist()], list(tags)


def learn(data: Iterable[Tagged], tags: Sequence[str], *, c1: float, c2: float, iterations: int) -> Weights:
    """The weights. The same data in the same order give the same weights.

    tags: every tag that there is; those that the data lack keep weights of zero.
    """
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": iterations, "feature.possible_transitions": True})
    for items, labels in data:
        trainer.append(pycrfsuite.ItemSequence(items), labels)
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
