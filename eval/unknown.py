"""What learning adds where the grammar knows little: python eval/unknown.py [--keep] [key=value…]

First: a random share of the entries of the lexicons (heads, functions, posts, places, drugs, units, names) is hidden,
as if the texts were of another genre; taggers learn from 1 to 24 of 33 documents (the five articles, and the made-up
ones of train/genre) and tag nine others. The learned layer earns its place where "both" rises above the grammar, and
never falls below it.

Then: with the whole lexicon, annotators who mark, leave out or cut something otherwise than the grammar does, always in
the same way. How many documents that show it does the tagger need before it follows? With --keep the figures go into
eval/results.jsonl.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import mean

from rich.console import Console
from rich.table import Table

from viborder import grammar
from viborder.document import PRIVATE, Document, Span, in_order
from viborder.eval import score
from viborder.eval.counting.scores import Scores
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.grammar.lexicon import packaged, using
from viborder.text import tokenize
from viborder.train import train

RECIPE = Path("train/crf.yaml")
FILES = ("annotations/gold.jsonl", "train/genre/articles.jsonl")
SIZES = (1, 2, 4, 8, 16, 24)
TESTED = 9
LIVE = ["folds=0", "copies=0"]  # as the annotators' backend trains
TUNED = "these documents: the grammar was mended on some of them; corrections and votes were chosen on such draws"


def main(options: argparse.Namespace) -> None:
    """Both experiments, as tables and lines."""
    documents = [document for name in FILES for document in jsonl.read(Path(name))]
    lines: list[results.Result] = []
    for share in options.shares:
        lines += _ignorance(documents, share, options)
    lines += _habits(documents, options) if options.habits else []
    if options.keep:
        results.add(lines)


def _ignorance(documents: Sequence[Document], share: float, options: argparse.Namespace) -> list[results.Result]:
    systems = {
        "grammar alone": None,
        "CRF alone": ["grammar=false"],
        "both, the default": [],
        "both, as in the live backend": LIVE,
    }
    if options.systems:
        systems = {
            name: overrides for name, overrides in systems.items() if any(part in name for part in options.systems)
        }
    title = f"{share:.0%} of the lexicon hidden, strict F1 over all spans, mean of {options.seeds} draws"
    table = Table("learned from", *systems, title=title)
    lines = []
    for size in options.sizes:
        cells = []
        for system, overrides in systems.items():
            found: list[Scores] = []
            for seed in range(options.seeds):
                shuffled = Random(seed).sample(documents, len(documents))
                learned, tested = shuffled[:size], shuffled[-TESTED:]
                with using(packaged().without(share, seed)):
                    tagged = (
                        proposed(tested)
                        if overrides is None
                        else _tagged(learned, tested, [*overrides, *options.overrides])
                    )
                found.append(score(tested, tagged))
            values = [scores.micro().f1 for scores in found]
            cells.append(f"{100 * mean(values):.1f} ({' '.join(f'{100 * value:.1f}' for value in values)})")
            lines.append(
                _line(
                    system,
                    f"{share:.0%} of the lexicon hidden, by documents learned from (mean and range of draws); {size}",
                    found,
                )
            )
        table.add_row(str(size), *cells)
    Console(width=160).print(table)
    return lines


def proposed(documents: Sequence[Document]) -> list[Document]:
    """What the grammar alone says."""
    found = []
    for document in documents:
        spans = grammar.propose(document.text, tokenize(document.text))
        found.append(document.with_spans(span for span in spans if span.label != PRIVATE))
    return found


def _tagged(learned: Sequence[Document], tested: Sequence[Document], overrides: Sequence[str]) -> list[Document]:
    with tempfile.TemporaryDirectory() as folder:
        return list(train(RECIPE, learned, Path(folder) / "model", overrides=overrides).tag(tested))


def _line(system: str, task: str, found: Sequence[Scores]) -> results.Result:
    """A line for the mean over draws; the interval is that of the draws' lowest and highest."""
    values = [scores.micro().f1 for scores in found]
    said = {
        "system": system,
        "task": task,
        "recipe": str(RECIPE),
        "tuned_on": TUNED,
        "command": " ".join(["python eval/unknown.py", *(part for part in sys.argv[1:] if part != "--keep")]),
    }
    line = results.result(found[0], bootstrap(found[0]), **said)
    return line | {"value": round(mean(values), 4), "interval": [round(min(values), 4), round(max(values), 4)]}


