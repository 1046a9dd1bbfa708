"""The same cross-validation with several seeds: how much of a score is luck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev

from viborder.document import Document
from viborder.eval import score
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.train.crossval import crossval


@dataclass(frozen=True, slots=True)
class Spread:
    """Strict micro F1 of each seed, their mean and standard deviation, and a 95 % interval over documents (counts of
    all seeds added).
    """

    f1: list[float]
    mean: float
    deviation: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        each = " ".join(f"{100 * value:.1f}" for value in self.f1)
        return (
            f"F1 {each}: mean {100 * self.mean:.1f}, standard deviation over seeds {100 * self.deviation:.1f}, "
            f"95 % interval over documents {100 * self.interval[0]:.1f} – {100 * self.interval[1]:.1f}"
        )


def by_seed(
    recipe: Path,
    documents: Sequence[Document],
    seeds: int,
    *,
    overrides: Sequence[str] = (),
    folds: int | None = None,
) -> Iterator[tuple[int, list[Document]]]:
    """(seed, predictions) for the seeds 0, 1, …; each document is tagged by a model that has not seen it."""
    for seed in range(seeds):
        found = crossval(recipe, documents, overrides=[*overrides, f"seed={seed}"], folds=folds)
        yield seed, list(found)


def spread(gold: Sequence[Document], runs: Sequence[Sequence[Document]]) -> Spread:
    """How the scores of several runs on the same documents differ. Takes one run or more."""
    scores = [
        score(gold, run, labels=sorted({span.label for document in gold for span in document.spans})) for run in runs
    ]
    f1 = [result.micro().f1 for result in scores]
    together = replace(scores[0], counts=sum((result.counts for result in scores[1:]), scores[0].counts))
    return Spread(f1, fmean(f1), stdev(f1) if len(f1) > 1 else 0.0, bootstrap(together).f1())
