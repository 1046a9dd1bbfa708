"""The files of the passes: what a pull writes into them, and what it leaves as it is.

Passes are kept by project and account: a file holds what one person marked, and every document in it says from which
project it came.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, place
from viborder.files import new_file, sha256_of
from viborder.formats import jsonl

STATE = ".labelstudio.json"  # beside the passes: what was pulled from which version of which task


@dataclass(frozen=True, slots=True)
class Source:
    """A project as passes name it. `key` is its number and the moment at which it was made, which stay the same when
    the server gets another address.
    """

    url: str
    number: int
    key: str

    @classmethod
    def of(cls, url: str, project: Mapping[str, Any]) -> Source:
        """The project as the server tells it."""
        return cls(url, int(project["id"]), f"{project['id']} {project['created_at']}")

    def made(self, document: Document) -> bool:
        """Whether a document of a pass came from this project."""
        about = document.meta.get("annotation")
        if not isinstance(about, dict):
            return False
        if "project" in about:
            return bool(about["project"] == self.key)
        return str(about.get("task", "")).startswith(f"{self.url}/projects/{self.number}/")


def state(out: Path, source: Source) -> dict[str, Any]:
    """The tasks as the last pull kept them, if it was from this project and its files are still as it wrote them."""
    try:
        kept: dict[str, Any] = json.loads((out / STATE).read_text(encoding="utf-8"))
        if (kept["url"], kept["source"]) != (source.url, source.key):
            return {}
        intact = all(sha256_of(out / name) == digest for name, digest in kept["files"].items())
    except (OSError, ValueError, KeyError, ViborderError):
        return {}
    return dict(kept["tasks"]) if intact else {}


def write(
    out: Path,
    source: Source,
    tasks: Mapping[str, Any],
    pulled: Mapping[str, Sequence[Document]],
    refused: Collection[tuple[str, str]],
) -> list[Problem]:
    """Bring the files up to date: what this project holds now, and everything that came from elsewhere as it was.

    refused: (annotator, document id) of which the state that was pulled before stays.
    Problems: `pass-from-elsewhere` for a document that the person's pass has already, by hand or from another project.
    """
    problems: list[Problem] = []
    for name in sorted({path.stem for path in out.glob("*.jsonl")} | set(pulled)):
        path = out / f"{name}.jsonl"
        before = jsonl.read(path) if path.exists() else []
        others = [one for one in before if not source.made(one) or (name, one.id) in refused]
        taken = {one.id: one for one in others}
        own = [one for one in pulled.get(name, ()) if one.id not in taken]
        for one in pulled.get(name, ()):
            if one.id in taken and not source.made(taken[one.id]):
                problems.append(_elsewhere(path, one, taken[one.id]))
        documents = [*others, *sorted(own, key=lambda one: one.id)]
        if documents and documents != before:
            jsonl.write(path, documents)
        elif not documents:
            path.unlink(missing_ok=True)
    digests = {path.name: sha256_of(path) for name in pulled if (path := out / f"{name}.jsonl").exists()}
    kept = {"url": source.url, "source": source.key, "files": digests, "tasks": tasks}
    with new_file(out / STATE) as file:
        json.dump(kept, file, ensure_ascii=False)
    return problems


def _elsewhere(path: Path, document: Document, present: Document) -> Problem:
    about = present.meta.get("annotation")
    origin = about.get("task") if isinstance(about, dict) else None
    said = f"this pass has it already, {f'from {origin}' if origin else 'made by hand'}; that stays"
    hint = "give each project a folder of its own with --out, or take the old one out of the file"
    return Problem(place(str(path), document.id), "pass-from-elsewhere", said, hint)
