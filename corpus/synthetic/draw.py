"""Draw cards of the made-up texts: python corpus/synthetic/draw.py [--from 1 --to 10] [--split train]

A card says what a text is to be: register, length, era, place, plot, form, names … A writer never chooses, so that no
two texts share a plot. The same seed gives the same cards for ever; what they are dealt from stands in `axes.yaml`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

AXES = Path(__file__).with_name("axes.yaml")
SEED = 20261128
SPLITS = ("train", "development", "blind")
NAMES_A_CARD = 12


class Deck:
    """Values that are dealt without replacement until they are used up, then shuffled again."""

    def __init__(self, values: list[Any] | dict[Any, int], chance: random.Random) -> None:
        """values: a list, or how often each value is in the deck."""
        self.values = list(unfolded(values))
        self.chance = chance
        self.left: list[Any] = []

    def deal(self) -> Any:
        """The next value."""
        if not self.left:
            self.left = self.chance.sample(self.values, len(self.values))
        return self.left.pop()


def unfolded(values: list[Any] | dict[Any, int]) -> Iterator[Any]:
    """Each value as often as it is to be in the deck."""
    if isinstance(values, dict):
        for value, times in values.items():
            yield from [value] * times
        return
    for value in values:
        if isinstance(value, dict):
            yield from unfolded(value)
        else:
            yield value


def cards(axes: dict[str, Any], seed: int = SEED) -> list[dict[str, Any]]:
    """All cards, numbered from 1: registers in rotation, so that any ten that follow each other have at least five of them."""
    chance = random.Random(seed)
    decks = {axis: Deck(axes[axis], chance) for axis in ("era", "place", "body", "drug", "event", "twist", "form")}
    decks |= {axis: Deck(axes[axis], chance) for axis in ("style", "opening", "ending", "numbers", "dates")}
    decks |= {axis: Deck(axes[axis], chance) for axis in ("hard", "nesting")}
    used: set[tuple[Any, Any]] = set()
    names = full_names(axes, chance)
    dealt = []
    for split in SPLITS:
        for code in slots(axes["registers"], split, chance):
            name, *_, fewest, most, empty, density = axes["registers"][code]
            card = {"register": code, "name": name, "split": split, "syllables": length(fewest, most, chance)}
            card |= {"lines_without_span_%": empty, "spans_per_100_syllables": density}
            card |= {axis: decks[axis].deal() for axis in ("era", "place", "body", "drug")}
            card |= plot(card, decks, used)
            card |= {axis: decks[axis].deal() for axis in ("form", "style", "opening", "ending")}
            card |= {axis: [decks[axis].deal() for _ in range(2)] for axis in ("numbers", "dates", "nesting")}
            card["hard"] = [decks["hard"].deal() for _ in range(3)]
            card["people"] = [next(names) for _ in range(NAMES_A_CARD)]
            dealt.append({"number": len(dealt) + 1} | card)
    return dealt


def plot(card: dict[str, Any], decks: dict[str, Deck], used: set[tuple[Any, Any]]) -> dict[str, Any]:
    """An event and a twist that no card had together, nor the event at this place."""
    while True:
        event, twist = decks["event"].deal(), decks["twist"].deal()
        pairs = {(event, twist), (card["place"], event)}
        if not pairs & used:
            used |= pairs
            return {"event": event, "twist": twist}


def slots(registers: dict[str, list[Any]], split: str, chance: random.Random) -> list[str]:
    """The registers' codes, as often as each is to be written, spread evenly."""
    column = 1 + SPLITS.index(split)
    spread = [
        ((turn + chance.random()) / fields[column], code)
        for code, fields in registers.items()
        for turn in range(fields[column])
    ]
    return [code for _, code in sorted(spread)]


def length(fewest: int, most: int, chance: random.Random) -> int:
    """Syllables: log-uniform in the register's range; one text in ten is doubled."""
    drawn = math.exp(chance.uniform(math.log(fewest), math.log(most)))
    return 10 * round(drawn * (2 if chance.random() < 0.1 else 1) / 10)


def full_names(axes: dict[str, Any], chance: random.Random) -> Iterator[str]:
    """Names of persons, none twice; when a list of full names is used up, another people is drawn."""
    people = Deck(axes["people"], chance)
    surnames = {kind: Deck(weights, chance) for kind, weights in axes["surnames"].items()}
    given = {kind: Deck(list_, chance) for kind, list_ in axes["given"].items()}
    listed = {kind: chance.sample(names, len(names)) for kind, names in axes["full"].items()}
    middle = Deck(axes["middle"], chance)
    seen: set[str] = set()
    while True:
        kind = people.deal()
        if kind in listed:
            name = listed[kind].pop() if listed[kind] else ""
        else:
            between = middle.deal() if kind in ("kinh", "tay", "khmer-vn") else ""
            parts = (surnames[kind].deal(), between, given.get(kind, given["kinh"]).deal())
            name = " ".join(part for part in parts if part)
        if name and name not in seen:
            seen.add(name)
            yield name


def main() -> None:
    """Print cards as JSON, a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--to", dest="last", type=int, default=10**6)
    parser.add_argument("--split", choices=SPLITS)
    options = parser.parse_args()
    for card in cards(yaml.safe_load(AXES.read_text(encoding="utf-8"))):
        if options.first <= card["number"] <= options.last and options.split in (None, card["split"]):
            print(json.dumps(card, ensure_ascii=False))


if __name__ == "__main__":
    main()
