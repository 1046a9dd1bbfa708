"""CPU seconds and memory of scoring tag lists, side by side in one run: python eval/benchmarks/scoring.py [--large]

seqeval's report (default and strict), nervaluate, and viborder with all four schemas, scores by type and by sentence,
accuracy and illegal tags. Each tool has a process of its own and the same made-up sentences: five types, predictions of
about 0.85 F1. Memory is the peak above what the data take. --large adds 20 million tokens, viborder alone. Needs
nervaluate (an extra: dev).
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from typing import Any

from rich.console import Console
from rich.table import Table

TYPES = ("AGENCY", "OFFICIAL", "PLACE", "DRUG", "QUANTITY")
TOOLS = ("viborder", "viborder, Arrow", "seqeval", "seqeval strict", "nervaluate")
SIZES = (20_000, 200_000, 2_000_000)
LARGE = 20_000_000
Tags = list[list[str]]


def sentences(tokens: int) -> tuple[Tags, Tags]:
    """Gold and predicted tags of about so many tokens, the same in every process."""
    source = random.Random(1)
    gold: Tags = []
    pred: Tags = []
    made = 0
    while made < min(tokens, 2_000_000):
        spans, at, length = [], 0, source.randint(8, 42)
        while at < length:
            size = min(source.randint(1, 5), length - at)
            if source.random() < 0.08:
                spans.append((at, size, source.choice(TYPES)))
                at += size
            at += 1
        gold.append(tags(length, spans))
        pred.append(tags(length, [changed for span in spans for changed in predicted(source, *span)]))
        made += length
    copies = max(1, tokens // 2_000_000)
    return [list(own) for _ in range(copies) for own in gold], [list(own) for _ in range(copies) for own in pred]


def predicted(source: random.Random, at: int, size: int, label: str) -> list[tuple[int, int, str]]:
    """What a tagger of about 0.85 F1 makes of an entity."""
    fate = source.random()
    if fate < 0.06:
        return []
    if fate < 0.11:
        return [(at, size, source.choice(TYPES))]
    if fate < 0.16:
        return [(at, max(1, size - 1), label)]
    return [(at, size, label)]


def tags(length: int, spans: list[tuple[int, int, str]]) -> list[str]:
    """IOB2 tags."""
    found = ["O"] * length
    for at, size, label in spans:
        found[at : at + size] = [f"B-{label}"] + [f"I-{label}"] * (size - 1)
    return [sys.intern(tag) for tag in found]


def once(tool: str, gold: Tags, pred: Tags) -> float:
    """Score as the tool's users do; the micro F1, so that all are seen to have measured the same."""
    if tool.startswith("viborder"):
        from viborder.eval import score

        return float(score(gold, pred).as_dict()["overall_f1"])
    if tool == "nervaluate":
        from nervaluate import Evaluator

        return float(Evaluator(gold, pred, tags=list(TYPES), loader="list").evaluate()["overall"]["strict"].f1)
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    strict = {"mode": "strict", "scheme": IOB2} if tool == "seqeval strict" else {}
    return float(classification_report(gold, pred, output_dict=True, **strict)["micro avg"]["f1-score"])


def columns(gold: Tags, pred: Tags) -> tuple[Any, Any]:
    """The same tags as Arrow columns, as a `datasets` table holds them."""
    import pyarrow

    return pyarrow.array(gold), pyarrow.array(pred)


def measure(tool: str, tokens: int) -> dict[str, float]:
    """In this process: CPU seconds (the best of some runs, imports apart) and megabytes above the data."""
    form = columns if tool == "viborder, Arrow" else lambda gold, pred: (gold, pred)
    once(tool, *form(*sentences(2000)))
    empty = peak()
    gold, pred = form(*sentences(tokens))
    before = peak()
    seconds = []
    for _ in range(3 if tool.startswith("viborder") or tokens < 200_000 else 1):
        begin = time.process_time()
        f1 = once(tool, gold, pred)
        seconds.append(time.process_time() - begin)
    return {"seconds": min(seconds), "megabytes": peak() - before, "f1": f1, "data": before - empty}


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bootstrap_seconds() -> float:
    """CPU seconds of 10,000 resamples of 300 documents, every schema, type and mean."""
    from viborder.eval import score
    from viborder.eval.uncertainty.intervals import bootstrap

    gold, pred = sentences(200_000)
    joined = [
        [tag for sentence in side[first : first + 25] for tag in sentence]
        for side in (gold, pred)
        for first in range(0, 7500, 25)
    ]
    result = score(joined[:300], joined[300:], unit="document")
    bootstrap(result, 100)
    begin = time.process_time()
    bootstrap(result, 10_000)
    return time.process_time() - begin


def main(large: bool) -> None:
    """Measure each tool in a process of its own and print the table."""
    one_thread = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

    def apart(*arguments: str) -> dict[str, float]:
        found = subprocess.run(
            [sys.executable, __file__, *arguments], capture_output=True, text=True, env=one_thread, check=True
        ).stdout
        return dict(json.loads(found))

    table = Table(title="scoring tag lists")
    for name in ("tokens", "tool", "F1", "CPU s", "times viborder's", "MB of data", "MB above"):
        table.add_column(name, justify="left" if name == "tool" else "right")
    for tokens in (*SIZES, *([LARGE] if large else [])):
        ours = None
        for tool in TOOLS if tokens < LARGE else TOOLS[:1]:
            found = apart("--tool", tool, "--tokens", str(tokens))
            ours = ours or found["seconds"]
            cells = (
                f"{found['seconds']:.3f}",
                f"{found['seconds'] / ours:.1f}",
                f"{found['data']:.0f}",
                f"{found['megabytes']:.0f}",
            )
            table.add_row(f"{tokens:,}", tool, f"{found['f1']:.4f}", *cells)
        table.add_section()
    console = Console()
    console.print(table)
    console.print(f"bootstrap, 10,000 resamples of 300 documents: {apart('--bootstrap')['seconds']:.3f} CPU s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--tokens", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--bootstrap", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bootstrap:
        print(json.dumps({"seconds": bootstrap_seconds()}))
    elif options.tool:
        print(json.dumps(measure(options.tool, options.tokens)))
    else:
        main(options.large)
