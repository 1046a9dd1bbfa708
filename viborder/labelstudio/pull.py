"""Annotations back from Label Studio as one pass an annotator, exact, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, place
from viborder.labelstudio import accounts, passes
from viborder.labelstudio.accounts import People
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import open_project
from viborder.labelstudio.push import KEY, only_one, text_hash
from viborder.labelstudio.regions import FATES, SUGGESTED, Fate, fate, read, split

FIELDS = "id,data,meta,overlap,updated_at,total_annotations,cancelled_annotations"


@dataclass(slots=True)
class Pulled:
    """What a pull brought. `fetched` and `drafts` count tasks, the other numbers annotations.

    problems: errors stand for annotations that were left out, warnings for what was mended.
    refused: (annotator, document id) where another has changed the annotation; what was pulled before that stays.
    """

    documents: dict[str, list[Document]] = field(default_factory=dict)
    fetched: int = 0
    skipped: int = 0
    drafts: int = 0
    empty: int = 0
    unsure: int = 0
    problems: list[Problem] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)

    def fates(self) -> dict[str, Fate]:
        """What became of the suggestions, by annotator."""
        return {
            name: sum((Fate(**document.meta["annotation"]["suggestions"]) for document in documents), Fate())
            for name, documents in self.documents.items()
        }

    def minutes(self) -> dict[str, list[float]]:
        """Minutes a document as Label Studio measured them (lead time), by annotator."""
        return {
            name: [document.meta["annotation"]["minutes"] for document in documents]
            for name, documents in self.documents.items()
        }


def pull(client: Client, title: str, out: Path, corpus: Mapping[str, Document] | None = None) -> Pulled:
    """Bring the submitted annotations of a project into `out/<annotator>.jsonl`.

    Only tasks that changed since the last pull are fetched; documents of other origin in those files stay. `corpus`:
    the texts that the annotations must bear. Nothing is written before everything has arrived, and a pull that is
    killed between two files is made good by the next. An annotation that cannot be used is left out and told as a
    problem with an address; so is one that another person has changed, one of a task whose text was edited on the
    server, and one of a document that the same person's pass has from another project.
    Raises ViborderError `pull-running`, `accounts-unreadable` and what the client and the project raise.
    """
    source = passes.Source.of(client.url, open_project(client, title))
    with only_one("pull", "pull-running", out):
        people = accounts.people(client, out)
        tasks, pulled = collect(client, source, people, passes.state(out, source), corpus)
        accounts.keep(people, out)
        pulled.problems += people.problems
        pulled.problems += passes.write(out, source, tasks, pulled.documents, pulled.refused)
    return pulled


def collect(
    client: Client,
    source: passes.Source,
    people: People,
    known: Mapping[str, Any] | None = None,
    corpus: Mapping[str, Document] | None = None,
) -> tuple[dict[str, Any], Pulled]:
    """(every task as it is kept between pulls, what they hold) of a project.

    known: the tasks as the last pull kept them.
    """
    known, pulled, tasks = known or {}, Pulled(), {}
    for listed in _progress(client.tasks(source.number, include=FIELDS)):
        key = str(listed["id"])
        task = known.get(key)
        if task is None or task["updated_at"] != listed["updated_at"]:
            task = _fetch(client, source, listed)
            pulled.fetched += 1
        tasks[key] = task
    pulled.drafts = _drafts(client, source.number)
    for task in tasks.values():
        pulled.skipped += task["skipped"]
        _judge(task, people, pulled, corpus)
    return tasks, pulled


def _fetch(client: Client, source: passes.Source, listed: Mapping[str, Any]) -> dict[str, Any]:
    """All of a task that matters, as plain JSON, so that it can be kept for the next pull.

    One that nobody has submitted is in the list.
    """
    is_begun = listed["total_annotations"] or listed["cancelled_annotations"]
    found = (
        client.ask(client.sdk.tasks.get, listed["id"]) if is_begun else {**listed, "annotations": [], "predictions": []}
    )
    known = (found.get("meta") or {}).get(KEY) or {}
    return {
        "page": client.task_page(source.number, listed["id"]),
        "stream": client.stream_page(source.number) if int(listed.get("overlap") or 1) > 1 else None,
        "project": source.key,
        "updated_at": found["updated_at"],
        "id": found["data"].get("doc_id"),
        "text": found["data"].get("text"),
        "sha256": known.get("sha256"),
        "share": known.get("share", "learn"),
        "skipped": sum(bool(entry["was_cancelled"]) for entry in found["annotations"]),
        "annotations": [
            _kept(entry, found["predictions"])
            for entry in sorted(found["annotations"], key=lambda entry: str(entry["updated_at"]))
            if not entry["was_cancelled"]
        ],
    }


def _kept(entry: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An annotation as it is kept between pulls; users by the server's numbers."""
    suggestion = _suggestion(entry, predictions)
    return {
        "annotation": entry["id"],
        "by": accounts.author(entry),
        "editor": accounts.editor(entry),
        "result": entry["result"],
        "lead_time": entry["lead_time"] or 0.0,
        "created_at": entry["created_at"],
        "updated_at": entry["updated_at"],
        "suggested": suggestion.get("result") or [],
        "version": suggestion.get("model_version"),
    }


