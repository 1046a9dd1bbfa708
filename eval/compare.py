"""Say whether systems differ by more than chance: python eval/compare.py GOLD PRED PRED…"""

import argparse
import sys
from pathlib import Path

from viborder.errors import ViborderError
from viborder.eval import compare
from viborder.eval.show.score_tables import compare_table
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import read

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("gold", type=Path)
parser.add_argument("preds", type=Path, nargs="+", metavar="pred")
parser.add_argument("--flat", action="store_true", help="the outermost spans only")
parser.add_argument(
    "--unit", choices=["document", "sentence"], default="document", help="what is resampled and exchanged"
)


def main(options: argparse.Namespace) -> None:
    """Compare and print."""
    systems = {str(path): read(path) for path in options.preds}
    comparison = compare(read(options.gold), systems, nested=not options.flat, unit=options.unit)
    intervals = {name: bootstrap(scores) for name, scores in comparison.systems.items()}
    compare_table(comparison, intervals)


if __name__ == "__main__":
    try:
        main(parser.parse_args())
    except ViborderError as error:
        sys.exit("\n".join(map(str, error.problems)))
