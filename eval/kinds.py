"""How soon the live backend follows kinds of spans that nobody knew: python eval/kinds.py [--keep]

Codes by their shape, titles before names, heads of bodies, counted words and units, street names of drugs: each in three
short articles to learn from (`kinds.txt`), beside the five articles, and in others that are asked, with other codes,
names, places and numbers. A table tells how many of the spans of the kind come out right after 0, 1, 2 and 3 articles,
and the F1 over all spans of what was asked. With --keep the figures go into eval/results.jsonl.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from unknown import LIVE, RECIPE

from viborder.document import Document, Span
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.formats.brackets import parse
from viborder.train import train

GOLD, TEXTS = Path("annotations/gold.jsonl"), Path("eval/kinds.txt")
SHOWN = 3  # articles of a kind to learn from; the others are asked
OTHER = "other words"
TUNED = {
    False: "these articles: corrections were mended with them in view",
    True: "other articles of the same kinds, with other words",
}


class New(NamedTuple):
    """A kind: its name, the label and a pattern of its spans, the articles."""

    name: str
    label: str
    pattern: str
    articles: list[Document]

    def spans(self, article: Document) -> set[Span]:
        """The spans of the kind."""
        return {
            span
            for span in article.spans
            if span.label == self.label and re.fullmatch(self.pattern, article.slice(span))
        }


def kinds() -> list[New]:
    """The kinds of the file."""
    found: list[New] = []
    for number, line in enumerate(TEXTS.read_text(encoding="utf-8").splitlines()):
        if line.startswith("## "):
            name, label, pattern = line[3:].split(": ", 2)
            found.append(New(name, label, pattern, []))
        elif line.strip() and not line.startswith("#"):
            found[-1].articles.append(parse(line, f"kinds-{number:03}"))
    return found


def tagged(kind: New) -> Iterator[list[Document]]:
    """What is found in the articles asked, after 0 to SHOWN articles of the kind."""
    gold = jsonl.read(GOLD)
    for size in range(SHOWN + 1):
        with tempfile.TemporaryDirectory() as folder:
            tagger = train(RECIPE, [*gold, *kind.articles[:size]], Path(folder) / "model", overrides=LIVE)
            yield list(tagger.tag(kind.articles[SHOWN:]))


def main(keep: bool) -> None:
    """Print a row a kind."""
    table = Table("kind", *map(str, range(SHOWN + 1)), title="spans of the kind that come out right, F1 of all spans")
    lines = []
    for kind in kinds():
        asked, cells = kind.articles[SHOWN:], []
        wanted = [kind.spans(article) for article in asked]
        for size, found in enumerate(tagged(kind)):
            right = sum(len(some & set(one.spans)) for some, one in zip(wanted, found, strict=True))
            scores = score(asked, found)
            cells.append(f"{right}/{sum(map(len, wanted))} {100 * scores.micro().f1:.1f}")
            said = {
                "system": kind.name,
                "task": f"kinds of spans that nobody knew, live backend, by articles that show them; {size}",
                "recipe": str(RECIPE),
                "tuned_on": TUNED[kind.name.endswith(OTHER)],
                "command": "python eval/kinds.py",
            }
            lines.append(results.result(scores, bootstrap(scores), **said))
        table.add_row(kind.name, *cells)
    Console(width=120).print(table)
    if keep:
        results.add(lines)


if __name__ == "__main__":
    main("--keep" in sys.argv)