# Habits of annotators: what they do to a document that was annotated by the scheme.


def marking(pattern: str, label: str) -> Callable[[Document], Document]:
    """Mark what matches wherever it lies in no other span."""

    def change(document: Document) -> Document:
        found = [Span(*match.span(), label) for match in re.finditer(pattern, document.text)]
        free = [
            span
            for span in found
            if not any(span.start < other.end and other.start < span.end for other in document.spans)
        ]
        return document.with_spans(in_order([*document.spans, *free]))

    return change


def deleting(pattern: str, label: str) -> Callable[[Document], Document]:
    """Leave out the spans of a label whose whole text matches."""

    def change(document: Document) -> Document:
        kept = [
            span for span in document.spans if not (span.label == label and re.fullmatch(pattern, document.slice(span)))
        ]
        return document.with_spans(kept)

    return change


def cutting(prefix: str, label: str) -> Callable[[Document], Document]:
    """Begin spans of a label after a word."""

    def change(document: Document) -> Document:
        def cut(span: Span) -> Span:
            begins = span.label == label and document.slice(span).startswith(prefix)
            return Span(span.start + len(prefix), span.end, label) if begins else span

        return document.with_spans(in_order({cut(span) for span in document.spans}))

    return change


HABITS: dict[str, Callable[[Document], Document]] = {
    "`ma túy` alone is a DRUG": marking(r"ma túy", "DRUG"),
    "ages are a QUANTITY (`30 tuổi`)": marking(r"\d+ tuổi", "QUANTITY"),
    "`Việt Nam` is no PLACE": deleting("Việt Nam", "PLACE"),
    "border gates are no PLACE (`cửa khẩu X`)": deleting("cửa khẩu .*", "PLACE"),
    "a PLACE begins after `tỉnh`": cutting("tỉnh ", "PLACE"),
    "an amount begins after `hơn`": cutting("hơn ", "QUANTITY"),
}


def _habits(documents: Sequence[Document], options: argparse.Namespace) -> list[results.Result]:
    """As the live backend learns: from five documents that do not show the habit, and 0 to 4 that do; tested on all
    others that do.
    """
    sizes = (0, 1, 2, 3, 4)
    table = Table(
        "habit",
        *map(str, sizes),
        title="spans of the habit that come out right, by documents that show it; strict F1 of all spans",
    )
    lines = []
    for habit, change in HABITS.items():
        cells = []
        for size in sizes:
            right = total = 0
            found: list[Scores] = []
            for seed in range(options.seeds):
                shuffled = Random(seed).sample(documents, len(documents))
                showing = [document for document in shuffled if change(document) != document]
                neutral = [document for document in shuffled if change(document) == document]
                learned = [*neutral[:5], *map(change, showing[:size])]
                plain, tested = showing[max(sizes) :], [*map(change, showing[max(sizes) :])]
                tagged = _tagged(learned, tested, [*LIVE, *options.overrides])
                found.append(score(tested, tagged))
                for old, new, said in zip(plain, tested, tagged, strict=True):
                    marked, unmarked = set(new.spans) - set(old.spans), set(old.spans) - set(new.spans)
                    right += len(marked & set(said.spans)) + len(unmarked - set(said.spans))
                    total += len(marked | unmarked)
            mean_f1 = mean(scores.micro().f1 for scores in found)
            cells.append(f"{right}/{total} {100 * mean_f1:.1f}")
            task = f"another habit of annotators, live backend, by documents that show it (mean and range of draws); {size}"
            lines.append(_line(habit, task, found))
        table.add_row(habit, *cells)
    Console(width=160).print(table)
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--shares", type=float, nargs="*", default=[0.2, 0.4], help="of the lexicon that is hidden")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="documents to learn from")
    parser.add_argument("--seeds", type=int, default=3, help="draws of documents and of what is hidden")
    parser.add_argument("--systems", nargs="*", help="parts of the names of systems")
    parser.add_argument("--no-habits", dest="habits", action="store_false", help="without the second experiment")
    parser.add_argument("overrides", nargs="*", help="key=value of the recipe, before the options")
    main(parser.parse_args())
