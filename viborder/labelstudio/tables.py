"""What `pull` and `status` print."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.document import Document, by_id
from viborder.errors import ViborderError
from viborder.eval.agreement.doubts import doubts
from viborder.eval.show.tables import doubt_lines, percent
from viborder.formats import read
from viborder.labelstudio.pull import Pulled, summary
from viborder.labelstudio.regions import FATES
from viborder.labelstudio.status import Status


def texts(corpus: Path) -> dict[str, Document] | None:
    """The corpus by id; None where the file does not exist."""
    return by_id(read(corpus)) if corpus.exists() else None


def pulled(found: Pulled, out: Path) -> None:
    """Print what a pull brought.

    Raises ViborderError with the annotations that were left out, after warnings were printed.
    """
    if found.documents:
        Console().print(_passes(found))
    print(f"{found.fetched} tasks fetched, the others unchanged; passes are in {out}")
    print(f"skipped {found.skipped} · drafts {found.drafts} · nothing to mark {found.empty} · unsure {found.unsure}")
    errors = [problem for problem in found.problems if problem.severity == "error"]
    for problem in found.problems:
        if problem.severity != "error":
            print(problem, file=sys.stderr)
    if errors:
        raise ViborderError(errors)


def status(found: Status) -> None:
    """Print the state of a project."""
    console = Console()
    rows = {
        "documents pushed": found.pushed,
        "of these the random share": found.test,
        "annotated": found.annotated,
        "by as many as wanted": found.complete,
        "in conflict": found.in_conflict,
        "adjudicated": found.adjudicated,
        "skipped": found.pulled.skipped,
        "drafts": found.pulled.drafts,
    }
    table = Table(show_header=False)
    for name, number in rows.items():
        table.add_row(name, str(number))
    console.print(table)
    if found.pulled.documents:
        console.print(_passes(found.pulled))
    for one, other, f1, documents in found.agreement:
        print(f"agreement {one} – {other}: F1 {percent(f1)} on {documents} documents")
    for first, last, f1 in found.curve:
        print(f"suggestions for documents {first}–{last}: F1 {percent(f1)}")
    doubt_lines(doubts(found.pulled.documents))
    for identity, usefulness, page in found.next:
        print(f"next: {identity} {'(random share)' if usefulness is None else f'(usefulness {usefulness:.2f})'} {page}")


def _passes(found: Pulled) -> Table:
    table = Table("pass", "docs", "spans", *FATES, "min/doc", title="what became of the suggestions")
    for row in summary(found):
        table.add_row(*row)
    return table
