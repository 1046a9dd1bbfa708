"""Whether the scores of suggestions follow what annotators deleted: python eval/confidence.py [--keep]

Taggers learn as the live backend does, and tag documents that they have not seen. Their scores are judged twice: as the
tagger gives them, and as it would without the record of what annotators kept (`viborder/train/kept.py`). Two measures,
both the better the smaller: the Brier score and the expected calibration error.

First, habits of annotators (eval/unknown.py) after 1, 2 and 3 documents that show them. Then errors as the grammar makes
them: learned from the five articles and 4, 10 or 20 of the made-up texts, tested on 20 others. With --keep the figures go
into eval/results.jsonl.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table
from unknown import FILES, HABITS, LIVE, RECIPE

from viborder.document import Document
from viborder.eval import score
from viborder.eval.show import results
from viborder.formats import jsonl
from viborder.train import train
from viborder.train.calibration import brier, calibration_error, reliability
from viborder.train.crf.tagger import load_crf
from viborder.train.folder import read_card

GOLD, MADE_UP = Path("annotations/gold.jsonl"), Path("corpus/synthetic/train.jsonl")
EDGES = (0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)
SYSTEMS = ("scores without the record of what was kept", "scores as they are given")
TUNED = "other draws of these documents"
TESTED = 20

Draw = tuple[list[Document], list[Document]]  # to learn from, to test on


def habits(size: int, seeds: Sequence[int]) -> Iterator[Draw]:
    """Five documents that do not show a habit and `size` that do; all others that do."""
    documents = [document for name in FILES for document in jsonl.read(Path(name))]
    for seed in seeds:
        shuffled = Random(seed).sample(documents, len(documents))
        for change in HABITS.values():
            showing = [document for document in shuffled if change(document) != document]
            neutral = [document for document in shuffled if change(document) == document]
            yield [*neutral[:5], *map(change, showing[:size])], [*map(change, showing[3:])]


def made_up(size: int, seeds: Sequence[int]) -> Iterator[Draw]:
    """The five articles and `size` of the made-up texts; TESTED others."""
    gold, documents = jsonl.read(GOLD), jsonl.read(MADE_UP)
    for seed in seeds:
        shuffled = Random(seed).sample(documents, len(documents))
        yield [*gold, *shuffled[:size]], shuffled[-TESTED:]


def judged(draws: Iterator[Draw]) -> tuple[list[Document], tuple[list[Document], list[Document]]]:
    """(the gold of all draws, what is found without the record and with it)."""
    gold: list[Document] = []
    without: list[Document] = []
    given: list[Document] = []
    for learned, tested in draws:
        with tempfile.TemporaryDirectory() as folder:
            tagger = train(RECIPE, learned, Path(folder) / "model", overrides=LIVE)
            card = read_card(Path(folder) / "model")
            files = {name: digest for name, digest in card["files"].items() if name != "kept.tsv"}
            without += load_crf(Path(folder) / "model", {**card, "files": files}).tag(tested)
        given += tagger.tag(tested)
        gold += tested
    return gold, (without, given)


def main(keep: bool, seeds: Sequence[int]) -> None:
    """Both experiments, as a table."""
    table = Table("learned from", "scores", "spans", "right", "Brier", "calibration error")
    lines: list[results.Result] = []
    tasks = [
        (f"{size} {'document that shows' if size == 1 else 'documents that show'} a habit", habits(size, seeds))
        for size in (1, 2, 3)
    ]
    tasks += [(f"the five and {size} made-up texts", made_up(size, seeds)) for size in (4, 10, 20)]
    for task, draws in tasks:
        gold, systems = judged(draws)
        different = list({document.id: document for document in gold}.values())
        for name, found in zip(SYSTEMS, systems, strict=True):
            bins = reliability(gold, found, EDGES)
            total = sum(one.count for one in bins)
            right = sum(one.count * one.right for one in bins) / total
            values = {"brier": brier(gold, found), "calibration_error": calibration_error(bins)}
            table.add_row(task, name, str(total), f"{right:.3f}", *(f"{value:.4f}" for value in values.values()))
            lines += [
                {
                    "system": name,
                    "task": f"confidence of the live backend's suggestions, learned from {task}",
                    "metric": metric,
                    "value": round(value, 4),
                    "interval": None,
                    "n": len(gold),
                    "unit": "document",
                    "recipe": str(RECIPE),
                    "data": score(different, different).data,
                    "tuned_on": TUNED,
                    "command": "python eval/confidence.py",
                }
                for metric, value in values.items()
            ]
    Console(width=140).print(table)
    if keep:
        results.add(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument(
        "--seeds", type=int, nargs="*", default=[4, 5], help="of the draws; 0 to 3 were looked at while it was made"
    )
    options = parser.parse_args()
    main(options.keep, options.seeds)