def _suggestion(entry: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The prediction that an annotation began with; empty where it began with none.

    Label Studio forgets it when a draft is resumed. Regions of ours tell then that there was one: it is the one that
    shares most of them, the newest of several.
    """
    for one in predictions:
        if one["id"] == entry["parent_prediction"]:
            return one
    ours = {str(one.get("id")) for one in entry["result"] if isinstance(one, dict)}
    ours = {name for name in ours if SUGGESTED.fullmatch(name)}
    shared = [
        (len(ours & {str(one.get("id")) for one in each["result"]}), int(each["id"]), each) for each in predictions
    ]
    shared.sort(key=lambda each: each[:2])
    return shared[-1][2] if shared and shared[-1][0] else {}


def _drafts(client: Client, number: int) -> int:
    """The number of tasks on which somebody has an unsubmitted draft; its content is its author's alone."""
    wanted = {"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean", "value": True}
    query = json.dumps({"filters": {"conjunction": "and", "items": [wanted]}})
    return int(client.task_list(number, page=1, page_size=1, include="id", query=query)["total"])


def _judge(task: Mapping[str, Any], people: People, pulled: Pulled, corpus: Mapping[str, Document] | None) -> None:
    """Add a task's annotations to the passes of those who made them; what cannot be used becomes a problem."""
    identity, text = task["id"], task["text"]
    if not isinstance(identity, str) or not isinstance(text, str):
        pulled.problems.append(
            Problem(task["page"], "task-foreign", "no `doc_id` and `text`: not a task of ours", "left alone", "warning")
        )
        return
    if not task["annotations"]:
        return
    here = place(task["page"], identity)
    if task["sha256"] != text_hash(text):
        pulled.problems.append(
            Problem(here, "text-differs", "the text was edited on the server after the push", "put the text back")
        )
        return
    if corpus is not None and (identity not in corpus or corpus[identity].text != text):
        hint = "name the texts that were pushed with --corpus, or push the corpus's own text under a new id"
        pulled.problems.append(Problem(here, "text-differs", "the corpus has no such text", hint))
        return
    # A person who opens the address of a task that others annotate too sees, and can change, what they marked.
    asked = place(task["stream"], identity) if task["stream"] else here
    for entry in task["annotations"]:
        name = people.name(entry["by"])
        if entry["editor"]:
            pulled.refused.add((name, identity))
            said = f"made by {name}, and changed by {people.name(entry['editor'])} at {entry['updated_at'][:16]}"
            hint = f"{name} looks it over and submits it again, or it is deleted; what was pulled before stays"
            pulled.problems.append(Problem(here, "edited-by-another", said, hint))
            continue
        document = _document(entry, name, task, asked, pulled)
        if document is not None:
            _newest(pulled.documents.setdefault(name, []), document)


def _newest(documents: list[Document], document: Document) -> None:
    """Add a document; of two annotations of it by one person the newer counts."""
    for index, other in enumerate(documents):
        if other.id == document.id:
            if other.meta["annotation"]["updated_at"] <= document.meta["annotation"]["updated_at"]:
                documents[index] = document
            return
    documents.append(document)


def _document(
    entry: Mapping[str, Any], name: str, task: Mapping[str, Any], where: str, pulled: Pulled
) -> Document | None:
    reading = read(entry["result"], task["text"], where, pulled.problems)
    if reading is None:
        return None
    if reading.spans and reading.nothing:
        hint = "take off the tick, or the spans"
        pulled.problems.append(
            Problem(where, "verdict-contradicts", "says that there is nothing to mark, and marks something", hint)
        )
        return None
    if not reading.spans:
        if not reading.nothing:
            said = f"submitted by {name} without a span, and without the tick at 'nothing to mark'"
            pulled.problems.append(Problem(where, "annotation-empty", said, "tick it, or mark the spans"))
            return None
        pulled.empty += 1
    pulled.unsure += reading.unsure
    suggested = read(entry["suggested"], task["text"], where, [])
    spans, private = split(reading.spans)
    about: dict[str, Any] = {
        "task": task["page"],
        "project": task["project"],
        "created_at": entry["created_at"],
        "updated_at": entry["updated_at"],
        "minutes": round(entry["lead_time"] / 60, 3),
        "model": entry["version"],
        "suggestions": fate(suggested.spans if suggested else (), reading.spans).as_dict(),
        "share": task["share"],
    }
    if reading.unsure:
        about["unsure"] = True
    if reading.note:
        about["note"] = reading.note
    if reading.notes:
        about["notes"] = [
            {"start": span.start, "end": span.end, "label": span.label, "note": note}
            for span, note in reading.notes.items()
        ]
    return Document(task["id"], task["text"], spans, private, {"annotation": about})


def _progress(tasks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(tasks, "pull", console=console, disable=not console.is_terminal, transient=True)


def summary(pulled: Pulled) -> Sequence[tuple[str, ...]]:
    """Rows for a table: annotator, documents, spans, what became of the suggestions, median minutes a document."""
    from statistics import median

    fates, minutes = pulled.fates(), pulled.minutes()
    return [
        (
            name,
            str(len(documents)),
            str(sum(len(document.spans) for document in documents)),
            *(str(getattr(fates[name], key)) for key in FATES),
            f"{median(minutes[name]):.1f}",
        )
        for name, documents in sorted(pulled.documents.items())
    ]
