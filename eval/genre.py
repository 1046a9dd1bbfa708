"""Score the grammar alone on the sentences of the genre, and on gold: python eval/genre.py [FILE…]

Gold, the tuning and adversarial sentences and `articles.jsonl` are what it was mended on; of `heldout.txt`, written
before it, and of `articles_blind.jsonl` only scores were looked at.
"""

import argparse
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from viborder.document import PRIVATE, Document
from viborder.eval import score
from viborder.formats import jsonl
from viborder.formats.brackets import read
from viborder.grammar import propose
from viborder.labels import entity_types
from viborder.text import tokenize

SETS = ("tuning.txt", "adversarial.txt", "articles.jsonl", "heldout.txt", "articles_blind.jsonl")
FILES = [Path("annotations/gold.jsonl"), *(Path("train/genre") / name for name in SETS)]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("files", type=Path, nargs="*", default=FILES)


def main(files: list[Path]) -> None:
    """One row a file and layer: exact span F1 over all types, and of each type."""
    table = Table(box=box.SIMPLE_HEAD, title="The grammar alone, exact span F1")
    for column in ("file", "layers", "spans", "precision", "recall", "F1", *entity_types()):
        table.add_column(column, justify="left" if column in ("file", "layers") else "right")
    for file in files:
        gold = jsonl.read(file) if file.suffix == ".jsonl" else read(file)
        pred = [_proposed(document) for document in gold]
        for nested in (False, True):
            said = score(gold, pred, nested=nested).as_dict()
            support = sum(said[label]["number"] for label in entity_types())
            numbers = [said[f"overall_{name}"] for name in ("precision", "recall", "f1")] + [
                said[label]["f1"] for label in entity_types()
            ]
            table.add_row(
                file.stem, "nested" if nested else "flat", str(support), *(f"{number:.3f}" for number in numbers)
            )
    Console(width=max(Console().width, 120)).print(table)


def _proposed(document: Document) -> Document:
    return document.with_spans(
        span for span in propose(document.text, tokenize(document.text)) if span.label != PRIVATE
    )


if __name__ == "__main__":
    main(parser.parse_args().files)
