"""What suggestions save an annotator: python eval/benchmarks/annotator.py [FILE …] [--registers] [--keep]

A simulated annotator, with the gold for an oracle, brings an article to its gold. Actions: drawing a span is one (digit
and mouse), deleting one is one, giving one another label is one; a border is mended by deleting and drawing (two).
Reading is not counted. Without suggestions every span is drawn; with them, the tagger has learned from the 1, 2, 3 or 4
articles that follow the article in turn, trained as the live backend does. `label one, get all` draws the other
occurrences of a drawn span; what the gold lacks is deleted again.

Two taggers: the default recipe, whose grammar and lexicons were written with these articles in view (a development
figure), and its CRF alone, which knows nothing but the articles that it learned from.

Then a day's work on the blind articles of the genre: the default has learned from the five, suggests for one after
another, and learns from each that the annotator has finished before it suggests for the next; beside it, the same
tagger if it did not learn on. With files (annotated documents of any format) it is a day's work on each of them
instead; with --registers on the made-up texts of other registers of which no error was ever read (as eval/registers.py
takes them). --keep puts the figures into eval/results.jsonl, with those of the second half of the articles beside them.
"""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.progress import track
from rich.table import Table

from viborder.document import Document, Span, in_order
from viborder.formats import jsonl, read
from viborder.labelstudio.everywhere import everywhere
from viborder.labelstudio.regions import fate
from viborder.train import train

GOLD, BLIND, RECIPE = Path("annotations/gold.jsonl"), Path("train/genre/articles_blind.jsonl"), Path("train/crf.yaml")
REGISTERS, READ = Path("corpus/synthetic/development.jsonl"), "synthetic-330"
FIVE, TWENTY, UNREAD = "the five articles", "the blind articles", "made-up texts of other registers"
TUNED = {
    TWENTY: "other texts",
    UNREAD: "other texts, ten of these registers among them; of these, written by a language model, errors were never read",
}
LIVE = ["folds=0", "copies=0"]
TAGGERS = {"default recipe": LIVE, "CRF alone": [*LIVE, "grammar=false", "genre=[]"]}


def actions(gold: Document, suggested: Iterable[Span], *, get_all: bool) -> int:
    """Actions from the suggestions to the gold."""
    marked, wanted = set(suggested), set(gold.spans)
    first = fate(marked, wanted)
    if not get_all:
        return first.relabelled + first.deleted + first.added + 2 * first.moved
    count = 0
    for span in in_order(marked - wanted):  # wrong ones go first, or get their right label
        marked.remove(span)
        count += 1
        right = next((one for one in wanted - marked if (one.start, one.end) == (span.start, span.end)), None)
        if right:
            marked.add(right)
    for span in in_order(wanted):
        if span in marked:
            continue
        offered = set(everywhere(gold.text, span, marked))
        marked |= {span} | offered
        count += 1
        for wrong in offered - wanted:
            marked.remove(wrong)
            count += 1
    assert marked == wanted
    return count


def after(articles: Sequence[Document], size: int, overrides: Sequence[str]) -> list[tuple[int, int]]:
    """(actions, actions with `label one, get all`) for each article after learning from the `size` articles that
    follow it in turn.
    """
    found = []
    for index, held_out in enumerate(articles):
        chosen = [articles[(index + step) % len(articles)] for step in range(1, size + 1)]
        with tempfile.TemporaryDirectory() as folder:
            tagger = train(RECIPE, chosen, Path(folder) / "model", overrides=overrides)
            (tagged,) = tagger.tag([held_out.with_spans(())])
        found.append((actions(held_out, tagged.spans, get_all=False), actions(held_out, tagged.spans, get_all=True)))
    return found


def onward(known: Sequence[Document], articles: Sequence[Document], *, learns: bool) -> list[tuple[int, int]]:
    """The same for each of the articles in turn, after learning from `known` and, if it learns, from those before
    it.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        tagger = train(RECIPE, known, Path(folder) / "model", overrides=LIVE)
        for number, article in enumerate(articles):
            if learns and number:
                tagger = train(RECIPE, [*known, *articles[:number]], Path(folder) / str(number), overrides=LIVE)
            (tagged,) = tagger.tag([article.with_spans(())])
            found.append((actions(article, tagged.spans, get_all=False), actions(article, tagged.spans, get_all=True)))
    return found


def without(articles: Sequence[Document]) -> list[tuple[int, int]]:
    """The same without suggestions."""
    return [(actions(article, (), get_all=False), actions(article, (), get_all=True)) for article in articles]


Row = tuple[str, str, str, list[tuple[int, int]]]  # articles, suggestions, learned from, actions


def a_day(known: Sequence[Document], name: str, articles: Sequence[Document]) -> list[Row]:
    """Without suggestions, with those of the default, and with those of the default that learns on."""
    return [
        (name, "none", "nothing", without(articles)),
        (name, "default recipe", "the five", onward(known, articles, learns=False)),
        (name, "default recipe", "the five and those before it", onward(known, articles, learns=True)),
    ]


def of_the_project(articles: Sequence[Document]) -> list[Row]:
    """On the five articles and on the blind ones."""
    rows = [(FIVE, "none", "nothing", without(articles))]
    for name, overrides in TAGGERS.items():
        for size in track((1, 2, 3, 4), name, console=Console(stderr=True), disable=not sys.stderr.isatty()):
            rows.append((FIVE, name, f"{size} of the others", after(articles, size, overrides)))
    return [*rows, *a_day(articles, TWENTY, jsonl.read(BLIND))]


def main() -> None:
    """Print actions by number of articles learned from."""
    articles = jsonl.read(GOLD)
    files = [Path(given) for given in sys.argv[1:] if not given.startswith("--")]
    days = [(path.stem, read(path)) for path in files]
    if "--registers" in sys.argv:
        days.append((UNREAD, [document for document in jsonl.read(REGISTERS) if document.id > READ]))
    rows = [row for name, some in days for row in a_day(articles, name, some)] or of_the_project(articles)
    table = Table(
        "articles",
        "suggestions",
        "learned from",
        "actions an article",
        "least–greatest",
        "second half",
        "with label one, get all",
        "share of the work",
    )
    for where, name, size, found in rows:
        plain, helped = zip(*found, strict=True)
        if name == "none":
            whole = sum(plain)
        cells = [
            f"{mean(plain):.1f}",
            f"{min(plain)}–{max(plain)}",
            f"{mean(plain[len(plain) // 2 :]):.1f}",
            f"{mean(helped):.1f}",
            f"{100 * sum(plain) / whole:.0f} %",
        ]
        table.add_row(where, name, size, *cells)
    Console(width=140).print(table)
    if "--keep" in sys.argv:
        from viborder.eval.show import results

        said = {
            "metric": "actions",
            "interval": None,
            "unit": "document",
            "data": "gold",
            "command": " ".join(
                ["python eval/benchmarks/annotator.py", *(one for one in sys.argv[1:] if one != "--keep")]
            ),
        }
        seen = {(FIVE, "default recipe"): "these articles (a development figure)"}
        results.add(
            [
                said
                | {
                    "system": f"suggestions: {name}",
                    "task": f"actions of a simulated annotator on {where}, learned from {size}{part}",
                }
                | {
                    "value": round(mean(plain for plain, _ in some), 1),
                    "n": len(some),
                    "recipe": None if name == "none" else str(RECIPE),
                }
                | {"tuned_on": seen.get((where, name), TUNED.get(where, "nothing"))}
                for where, name, size, found in rows
                for part, some in (("", found), ("; the second half", found[len(found) // 2 :]))
            ]
        )


if __name__ == "__main__":
    main()
