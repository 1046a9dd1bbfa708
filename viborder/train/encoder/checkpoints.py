"""Checkpoints beside the model folder: a run that was killed goes on from the last one that is whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import fail
from viborder.files import new_file
from viborder.formats.jsonl import dumps

CHECKSUMS = "checksums.json"
_RUN = "run.json"


def fingerprint(recipe: Any, documents: Sequence[Document], dev: Sequence[Document]) -> dict[str, str]:
    """What a run depends on; checkpoints of another run are never gone on from.

    Report and Hub settings leave the run the same.
    """
    settings = recipe.model_dump(
        exclude={"report_to", "run_name", "resume", "push_to_hub", "hub_model_id", "hub_private_repo"}
    )
    return {"recipe": _hash([json.dumps(settings, sort_keys=True)]), "train": revision(documents), "dev": revision(dev)}


def revision(documents: Sequence[Document]) -> str:
    """A short hash of ids, texts and spans, whatever else is known of the documents: the same data, the same hash."""
    return _hash(dumps(replace(document, meta={})) for document in documents)


def _hash(parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\n")
    return digest.hexdigest()[:12]


def open_folder(folder: Path, run: dict[str, str], resume: bool) -> list[str]:
    """Make the folder of a run's checkpoints ready; what another run left there goes. Returns notes for whoever
    watches.

    Raises ViborderError `folder-not-ours` where the folder holds anything but checkpoints.
    """
    path = folder / _RUN
    notes: list[str] = []
    there = list(folder.iterdir()) if folder.exists() else []
    if there:
        try:
            same = json.loads(path.read_text(encoding="utf-8")) == run
        except (OSError, ValueError):
            same = False
        if not path.exists():
            raise fail(
                folder,
                "folder-not-ours",
                "it is where checkpoints would go, and holds something else",
                "choose another --out",
            )
        if not (same and resume):
            notes.append(
                f"checkpoints of another run removed from {folder}"
                if not same
                else f"{folder} begun anew (resume: false)"
            )
            for old in there:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
    with new_file(path) as file:
        json.dump(run, file)
    return notes


def seal(checkpoint: Path) -> None:
    """Write the checksums of a checkpoint's files, the last thing that is written into it."""
    sums = {path.name: _file_hash(path) for path in sorted(checkpoint.iterdir()) if path.name != CHECKSUMS}
    with new_file(checkpoint / CHECKSUMS) as file:
        json.dump(sums, file)


def last_good(folder: Path) -> tuple[Path | None, list[str]]:
    """The newest checkpoint that is as it was sealed, and a note for each newer one that is not. Changes nothing."""
    notes: list[str] = []
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]), reverse=True)
    for checkpoint in found:
        fault = _fault(checkpoint)
        if fault is None:
            return checkpoint, notes
        notes.append(f"{checkpoint.name} is damaged ({fault}); falling back to the one before")
    return None, notes


def _fault(checkpoint: Path) -> str | None:
    try:
        sums = json.loads((checkpoint / CHECKSUMS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "never finished"
    except (OSError, ValueError) as error:
        return str(error)
    for name, expected in sums.items():
        try:
            if _file_hash(checkpoint / name) != expected:
                return f"{name} has changed"
        except OSError as error:
            return f"{name}: {error.strerror}"
    return None


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
