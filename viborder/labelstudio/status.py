"""How far the annotation has come: what is pushed, annotated, in conflict, adjudicated; agreement; whether
suggestions get better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viborder.annotate.adjudicate import questions
from viborder.document import Document, by_id
from viborder.labelstudio import accounts
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import find_project, open_project
from viborder.labelstudio.judge import Pulled
from viborder.labelstudio.learned import Lesson, lessons
from viborder.labelstudio.passes import Source
from viborder.labelstudio.pull import collect
from viborder.labelstudio.regions import Fate
from viborder.labelstudio.tasks import part_of, task_meta

BLOCK = 5  # documents a point of the curve


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers of documents, and what they hold.

    complete: annotated by as many people as wanted. test: of the random share. agreement: (pass, pass, F1 over spans,
    documents).
    curve: (first, last, F1 of the suggestions) over the documents with suggestions, in the order in which they were
    submitted.
    next: (document, usefulness or None, address) of what comes next. learned: by the live backend, the oldest first.
    """

    pushed: int
    test: int
    annotated: int
    complete: int
    in_conflict: int
    adjudicated: int
    pulled: Pulled
    agreement: tuple[tuple[str, str, float | None, int], ...]
    curve: tuple[tuple[int, int, float | None], ...]
    next: tuple[tuple[str, float | None, str], ...]
    learned: tuple[Lesson, ...] = ()


def status(
    client: Client,
    title: str,
    adjudication: str,
    *,
    upcoming: int = 5,
    folder: Path | None = None,
    live: Path | None = None,
) -> Status:
    """Look at a project and at its adjudication; nothing is written.

    folder: of the passes, which knows the names of accounts. live: the state of the backend that learns.
    Raises what the client and the project raise.
    """
    source = Source.of(client.url, open_project(client, title))
    number = source.number
    listed = list(client.tasks(number, include="id,data,meta,overlap,total_annotations"))
    _, pulled = collect(client, source, accounts.people(client, folder))
    passes = {name: by_id(documents) for name, documents in pulled.documents.items()}
    annotated = {identity for documents in passes.values() for identity in documents}
    waiting = [task for task in listed if task["total_annotations"] < task["overlap"]]
    pushed = {_name(task) for task in listed}
    return Status(
        pushed=len(pushed),
        test=len({_name(task) for task in listed if task_meta(task).get("share") == "test"}),
        annotated=len(annotated),
        complete=len(pushed - {_name(task) for task in waiting}),
        in_conflict=len({question.id for question in questions(passes) if question.differs}),
        adjudicated=_adjudicated(client, adjudication),
        pulled=pulled,
        agreement=_agreement(pulled),
        curve=curve([document for documents in pulled.documents.values() for document in documents]),
        next=tuple(
            (_told(task), task_meta(task).get("usefulness"), _address(client, number, task))
            for task in waiting[:upcoming]
        ),
        learned=tuple(lessons(live)) if live else (),
    )


def curve(documents: Sequence[Document]) -> tuple[tuple[int, int, float | None], ...]:
    """(first, last, F1) of the suggestions against what was submitted, in blocks of documents in the order of
    submission.

    A suggestion counts as right where it was kept as it was. F1 = 2 · kept / (suggested + submitted). Documents without
    suggestions are left out. Since every document is new to the model that suggests for it, this is a fair test of that
    model.
    """
    ordered = sorted((about(document) for document in documents), key=lambda entry: str(entry["updated_at"]))
    fates = [Fate(**entry["suggestions"]) for entry in ordered if entry["model"]]
    points = []
    for first in range(0, len(fates), BLOCK):
        total = sum(fates[first : first + BLOCK], Fate())
        spans = 2 * (total.kept + total.moved + total.relabelled) + total.deleted + total.added
        points.append((first + 1, min(first + BLOCK, len(fates)), 2 * total.kept / spans if spans else None))
    return tuple(points)


def _name(task: Mapping[str, Any]) -> str:
    """What a task is counted as: its document, of which it may be a part; itself where it is not ours."""
    return str(task["data"].get("doc_id") or f"task {task['id']}")


def _told(task: Mapping[str, Any]) -> str:
    part = part_of(task)
    return _name(task) if part.of == 1 else f"{_name(task)}, part {part}"


def _address(client: Client, number: int, task: Mapping[str, Any]) -> str:
    """Where a person annotates a task: where several do, the label stream, in which nobody sees another's work."""
    return client.stream_page(number) if int(task["overlap"]) > 1 else client.task_page(number, task["id"])


def about(document: Document) -> dict[str, Any]:
    """What a pull noted of an annotation."""
    return dict(document.meta["annotation"])


def _adjudicated(client: Client, title: str) -> int:
    project = find_project(client, title)
    if project is None:
        return 0
    return sum(
        bool(task["total_annotations"]) for task in client.tasks(int(project["id"]), include="id,total_annotations")
    )


def _agreement(pulled: Pulled) -> tuple[tuple[str, str, float | None, int], ...]:
    from itertools import combinations

    from viborder.eval import agree

    found = []
    for one, other in combinations(sorted(pulled.documents), 2):
        first, second = by_id(pulled.documents[one]), by_id(pulled.documents[other])
        shared = sorted(first.keys() & second.keys())
        if shared:
            result = agree(
                {one: [first[identity] for identity in shared], other: [second[identity] for identity in shared]}
            )
            found.append((one, other, result.pairs[one, other]["all"].f1, len(shared)))
    return tuple(found)
