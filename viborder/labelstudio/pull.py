"""Annotations back from Label Studio as one pass an annotator, exact, or not at all."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, place
from viborder.files import new_file, sha256_of
from viborder.formats import jsonl
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import open_project
from viborder.labelstudio.push import KEY, only_one, text_hash
from viborder.labelstudio.regions import FATES, Fate, fate, read, split

FIELDS = "id,data,meta,updated_at,total_annotations,cancelled_annotations"
STATE = ".labelstudio.json"  # beside the passes: what was pulled from which version of which task


@dataclass(slots=True)
class Pulled:
    """What a pull brought. `fetched` and `drafts` count tasks, the other numbers annotations.

    problems: errors stand for annotations that were left out, warnings for what was mended.
    """

    documents: dict[str, list[Document]] = field(default_factory=dict)
    fetched: int = 0
    skipped: int = 0
    drafts: int = 0
    empty: int = 0
    unsure: int = 0
    problems: list[Problem] = field(default_factory=list)

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
    problem with the task's address; so is a task whose text was edited on the server.
    Raises ViborderError `pull-running` and what the client and the project raise.
    """
    number = int(open_project(client, title)["id"])
    with only_one("pull", "pull-running", out):
        tasks, pulled = collect(client, number, _state(out, client.url, number), corpus)
        _write(out, client.url, number, tasks, pulled)
    return pulled


def collect(
    client: Client, number: int, known: Mapping[str, Any] | None = None, corpus: Mapping[str, Document] | None = None
) -> tuple[dict[str, Any], Pulled]:
    """(every task as it is kept between pulls, what they hold) of a project.

    known: the tasks as the last pull kept them.
    """
    known, pulled, tasks = known or {}, Pulled(), {}
    people = _people(client)
    for listed in _progress(client.tasks(number, include=FIELDS)):
        key = str(listed["id"])
        task = known.get(key)
        if task is None or task["updated_at"] != listed["updated_at"]:
            task = _fetch(client, number, listed, people)
            pulled.fetched += 1
        tasks[key] = task
    pulled.drafts = _drafts(client, number)
    for task in tasks.values():
        pulled.skipped += task["skipped"]
        _judge(task, pulled, corpus)
    return tasks, pulled


def _fetch(client: Client, number: int, listed: Mapping[str, Any], people: Mapping[int, str]) -> dict[str, Any]:
    """All of a task that matters, as plain JSON, so that it can be kept for the next pull.

    One that nobody has submitted is in the list.
    """
    is_begun = listed["total_annotations"] or listed["cancelled_annotations"]
    found = (
        client.ask(client.sdk.tasks.get, listed["id"]) if is_begun else {**listed, "annotations": [], "predictions": []}
    )
    results = {entry["id"]: entry for entry in found["predictions"]}
    known = (found.get("meta") or {}).get(KEY) or {}
    return {
        "page": client.task_page(number, listed["id"]),
        "updated_at": found["updated_at"],
        "id": found["data"].get("doc_id"),
        "text": found["data"].get("text"),
        "sha256": known.get("sha256"),
        "share": known.get("share", "learn"),
        "skipped": sum(bool(entry["was_cancelled"]) for entry in found["annotations"]),
        "annotations": [
            {
                "annotation": entry["id"],
                "by": people.get(_user(entry), f"user-{_user(entry)}"),
                "result": entry["result"],
                "lead_time": entry["lead_time"] or 0.0,
                "updated_at": entry["updated_at"],
                "suggested": (results.get(entry["parent_prediction"]) or {}).get("result") or [],
                "version": (results.get(entry["parent_prediction"]) or {}).get("model_version"),
            }
            for entry in sorted(found["annotations"], key=lambda entry: str(entry["updated_at"]))
            if not entry["was_cancelled"]
        ],
    }


def _drafts(client: Client, number: int) -> int:
    """The number of tasks on which somebody has an unsubmitted draft; its content is its author's alone."""
    wanted = {"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean", "value": True}
    query = json.dumps({"filters": {"conjunction": "and", "items": [wanted]}})
    return int(client.task_list(number, page=1, page_size=1, include="id", query=query)["total"])


