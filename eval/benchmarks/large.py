"""CPU seconds and peak memory of `viborder score` and `viborder build` on files of 50, 100 and 200 MB.

    python eval/benchmarks/large.py [--record] [score] [build] [MB…]

The gold file has so many megabytes (of a million bytes), and predictions as many: about 9 of 10 of its spans, each with
a confidence. Texts are the made-up ones of corpus/synthetic and the five articles, private persons among them, over and
over; no two are the same, since the digits of each are exchanged and its number is put at its end. Each measurement is a
process of its own; memory is its peak resident size. --record writes the figures into eval/results.jsonl. `build` takes
about eleven times the CPU seconds of `score`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from package import ROOT, record

from viborder.document import Document, Span
from viborder.formats import jsonl

STEPS = ("score", "build")
SOURCES = (*(f"corpus/synthetic/{name}.jsonl" for name in ("train", "development", "blind")), "annotations/gold.jsonl")


def main() -> None:
    """Measure each size, and print a row a step."""
    steps = [name for name in sys.argv[1:] if name in STEPS] or STEPS
    print(f"{'MB':>5}{'documents':>11}  {'step':<7}{'CPU s':>8}{'peak MB':>9}")
    for size in [int(size) for size in sys.argv[1:] if size.isdigit()] or [50, 100, 200]:
        with tempfile.TemporaryDirectory() as folder:
            number = synthesise(size * 1_000_000, Path(folder))
            for name in steps:
                seconds, peak = measured(name, Path(folder))
                print(f"{size:>5}{number:>11,}  {name:<7}{seconds:>8.1f}{peak:>9.0f}", flush=True)
                if "--record" in sys.argv:
                    command = f"python eval/benchmarks/large.py --record {name} {size}"
                    record(f"viborder {name}", f"files of {size} MB", number, command, seconds, peak)


def measured(name: str, folder: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of a verb."""
    gold, corpus = folder / "annotations/gold.jsonl", folder / "documents.jsonl"
    options = {
        "score": [gold, folder / "pred.jsonl", "--json", folder / "scores.json"],
        "build": ["--corpus", corpus, "--annotations", folder / "annotations", "--out", folder / "dataset"],
    }
    command = [sys.executable, "-m", "viborder", name, *map(str, options[name])]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert not status, f"{name} failed"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def synthesise(size: int, folder: Path) -> int:
    """Gold, predictions and corpus, and the file that a build asks for; how many documents. The same every time."""
    chance = random.Random(0)
    sources = [document for name in SOURCES for document in jsonl.read(ROOT / name)]
    (folder / "annotations").mkdir()
    (folder / "annotations/CHANGELOG.md").write_text("## 1.0.0 — 2026-01-01\n- Synthetic.\n", encoding="utf-8")
    number = written = 0
    with (
        (folder / "annotations/gold.jsonl").open("w", encoding="utf-8") as gold,
        (folder / "pred.jsonl").open("w", encoding="utf-8") as pred,
        (folder / "documents.jsonl").open("w", encoding="utf-8") as corpus,
    ):
        while written < size:
            document = varied(sources[number % len(sources)], number, chance)
            line = jsonl.dumps(document) + "\n"
            written += len(line.encode())
            gold.write(line)
            pred.write(jsonl.dumps(predicted(document, chance)) + "\n")
            corpus.write(json.dumps({"id": document.id, "text": document.text, "spans": []}, ensure_ascii=False) + "\n")
            number += 1
    return number


def varied(document: Document, number: int, chance: random.Random) -> Document:
    """The document under another id, with other digits, so that its text is no other's."""
    digits = "123456789"
    text = document.text.translate(str.maketrans(digits, "".join(chance.sample(digits, len(digits)))))
    return Document(f"d{number:06d}", f"{text} {number}.", document.spans, document.private)


def predicted(document: Document, chance: random.Random) -> Document:
    """What a tagger of about 0.9 F1 makes of it."""
    spans = []
    for span in document.spans:
        fate = chance.random()
        if fate > 0.06:
            end = max(span.start + 1, span.end - 2) if fate < 0.1 else span.end
            spans.append(Span(span.start, end, span.label, round(chance.random(), 4)))
    return Document(document.id, document.text).with_spans(set(spans))


if __name__ == "__main__":
    main()
