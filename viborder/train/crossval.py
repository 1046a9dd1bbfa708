"""Cross-validation: each document tagged by a model that has not seen it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from viborder.document import Document
from viborder.errors import counted, fail
from viborder.similar import twins
from viborder.train import train
from viborder.train.watched import watched

LEAVE_ONE_OUT = 30  # documents at most; a model for each takes seconds, for hundreds it takes minutes to hours
FOLDS = 5  # where there are more


def crossval(
    recipe: str | Path,
    documents: Sequence[Document],
    *,
    out: Path | None = None,
    overrides: Sequence[str] = (),
    folds: int | None = None,
) -> Iterator[Document]:
    """Each document tagged by a model that has not seen it nor anything of its fold, in the order given.

    folds: how many; without it, one a document up to `LEAVE_ONE_OUT` documents, `FOLDS` beyond.
    out: where to keep the models, in folders `fold-0`, `fold-1`, …, or with a fold a document named after it; without
    it they are thrown away.
    Raises ViborderError `too-few-documents`, and those of `train`.
    """
    fold_of = folds_of(documents, folds)
    numbers = range(len(set(fold_of)))
    alone = len(numbers) == len(documents)
    found: dict[int, Document] = {}
    with tempfile.TemporaryDirectory() if out is None else nullcontext(str(out)) as folder:
        for number in watched(numbers, "cross-validation"):
            places = [place for place, fold in enumerate(fold_of) if fold == number]
            others = [document for document, fold in zip(documents, fold_of, strict=True) if fold != number]
            name = documents[places[0]].id if alone else f"fold-{number}"
            tagger = train(recipe, others, Path(folder) / name, overrides=overrides)
            held_out = (documents[place] for place in places)
            found |= zip(places, tagger.tag(held_out), strict=True)
    for place in range(len(documents)):
        yield found[place]


def folds_of(documents: Sequence[Document], folds: int | None = None) -> list[int]:
    """The fold of each document, from 0. Texts that are alike (see `viborder.similar`) stand in the same fold, so that
    none is learned from while its twin is tagged; otherwise folds are of about equal size.

    Raises ViborderError `too-few-documents` where that leaves fewer than two folds.
    """
    wanted = folds or (len(documents) if len(documents) <= LEAVE_ONE_OUT else FOLDS)
    groups = _groups([document.text for document in documents])
    sizes = Counter(groups)
    if len(sizes) < 2 or wanted < 2:
        said = f"{counted(len(documents), 'document')}, {len(sizes)} of them not alike, and {counted(wanted, 'fold')}"
        raise fail("", "too-few-documents", said, "cross-validation takes two folds, and two documents that differ")
    wanted = min(wanted, len(sizes))
    load = [0] * wanted
    fold_of_group: dict[int, int] = {}
    first = {group: place for place, group in reversed(list(enumerate(groups)))}
    for group in sorted(sizes, key=lambda group: (-sizes[group], first[group])):
        fold_of_group[group] = load.index(min(load))
        load[fold_of_group[group]] += sizes[group]
    return [fold_of_group[group] for group in groups]


def _groups(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text that it is alike, directly or through others."""
    group = list(range(len(texts)))

    def root(place: int) -> int:
        while group[place] != place:
            group[place] = place = group[group[place]]
        return place

    for twin in twins(texts):
        first, second = sorted((root(twin.first), root(twin.second)))
        group[second] = first
    return [root(place) for place in range(len(texts))]
