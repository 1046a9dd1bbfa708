"""All spans that a CRF holds possible, each with its probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viborder.train.decode import Floats, Ints, by_step
from viborder.train.token_spans import TokenSpan

Reals = NDArray[np.float64]


def candidates(
    emissions: Floats,
    transitions: Floats,
    first: Floats,
    starts: Ints,
    lengths: Ints,
    tags: Sequence[str],
    least: float,
) -> list[tuple[TokenSpan, float]]:
    """Spans in rows whose probability is `least` or more, in reading order; one that IOBES tags leave open at the end
    is none.

    The rest as in `viterbi`; all rows belong to a sequence.
    """
    rows, steps, ends = by_step(starts, lengths)
    step_weights, entry, weights, beta = _beliefs(emissions, transitions, first, rows, steps)
    goes_on = np.ones(len(rows), dtype=bool)
    goes_on[rows[ends]] = False
    found: list[tuple[TokenSpan, float]] = []
    for begin, inside, end, single, label in _codes(tags):
        forward = _Label(step_weights, weights, beta, goes_on, inside)
        found += forward.closed(
            np.arange(len(rows)), np.arange(len(rows)), entry[:, single] * weights[:, single], single, label, least
        )
        first_row = last_row = np.arange(len(rows))
        mass, tag = entry[:, begin] * weights[:, begin], begin
        while len(last_row):
            keep = (mass * beta[last_row, tag] >= least) & goes_on[last_row]
            first_row, mass, last_row = first_row[keep], mass[keep], last_row[keep] + 1
            found += forward.closed(
                first_row, last_row, mass * step_weights[tag, end] * weights[last_row, end], end, label, least
            )
            mass, tag = mass * step_weights[tag, inside] * weights[last_row, inside], inside
    return sorted(found)


def _beliefs(
    emissions: Floats, transitions: Floats, first: Floats, rows: Ints, steps: Sequence[slice]
) -> tuple[Reals, Reals, Reals, Reals]:
    """The forward-backward algorithm, scaled so that entry · weights · beta is the probability of a tag at a row.

    rows, steps: as `by_step` gives them. Returns exp(transitions), then (rows × tags, the rows as in `emissions`) what
    comes into each row before its own weights, its own weights, and what comes after.
    """
    weights = emissions.take(rows, axis=0).astype(np.float64)
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    step_weights = np.exp(transitions.astype(np.float64))
    entry, beta = np.empty_like(weights), np.ones_like(weights)
    scale = np.empty((len(rows), 1))
    incoming = np.broadcast_to(np.exp(first.astype(np.float64)), entry[steps[0]].shape)
    for here in steps:
        entry[here] = incoming[: here.stop - here.start]
        now = entry[here] * weights[here]
        scale[here] = now.sum(axis=1, keepdims=True)
        incoming = now / scale[here] @ step_weights
    weights /= scale
    for before, here in zip(steps[-2::-1], steps[:0:-1], strict=True):
        beta[before][: here.stop - here.start] = weights[here] * beta[here] @ step_weights.T
    order = np.argsort(rows)
    return step_weights, entry[order], weights[order], beta[order]


def _codes(tags: Sequence[str]) -> list[tuple[int, int, int, int, str]]:
    """By label, the codes of B-, I-, E- and S-, or of what stands for them in IOB2."""
    code = {tag: number for number, tag in enumerate(tags)}
    labels = [tag[2:] for tag in tags if tag.startswith("B-")]
    return [
        (
            code[f"B-{label}"],
            code[f"I-{label}"],
            code.get(f"E-{label}", code[f"I-{label}"]),
            code.get(f"S-{label}", code[f"B-{label}"]),
            label,
        )
        for label in labels
    ]


class _Label:
    """Spans of one label; `inside` is its tag I-."""

    def __init__(
        self, step_weights: Reals, weights: Reals, beta: Reals, goes_on: NDArray[np.bool_], inside: int
    ) -> None:
        self.step_weights, self.weights, self.beta, self.goes_on, self.inside = (
            step_weights,
            weights,
            beta,
            goes_on,
            inside,
        )

    def closed(
        self, begins: Ints, lasts: Ints, mass: Reals, tag: int, label: str, least: float
    ) -> list[tuple[TokenSpan, float]]:
        """Those of some spans that are probable enough if they end where they are: with what comes after, less what
        would go on.
        """
        chance = mass * self.beta[lasts, tag]
        some = np.flatnonzero(chance >= least)
        after = np.minimum(lasts[some] + 1, len(self.beta) - 1)
        prolonged = (
            self.step_weights[tag, self.inside] * self.weights[after, self.inside] * self.beta[after, self.inside]
        )
        chance = chance[some] - mass[some] * prolonged * self.goes_on[lasts[some]]
        enough = np.flatnonzero(chance >= least)
        rows = zip(begins[some][enough].tolist(), lasts[some][enough].tolist(), chance[enough].tolist(), strict=True)
        return [((begin, last + 1, label), min(1.0, value)) for begin, last, value in rows]
