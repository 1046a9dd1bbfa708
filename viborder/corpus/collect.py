"""Source texts become documents of the corpus: text verbatim but for NFC and line ends, metadata read from the text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from viborder.corpus.metadata import read_metadata
from viborder.document import Document
from viborder.errors import Problem, ViborderError
from viborder.files import read_text
from viborder.formats import jsonl
from viborder.text import normalise


def collect(sources: Iterable[Path], corpus: Path) -> tuple[list[Document], list[str]]:
    """Add texts (`.txt` files, or folders of them) to the corpus file; returns the documents added and notes on what was changed.

    A document that is there already with the same text is passed over. Raises ViborderError with all problems at once
    (`not-utf8`, `file-empty`, `id-text-differs`, …), and then writes nothing.
    """
    known = {document.id: document for document in jsonl.read(corpus)} if corpus.exists() else {}
    added: list[Document] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for path in source_files(sources):
        try:
            text, changes = normalise(read_text(path))
        except ViborderError as error:
            problems.extend(error.problems)
            continue
        notes.extend(f"{path}: {change}" for change in changes)
        before = known.get(path.stem)
        if before is None:
            known[path.stem] = Document(path.stem, text, meta=read_metadata(text))
            added.append(known[path.stem])
        elif before.text != text:
            hint = "give the new article a file name of its own; a text once collected never changes"
            problems.append(Problem(str(path), "id-text-differs", f"{corpus} has another text with the id {path.stem}", hint))
    if problems:
        raise ViborderError(problems)
    if added:
        jsonl.write(corpus, known.values())
    return added, notes


def source_files(sources: Iterable[Path]) -> list[Path]:
    """The text files among the sources, folders opened, in the order given. Raises ViborderError for what is no text file."""
    found: list[Path] = []
    problems: list[Problem] = []
    for source in sources:
        if source.is_dir():
            inside = sorted(source.glob("*.txt"))
            if not inside:
                problems.append(Problem(str(source), "folder-empty", "no .txt file in it", "one article a .txt file"))
            found.extend(inside)
        elif source.exists() and source.suffix != ".txt":
            problems.append(Problem(str(source), "format-unknown", f"cannot collect {source.suffix or source.name!r}", "a .txt file"))
        else:
            found.append(source)
    if problems:
        raise ViborderError(problems)
    return found
