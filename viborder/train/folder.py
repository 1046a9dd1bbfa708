"""The model folder of every kind of learner: `model.json`, and beside it files with their checksums. No pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import ViborderError, fail
from viborder.files import new_folder, parse_json, read_whole, sha256_of
from viborder.train.card import folder_card

FORMAT, FORMAT_VERSION = "viborder-learner", 1  # of kinds that name no format of their own
BESIDE = ("model.json", "README.md", "training_log.json")  # what a folder may hold beside the files that are summed


def write_folder(
    out: Path, card: Mapping[str, Any], contents: Mapping[str, bytes], form: tuple[str, int] = (FORMAT, FORMAT_VERSION)
) -> dict[str, Any]:
    """Write a model folder; it appears whole or not at all. Returns what `model.json` holds. The same card and
    contents give the same bytes.

    card: what is known of the model; `recipe` in it names the `kind` by which it is loaded. contents: name → bytes.
    """
    with new_folder(out) as beside:
        for name, data in contents.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(data)
        whole = seal(beside, card, form)
        (beside / "README.md").write_text(folder_card(whole), encoding="utf-8")
    return whole


def seal(folder: Path, card: Mapping[str, Any], form: tuple[str, int]) -> dict[str, Any]:
    """Write `model.json`, by which every verb knows the folder, and return what it holds: `format`, `format_version`,
    `version` (a hash of the card and of all files that are there), the card, `files` (SHA-256 of each).
    """
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files = {name: sha256_of(found[name]) for name in sorted(found) if name not in BESIDE}
    identity = json.dumps([card, files], sort_keys=True, ensure_ascii=False)
    head = {
        "format": form[0],
        "format_version": form[1],
        "version": hashlib.sha256(identity.encode()).hexdigest()[:12],
    }
    whole = {**head, **card, "files": files}
    (folder / "model.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return whole


def read_card(folder: Path) -> dict[str, Any]:
    """What `model.json` holds. Raises ViborderError `model-missing`, `model-damaged`, `model-foreign`."""
    path = folder / "model.json"
    try:
        if not path.exists():
            hint = "make a model folder with `viborder train`"
            raise fail(folder, "model-missing", "no model.json here", hint)
        card = parse_json(read_whole(path))
    except (OSError, ValueError) as error:
        raise damaged(path, str(error)) from None
    if not isinstance(card, dict) or "format" not in card:
        raise fail(path, "model-foreign", "not a model that `viborder train` wrote", "give a folder that it wrote")
    return card


def expect(folder: Path, card: Mapping[str, Any], form: tuple[str, int]) -> None:
    """Raise ViborderError `model-foreign` where a card is of another format or of another version of it."""
    if (card.get("format"), card.get("format_version")) != form:
        said = (
            f"format {card.get('format')!r} version {card.get('format_version')!r}, not {form[0]!r} version {form[1]}"
        )
        raise fail(folder, "model-foreign", said, "train it again with this version")


def checked(folder: Path, card: Mapping[str, Any], name: str) -> bytes:
    """A file of the folder. Raises ViborderError `model-damaged` where it is not as written."""
    try:
        data = read_whole(folder / name)
    except ViborderError as error:
        raise damaged(folder / name, error.problems[0].message) from None
    if hashlib.sha256(data).hexdigest() != card["files"][name]:
        raise damaged(folder / name, "its checksum differs from the one in model.json")
    return data


def check_all(folder: Path, card: Mapping[str, Any]) -> None:
    """Raise ViborderError `model-damaged` for the first file that is not as written; large files are not held in
    memory. Folders that were written before there were checksums have none.
    """
    for name, digest in card.get("files", {}).items():
        try:
            found = sha256_of(folder / name)
        except (OSError, ViborderError) as error:
            raise damaged(folder / name, str(error)) from None
        if found != digest:
            raise damaged(folder / name, "its checksum differs from the one in model.json")


@contextmanager
def fitting(folder: Path) -> Iterator[None]:
    """While a folder is loaded: what goes wrong where the card does not fit the files becomes `model-damaged`."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise damaged(folder, f"model.json does not fit what is beside it ({type(error).__name__})") from None


def damaged(where: Path, message: str) -> ViborderError:
    """The error `model-damaged`."""
    return fail(where, "model-damaged", message, "copy the model folder again, or train it again")


def data_hash(documents: Sequence[Document]) -> str:
    """A hash of ids, texts and spans, in order."""
    plain = [
        [document.id, document.text, [[span.start, span.end, span.label] for span in document.spans]]
        for document in documents
    ]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
