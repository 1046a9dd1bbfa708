"""Documents to Label Studio as tasks with suggestions: each once, whatever happens in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from viborder.document import Document
from viborder.errors import counted, fail, place
from viborder.formats.labelstudio import KEY
from viborder.labelstudio.client import Client, ServerLost
from viborder.labelstudio.interface import ensure_project
from viborder.labelstudio.parts import cut, parts
from viborder.labelstudio.plan import Plan, tasks
from viborder.labelstudio.running import only_one, progress
from viborder.labelstudio.sendable import same_texts, sendable
from viborder.labelstudio.tasks import Key, key, shapes, task_meta, tasks_by_key, touched

BATCH = 50  # tasks a request


@dataclass(frozen=True, slots=True)
class Split:
    """An article in parts: its length and that of the longest part in code points, and how many suggestions were left
    out because the end of a part cuts them.
    """

    id: str
    length: int
    parts: int
    longest: int
    lost: int = 0

    def __str__(self) -> str:
        told = f"{self.id}: {counted(self.length, 'character')} in {counted(self.parts, 'part')}, the longest of {self.longest:,}"
        if self.lost:
            told += f", {counted(self.lost, 'suggestion')} that the end of a part cuts left out"
        return told


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: numbers of tasks. `mended` had lost a suggestion or a setting to an earlier interruption. split:
    the articles that are in parts on the server, and those that are too long and are not cut.
    """

    project: int
    sent: int
    present: int
    mended: int
    split: tuple[Split, ...] = ()


def push(
    client: Client,
    title: str,
    documents: Sequence[Document],
    suggestions: Mapping[str, Document],
    version: str = "",
    plan: Plan | None = None,
) -> Pushed:
    """Make tasks of the documents that the project lacks, in the order of their usefulness, with the suggestions given
    by id.

    A second push, or one after a crash, sends what is missing and mends what was left half-done. A document that is
    there stays in the parts that it is in. `version` names the model that suggests.
    Raises ViborderError `text-differs`, `id-twice`, `text-not-unicode`, `document-unknown` (of `plan.first`),
    `push-running` and what the client and the project raise; ServerLost when the server stays away. Nothing that was
    sent is lost then: push again.
    """
    plan = plan or Plan()
    sendable(documents)
    for identity in plan.first:
        if identity not in {document.id for document in documents}:
            raise fail(place("", identity), "document-unknown", "it is not among what is pushed", "check --first")
    project = ensure_project(client, title)
    number = int(project["id"])
    with only_one(f"push-{sha256(client.url.encode()).hexdigest()[:8]}-{number}", "push-running"):
        if int(project["maximum_annotations"]) < plan.overlap:
            client.ask(client.sdk.projects.update, number, maximum_annotations=plan.overlap)
        present = tasks_by_key(client, number)
        same_texts(client, number, documents, present)
        if plan.reorder:
            present = _take_away(client, {document.id for document in documents}, present)
        starts = _starts(documents, suggestions, plan, shapes(present))
        wanted = tasks(documents, suggestions, version, plan, starts)
        missing = [task for task in wanted if key(task) not in present]
        for first in progress(range(0, len(missing), BATCH), "push"):
            send(client, number, missing[first : first + BATCH])
        mended = _settle(client, number, {key(task): task for task in wanted})
        if any("predictions" in task for task in wanted) and not client.ask(client.sdk.ml.list, project=number):
            client.ask(
                client.sdk.projects.update, number, model_version=version
            )  # Label Studio shows the suggestions of one version
    split = _split(documents, suggestions, starts, plan)
    return Pushed(number, len(missing), len(wanted) - len(missing), mended, split)


def _starts(
    documents: Sequence[Document],
    suggestions: Mapping[str, Document],
    plan: Plan,
    present: Mapping[str, tuple[int, ...]],
) -> dict[str, tuple[int, ...]]:
    """Where the parts of each document start: as on the server, or as the plan wants it and no suggestion forbids."""
    found = {}
    for document in documents:
        suggested = suggestions.get(document.id, document)
        spans = (*suggested.spans, *suggested.private)
        found[document.id] = present.get(document.id) or cut(document.text, plan.longest, spans)
    return found


def _split(
    documents: Sequence[Document],
    suggestions: Mapping[str, Document],
    starts: Mapping[str, tuple[int, ...]],
    plan: Plan,
) -> tuple[Split, ...]:
    found = []
    for document in documents:
        text, pieces = document.text, parts(starts[document.id])
        longest = max(part.end(text) - part.start for part in pieces)
        if len(pieces) > 1 or (plan.longest and longest > plan.longest):
            suggested = suggestions.get(document.id, document.with_spans(()))
            spans = (*suggested.spans, *suggested.private)
            lost = sum(not any(part.holds(span, text) for part in pieces) for span in spans)
            found.append(Split(document.id, len(text), len(pieces), longest, lost))
    return tuple(found)


def _take_away(
    client: Client, wanted: Collection[str], present: Mapping[Key, list[dict[str, Any]]]
) -> dict[Key, list[dict[str, Any]]]:
    """Delete the tasks of documents that are sent again and that nobody has begun; returns the tasks that stay.

    Label Studio gives tasks out in the order in which they were made: there is no other way to change it.
    """
    begun = {identity for (identity, _), found in present.items() if any(touched(task) for task in found)}
    stay = {}
    for (identity, part), found in present.items():
        if identity not in wanted or identity in begun:
            stay[identity, part] = found
            continue
        for task in found:
            client.delete(client.sdk.tasks.delete, task["id"])
    return stay


def send(client: Client, number: int, batch: list[dict[str, Any]]) -> None:
    """Import a batch of tasks. Where the answer is lost, look what has arrived before sending the rest."""
    for attempt in range(5):
        try:
            client.tell(client.sdk.projects.import_tasks, number, request=batch, return_task_ids=True)
            return
        except ServerLost:
            if attempt == 4:
                raise
            client.wait()
            arrived = tasks_by_key(client, number)
            batch = [task for task in batch if key(task) not in arrived]
            if not batch:
                return


def _settle(client: Client, number: int, wanted: Mapping[Key, dict[str, Any]]) -> int:
    """Bring what is on the server to what is wanted: no untouched twin of a task, its number of annotators, its
    suggestion.
    """
    mended = 0
    suggested_by: dict[int, set[str]] | None = None
    for found, present in tasks_by_key(client, number).items():
        keep, *twins = sorted(present, key=lambda task: (-int(task["total_annotations"]), task["id"]))
        for twin in twins:
            if not touched(twin):
                client.delete(client.sdk.tasks.delete, twin["id"])
                mended += 1
        want = wanted.get(found)
        if want is None:
            continue
        people = task_meta(keep).get("overlap", want["meta"][KEY]["overlap"])
        if keep["overlap"] != people:
            client.ask(client.sdk.tasks.update, keep["id"], overlap=people)
        if "predictions" not in want or touched(keep):
            continue
        if suggested_by is None:
            suggested_by = _suggested_by(client, number)
        suggestion = want["predictions"][0]
        if suggestion["model_version"] not in suggested_by[keep["id"]]:
            client.tell(client.sdk.predictions.create, task=keep["id"], project=number, **suggestion)
            mended += 1
    return mended


def _suggested_by(client: Client, number: int) -> dict[int, set[str]]:
    """The versions that have suggested something for each task."""
    found: dict[int, set[str]] = defaultdict(set)
    for entry in client.ask(client.sdk.predictions.list, project=number):
        found[int(entry["task"])].add(str(entry["model_version"]))
    return found
