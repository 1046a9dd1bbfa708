"""Adjudication on the server: a project that holds only the documents in conflict, the agreed spans fixed, and who
said what.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from viborder.annotate.adjudicate import (
    Decision,
    Passes,
    Question,
    labelled,
    questions,
    read_decisions,
    write_decisions,
)
from viborder.annotate.settle import open_passes, write_gold
from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, place
from viborder.labelstudio.client import Client, from_environment
from viborder.labelstudio.interface import NOTE, TEXT, ensure_project, find_project, open_project
from viborder.labelstudio.push import KEY, send, tasks_by_document, text_hash, touched
from viborder.labelstudio.regions import Reading, read, region

EXTRA = """<Header value="Ai đã đánh dấu gì · Who said what" size="5"/>
  <Text name="said" value="$said"/>
  <Header value="Văn bản · Text" size="5"/>"""


def push_conflicts(client: Client, title: str, passes: Passes, decided: Iterable[Decision] = ()) -> int:
    """Make a task of every document with an open question; returns how many are new. A task that nobody has touched is
    brought up to date when the passes have changed since. Raises what the client and the project raise.
    """
    project = int(ensure_project(client, title, EXTRA)["id"])
    open_questions: dict[str, list[Question]] = defaultdict(list)
    for question in questions(passes, decided):
        open_questions[question.id].append(question)
    present = tasks_by_document(client, project)
    tasks = []
    for identity, asked in open_questions.items():
        task = _task(identity, asked, passes)
        known = present.get(identity, [])
        if any(touched(one) or one["meta"][KEY] == task["meta"][KEY] for one in known):
            continue
        for one in known:
            client.delete(client.sdk.tasks.delete, one["id"])
        tasks.append(task)
    if tasks:
        send(client, project, tasks)
        client.ask(client.sdk.projects.update, project, model_version="passes")
    return len(tasks)


def pull_decisions(client: Client, title: str, passes: Passes) -> tuple[list[Decision], list[Problem]]:
    """(decisions, problems) of the submitted tasks; nothing where the project does not exist yet.

    Problems: those of reading a result, `text-differs`, and `agreed-span-changed` where a span that all passes have is
    gone.
    """
    if find_project(client, title) is None:
        return [], []
    project = int(open_project(client, title, EXTRA)["id"])
    decisions: list[Decision] = []
    problems: list[Problem] = []
    for identity, tasks in tasks_by_document(client, project).items():
        members = {name: documents[identity] for name, documents in passes.items() if identity in documents}
        for task in tasks:
            if not task["total_annotations"] or not members:
                continue
            where = place(client.task_page(project, task["id"]), identity)
            found = client.ask(client.sdk.tasks.get, task["id"])
            document = next(iter(members.values()))
            if found["data"]["text"] != document.text:
                problems.append(
                    Problem(
                        where, "text-differs", "the passes have another text", "delete the task and adjudicate again"
                    )
                )
                continue
            submitted = [entry for entry in found["annotations"] if not entry["was_cancelled"]]
            newest = max(submitted, key=lambda entry: str(entry["updated_at"]), default=None)
            reading = read(newest["result"], document.text, where, problems) if newest else None
            if reading is not None:
                decisions += _decisions(document, members, reading, where, problems)
    return decisions, problems


def _task(identity: str, asked: Sequence[Question], passes: Passes) -> dict[str, Any]:
    members = {name: documents[identity] for name, documents in passes.items() if identity in documents}
    document = next(iter(members.values()))
    result: list[dict[str, Any]] = [region(span, readonly=True) for span in _agreed(members)]
    said = []
    for question in asked:
        who = _who(question.passes)
        said.append(f"[{question.start}:{question.end}] “{question.text}” — {who}")
        for name in sorted({label for joined in question.passes.values() if joined for label in joined.split("+")}):
            marked = region(Span(question.start, question.end, name))
            note = {"id": marked["id"], "from_name": NOTE, "to_name": TEXT, "type": "textarea"}
            value = {"start": question.start, "end": question.end, "text": [who]}
            result += [marked, note | {"value": value}]
    data = {"text": document.text, "doc_id": identity, "said": "\n".join(said)}
    known = {"sha256": text_hash(document.text), "questions": text_hash(data["said"])}
    return {"data": data, "meta": {KEY: known}, "predictions": [{"model_version": "passes", "result": result}]}


def _decisions(
    document: Document, members: Mapping[str, Document], reading: Reading, where: str, problems: list[Problem]
) -> list[Decision]:
    """What the adjudicator's spans say of every range in question, and of ranges that nobody had marked."""
    by_pass = {name: labelled(one) for name, one in members.items()}
    result: dict[tuple[int, int], list[str]] = defaultdict(list)
    notes: dict[tuple[int, int], str] = {}
    for span in reading.spans:
        result[span.start, span.end].append(span.label)
        notes[span.start, span.end] = reading.notes.get(span, "")
    agreed = {(span.start, span.end) for span in _agreed(members)}
    ranges = {span for marked in by_pass.values() for span in marked} | set(result)
    found = []
    for start, end in sorted(ranges, key=lambda span: (span[0], -span[1])):
        said = {name: marked.get((start, end)) for name, marked in by_pass.items()}
        decision = "+".join(sorted(result.get((start, end), []))) or None
        text = document.text[start:end]
        if (start, end) in agreed:
            if decision != next(iter(said.values())):
                message = f'"{text:.40}" is marked alike by all passes, and was changed to {decision or "nothing"}'
                problems.append(
                    Problem(
                        f"{where} [{start}:{end}]",
                        "agreed-span-changed",
                        message,
                        "put it back, or decide it in the log",
                    )
                )
            continue
        note = notes.get((start, end), "")
        found.append(Decision(document.id, start, end, text, said, decision, "" if note == _who(said) else note))
    return found


def _agreed(members: Mapping[str, Document]) -> list[Span]:
    first, *others = ({*document.spans, *document.private} for document in members.values())
    disputed = {span for spans in others for span in spans ^ first}
    ranges = {(span.start, span.end) for span in disputed}
    return sorted(span for span in first if (span.start, span.end) not in ranges)


def _who(said: Mapping[str, str | None]) -> str:
    return " · ".join(f"{name}: {label or 'nothing'}" for name, label in said.items())


def settle_on_server(named: Mapping[str, Sequence[Document]], log: Path, out: Path, least: int, title: str) -> None:
    """Bring the decisions that were made on the server into the log, send the documents that have open questions, and
    write the gold.

    Raises what the server, reading and merging raise; problems with single tasks are raised when all else is done.
    """
    client, passes = from_environment(), open_passes(named)
    decided = {decision.place: decision for decision in read_decisions(log)}
    brought, problems = pull_decisions(client, title, passes)
    decided |= {decision.place: decision for decision in brought}
    if brought:
        write_decisions(log, decided.values())
    sent = push_conflicts(client, title, passes, decided.values())
    print(f"{len(brought)} decisions brought, {sent} documents sent to project {title!r}")
    write_gold(passes, decided.values(), out, least)
    for problem in problems:
        if problem.severity != "error":
            print(problem, file=sys.stderr)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ViborderError(errors)
