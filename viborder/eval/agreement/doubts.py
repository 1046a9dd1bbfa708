"""What annotators were not sure of: their notes on spans, and their "unsure" on whole documents, as a pull keeps them.

`meta["annotation"]` of a document holds them: `notes`, a list of `{"start", "end", "label", "note"}`; `unsure`, true for
the whole document; `note` (or `notes` as a text), words about the whole document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, place

UNSURE = "unsure"


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """A note of one annotator: half-open code points and the words there, the label that it was written on.

    Of the whole document: start and end are 0, text is empty and label None.
    """

    document: str
    start: int
    end: int
    by: str
    note: str
    text: str = ""
    label: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        where = f'[{self.start}:{self.end}] "{self.text}" {self.label}' if self.end else "the whole document"
        return f"{self.document} {where}, {self.by}: {self.note}"


def doubts(passes: Mapping[str, Iterable[Document]]) -> list[Doubt]:
    """Every doubt of every pass (name → documents), document by document, in reading order.

    Raises ViborderError `note-malformed`.
    """
    found: set[Doubt] = set()
    problems: list[Problem] = []
    for name, documents in passes.items():
        for document in documents:
            about = document.meta.get("annotation")
            if isinstance(about, Mapping):
                found.update(_of(document, name, about, problems))
    if problems:
        raise ViborderError(problems)
    return sorted(
        found, key=lambda doubt: (doubt.document, doubt.end > 0, doubt.start, -doubt.end, doubt.by, doubt.note)
    )


def _of(document: Document, name: str, about: Mapping[str, Any], problems: list[Problem]) -> Iterator[Doubt]:
    notes = about.get("notes") or []
    words = notes if isinstance(notes, str) else about.get("note")
    whole = str(words or (UNSURE if about.get("unsure") else ""))
    if whole:
        yield Doubt(document.id, 0, 0, name, whole)
    entries = notes if isinstance(notes, list) else [] if isinstance(notes, str) else [notes]
    for entry in entries:
        try:
            start, end, note = entry["start"], entry["end"], str(entry["note"])
            if not (type(start) is type(end) is int and 0 <= start < end <= len(document.text)):
                raise ValueError
        except (KeyError, TypeError, ValueError, IndexError):
            hint = "start, end, label and note, as `viborder labelstudio pull` writes them"
            said = f"not a note on a span of the text: {entry!r:.60}"
            problems.append(Problem(place(name, document.id), "note-malformed", said, hint))
            continue
        yield Doubt(document.id, start, end, name, note, document.text[start:end], entry.get("label"))
