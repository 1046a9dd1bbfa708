"""What the live backend has learned, and when: a line for its terminal, and a file for `viborder labelstudio status`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from viborder.document import Document
from viborder.errors import counted
from viborder.labelstudio.regions import fate

FILE = "learned.jsonl"  # in the folder of the learner


@dataclass(frozen=True, slots=True)
class Lesson:
    """A training that brought a new model. at: ISO time with zone; articles: id → corrections, which are the spans of
    the annotation that the model before lacked and the spans of its that were wrong, None where it could not be asked;
    seconds: of the training.
    """

    at: str
    articles: Mapping[str, int | None]
    seconds: float
    version: str

    def __str__(self) -> str:
        told = [
            identity if count is None else f"{identity} ({counted(count, 'correction')})"
            for identity, count in list(self.articles.items())[:5]
        ]
        more = f" and {len(self.articles) - 5} more" if len(self.articles) > 5 else ""
        what = f"{', '.join(told)}{more}" if told else "that annotations are gone"
        return f"{self.at[11:19]} learned {what} in {self.seconds:.1f} s: model {self.version} suggests now"


def corrections(document: Document, suggested: Document | None) -> int:
    """How many spans of a model's suggestions an annotation changed: moved and relabelled ones count once."""
    became = fate(suggested.spans if suggested else (), document.spans)
    return became.moved + became.relabelled + became.deleted + became.added


def note(folder: Path, articles: Mapping[str, int | None], seconds: float, version: str) -> Lesson:
    """Keep a lesson in the file, and return it."""
    lesson = Lesson(datetime.now().astimezone().isoformat(timespec="seconds"), articles, round(seconds, 2), version)
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(lesson), ensure_ascii=False) + "\n")
    return lesson


def lessons(folder: Path) -> Sequence[Lesson]:
    """What was learned so far; a line that a crash cut short is passed over."""
    found = []
    for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if (folder / FILE).exists() else []:
        try:
            found.append(Lesson(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found
