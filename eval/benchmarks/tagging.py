"""CPU seconds and memory of tagging and training, side by side in one run: python eval/benchmarks/tagging.py [--memory]

The texts are the five articles and variants of them with other names and numbers, as raw JSON Lines. Taggers, each in a
process and on a core of its own, CPU seconds from texts in to spans out, after loading and one article to warm up:
viborder (from file to file, nested, with confidence) with a model of the five articles and with the packaged one, the
same features with python-crfsuite's own tagger (outermost spans, no confidence, no files), and underthesea's NER (flat,
three other types; pip install underthesea==9.5.0). Then start-up, training (also as the packaged model was trained), and
with --memory the peak of bulk tagging.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

GOLD, GENRE, RECIPE = Path("annotations/gold.jsonl"), Path("train/genre/articles.jsonl"), Path("train/crf.yaml")
# Of each article: more text for the faster.
VARIANTS = {"viborder": 60, "viborder, packaged model": 60, "python-crfsuite": 6, "underthesea": 1}
TRAININGS = {"five": "five articles", "six": "six articles", "packaged": "all that the packaged model learned from"}
MEASURED = {"metric": "cpu_seconds", "interval": None, "unit": "document", "tuned_on": "nothing"}
RUNS = 5
ROUNDS = 5  # of the taggers in turn, of which the least CPU time counts: other processes only add to it


def main() -> None:
    """Measure everything and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--memory", action="store_true", help="also tag 1,000 and 100,000 short documents in bulk; takes minutes"
    )
    parser.add_argument("--keep", action="store_true", help="put the figures into eval/results.jsonl")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(WORKERS[arguments.worker](arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        training = in_process("training", folder)
        rounds = [{tool: in_process(tool, folder) for tool in VARIANTS} for _ in range(ROUNDS)]
        speeds = {tool: min((one[tool] for one in rounds), key=lambda found: found["seconds"]) for tool in VARIANTS}
        text = folder / "one.txt"
        text.write_text(texts(0)[0]["text"])
        starts = {
            "`viborder --help`": start_up(["--help"]),
            "one article from the command line": start_up(["tag", str(folder / "model"), str(text)]),
        }
        report(speeds, training, starts)
        if arguments.keep:
            keep(speeds, training)
        if arguments.memory:
            print(
                "\n".join(
                    f"{count:,} documents in bulk: peak {in_process(f'bulk {count}', folder)['mb']:.0f} MB"
                    for count in (1000, 100_000)
                )
            )


def in_process(worker: str, folder: Path) -> dict[str, float]:
    """What a worker measured, in a process of its own on one core."""
    command = [sys.executable, __file__, "--worker", worker, "--folder", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    measured: dict[str, float] = json.loads(
        subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1]
    )
    return measured


def texts(variants: int) -> list[dict[str, str]]:
    """The five articles and so many variants of each."""
    from viborder.formats import jsonl
    from viborder.train.augment import augmented

    gold = jsonl.read(GOLD)
    return [
        {"id": document.id, "text": document.text}
        for document in [*gold, *(variant for _, variant in augmented(gold, variants, seed=1))]
    ]


def measure(work, records: list[dict[str, str]]) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """CPU seconds of `work` on the records, after one of them to warm up, with the syllables and the spans found."""
    work(records[:1])
    begun = time.process_time()
    spans = work(records)
    seconds = time.process_time() - begun
    return {"seconds": seconds, "syllables": sum(len(record["text"].split()) for record in records), "spans": spans}


def viborder(folder: Path, model: Path | None = None) -> dict[str, float]:
    """Our tagger, from JSON Lines to JSON Lines. model: where None, that of the five articles."""
    from viborder.files import new_file
    from viborder.tag.texts import Reader, write_lines
    from viborder.train import load

    tagger = load(model or folder / "model")
    records = texts(VARIANTS["viborder"])
    for name, some in (("first", records[:1]), ("all", records)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in some))

    def work(some: list[dict[str, str]]) -> int:
        source, out = folder / f"{'all' if some is records else 'first'}.jsonl", folder / "out.jsonl"
        with new_file(out) as file:
            write_lines(file, tagger.tag(Reader().documents([source])))
        return out.read_text().count('"score"')

    return measure(work, records)


def packaged(folder: Path) -> dict[str, float]:
    """The same with the model that comes with the package."""
    from viborder.shipped import FOLDER

    return viborder(folder, FOLDER)


def plain_crfsuite(folder: Path) -> dict[str, float]:
    """The same features as strings, and python-crfsuite's tagger."""
    import pycrfsuite

    from viborder.document import Document
    from viborder.formats import jsonl
    from viborder.train.crf.columns import COLUMNS
    from viborder.train.crf.examples import lay_out_examples
    from viborder.train.crf.recipe import crf_recipe
    from viborder.train.crf.templates import parse
    from viborder.train.proposals import Proposer
    from viborder.train.recipe import load_recipe
    from viborder.train.tokenized import tokenized

    recipe = crf_recipe(load_recipe(RECIPE), str(RECIPE))
    templates = parse(recipe.templates, COLUMNS, "", [])

    def lessons(documents: list[Document]):  # type: ignore[no-untyped-def]
        proposals = Proposer().spans(documents, [tokenized(document) for document in documents])
        labels = json.loads((folder / "model" / "model.json").read_text())["labels"]
        names = [document.id for document in documents]
        return lay_out_examples(recipe, documents, names, proposals, labels, lexicons=True).outer(templates)

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": recipe.c1, "c2": recipe.c2, "max_iterations": recipe.iterations})
    for _, items, tags in lessons(jsonl.read(GOLD)):
        trainer.append(items, tags)
    trainer.train(str(folder / "model.crfsuite"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / "model.crfsuite"))

    def work(records: list[dict[str, str]]) -> int:
        documents = [Document(record["id"], record["text"]) for record in records]
        return sum(tag[0] == "B" for _, items, _ in lessons(documents) for tag in tagger.tag(items))

    return measure(work, texts(VARIANTS["python-crfsuite"]))


def underthesea(folder: Path) -> dict[str, float]:
    """underthesea's NER, line by line."""
    from underthesea import ner

    words = 0

    def work(records: list[dict[str, str]]) -> int:
        nonlocal words
        found = [ner(line) for record in records for line in record["text"].split("\n") if line.strip()]
        words = sum(len(line) for line in found)
        return sum(token[-1].startswith("B-") for line in found for token in line)

    return {**measure(work, texts(VARIANTS["underthesea"])), "words": words}


def training(folder: Path) -> dict[str, float]:
    """Training on the five articles, again after a sixth (annotated, of the genre, made up), and on all that the packaged
    model learned from; the number of documents of each.
    """
    from viborder.formats import jsonl
    from viborder.shipped.make import learned_documents
    from viborder.train import train

    gold = jsonl.read(GOLD)
    measured = {}
    sixth = jsonl.read(GENRE)[:1]
    for name, documents in (("five", gold), ("six", [*gold, *sixth]), ("packaged", learned_documents())):
        begun, cpu = time.perf_counter(), time.process_time()
        train(RECIPE, documents, folder / ("model" if name == "five" else name))
        measured |= {
            f"{name}_wall": time.perf_counter() - begun,
            f"{name}_cpu": time.process_time() - cpu,
            f"{name}_documents": len(documents),
        }
    return measured


def bulk(folder: Path, count: int) -> dict[str, float]:
    """Peak memory of tagging so many short documents (the first lines of the articles) in bulk."""
    from viborder.tag.bulk import tag_shards

    records = [record["text"][:400] for record in texts(40)]
    shard = folder / f"{count}.jsonl"
    with shard.open("w") as file:
        for number in range(count):
            file.write(
                json.dumps({"id": str(number), "text": records[number % len(records)]}, ensure_ascii=False) + "\n"
            )
    tag_shards(folder / "model", [shard], folder / f"out{count}")
    return {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


WORKERS = {
    "viborder": viborder,
    "viborder, packaged model": packaged,
    "python-crfsuite": plain_crfsuite,
    "underthesea": underthesea,
    "training": training,
    "bulk 1000": lambda folder: bulk(folder, 1000),
    "bulk 100000": lambda folder: bulk(folder, 100_000),
}


def start_up(arguments: list[str]) -> tuple[float, float]:
    """The medians of the seconds by the clock and of the CPU seconds that `viborder` takes, whole processes, with the
    byte code that Python writes beside an installed package.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "viborder", *arguments]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    wall, cpu = [], []
    for _ in range(RUNS):
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall.append(time.perf_counter() - begun)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(wall), median(cpu)


def report(
    speeds: dict[str, dict[str, float]], training: dict[str, float], starts: dict[str, tuple[float, float]]
) -> None:
    """Print what was measured."""
    slowest = speeds["underthesea"]["syllables"] / speeds["underthesea"]["seconds"]
    table = Table("tagger", "CPU s", "syllables", "syllables/s", "× underthesea", "spans")
    for tool, found in speeds.items():
        rate = found["syllables"] / found["seconds"]
        table.add_row(
            tool,
            f"{found['seconds']:.2f}",
            f"{found['syllables']:,}",
            f"{rate:,.0f}",
            f"{rate / slowest:,.1f}",
            f"{found['spans']:,}",
        )
    console = Console()
    console.print(table)
    words = speeds["underthesea"]["words"]
    print(f"underthesea: {words / speeds['underthesea']['seconds']:,.0f} of its words a second")
    for what, (wall, cpu) in starts.items():
        print(f"{what}: {wall:.2f} s, {cpu:.2f} CPU s, medians of {RUNS} (whole process)")
    for name, documents in TRAININGS.items():
        print(
            f"training on {documents}: {training[f'{name}_cpu']:.1f} CPU s, {training[f'{name}_wall']:.1f} s by the clock"
        )


def keep(speeds: dict[str, dict[str, float]], training: dict[str, float]) -> None:
    """Put CPU seconds into eval/results.jsonl."""
    from viborder.eval.show import results

    lines = [
        speed(tool, found["seconds"], found["syllables"], 5 * (1 + VARIANTS[tool]))
        | {"recipe": None if tool == "underthesea" else str(RECIPE)}
        for tool, found in speeds.items()
    ]
    lines += [
        {
            "system": "lexicon + CRF",
            "task": f"training on {documents}",
            "value": round(training[f"{name}_cpu"], 2),
            "n": training[f"{name}_documents"],
            "recipe": str(RECIPE),
        }
        for name, documents in TRAININGS.items()
    ]
    common = {"data": "gold, variants", "command": "python eval/benchmarks/tagging.py"}
    results.add([MEASURED | line | common for line in lines])


def speed(tool: str, seconds: float, syllables: float, documents: int) -> dict[str, object]:
    """A line of eval/results.jsonl on a tagger, but for its data and command: CPU seconds for 100,000 syllables."""
    from viborder.eval.show.short_table import SPEED

    value = round(1e5 * seconds / syllables, 2)
    return MEASURED | {"system": f"tagging: {tool}", "task": SPEED, "value": value, "n": documents, "recipe": None}


if __name__ == "__main__":
    main()
