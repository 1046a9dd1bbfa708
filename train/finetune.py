"""Fine-tune a transformer by a recipe, and tell how it scores on documents that it has not seen.

    python train/finetune.py train/xlmr.yaml --out build/models/xlmr learning_rate=2e-5 torchrun --nproc_per_node 2
    train/finetune.py train/xlmr.yaml --out build/models/xlmr accelerate launch --config_file
    train/accelerate/two-machines.yaml train/finetune.py train/xlmr.yaml --out /shared/xlmr

The steps in order; what they do is in viborder/train/encoder/finetune.py. `viborder train` calls the same function for
one process.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from viborder.errors import ViborderError
from viborder.eval import score
from viborder.formats import read
from viborder.train import train


def main() -> None:
    """Train, tag the test documents if there are some, print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="keys of the recipe to set")
    parser.add_argument(
        "--train", type=Path, default=Path("annotations/gold.jsonl"), help="documents with spans, in any format"
    )
    parser.add_argument("--dev", type=Path, help="documents to choose the checkpoint by")
    parser.add_argument("--test", type=Path, help="documents to score on, looked at once, at the end")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_intermixed_args()  # keys may stand after --out, too

    documents = read(options.train)
    dev = read(options.dev) if options.dev else None
    tagger = train(options.recipe, documents, options.out, dev, options.overrides)

    if options.test and int(os.environ.get("RANK", "0")) == 0:
        gold = read(options.test)
        found = list(tagger.tag([document.with_spans([]) for document in gold]))
        scores = score(gold, found)
        micro = scores.micro()
        print(
            f"precision {micro.precision:.4f}  recall {micro.recall:.4f}  F1 {micro.f1:.4f}  ({micro.gold} gold spans)"
        )
        print(scores.signature)


if __name__ == "__main__":
    try:
        main()
    except ViborderError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems))
