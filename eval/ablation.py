"""What grammar and CRF each do: python eval/ablation.py [--keep]

Three systems by one recipe (train/crf.yaml): the grammar alone (its votes outweigh everything), the CRF alone (no grammar, no lexicon, no
sentences of the genre), and both, which is the default. Each on the five articles, every one tagged by a model that learned from the
other four, and on the held-out sentences of the genre after learning from all five. With --keep the scores go into eval/results.jsonl.
Then how far the default's confidence can be trusted on those sentences.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.document import Document
from viborder.eval import results, score
from viborder.eval.intervals import bootstrap
from viborder.formats import jsonl
from viborder.train import crossval, genre, train
from viborder.train.reliability import calibration_error, reliability

RECIPE, GOLD, HELD_OUT = Path("train/crf.yaml"), Path("annotations/gold.jsonl"), Path("train/genre/heldout.txt")
SYSTEMS = {
    "grammar alone": ["speech=[50.0]", "silence=[50.0]", "folds=0", "iterations=1"],
    "CRF alone, no lexicon": ["grammar=false"],
    "lexicon + CRF": [],
}
ARTICLES = "the five articles, each tagged by a model that learned from the other four"
SENTENCES = "held-out sentences of the genre, by a model that learned from the five articles"
READ = "these articles: the grammar was written and mended by people who had read them (a development score)"
TUNED = {
    (ARTICLES, "grammar alone"): READ,
    (ARTICLES, "CRF alone, no lexicon"): "these articles: penalties and features were chosen on them",
    (ARTICLES, "lexicon + CRF"): READ,
    (
        SENTENCES,
        "grammar alone",
    ): "the other half of these sentences, written by the same hand; this half was looked at for its scores only",
    (SENTENCES, "CRF alone, no lexicon"): "the five articles",
    (
        SENTENCES,
        "lexicon + CRF",
    ): "the other half of these sentences, written by the same hand; how much the grammar counts was set by this half's scores",
}


def main(keep: bool) -> None:
    """Train, tag, score and print."""
    gold, held_out = jsonl.read(GOLD), genre.read(HELD_OUT)
    table = Table("system", "on", "strict F1, all spans", "strict F1, outermost")
    lines = []
    for system, overrides in SYSTEMS.items():
        with tempfile.TemporaryDirectory() as folder:
            on_sentences = list(train(RECIPE, gold, Path(folder) / "model", overrides=overrides).tag(held_out))
        for task, truth, found in (
            (ARTICLES, gold, list(crossval(RECIPE, gold, overrides=overrides))),
            (SENTENCES, held_out, on_sentences),
        ):
            shown = []
            for layers in ("all spans", "outermost spans"):
                line = measured(truth, found, system, task, layers)
                lines.append(line)
                shown.append(f"{100 * line['value']:.1f} ({100 * line['interval'][0]:.1f} – {100 * line['interval'][1]:.1f})")
            table.add_row(system, task, *shown)
    console = Console()
    console.print(table)
    bins = reliability(held_out, on_sentences)
    figure = Table(
        "score", "spans", "mean score", "share right", title=f"reliability; expected calibration error {calibration_error(bins):.3f}"
    )
    for one in bins:
        figure.add_row(f"{one.low} – {one.high}", str(one.count), f"{one.score:.3f}", f"{one.right:.3f} {'█' * round(20 * one.right)}")
    console.print(figure)
    if keep:
        results.add(lines)


def measured(gold: list[Document], found: list[Document], system: str, task: str, layers: str) -> results.Result:
    """The line of a score."""
    scores = score(gold, found, nested=layers == "all spans")
    said = {"system": system, "task": f"{task}; {layers}", "recipe": str(RECIPE), "tuned_on": TUNED[task, system]}
    return results.result(scores, bootstrap(scores), **said, command="python eval/ablation.py")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    main(parser.parse_args().keep)
