"""Adjudication on the server: a project that holds only the documents in conflict or in doubt, the agreed spans pale,
and who said what. Of a dispute about a label or a border one reading is filled in, never both. What all passes agree on
can be mended too, and is told when it was.
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
    Place,
    Question,
    change_decisions,
    questions,
    read_decisions,
)
from viborder.annotate.disputes import AGREED, Dispute, disputes, states
from viborder.annotate.settle import open_passes, write_gold
from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, counted, place
from viborder.formats.labelstudio import KEY
from viborder.labelstudio import LONGEST
from viborder.labelstudio.client import Client, from_environment
from viborder.labelstudio.interface import NOTE, TEXT, ensure_project, find_project, open_project
from viborder.labelstudio.parts import Part, cut, moved, parts
from viborder.labelstudio.push import send
from viborder.labelstudio.regions import Reading, read, region
from viborder.labelstudio.tasks import part_of, shapes, shown, tasks_by_key, text_hash, touched

# Label Studio gives a highlight a class with the id of its region, which we end with its state.
EXTRA = """<Style>
    .htx-highlight[class*="-disputed-"] { outline: 2px solid #b00020; outline-offset: 1px }
    .htx-highlight[class*="-doubted-"] { outline: 3px dotted #6a1b9a; outline-offset: -3px }
    .htx-highlight[class*="-agreed-"] { background-image: linear-gradient(rgb(255 255 255 / 0.65) 0 0) }
  </Style>
  <Header value="Ai đã đánh dấu gì · Who said what" size="5"/>
  <Text name="said" value="$said"/>
  <Header value="Văn bản · Text" size="5"/>
  <Header value="đỏ: tranh cãi · chấm tím: có ghi chú · nhạt: thống nhất (vẫn sửa được)" size="6"/>
  <Header value="red: disputed · dotted: noted · pale: agreed (can be mended)" size="6"/>"""


def push_conflicts(client: Client, title: str, passes: Passes, decided: Iterable[Decision] = ()) -> int:
    """Make a task of every document with an open question, of a long one a task of every part with one; returns how
    many are new. A task that nobody has touched is brought up to date when the passes have changed since. Raises what
    the client and the project raise.
    """
    project = int(ensure_project(client, title, EXTRA)["id"])
    waiting: dict[str, list[Dispute]] = defaultdict(list)
    for dispute in disputes(passes, decided):
        waiting[dispute.id].append(dispute)
    present = tasks_by_key(client, project)
    begun = shapes({key: known for key, known in present.items() if any(touched(one) for one in known)})
    tasks = []
    for identity, asked in waiting.items():
        members = {name: documents[identity] for name, documents in passes.items() if identity in documents}
        for part in parts(begun.get(identity) or _starts(members)):
            task = _task(members, asked, part)
            known = present.get((identity, part.number), [])
            if task is None or any(touched(one) or one["meta"][KEY] == task["meta"][KEY] for one in known):
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

    Problems: those of reading a result, `text-differs`, and the warning `agreed-span-changed` where a span that all
    passes have was changed: a mend, or a slip.
    """
    if find_project(client, title) is None:
        return [], []
    project = int(open_project(client, title, EXTRA)["id"])
    decisions: list[Decision] = []
    problems: list[Problem] = []
    for (identity, _), tasks in tasks_by_key(client, project).items():
        members = {name: documents[identity] for name, documents in passes.items() if identity in documents}
        for task in tasks:
            if not task["total_annotations"] or not members:
                continue
            where, part = place(client.task_page(project, task["id"]), identity), part_of(task)
            found = client.ask(client.sdk.tasks.get, task["id"])
            document = next(iter(members.values()))
            if found["data"]["text"] != part.text(document.text):
                problems.append(
                    Problem(
                        where, "text-differs", "the passes have another text", "delete the task and adjudicate again"
                    )
                )
                continue
            submitted = [entry for entry in found["annotations"] if not entry["was_cancelled"]]
            newest = max(submitted, key=lambda entry: str(entry["updated_at"]), default=None)
            reading = read(newest["result"], found["data"]["text"], where, problems) if newest else None
            if reading is not None:
                decisions += _decisions(document, members, part, reading, where, problems)
    return decisions, problems


def close_settled(client: Client, title: str, passes: Passes, decided: Iterable[Decision]) -> int:
    """Delete the tasks that nobody has touched and in which no question is open any more, since it was settled elsewhere
    or the passes agree now; returns how many. Documents that no pass has are left alone. Raises what the client raises.
    """
    project = find_project(client, title)
    if project is None:
        return 0
    waiting: dict[str, list[Dispute]] = defaultdict(list)
    for dispute in disputes(passes, decided):
        waiting[dispute.id].append(dispute)
    closed = 0
    for (identity, _), known in tasks_by_key(client, int(project["id"])).items():
        document = next((documents[identity] for documents in passes.values() if identity in documents), None)
        for one in known:
            part = part_of(one)
            if document is None or touched(one) or _asked(waiting[identity], part, document.text):
                continue
            client.delete(client.sdk.tasks.delete, one["id"])
            closed += 1
    return closed


def _asked(found: Iterable[Dispute], part: Part, text: str) -> list[Dispute]:
    """The disputes that lie in a part; a doubt about the whole document goes with the first part."""
    return [one for one in found if part.holds(Span(one.start, one.end, ""), text)]


def _starts(members: Mapping[str, Document]) -> tuple[int, ...]:
    """Where the parts of a document start, so that no span of a pass is cut."""
    marked = [span for document in members.values() for span in (*document.spans, *document.private)]
    return cut(next(iter(members.values())).text, LONGEST, marked)


def _task(members: Mapping[str, Document], asked: Sequence[Dispute], part: Part) -> dict[str, Any] | None:
    """A part with what is disputed or doubted in it; None where nothing is."""
    document = next(iter(members.values()))
    asked = _asked(asked, part, document.text)
    if not asked:
        return None
    agreed = moved((span for span in _agreed(members) if part.holds(span, document.text)), -part.start)
    result: list[dict[str, Any]] = [_region(span, AGREED) for span in agreed]
    said = []
    for dispute in asked:
        who = _who(dispute)
        where = f"[{dispute.start}:{dispute.end}] “{dispute.text}”" if dispute.end else "Cả bài · The whole document"
        said.append(f"{where} — {who}")
        options = [spans for spans, _ in dispute.options() if spans]
        for span in moved(options[0], -part.start) if options else ():
            marked = _region(span, dispute.state)
            note = {"id": marked["id"], "from_name": NOTE, "to_name": TEXT, "type": "textarea"}
            value = {"start": span.start, "end": span.end, "text": [who]}
            result += [marked, note | {"value": value}]
    shows, meta = shown(part)
    data = {"text": part.text(document.text), "doc_id": document.id, "said": "\n".join(said), **shows}
    known = {"sha256": text_hash(data["text"]), "questions": text_hash(data["said"]), **meta}
    return {"data": data, "meta": {KEY: known}, "predictions": [{"model_version": "passes", "result": result}]}


def _region(span: Span, state: str) -> dict[str, Any]:
    marked = region(span)
    return marked | {"id": f"{marked['id']}-{state}"}


def _decisions(
    document: Document,
    members: Mapping[str, Document],
    part: Part,
    reading: Reading,
    where: str,
    problems: list[Problem],
) -> list[Decision]:
    """What the adjudicator's spans say of every range of a part in question, and of ranges that nobody had marked. A
    doubt about the whole document is answered by the note that no span of the first part bears.

    reading: of the part's text.
    """
    chosen: dict[tuple[int, int], list[str]] = defaultdict(list)
    notes: dict[tuple[int, int], str] = {(0, 0): reading.note}
    for span in reading.spans:
        start, end = span.start + part.start, span.end + part.start
        chosen[start, end].append(span.label)
        notes[start, end] = reading.notes.get(span, "")
    here = [span for span in _agreed(members) if part.holds(span, document.text)]
    agreed = {(span.start, span.end): span.label for span in here}
    asked = {name: {document.id: one} for name, one in members.items()}
    filled_in = {_who(dispute) for dispute in disputes(asked, least=1)}
    ranges: dict[tuple[int, int], Question] = {
        (one.start, one.end): one
        for one in questions(asked, least=1)
        if part.holds(Span(one.start, one.end, ""), document.text)
    }
    found = []
    for start, end in sorted({*ranges, *chosen, *agreed}, key=lambda span: (span[0], -span[1])):
        decision = "+".join(sorted(chosen.get((start, end), []))) or None
        if (start, end) in agreed and decision == agreed[start, end]:
            continue
        text = document.text[start:end]
        said = dict.fromkeys(members, agreed.get((start, end)))
        question = ranges.get((start, end)) or Question(document.id, start, end, text, "", "", said)
        note = notes.get((start, end), "")
        found.append(question.answer(decision, "" if note in filled_in else note))
        if (start, end) in agreed:
            message = (
                f'"{text:.40}" is {agreed[start, end]} in all passes, and {decision or "nothing"} by the adjudicator'
            )
            hint = "it is decided so; if it was a slip, put it back there and give the command again"
            problems.append(Problem(f"{where} [{start}:{end}]", "agreed-span-changed", message, hint, "warning"))
    return found


def _agreed(members: Mapping[str, Document]) -> list[Span]:
    """The spans that all passes have and nobody doubts."""
    passes = {name: {document.id: document} for name, document in members.items()}
    return [span for span, state in states(members, questions(passes, least=1), ()).items() if state == AGREED]


def _who(dispute: Dispute) -> str:
    """Who said what of a dispute, and who noted what."""
    said = {name: dispute.told(spans) for spans, names in dispute.options() for name in names}
    told = [f"{name}: {said[name]}" for name in dispute.questions[0].passes if name in said]
    return " · ".join([*told, *(f"{name} notes: {note}" for name, note in dispute.notes.items())])


def settle_on_server(named: Mapping[str, Sequence[Document]], log: Path, out: Path, least: int, title: str) -> None:
    """Bring the decisions that were made on the server into the log, send the documents that have open questions, and
    write the gold.

    Raises what the server, reading and merging raise; problems with single tasks are raised when all else is done.
    """
    client, passes = from_environment(), open_passes(named)
    decided = {decision.place: decision for decision in read_decisions(log)}
    brought, problems = pull_decisions(client, title, passes)
    problems += _replaced(decided, brought)
    decided |= {decision.place: decision for decision in brought}
    if brought:
        change_decisions(log, brought)
    closed = close_settled(client, title, passes, decided.values())
    sent = push_conflicts(client, title, passes, decided.values())
    print(f"{counted(len(brought), 'decision')} brought, {counted(sent, 'task')} sent to project {title!r}")
    if closed:
        print(f"{counted(closed, 'task')} closed there: nothing in it is open any more")
    if sent and (project := find_project(client, title)):
        print(f"adjudicate at {client.stream_page(int(project['id']))}, then give the same command again")
    write_gold(passes, decided.values(), out, least)
    for problem in problems:
        if problem.severity != "error":
            print(problem, file=sys.stderr)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ViborderError(errors)


def _replaced(decided: Mapping[Place, Decision], brought: Iterable[Decision]) -> list[Problem]:
    """A warning for every decision of the log that the server has otherwise."""
    found = []
    for one in brought:
        before = decided.get(one.place)
        if before is not None and before.decision != one.decision:
            said = f"was {before.decision or 'nothing'} in the log, and is {one.decision or 'nothing'} on the server"
            where = place("", one.id, one.start, one.end, one.text)
            problem = Problem(where, "decision-replaced", said, "the server's stands now; change it there", "warning")
            found.append(problem)
    return found
