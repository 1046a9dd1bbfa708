"""What `pull` and `status` print."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from viborder.document import Document, by_id
from viborder.errors import Problem, ViborderError, counted
from viborder.eval.agreement.doubts import doubts
from viborder.eval.show.tables import doubt_lines, percent
from viborder.formats import read
from viborder.labelstudio.judge import Pulled
from viborder.labelstudio.progress import agreement_by_day, by_day, by_label
from viborder.labelstudio.push import Pushed
from viborder.labelstudio.regions import FATES
from viborder.labelstudio.status import Status

LESSONS = 5  # the newest that are told
SPLIT = 20  # articles in parts that are told
ALIKE = 5  # lines that say the same of different places


def texts(corpus: Path) -> dict[str, Document] | None:
    """The corpus by id; None where the file does not exist."""
    return by_id(read(corpus)) if corpus.exists() else None


def pushed(done: Pushed, title: str, longest: int, page: str = "") -> None:
    """Print what a push did, and which articles are in parts. longest: characters of a part that were asked for. page:
    the address of the label stream, to be handed to the annotators.
    """
    print(f"{done.sent} sent, {done.present} there already, {done.mended} mended; project {title!r} holds them")
    if page:
        print(f"annotators begin at {page}")
    for split in done.split[:SPLIT]:
        print(split)
    if len(done.split) > SPLIT:
        print(f"and {counted(len(done.split) - SPLIT, 'more article')} in parts")
    long = [split for split in done.split if longest and split.longest > longest]
    if long:
        said = f"more than {longest:,} characters in a part of {counted(len(long), 'article')} (the first is {long[0].id!r})"
        hint = "`push --reorder` cuts what was sent whole and nobody has begun; a sentence is never cut"
        print(Problem("", "part-long", said, hint, "warning"), file=sys.stderr)


def pulled(found: Pulled, out: Path) -> None:
    """Print what a pull brought.

    Raises ViborderError with the annotations that were left out, after warnings were printed.
    """
    if found.documents:
        Console().print(_passes(found))
    print(f"{counted(found.fetched, 'task')} fetched, the others unchanged; passes are in {out}")
    print(f"skipped {found.skipped} · drafts {found.drafts} · nothing to mark {found.empty} · unsure {found.unsure}")
    told = capped(found.problems)
    for problem in told:
        if problem.severity != "error":
            print(problem, file=sys.stderr)
    errors = [problem for problem in told if problem.severity == "error"]
    if errors:
        raise ViborderError(errors)


def capped(problems: Sequence[Problem]) -> list[Problem]:
    """The problems in their order; of those that say the same of many places the first few, and how many more there
    are.
    """
    alike = Counter((problem.rule, problem.message) for problem in problems)
    told: Counter[tuple[str, str]] = Counter()
    shown = []
    for problem in problems:
        kind = problem.rule, problem.message
        told[kind] += 1
        if told[kind] < ALIKE or alike[kind] <= ALIKE:
            shown.append(problem)
        elif told[kind] == ALIKE:
            more = alike[kind] - ALIKE
            shown.append(replace(problem, message=f"{problem.message}; and {counted(more, 'more place')} like this"))
    return shown


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
        console.print(_rows("by day", by_day(found.pulled.documents)))
        console.print(_rows("spans by label", by_label(found.pulled.documents)))
    if together := agreement_by_day(found.pulled.documents):
        console.print(_rows("agreement by day", together))
    for one, other, f1, documents in found.agreement:
        print(f"agreement {one} – {other}: F1 {percent(f1)} on {counted(documents, 'document')}")
    for first, last, f1 in found.curve:
        print(f"suggestions for documents {first}–{last}: F1 {percent(f1)}")
    for unfinished in found.pulled.unfinished:
        print(f"unfinished: {unfinished.id}: {unfinished}")
    doubt_lines(doubts(found.pulled.documents))
    for lesson in found.learned[-LESSONS:]:
        print(f"{lesson.at[:10]} {lesson}")
    for identity, usefulness, page in found.next:
        print(f"next: {identity} {'(random share)' if usefulness is None else f'(usefulness {usefulness:.2f})'} {page}")


def as_dict(found: Status) -> dict[str, Any]:
    """Everything that `status` prints, for JSON; F1 in 0…1."""
    pulled = found.pulled
    numbers = ("pushed", "test", "annotated", "complete", "in_conflict", "adjudicated")
    return {
        **{name: getattr(found, name) for name in numbers},
        "skipped": pulled.skipped,
        "drafts": pulled.drafts,
        "by_day": by_day(pulled.documents),
        "by_label": by_label(pulled.documents),
        "agreement_by_day": agreement_by_day(pulled.documents),
        "agreement": [dict(zip(("one", "other", "f1", "documents"), pair, strict=True)) for pair in found.agreement],
        "suggestions": [dict(zip(("first", "last", "f1"), point, strict=True)) for point in found.curve],
        "unfinished": [asdict(unfinished) for unfinished in pulled.unfinished],
        "learned": [asdict(lesson) for lesson in found.learned],
        "next": [dict(zip(("id", "usefulness", "address"), entry, strict=True)) for entry in found.next],
    }


def _rows(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows with the same keys as a table; those that are called f1 in per cent."""
    heads = [name.replace("_", " ") for name in rows[0]] if rows else []
    # only what is of several words is wrapped: a day stays whole on a terminal of 80 columns
    table = Table(*(Column(head, no_wrap=" " not in head) for head in heads), title=title)
    for row in rows:
        table.add_row(*(_cell(name, value) for name, value in row.items()))
    return table


def _cell(name: str, value: Any) -> str:
    if name == "f1":
        return percent(value)
    if isinstance(value, list):
        return " – ".join(value)
    return "–" if value is None else str(value)


def _passes(found: Pulled) -> Table:
    table = Table("pass", "docs", "spans", *FATES, "min/doc", title="what became of the suggestions")
    fates, minutes = found.fates(), found.minutes()
    for name, documents in sorted(found.documents.items()):
        spans = sum(len(document.spans) + len(document.private) for document in documents)
        counts = (len(documents), spans, *(getattr(fates[name], key) for key in FATES))
        table.add_row(name, *map(str, counts), f"{median(minutes[name]):.1f}")
    return table
