"""Score predictions against gold: python eval/score.py GOLD PRED

With --system NAME the number also goes into eval/results.jsonl, with everything that is needed to get it again.
"""

import argparse
import shlex
import sys
from pathlib import Path

from viborder.errors import ViborderError
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.show.score_tables import score_table
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import read

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("gold", type=Path)
parser.add_argument("pred", type=Path)
parser.add_argument("--flat", action="store_true", help="the outermost spans only")
parser.add_argument("--system", help="the system's name in eval/results.jsonl")
parser.add_argument("--task", help="data, layers, what was trained on and tested on")
parser.add_argument("--recipe", help="the file in train/ that made the system")
parser.add_argument("--tuned-on", help="what its makers looked at; `nothing` is an answer")
parser.add_argument("--command", help="what to type to get the number again; this command line by default")


def main(options: argparse.Namespace) -> None:
    """Score, print, and keep the number where it is asked for."""
    gold, pred = read(options.gold), read(options.pred)
    scores = score(gold, pred, nested=not options.flat)
    intervals = bootstrap(scores)
    score_table(scores, intervals)
    if options.system:
        said = {name: getattr(options, name) for name in ("system", "task", "recipe", "tuned_on")}
        command = options.command or shlex.join(["python", *sys.argv])
        results.add([results.result(scores, intervals, metric="strict_f1", **said, command=command)])


if __name__ == "__main__":
    try:
        main(parser.parse_args())
    except ViborderError as error:
        sys.exit("\n".join(map(str, error.problems)))
