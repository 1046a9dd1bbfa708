"""Random tag sequences through seqeval and nervaluate, and through our modes of their names: not a digit may differ.

    python eval/conformance.py [--sets 1000] [--seed 0]

Each set has up to six sequences of up to twelve tags, legal and illegal ones, of a scheme drawn from five or of mixed
prefixes. Needs nervaluate (an extra: dev). Exit status 1 where anything differs, with the first sets that do.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from rich.progress import track

from viborder.eval.other_scorers import compat
from viborder.tags import SCHEMES, entities

TYPES = ("AGENCY", "DRUG", "PLACE")
SHOWN = 5
Tags = list[list[str]]


def drawn(draw: random.Random) -> tuple[str, Tags, Tags]:
    """(scheme, gold, prediction) of one set; the prediction is the gold with a third of its tags drawn anew."""
    scheme = draw.choice([*SCHEMES, "IOB2", "IOB2"])
    prefixes = SCHEMES[scheme].prefixes.replace("O", "")

    def tag() -> str:
        return "O" if draw.random() < 0.4 else f"{draw.choice(prefixes)}-{draw.choice(TYPES)}"

    gold = [[tag() for _ in range(draw.randint(1, 12))] for _ in range(draw.randint(1, 6))]
    pred = [[tag() if draw.random() < 1 / 3 else one for one in tags] for tags in gold]
    return scheme, gold, pred


def seqeval_differs(scheme: str, gold: Tags, pred: Tags) -> Iterator[str]:
    """What seqeval's report says otherwise, in its default mode and in the strict one of the scheme."""
    from seqeval import scheme as schemes
    from seqeval.metrics import classification_report

    for mode in (None, scheme):
        options = {"mode": "strict", "scheme": getattr(schemes, scheme)} if mode else {}
        try:
            theirs: dict[str, Any] = classification_report(gold, pred, output_dict=True, zero_division=0, **options)
        except ValueError:  # seqeval's strict report raises where neither side has an entity
            continue
        ours = compat.seqeval(gold, pred, mode)
        rows = ours["per_type"] | {f"{name} avg": ours[name] for name in ("micro", "macro", "weighted")}
        for name, row in theirs.items():
            for key, value in row.items():
                own = rows[name]["f1" if key == "f1-score" else key]
                if not same(float(value), float(own)):
                    yield f"seqeval {mode or 'default'}, {name}, {key}: {value}, ours {own}"


def nervaluate_differs(gold: Tags, pred: Tags) -> Iterator[str]:
    """What nervaluate says otherwise of the entities that conlleval's reading finds."""
    from nervaluate import Evaluator

    sides = [[entities(tags) for tags in side] for side in (gold, pred)]
    records = [[[{"label": n, "start": a, "end": b} for n, a, b in one] for one in side] for side in sides]
    theirs = Evaluator(*records, tags=sorted(TYPES), loader="dict").evaluate()["overall"]
    ours = compat.nervaluate(*sides)["overall"]
    for schema, found in theirs.items():
        for key in ("correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1"):
            if not same(float(getattr(found, key)), float(ours[schema][key])):
                yield f"nervaluate {schema}, {key}: {getattr(found, key)}, ours {ours[schema][key]}"


def same(one: float, other: float) -> bool:
    """To the last digit that two orders of adding can agree on."""
    return math.isclose(one, other, rel_tol=0, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))


def differences(sets: int, seed: int) -> list[str]:
    """A line for each difference, with its set."""
    found = []
    draw = random.Random(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in track(range(sets), "comparing", transient=True):
            scheme, gold, pred = drawn(draw)
            said = [*seqeval_differs(scheme, gold, pred)]
            if scheme.startswith("IOB"):
                said += nervaluate_differs(gold, pred)
            found += [f"set {number}: {line}\n  gold {gold}\n  pred {pred}" for line in said]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    lines = differences(options.sets, options.seed)
    print("\n".join(lines[:SHOWN]))
    print(f"{options.sets} sets, seed {options.seed}: {len(lines)} differences")
    sys.exit(bool(lines))
