"""What the annotations of tasks say, person by person, and how the parts of an article become one document again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from viborder.document import Document, Span
from viborder.errors import Problem
from viborder.labelstudio.parts import moved
from viborder.labelstudio.regions import Reading, fate, read, split


@dataclass(frozen=True, slots=True)
class Marked:
    """What one person submitted on one task, or on all parts of an article; offsets are those of the article.

    seconds: of work, as Label Studio measured them. version: of the model that suggested, if one did.
    """

    name: str
    reading: Reading
    suggested: tuple[Span, ...]
    page: str
    seconds: float
    created_at: str
    updated_at: str
    version: str | None


def marked(
    entry: Mapping[str, Any], name: str, task: Mapping[str, Any], start: int, where: str, problems: list[Problem]
) -> Marked | None:
    """An annotation of a task as its author meant it; None where it cannot be used, and `problems` says why.

    start: where the task's text starts in the article. where: as problems tell it.
    """
    reading = read(entry["result"], task["text"], where, problems)
    if reading is None:
        return None
    if reading.spans and reading.nothing:
        hint = "take off the tick, or the spans"
        said = "says that there is nothing to mark, and marks something"
        problems.append(Problem(where, "verdict-contradicts", said, hint))
        return None
    if not reading.spans and not reading.nothing:
        said = f"submitted by {name} without a span, and without the tick at 'nothing to mark'"
        problems.append(Problem(where, "annotation-empty", said, "tick it, or mark the spans"))
        return None
    suggested = read(entry["suggested"], task["text"], where, [])
    reading = replace(
        reading,
        spans=moved(reading.spans, start),
        notes={moved([span], start)[0]: note for span, note in reading.notes.items()},
    )
    return Marked(
        name,
        reading,
        moved(suggested.spans if suggested else (), start),
        task["page"],
        entry["lead_time"],
        entry["created_at"],
        entry["updated_at"],
        entry["version"],
    )


def joined(parts: Sequence[Marked], name: str) -> Marked:
    """The parts of an article as one. Times are those of the first and the last submission, the model is the newest."""
    if len(parts) == 1:
        return parts[0]
    readings = [part.reading for part in parts]
    whole = Reading(
        tuple(span for reading in readings for span in reading.spans),
        {span: note for reading in readings for span, note in reading.notes.items()},
        all(reading.nothing for reading in readings),
        any(reading.unsure for reading in readings),
        "; ".join(reading.note for reading in readings if reading.note),
    )
    newest = sorted(parts, key=lambda part: str(part.updated_at))
    versions = [part.version for part in newest if part.version]
    return Marked(
        name,
        whole,
        tuple(span for part in parts for span in part.suggested),
        parts[0].page,
        sum(part.seconds for part in parts),
        min(part.created_at for part in parts),
        newest[-1].updated_at,
        versions[-1] if versions else None,
    )


def document(one: Marked, task: Mapping[str, Any], text: str) -> Document:
    """What somebody marked as a document of a pass. task: any of those that show it."""
    spans, private = split(one.reading.spans)
    about: dict[str, Any] = {
        "task": one.page,
        "project": task["project"],
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "minutes": round(one.seconds / 60, 3),
        "model": one.version,
        "suggestions": fate(one.suggested, one.reading.spans).as_dict(),
        "share": task["share"],
    }
    if one.reading.unsure:
        about["unsure"] = True
    if one.reading.note:
        about["note"] = one.reading.note
    if one.reading.notes:
        about["notes"] = [
            {"start": span.start, "end": span.end, "label": span.label, "note": note}
            for span, note in one.reading.notes.items()
        ]
    return Document(task["id"], text, spans, private, {"annotation": about})
