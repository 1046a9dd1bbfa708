"""The default tagger on made-up texts, register by register.

    python eval/registers.py [--curve | --encoder FOLDER [key=value …] | --beside MODEL] [--keep]

Scored are the blind texts (`blind.jsonl`), whose errors nobody reads: those of five registers that are never trained on,
and those of the others. Three systems learn from the five articles: the default, the grammar alone (its proposals), the
CRF alone; and the default and the CRF once more from the five and the made-up texts to learn from. --curve: these two
from the first 25, 50, 100 … of them. --encoder: train/e5.yaml alone, from all of them, with the folder that
train/build_e5.py wrote; key=value changes its keys, the model is left in build/models/e5-registers. --beside: the
default from all of them, votes tuned on the 30 texts of `development.jsonl`, without that model and with its vote beside
the CRF. With --keep the scores go into eval/results.jsonl.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.document import Document
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.grammar import propose
from viborder.text import tokenize
from viborder.train import train
from viborder.train.folder import read_card

RECIPE, ENCODER_RECIPE = Path("train/crf.yaml"), Path("train/e5.yaml")
GOLD, MADE_UP = Path("annotations/gold.jsonl"), Path("corpus/synthetic")
COMMAND = "python eval/registers.py"
TUNED = (
    "other texts, 30 of these five registers among them; of these, written by a language model, "
    "scores were looked at a few times, errors never"
)
NEW, SEEN = "made-up texts, registers never trained on; all spans", "made-up texts, registers trained on; all spans"
DEFAULT, ALONE = "lexicon + CRF", "CRF alone"
KEYS = {DEFAULT: [], ALONE: ["grammar=false", "genre=[]"]}
MODEL = Path("build/models/e5-registers")
STEPS = (25, 50, 100)  # made-up texts of the curve; the last point is all of them


def by_grammar(documents: Iterable[Document]) -> list[Document]:
    """Documents with the grammar's spans."""
    return [
        document.with_spans(span for span in propose(document.text, tokenize(document.text)) if span.label != "PRIVATE")
        for document in documents
    ]


def systems(bare: list[Document], curve: bool) -> Iterator[tuple[str, Path, list[Document]]]:
    """Each system's name, its recipe and what it found."""
    gold, more = jsonl.read(GOLD), jsonl.read(MADE_UP / "train.jsonl")
    yield "grammar alone", RECIPE, by_grammar(bare)
    counts = [0, *(step for step in STEPS if curve and step < len(more)), len(more)]
    with tempfile.TemporaryDirectory() as scratch:
        for name, keys in KEYS.items():
            for count in counts:
                said = f"{name}, made-up texts too" if count == len(more) else f"{name}, {count} made-up texts too"
                folder = Path(scratch) / f"{name}-{count}"
                found = list(train(RECIPE, [*gold, *more[:count]], folder, overrides=keys).tag(bare))
                yield said if count else name, RECIPE, found


def to_learn() -> list[Document]:
    """The five articles and the made-up texts to learn from."""
    return [*jsonl.read(GOLD), *jsonl.read(MADE_UP / "train.jsonl")]


def encoder(bare: list[Document], folder: Path, keys: list[str]) -> Iterator[tuple[str, Path, list[Document]]]:
    """The encoder's name, its recipe and what it found."""
    learn = to_learn()
    tagger = train(ENCODER_RECIPE, learn, MODEL, overrides=[f"model_name_or_path={folder}", *keys])
    layers = read_card(MODEL)["recipe"]["num_hidden_layers"]
    name = f"e5-small, {layers} layers, alone" if layers else "e5-small alone"
    yield f"{name}, made-up texts too", ENCODER_RECIPE, list(tagger.tag(bare))


def beside(bare: list[Document], model: Path) -> Iterator[tuple[str, Path, list[Document]]]:
    """The default's name, without and with an encoder's vote, its recipe and what it found."""
    learn = to_learn()
    dev = jsonl.read(MADE_UP / "development.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        for number, (said, keys) in enumerate((("", []), (f", {model.name} beside it", [f"encoder={model}"]))):
            place = Path(scratch) / f"{number}"
            tagger = train(RECIPE, learn, place, dev, overrides=keys)
            print(f"tuned: {read_card(place)['tuned']}")
            yield f"{DEFAULT}, made-up texts too, tuned on 30 more{said}", RECIPE, list(tagger.tag(bare))


def main(options: argparse.Namespace) -> None:
    """Train, tag, score and print."""
    blind = jsonl.read(MADE_UP / "blind.jsonl")
    new = {document.meta["register"] for document in jsonl.read(MADE_UP / "development.jsonl")}
    table = Table("system", "registers", "texts", "strict F1, all spans", "interval")
    lines = []
    bare = [document.with_spans([]) for document in blind]
    if options.encoder:
        run, said_of = encoder(bare, options.encoder, options.keys), ["--encoder build/e5-small", *options.keys]
    elif options.beside:
        run, said_of = beside(bare, options.beside), [f"--beside {options.beside}"]
    else:
        run, said_of = systems(bare, options.curve), []
    command = " ".join([COMMAND, *said_of])
    for name, recipe, found in run:
        for task, wanted in ((NEW, True), (SEEN, False)):
            pairs = [
                (one, other) for one, other in zip(blind, found, strict=True) if (one.meta["register"] in new) == wanted
            ]
            scores = score([one for one, _ in pairs], [other for _, other in pairs])
            said = {"system": name, "task": task, "recipe": str(recipe), "tuned_on": TUNED, "command": command}
            line = results.result(scores, bootstrap(scores), **said)
            low, high = line["interval"]
            where = "never trained on" if wanted else "trained on"
            table.add_row(
                name, where, str(len(pairs)), f"{100 * line['value']:.1f}", f"{100 * low:.1f} – {100 * high:.1f}"
            )
            lines.append(line)
    Console().print(table)
    if options.keep:
        results.add(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--encoder", type=Path, metavar="FOLDER")
    parser.add_argument("--beside", type=Path, metavar="MODEL")
    parser.add_argument("keys", nargs="*", metavar="key=value")
    parser.add_argument("--keep", action="store_true")
    main(parser.parse_intermixed_args())
