"""A stand-off release and the texts that a user has become annotated documents again, told by length and hash of
each text.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.dataset import package
from viborder.dataset.schema import META, text_hash
from viborder.document import PRIVATE, Document, Span
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.files import new_folder
from viborder.formats import jsonl
from viborder.text import normalise


def restore(release: Path, texts: Iterable[Path], out: Path, source_format: str | None = None) -> dict[str, Any]:
    """Write `corpus/documents.jsonl` and `annotations/` under `out`, from which `viborder build` makes the package with
    texts.

    texts: files or folders in any format that is read, dataset folders among them; a text counts by its hash after
    normalisation, whatever its id. The hash leaves out what tells of private persons, so nothing vouches for the names.
    source_format: of the texts, where endings cannot tell it.
    Returns the counts of documents and passes. Raises ViborderError: `package-with-texts`, `text-differs`,
    `text-missing`, `folder-not-empty`, all texts at once.
    """
    facts = package.facts(release)
    if facts["text"] != "omit":
        raise fail(release, "package-with-texts", "the package holds its texts", "only a stand-off release is restored")
    if out.is_dir() and any(out.iterdir()):
        raise fail(out, "folder-not-empty", "there is something in the folder", "name a new folder")
    given = _given(texts, source_format)
    rows = list(package.rows(release, "documents"))
    texts_of = {row["id"]: _text_of(row, given) for row in rows}
    mine = {document.id: document for documents in given.values() for document in documents}
    problems = [_missing(row, mine.get(row["id"])) for row in rows if texts_of[row["id"]] is None]
    if problems:
        raise ViborderError(problems)
    found = {identity: text for identity, text in texts_of.items() if text is not None}
    with new_folder(out) as folder:
        jsonl.write(
            folder / "corpus/documents.jsonl", (Document(row["id"], found[row["id"]], meta=_meta(row)) for row in rows)
        )
        jsonl.write(folder / "annotations/gold.jsonl", (_gold(row, found[row["id"]]) for row in rows))
        passes: dict[str, list[Document]] = {}
        for row in package.rows(release, "passes"):
            document = Document(row["document_id"], found[row["document_id"]], package.spans(row))
            passes.setdefault(row["annotator"], []).append(document)
        for name, documents in passes.items():
            jsonl.write(folder / f"annotations/passes/{name}.jsonl", documents)
        for name in ("CHANGELOG.md", "annotators.yaml"):
            if (release / name).exists():
                (folder / "annotations" / name).write_bytes((release / name).read_bytes())
    return {"documents": len(rows), "passes": len(passes)}


def _given(paths: Iterable[Path], source_format: str | None) -> dict[int, list[Document]]:
    """The texts in normal form by their length, from files, folders of texts, and dataset folders that hold the
    texts.
    """
    found: dict[int, list[Document]] = {}
    for path in paths:
        for document in package.read(path, source_format):
            text, _ = normalise(document.text)
            found.setdefault(len(text), []).append(Document(document.id, text))
    return found


def _text_of(row: dict[str, Any], given: dict[int, list[Document]]) -> str | None:
    """The text that a row was made on: the one of the same id first, then any of the same length and hash."""
    hidden = [(each["start"], each["end"]) for each in row["hidden"]]
    for document in sorted(given.get(row["characters"], ()), key=lambda document: document.id != row["id"]):
        if text_hash(document.text, hidden) == row["sha256"]:
            return document.text
    return None


def _missing(row: dict[str, Any], mine: Document | None) -> Problem:
    where = place("", row["id"])
    if mine is None:
        hint = "give the folder that holds it"
        return Problem(where, "text-missing", "none of the texts has the release's hash", hint)
    said = f"another text, {counted(len(mine.text), 'character')} for {row['characters']:,}"
    hint = "spans fit one text only: give the text as it was collected, with the names in it"
    return Problem(where, "text-differs", said, hint)


def _gold(row: dict[str, Any], text: str) -> Document:
    private = tuple(Span(span["start"], span["end"], PRIVATE) for span in row["private"])
    return Document(row["id"], text, package.spans(row), private)


def _meta(row: dict[str, Any]) -> dict[str, str | None]:
    return {name: row[name] for name in META if name in row}
