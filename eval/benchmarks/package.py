"""CPU seconds and peak memory of `check` and `build` on 1,000, 10,000 and 100,000 synthetic documents, beside
`datasets` alone.

    python eval/benchmarks/package.py [--record] [SIZE…]

The documents are the five articles over and over with their sentences shuffled, so that length, spans and private
persons are as dense as they really are. `build` checks first. What a user would do instead is load the JSON Lines with
`datasets` and write Parquet: no checks, no sentences, no folds, no masks. Each measurement is a process of its own;
memory is its peak resident size. --record writes the figures into eval/results.jsonl.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from viborder.document import Document, Span
from viborder.formats import jsonl
from viborder.text import sentences

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("check", "build", "datasets")
SYSTEMS = {
    "check": "viborder check",
    "build": "viborder build",
    "datasets": "datasets: JSON Lines to Parquet, nothing else",
}
DIFFERENT = 1_000  # documents that differ; more are the same under other ids


def main() -> None:
    """Measure each size, and print a row a step."""
    if sys.argv[1:2] == ["--step"]:
        return step(sys.argv[2], Path(sys.argv[3]))
    print(f"{'documents':>9}  {'step':<9}{'CPU s':>8}{'peak MB':>9}{'ms a document':>15}")
    for size in [int(size) for size in sys.argv[1:] if size.isdigit()] or [1_000, 10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder:
            synthesise(size, Path(folder))
            for name in STEPS:
                called = [sys.executable, __file__, "--step", name, folder]
                done = subprocess.run(called, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
                seconds, peak = map(float, done.stdout.splitlines()[-1].split())
                print(f"{size:>9,}  {name:<9}{seconds:>8.1f}{peak:>9.0f}{1e3 * seconds / size:>15.1f}", flush=True)
                if "--record" in sys.argv:
                    command = f"python eval/benchmarks/package.py --record {size}"
                    record(SYSTEMS[name], f"{size:,} synthetic documents", size, command, seconds, peak)
    return None


def record(system: str, of: str, number: int, command: str, seconds: float, peak: float) -> None:
    """Write the two figures of a step on so many documents into eval/results.jsonl."""
    from viborder.eval.show import results

    said = {
        "system": system,
        "task": f"speed and memory, {of}",
        "interval": None,
        "n": number,
        "unit": "document",
        "recipe": None,
        "data": "synthetic, seed 0",
        "tuned_on": "nothing",
        "command": command,
    }
    results.add(
        [
            said | {"metric": "cpu_seconds", "value": round(seconds, 1)},
            said | {"metric": "peak_mb", "value": round(peak)},
        ]
    )


def synthesise(size: int, folder: Path) -> None:
    """A corpus and gold of that many documents, and the files that a build asks for. The same every time."""
    chance = random.Random(0)
    gold = jsonl.read(ROOT / "annotations/gold.jsonl")
    (folder / "annotations").mkdir()
    (folder / "annotations/CHANGELOG.md").write_text("## 1.0.0 — 2026-01-01\n- Synthetic.\n", encoding="utf-8")
    made = [jsonl.to_record(shuffled(gold[number % len(gold)], "", chance)) for number in range(min(size, DIFFERENT))]
    with (
        (folder / "documents.jsonl").open("w", encoding="utf-8") as corpus,
        (folder / "annotations/gold.jsonl").open("w", encoding="utf-8") as lines,
    ):
        for number in range(size):
            record = made[number % DIFFERENT] | {"id": f"s{number:06d}"}
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            corpus.write(
                json.dumps({"id": record["id"], "text": record["text"], "spans": []}, ensure_ascii=False) + "\n"
            )


def shuffled(document: Document, identity: str, chance: random.Random) -> Document:
    """The document with its sentences in another order, each on a line of its own."""
    bounds = sentences(document.text)
    chance.shuffle(bounds)
    text, spans, private = "", [], []
    for start, end in bounds:
        shift = len(text) - start
        for found, layer in ((spans, document.spans), (private, document.private)):
            found.extend(
                Span(span.start + shift, span.end + shift, span.label) for span in layer if start <= span.start < end
            )
        text += document.text[start:end] + "\n"
    return Document(identity, text, (), tuple(private)).with_spans(spans)


def step(name: str, folder: Path) -> None:
    """One measurement: prints CPU seconds and peak megabytes."""
    if name == "check":
        from viborder.annotate.check import check

        problems, _, _ = check([folder / "annotations/gold.jsonl"], folder / "documents.jsonl")
        assert not [problem for problem in problems if problem.severity == "error"]
    elif name == "build":
        from viborder.dataset.build import build

        build(folder / "documents.jsonl", folder / "annotations", folder / "dataset")
    else:
        import datasets

        datasets.disable_progress_bars()
        rows = datasets.load_dataset(
            "json", data_files=str(folder / "annotations/gold.jsonl"), cache_dir=str(folder / "cache")
        )
        rows["train"].to_parquet(folder / "plain.parquet")
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
