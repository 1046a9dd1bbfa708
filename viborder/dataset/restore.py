"""A stand-off release and the texts that a user has become annotated documents again, told by the hash of each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from viborder.dataset import package
from viborder.dataset.schema import META
from viborder.document import PRIVATE, Document, Span
from viborder.errors import Problem, ViborderError, fail
from viborder.files import new_folder
from viborder.formats import jsonl, read
from viborder.text import normalise


def restore(release: Path, texts: Iterable[Path], out: Path) -> dict[str, Any]:
    """Write `corpus/documents.jsonl` and `annotations/` under `out`, from which `viborder build` makes the package with
    texts.

    texts: files or folders in any format that is read; a text counts by its hash after normalisation, whatever its id.
    Returns the counts of documents and passes. Raises ViborderError: `package-with-texts`, `text-differs`,
    `text-missing`, `folder-not-empty`, all texts at once.
    """
    facts = package.facts(release)
    if facts["text"] != "omit":
        raise fail(release, "package-with-texts", "the package holds its texts", "only a stand-off release is restored")
    if out.is_dir() and any(out.iterdir()):
        raise fail(out, "folder-not-empty", "there is something in the folder", "name a new folder")
    by_hash, hash_of = _given(texts)
    rows = list(package.rows(release, "documents"))
    problems = [problem for row in rows if row["sha256"] not in by_hash for problem in _missing(row, hash_of)]
    if problems:
        raise ViborderError(problems)
    found = {row["id"]: by_hash[row["sha256"]] for row in rows}
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


def _given(paths: Iterable[Path]) -> tuple[dict[str, str], dict[str, str]]:
    by_hash, hash_of = {}, {}
    for path in paths:
        for document in read(path):
            text, _ = normalise(document.text)
            digest = sha256(text.encode()).hexdigest()
            by_hash[digest] = text
            hash_of[document.id] = digest
    return by_hash, hash_of


def _missing(row: dict[str, Any], hash_of: dict[str, str]) -> Iterator[Problem]:
    if row["id"] in hash_of:
        said = f"SHA-256 {hash_of[row['id']][:12]}…, the release was made on {row['sha256'][:12]}…"
        yield Problem(
            f"id={row['id']}", "text-differs", said, "spans fit one text only: give the text as it was collected"
        )
    else:
        yield Problem(
            f"id={row['id']}",
            "text-missing",
            "none of the texts has the release's hash",
            "give the folder that holds it",
        )


def _gold(row: dict[str, Any], text: str) -> Document:
    private = tuple(Span(span["start"], span["end"], PRIVATE) for span in row["private"])
    return Document(row["id"], text, package.spans(row), private)


def _meta(row: dict[str, Any]) -> dict[str, str | None]:
    return {name: row[name] for name in META if name in row}
