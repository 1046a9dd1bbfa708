"""What is settled on held-out documents: how much the grammar's word counts, and what a probability is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np

from viborder.train.crf.batch import Cut
from viborder.train.crf.tagger import CrfTagger, Scored, Settings
from viborder.train.page import Page

Held = tuple[
    CrfTagger, list[Page], list[list[Cut]], list[set[Cut]]
]  # a tagger, pages it has not seen, their proposals, their spans


def settle(held: Sequence[Held], speech: Sequence[float], silence: Sequence[float], doubt: float) -> Settings:
    """The settings that serve best on held-out pages: first the votes, by F1 over nested spans, then the calibration.

    Of votes that do equally well, those that stand first in the recipe. doubt: the share of the grammar's proposals
    that are moved by a
    token before scores are calibrated: on documents that its authors have read it is right more often than it will be
    elsewhere.
    """
    best, best_f1 = Settings(), -1.0
    for loud, quiet in product(speech, silence):
        settings = Settings(speech=loud, silence=quiet)
        score = f1(({cut for cut, _, _ in found}, gold) for found, gold in _tagged(held, settings))
        if score > best_f1 + 1e-9:
            best, best_f1 = settings, score
    moved = [
        (tagger, pages, [_moved(cuts, doubt, f"{number}") for number, cuts in enumerate(by_page)], gold)
        for tagger, pages, by_page, gold in held
    ]
    return calibrate(best, _judged(moved, best))


def _moved(cuts: list[Cut], share: float, seed: str) -> list[Cut]:
    random = Random(seed)
    found = []
    for first, last, label in cuts:
        if random.random() < share:
            last += -1 if last - first > 1 and random.random() < 0.5 else 1
        found.append((first, last, label))
    return sorted(found, key=lambda cut: (cut[0], -cut[1]))


def _tagged(held: Sequence[Held], settings: Settings) -> list[tuple[list[Scored], set[Cut]]]:
    found = []
    for tagger, pages, proposals, gold in held:
        tagger.settings = settings
        found += list(zip(tagger.tag_pages(pages, proposals), gold, strict=True))
    return found


def f1(pages: Iterable[tuple[set[Cut], set[Cut]]]) -> float:
    """The F1 of found spans, given with the gold ones page by page; 0 where there are none."""
    right = wrong = missed = 0
    for found, gold in pages:
        right, wrong, missed = right + len(found & gold), wrong + len(found - gold), missed + len(gold - found)
    return 2 * right / max(1, 2 * right + wrong + missed)


def _judged(held: Sequence[Held], settings: Settings) -> list[tuple[float, bool, bool]]:
    return [(score, agrees, cut in gold) for found, gold in _tagged(held, settings) for cut, score, agrees in found]


def calibrate(settings: Settings, judged: Sequence[tuple[float, bool, bool]], ridge: float = 1.0) -> Settings:
    """Settings with a logistic calibration, fitted by Newton's method and drawn by a ridge towards doing nothing (slope
    1).

    judged: for each span its probability, whether the grammar proposes the same, and whether it is right. After Platt
    (1999).
    """
    if len(judged) < 20:
        return settings
    chances = np.clip(np.array([chance for chance, _, _ in judged]), 1e-6, 1 - 1e-6)
    design = np.stack(
        [
            np.log(chances / (1 - chances)),
            np.ones(len(judged)),
            np.array([agrees for _, agrees, _ in judged], dtype=float),
        ],
        axis=1,
    )
    right = np.array([is_right for _, _, is_right in judged], dtype=float)
    weights = origin = np.array([1.0, 0.0, 0.0])
    for _ in range(50):
        expected = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (right - expected) - ridge * (weights - origin)
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + ridge * np.eye(3)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    slope, intercept, agreement = (round(float(weight), 4) for weight in weights)
    return replace(settings, slope=slope, intercept=intercept, agreement=agreement)
