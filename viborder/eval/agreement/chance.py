"""Agreement beyond chance between label sequences, and between units on a line."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Sequence

from viborder.document import Span

Labels = Sequence[str | None]  # one label a token; None where the annotator did not see the token


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa (1960) between two label sequences, by scikit-learn; None where both use one and the same label
    throughout.
    """
    from sklearn.metrics import cohen_kappa_score

    if not first or len({*first, *second}) < 2:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kappa = float(cohen_kappa_score(first, second))
    return None if math.isnan(kappa) else kappa


def without_both(first: Sequence[str], second: Sequence[str], outside: str = "O") -> tuple[list[str], list[str]]:
    """The two sequences without the tokens that both leave unmarked, which are most of a text and easy to agree on."""
    kept = [(a, b) for a, b in zip(first, second, strict=True) if (a, b) != (outside, outside)]
    return [a for a, _ in kept], [b for _, b in kept]


def scott_pi(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Scott's pi (1955): like kappa, but chance comes from both annotators' pooled labels; None where one label is
    all there is.
    """
    pooled = [*first, *second]
    expected = sum((pooled.count(label) / len(pooled)) ** 2 for label in set(pooled))
    if expected in (0, 1):
        return None
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    return (observed - expected) / (1 - expected)


def krippendorff_alpha(annotators: Sequence[Labels]) -> float | None:
    """Krippendorff's alpha for nominal labels, any number of annotators, missing values allowed; None where one label
    is all there is.

    Krippendorff (2004), Content Analysis, 2nd ed., 11.3: one minus observed over expected disagreement of the
    coincidence matrix.
    """
    import numpy as np

    label_ids: dict[str, int] = {
        label: index for index, label in enumerate(sorted({x for row in annotators for x in row if x is not None}))
    }
    if len(label_ids) < 2:
        return None
    units = len(annotators[0])
    counts = np.zeros((units, len(label_ids)))
    for row in annotators:
        if len(row) != units:
            raise ValueError("the annotators' sequences have different lengths")
        seen = np.array([-1 if label is None else label_ids[label] for label in row])
        counts[np.flatnonzero(seen >= 0), seen[seen >= 0]] += 1
    counts = counts[counts.sum(axis=1) > 1]  # a token that one annotator alone saw can be paired with nothing
    pairable = counts.sum(axis=1)
    total, per_label = pairable.sum(), counts.sum(axis=0)
    expected = total**2 - (per_label**2).sum()
    if not expected:
        return None
    observed = ((pairable**2 - (counts**2).sum(axis=1)) / (pairable - 1)).sum()
    return float(1 - (total - 1) * observed / expected)


def unitizing_alpha(
    annotators: Sequence[Sequence[Span]], begin: int, length: int
) -> tuple[float | None, dict[str, float | None]]:
    """Krippendorff's alpha for units on a line: overall and by label; counts how far borders are apart, not only that
    they differ.

    Krippendorff (2004), Measuring the reliability of qualitative text analysis data, Quality & Quantity 38. Positions
    from `begin`, `length` of the line in the same unit. One annotator's units of one label must not overlap (take the
    outermost of nested spans). None where nothing is marked.
    """
    observed, expected = {}, {}
    for label in sorted({span.label for spans in annotators for span in spans}):
        lines = [_sections([span for span in spans if span.label == label], begin, length) for spans in annotators]
        observed[label] = _observed(lines, length)
        expected[label] = _expected(lines, length)
    by_label = {label: 1 - observed[label] / expected[label] if expected[label] else None for label in observed}
    total = sum(expected.values())
    return (1 - sum(observed.values()) / total if total else None), by_label


Section = tuple[int, int, bool]  # begin, length, whether it is a unit (else a gap)


def _sections(units: Sequence[Span], begin: int, length: int) -> list[Section]:
    sections: list[Section] = []
    at = begin
    for unit in sorted(units):
        if unit.start < at:
            raise ValueError(f"units of {unit.label} overlap at {unit.start}")
        if unit.start > at:
            sections.append((at, unit.start - at, False))
        sections.append((unit.start, unit.end - unit.start, True))
        at = unit.end
    if at < begin + length:
        sections.append((at, begin + length - at, False))
    return sections


def _observed(lines: list[list[Section]], length: int) -> float:
    total = 0
    for i, first in enumerate(lines):
        for second in lines[i + 1 :]:
            total += 2 * _distance(first, second)
    return total / (len(lines) * (len(lines) - 1) * length**2)


def _distance(first: list[Section], second: list[Section]) -> int:
    """Sum of the squared differences of sections that meet, walking both lines once."""
    total, i, j = 0, 0, 0
    while i < len(first) and j < len(second):
        (a, a_length, a_unit), (b, b_length, b_unit) = first[i], second[j]
        a_end, b_end = a + a_length, b + b_length
        if a_unit and b_unit:
            total += (a - b) ** 2 + (a_end - b_end) ** 2
        elif a_unit and b <= a and a_end <= b_end:
            total += a_length**2
        elif b_unit and a <= b and b_end <= a_end:
            total += b_length**2
        i, j = i + (a_end <= b_end), j + (b_end <= a_end)
    return total


def _expected(lines: list[list[Section]], length: int) -> float:
    everything = len(lines) * length
    units = [size for line in lines for _, size, is_unit in line if is_unit]
    gaps: dict[int, int] = defaultdict(int)
    for line in lines:
        for _, size, is_unit in line:
            gaps[size] += not is_unit
    total = 0.0
    for size in units:
        among_units = (len(units) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        in_gaps = size**2 * sum(count * (gap - size + 1) for gap, count in gaps.items() if gap >= size)
        total += among_units + in_gaps
    return 2 / length * total / (everything * (everything - 1) - sum(size * (size - 1) for size in units))
