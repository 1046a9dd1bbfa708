"""Documents to Label Studio as tasks with suggestions: each once, whatever happens in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from viborder.document import Document, by_id
from viborder.errors import fail, place
from viborder.files import sha256_of
from viborder.formats import read
from viborder.labelstudio.client import Client, ServerLost
from viborder.labelstudio.interface import ensure_project
from viborder.labelstudio.order import most_useful_first, share, spread
from viborder.labelstudio.regions import regions
from viborder.labelstudio.sendable import same_texts, sendable

BATCH = 50  # tasks a request
KEY = "viborder"  # under which a task's `meta` holds what we know of it


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents are given out. Shares are in 0…1 and fall on documents at random, by their id.

    overlap: how many people annotate a document of `overlap_share`, without seeing each other's work; the others get
    one.
    test_share: documents kept for an honest test set: chosen at random and not for their usefulness, without
    suggestions that might sway the annotator, and never learned from by the live backend.
    first: ids of documents that come before all others, in this order.
    reorder: tasks that nobody has begun are taken away and sent anew, so that the new order holds for them too.
    """

    overlap: int = 1
    overlap_share: float = 1.0
    test_share: float = 0.1
    seed: int = 0
    first: tuple[str, ...] = ()
    reorder: bool = False

    def is_test(self, identity: str) -> bool:
        """Whether the document belongs to the random share."""
        return share(identity, "test", self.seed) < self.test_share

    def people(self, identity: str) -> int:
        """How many people annotate the document."""
        return self.overlap if share(identity, "overlap", self.seed) < self.overlap_share else 1


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: numbers of tasks. `mended` had lost a suggestion or a setting to an earlier interruption."""

    project: int
    sent: int
    present: int
    mended: int


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

    A second push, or one after a crash, sends what is missing and mends what was left half-done. `version` names the
    model that suggests.
    Raises ViborderError `text-differs`, `id-twice`, `text-not-unicode`, `document-unknown` (of `plan.first`),
    `push-running` and what the client and the
    project raise; ServerLost when the server stays away. Nothing that was sent is lost then: push again.
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
        present = tasks_by_document(client, number)
        same_texts(client, number, documents, present)
        if plan.reorder:
            present = _take_away(client, {document.id for document in documents}, present)
        ordered = [
            task for task in _in_order(documents, suggestions, version, plan) if task["data"]["doc_id"] not in present
        ]
        for first in _progress(range(0, len(ordered), BATCH), "push"):
            send(client, number, ordered[first : first + BATCH])
        wanted = {
            document.id: task
            for document, task in zip(documents, _tasks(documents, suggestions, version, plan), strict=True)
        }
        mended = _settle(client, number, wanted)
        if any("predictions" in task for task in wanted.values()) and not client.ask(
            client.sdk.ml.list, project=number
        ):
            client.ask(
                client.sdk.projects.update, number, model_version=version
            )  # Label Studio shows the suggestions of one version
    return Pushed(number, len(ordered), len(documents) - len(ordered), mended)


def _take_away(
    client: Client, wanted: Collection[str], present: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Delete the tasks that nobody has begun of documents that are sent again; returns the tasks that stay.

    Label Studio gives tasks out in the order in which they were made: there is no other way to change it.
    """
    stay = {}
    for identity, tasks in present.items():
        if identity not in wanted or any(touched(task) for task in tasks):
            stay[identity] = tasks
            continue
        for task in tasks:
            client.delete(client.sdk.tasks.delete, task["id"])
    return stay


def suggest(documents: Sequence[Document], model: Path | None, tagged: Path | None) -> tuple[dict[str, Document], str]:
    """(suggestions by id, version) by a model folder, or out of a file of tagged documents; none without either.

    Raises ViborderError `options-exclude`, and `text-differs` where the tagged document bears another text.
    """
    if model and tagged:
        raise fail("", "options-exclude", "--model and --suggestions exclude each other", "give one of them")
    if model:
        from viborder.train import load

        tagger = load(model)
        return by_id(list(tagger.tag(documents))), tagger.version
    if not tagged:
        return {}, ""
    found = by_id(read(tagged))
    for document in documents:
        if document.id in found and found[document.id].text != document.text:
            raise fail(
                place(str(tagged), document.id),
                "text-differs",
                "the suggestions are for another text",
                "tag the documents again",
            )
    return found, f"{tagged.stem}-{sha256_of(tagged)[:8]}"