def _judge(task: Mapping[str, Any], pulled: Pulled, corpus: Mapping[str, Document] | None) -> None:
    """Add a task's annotations to the passes of those who made them; what cannot be used becomes a problem."""
    where, identity, text = task["page"], task["id"], task["text"]
    if not isinstance(identity, str) or not isinstance(text, str):
        pulled.problems.append(
            Problem(where, "task-foreign", "no `doc_id` and `text`: not a task of ours", "left alone", "warning")
        )
        return
    here = place(where, identity)
    if task["sha256"] != text_hash(text):
        pulled.problems.append(
            Problem(here, "text-differs", "the text was edited on the server after the push", "put the text back")
        )
        return
    if corpus is not None and (identity not in corpus or corpus[identity].text != text):
        pulled.problems.append(
            Problem(here, "text-differs", "the corpus has no such text", "push the corpus's own text under a new id")
        )
        return
    for entry in task["annotations"]:
        document = _document(entry, task, here, pulled)
        if document is not None:
            _newest(pulled.documents.setdefault(entry["by"], []), document)


def _newest(documents: list[Document], document: Document) -> None:
    """Add a document; of two annotations of it by one person the newer counts."""
    for index, other in enumerate(documents):
        if other.id == document.id:
            if other.meta["annotation"]["updated_at"] <= document.meta["annotation"]["updated_at"]:
                documents[index] = document
            return
    documents.append(document)


def _document(entry: Mapping[str, Any], task: Mapping[str, Any], where: str, pulled: Pulled) -> Document | None:
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
            said = f"submitted by {entry['by']} without a span, and without the tick at 'nothing to mark'"
            pulled.problems.append(Problem(where, "annotation-empty", said, "tick it, or mark the spans"))
            return None
        pulled.empty += 1
    pulled.unsure += reading.unsure
    suggested = read(entry["suggested"], task["text"], where, [])
    spans, private = split(reading.spans)
    about: dict[str, Any] = {
        "task": task["page"],
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


def _people(client: Client) -> dict[int, str]:
    """Short names of the users, for file names: what stands before the @ of their address, made unique.

    Addresses go no further.
    """
    names: dict[str, list[int]] = defaultdict(list)
    for user in client.ask(client.sdk.users.list):
        name = (
            re.sub(r"[^a-z0-9]+", "-", str(user.get("email") or user.get("username")).split("@")[0].lower()).strip("-")
            or "user"
        )
        names[name].append(int(user["id"]))
    return {
        number: name if len(numbers) == 1 else f"{name}-{number}"
        for name, numbers in names.items()
        for number in numbers
    }


def _user(annotation: Mapping[str, Any]) -> int:
    by = annotation["completed_by"]
    return int(by["id"] if isinstance(by, dict) else by or 0)


def _state(out: Path, url: str, number: int) -> dict[str, Any]:
    """The tasks as the last pull kept them, if it was from this project and its files are still as it wrote them."""
    try:
        state: dict[str, Any] = json.loads((out / STATE).read_text(encoding="utf-8"))
        if (state["url"], state["project"]) != (url, number):
            return {}
        intact = all(sha256_of(out / name) == digest for name, digest in state["files"].items())
    except (OSError, ValueError, KeyError):
        return {}
    return dict(state["tasks"]) if intact else {}


def _write(out: Path, url: str, number: int, tasks: Mapping[str, Any], pulled: Pulled) -> None:
    source = f"{url}/projects/{number}/"
    for name in {path.stem for path in out.glob("*.jsonl")} | set(pulled.documents):
        path = out / f"{name}.jsonl"
        others = [
            document for document in (jsonl.read(path) if path.exists() else []) if not _is_from(document, source)
        ]
        own = pulled.documents.get(name, [])
        replaced = {document.id for document in own}
        documents = [document for document in others if document.id not in replaced] + sorted(
            own, key=lambda one: one.id
        )
        if documents and (own or len(others) != _lines(path)):
            jsonl.write(path, documents)
        elif not documents:
            path.unlink(missing_ok=True)
    digests = {f"{name}.jsonl": sha256_of(out / f"{name}.jsonl") for name in pulled.documents}
    with new_file(out / STATE) as file:
        json.dump({"url": url, "project": number, "files": digests, "tasks": tasks}, file, ensure_ascii=False)


def _is_from(document: Document, source: str) -> bool:
    about = document.meta.get("annotation")
    return isinstance(about, dict) and str(about.get("task", "")).startswith(source)


def _lines(path: Path) -> int:
    return sum(1 for line in path.read_text(encoding="utf-8").split("\n") if line) if path.exists() else 0


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
