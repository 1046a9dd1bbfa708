"""How fast encoders tag on a CPU: python eval/benchmarks/encoder.py MODEL [MODEL…] [--rounds 7] [--keep]

    python train/export_onnx.py build/models/e5 build/models/e5-int8 --int8
    python eval/benchmarks/encoder.py build/models/e5 build/models/e5-int8 [build/models/crf]

Model folders of any kind tag the five articles in turn, in one process on one thread, after one article to warm up.
Printed for each: syllables between blanks per CPU second, best and median of the rounds, from texts to nested spans;
the folder's size; and how far its spans agree with those of the first folder (strict F1). --keep puts the seconds of
the best round of each into eval/results.jsonl, under the name of its folder.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when numpy, torch and ONNX Runtime are imported

import argparse
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from tagging import speed

from viborder.document import Document
from viborder.eval import score
from viborder.eval.show import results
from viborder.formats import jsonl
from viborder.train import load

GOLD = Path("annotations/gold.jsonl")


def main() -> None:
    """Tag in turn, and print a row a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    articles = [document.with_spans([]) for document in jsonl.read(GOLD)]
    syllables = sum(len(article.text.split()) for article in articles)
    taggers = {folder: load(folder) for folder in options.models}
    found: dict[Path, list[Document]] = {}
    seconds: dict[Path, list[float]] = {folder: [] for folder in taggers}
    for tagger in taggers.values():
        list(tagger.tag(articles[:1]))
    for _ in range(options.rounds):
        for folder, tagger in taggers.items():
            begun = time.process_time()
            found[folder] = list(tagger.tag(articles))
            seconds[folder].append(time.process_time() - begun)
    table = Table("model", "syllables/s", "median", "MB", "spans", "agreement")
    for folder, each in seconds.items():
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        agreement = score(found[options.models[0]], found[folder]).micro().f1
        spans = sum(len(document.spans) for document in found[folder])
        speeds = [f"{syllables / one:,.0f}" for one in (min(each), median(each))]
        table.add_row(folder.name, *speeds, f"{size:.0f}", str(spans), f"{100 * agreement:.1f}")
    Console().print(table)
    if options.keep:
        command = " ".join(["python eval/benchmarks/encoder.py", *map(str, taggers)])
        results.add(
            [
                speed(folder.name, min(each), syllables, len(articles)) | {"data": "gold", "command": command}
                for folder, each in seconds.items()
            ]
        )


if __name__ == "__main__":
    main()