def _in_order(
    documents: Sequence[Document], suggestions: Mapping[str, Document], version: str, plan: Plan
) -> list[dict[str, Any]]:
    useful = most_useful_first([document for document in documents if not plan.is_test(document.id)], suggestions)
    worth = {document.id: value for document, value in useful}
    kept = sorted(
        (document for document in documents if plan.is_test(document.id)),
        key=lambda one: share(one.id, "order", plan.seed),
    )
    ordered = spread([document for document, _ in useful], kept)
    ordered.sort(key=lambda one: plan.first.index(one.id) if one.id in plan.first else len(plan.first))
    tasks = _tasks(ordered, suggestions, version, plan)
    for task in tasks:
        if task["data"]["doc_id"] in worth:
            task["meta"][KEY]["usefulness"] = round(worth[task["data"]["doc_id"]], 4)
    return tasks


def _tasks(
    documents: Sequence[Document], suggestions: Mapping[str, Document], version: str, plan: Plan
) -> list[dict[str, Any]]:
    """Documents as Label Studio imports them.

    `meta` tells the share, the number of annotators and the hash of the text.
    """
    made = []
    for document in documents:
        is_test = plan.is_test(document.id)
        known = {
            "share": "test" if is_test else "learn",
            "overlap": plan.people(document.id),
            "sha256": text_hash(document.text),
        }
        task: dict[str, Any] = {"data": {"text": document.text, "doc_id": document.id}, "meta": {KEY: known}}
        suggested = suggestions.get(document.id)
        if suggested is not None and not is_test:
            task["predictions"] = [prediction(suggested, version)]
        made.append(task)
    return made


def prediction(document: Document, version: str) -> dict[str, Any]:
    """A tagged document as a prediction; its score is the mean of those of its spans."""
    scores = [span.score for span in document.spans if span.score is not None]
    made: dict[str, Any] = {"model_version": version, "result": regions(document)}
    if scores:
        made["score"] = round(sum(scores) / len(scores), 4)
    return made


def send(client: Client, number: int, tasks: list[dict[str, Any]]) -> None:
    """Import a batch. Where the answer is lost, look what has arrived before sending the rest."""
    for attempt in range(5):
        try:
            client.tell(client.sdk.projects.import_tasks, number, request=tasks, return_task_ids=True)
            return
        except ServerLost:
            if attempt == 4:
                raise
            client.wait()
            arrived = tasks_by_document(client, number)
            tasks = [task for task in tasks if task["data"]["doc_id"] not in arrived]
            if not tasks:
                return


def _settle(client: Client, number: int, wanted: Mapping[str, dict[str, Any]]) -> int:
    """Bring what is on the server to what is wanted: no untouched twin of a task, its number of annotators, its
    suggestion.
    """
    mended = 0
    suggested_by: dict[int, set[str]] | None = None
    for identity, tasks in tasks_by_document(client, number).items():
        keep, *twins = sorted(tasks, key=lambda task: (-int(task["total_annotations"]), task["id"]))
        for twin in twins:
            if not touched(twin):
                client.delete(client.sdk.tasks.delete, twin["id"])
                mended += 1
        want = wanted.get(identity)
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


def tasks_by_document(client: Client, number: int) -> dict[str, list[dict[str, Any]]]:
    """The tasks of a project by document id; tasks that are not ours have none and are left alone."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in client.tasks(
        number, include="id,data,meta,overlap,total_annotations,total_predictions,cancelled_annotations,drafts"
    ):
        identity = task["data"].get("doc_id")
        if isinstance(identity, str):
            found[identity].append(task)
    return found


def touched(task: Mapping[str, Any]) -> bool:
    """Whether somebody has worked on a task, or skipped it."""
    return bool(task["total_annotations"] or task["cancelled_annotations"] or task.get("drafts"))


def task_meta(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we noted of a task when it was pushed; empty for tasks that are not ours."""
    known = (task.get("meta") or {}).get(KEY)
    return known if isinstance(known, dict) else {}


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, by which a task that was edited on the server is noticed."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def only_one(name: str, rule: str, folder: Path = Path("build/labelstudio")) -> Iterator[None]:
    """A lock between processes on this machine, let go when the process ends, however it ends.

    Raises ViborderError with `rule`.
    """
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise fail(folder / f".{name}.lock", rule, "another one is running", "wait until it has ended") from None
        yield


def _progress(steps: Sequence[int], what: str) -> Iterator[int]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(steps, what, console=console, disable=not console.is_terminal, transient=True)
