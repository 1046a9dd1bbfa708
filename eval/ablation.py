"""What grammar and CRF each do: python eval/ablation.py [--keep]

Three systems by one recipe (train/crf.yaml): the grammar alone (its votes outweigh everything), the CRF alone (no
grammar, no lexicon, no sentences of the genre), and both, which is the default. Each on the five articles, every one
tagged by a model that learned from the other four, and, after learning from all five, on the held-out sentences and the
blind articles of the genre. With --keep the scores go into eval/results.jsonl. Then how far the default's confidence
can be trusted on those sentences.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.document import Document
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import brackets as genre
from viborder.formats import jsonl
from viborder.train import train
from viborder.train.calibration import calibration_error, reliability
from viborder.train.crossval import crossval

RECIPE, GOLD = Path("train/crf.yaml"), Path("annotations/gold.jsonl")
SYSTEMS = {
    "grammar alone": ["vote_for=[50.0]", "vote_against=[50.0]", "folds=0", "iterations=1"],
    "CRF alone, no lexicon": ["grammar=false"],
    "lexicon + CRF": [],
}
LEARNER = "CRF alone, no lexicon"  # what no reader of any of these texts has written rules for
ARTICLES = "the five articles, each tagged by a model that learned from the other four"
SENTENCES = "held-out sentences of the genre, by a model that learned from the five articles"
BLIND = "blind articles of the genre, by a model that learned from the five articles"
TUNED = {
    ARTICLES: "these articles: the grammar was written and mended with them in view (a development score)",
    SENTENCES: "the other half, by the same hand; how much the grammar counts was set by this half's scores",
    BLIND: "other texts; of these, written by a language model, scores were looked at a few times, errors never",
}
TUNED_LEARNER = {
    ARTICLES: "these articles: penalties and features were chosen on them",
    SENTENCES: "the five articles",
    BLIND: "the five articles",
}


def main(keep: bool) -> None:
    """Train, tag, score and print."""
    gold, held_out = jsonl.read(GOLD), genre.read(Path("train/genre/heldout.txt"))
    blind = jsonl.read(Path("train/genre/articles_blind.jsonl"))
    table = Table("system", "on", "strict F1, all spans", "strict F1, outermost")
    lines = []
    for system, overrides in SYSTEMS.items():
        with tempfile.TemporaryDirectory() as folder:
            tagger = train(RECIPE, gold, Path(folder) / "model", overrides=overrides)
            on_sentences, on_blind = list(tagger.tag(held_out)), list(tagger.tag(blind))
        on_articles = list(crossval(RECIPE, gold, overrides=overrides))
        for task, truth, found in (
            (ARTICLES, gold, on_articles),
            (SENTENCES, held_out, on_sentences),
            (BLIND, blind, on_blind),
        ):
            shown = []
            for layers in ("all spans", "outermost spans"):
                line = measured(truth, found, system, task, layers)
                lines.append(line)
                shown.append(
                    f"{100 * line['value']:.1f} ({100 * line['interval'][0]:.1f} – {100 * line['interval'][1]:.1f})"
                )
            table.add_row(system, task, *shown)
    console = Console()
    console.print(table)
    bins = reliability(held_out, on_sentences)
    figure = Table(
        "score",
        "spans",
        "mean score",
        "share right",
        title=f"reliability; expected calibration error {calibration_error(bins):.3f}",
    )
    for one in bins:
        figure.add_row(
            f"{one.low} – {one.high}",
            str(one.count),
            f"{one.score:.3f}",
            f"{one.right:.3f} {'█' * round(20 * one.right)}",
        )
    console.print(figure)
    if keep:
        results.add(lines)


def measured(gold: list[Document], found: list[Document], system: str, task: str, layers: str) -> results.Result:
    """The line of a score."""
    scores = score(gold, found, nested=layers == "all spans")
    tuned = TUNED_LEARNER if system == LEARNER else TUNED
    said = {"system": system, "task": f"{task}; {layers}", "recipe": str(RECIPE), "tuned_on": tuned[task]}
    return results.result(scores, bootstrap(scores), **said, command="python eval/ablation.py")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    main(parser.parse_args().keep)
