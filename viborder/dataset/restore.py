"""A stand-off release and the texts that a user has become annotated documents again, told by length and hash of
each text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from viborder.dataset import package
from viborder.dataset.schema import META, text_hash
from viborder.document import PRIVATE, Document, Span
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.faults import id_faults
from viborder.files import new_folder, read_whole
from viborder.formats import jsonl
from viborder.text import Range, normalise


def restore(release: Path, texts: Iterable[Path], out: Path, source_format: str | None = None) -> dict[str, Any]:
    """Write `corpus/documents.jsonl` and `annotations/` under `out`, from which `viborder build` makes the package with
    texts.

    texts: files or folders in any format that is read, dataset folders among them; a text counts by its hash after
    normalisation, whatever its id. The hash leaves out what tells of private persons, so nothing vouches for the names.
    source_format: of the texts, where endings cannot tell it.
    Returns the counts of documents and passes. Raises ViborderError: `package-with-texts`, `folder-not-empty`,
    `package-broken`, `package-changed`, and, all at once, `text-differs`, `text-missing` and what is wrong in the release's rows.
    """
    facts = package.facts(release)
    if facts["text"] != "omit":
        raise fail(release, "package-with-texts", "the package holds its texts", "only a stand-off release is restored")
    if out.is_dir() and any(out.iterdir()):
        raise fail(out, "folder-not-empty", "there is something in the folder", "name a new folder")
    if problems := list(_changed(release)):
        raise ViborderError(problems)
    given = _given(texts, source_format)
    found = _documents(release, given, problems)
    passes = _passes(release, {document.id: document.text for _, document in found}, problems)
    if problems:
        raise ViborderError(problems)
    with new_folder(out) as folder:
        jsonl.write(
            folder / "corpus/documents.jsonl",
            (Document(document.id, document.text, meta=_meta(row)) for row, document in found),
        )
        jsonl.write(folder / "annotations/gold.jsonl", (document for _, document in found))
        for name, documents in passes.items():
            jsonl.write(folder / f"annotations/passes/{name}.jsonl", documents)
        for name in ("CHANGELOG.md", "annotators.yaml"):
            if (release / name).exists():
                (folder / "annotations" / name).write_bytes(read_whole(release / name))
    return {"documents": len(found), "passes": len(passes)}


def _changed(release: Path) -> Iterator[Problem]:
    """`package-changed`: a table that is not the file that SHA256SUMS lists, where that is there."""
    if (release / "SHA256SUMS").exists():
        for name in package.changed(release, {"data/documents.parquet", "data/passes.parquet"}):
            said = "it is not the file that SHA256SUMS lists"
            yield Problem(str(release / name), "package-changed", said, "download it again")


def _documents(
    release: Path, given: dict[int, list[Document]], problems: list[Problem]
) -> list[tuple[dict[str, Any], Document]]:
    """Each row of the release, and its document with the text that was given."""
    mine = {document.id: document for documents in given.values() for document in documents}
    path, columns = release / "data/documents.parquet", ("id", "sha256", "characters", "spans", "private", "hidden")
    found, seen = [], set[str]()
    for row in package.rows(release, "documents", *columns):
        where, identity = package.named(row, "id", str(path), problems)
        if type(row["characters"]) is not int:
            said, hint = f"`characters` is no number: {row['characters']!r:.20}", "build or download it again"
            problems.append(Problem(where, "record-malformed", said, hint))
        elif identity in seen:
            problems.append(Problem(where, "id-twice", "another row has this id", "build or download it again"))
        elif identity is not None:
            seen.add(identity)
            problems += id_faults(identity, str(path))
            told = len(problems)
            hidden = package.ranges(row, "hidden", where, problems)
            private = [Span(*each, PRIVATE) for each in package.ranges(row, "private", where, problems)]
            text = _text_of(row, hidden, given)
            if text is not None:
                spans = package.spans(row, text, where, problems)
                found.append((row, Document(identity, text, spans, tuple(private))))
            elif len(problems) == told:
                problems.append(_missing(row, mine.get(identity)))
    return found


def _passes(release: Path, texts: dict[str, str], problems: list[Problem]) -> dict[str, list[Document]]:
    """What each annotator marked. texts: of the documents, by id; a document that failed is told of once."""
    path, hint = release / "data/passes.parquet", "build or download it again"
    passes: dict[str, list[Document]] = {}
    for row in package.rows(release, "passes", "document_id", "annotator", "spans"):
        where, identity = package.named(row, "document_id", str(path), problems)
        _, name = package.named(row, "annotator", where, problems)
        if identity is None or name is None:
            continue
        problems += id_faults(name, f"{where}, annotator")
        if identity in texts:
            spans = package.spans(row, texts[identity], where, problems)
            passes.setdefault(name, []).append(Document(identity, texts[identity], spans))
        elif not problems:
            problems.append(Problem(where, "document-unknown", "a pass marks what the release does not hold", hint))
    return passes


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


def _text_of(row: dict[str, Any], hidden: list[Range], given: dict[int, list[Document]]) -> str | None:
    """The text that a row was made on: the one of the same id first, then any of the same length and hash."""
    for document in sorted(given.get(row["characters"], ()), key=lambda document: document.id != row["id"]):
        if text_hash(document.text, hidden) == row["sha256"]:
            return document.text
    return None


def _missing(row: dict[str, Any], mine: Document | None) -> Problem:
    where = place("", row["id"])
    if mine is None:
        hint = "give the folder that holds it"
        return Problem(where, "text-missing", "none of the texts has the release's hash", hint)
    length = counted(len(mine.text), "character")
    said = f"another text, {length} for {row['characters']:,}"
    if len(mine.text) == row["characters"]:
        said = f"another text of {length}"
    hint = "spans fit one text only: give the text as it was collected, with the names in it"
    return Problem(where, "text-differs", said, hint)


def _meta(row: dict[str, Any]) -> dict[str, str | None]:
    return {name: row[name] for name in META if name in row}
