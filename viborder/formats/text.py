"""Plain text: a `.txt` file a document, its id the file's stem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from viborder.document import Document
from viborder.files import new_folder, read_text
from viborder.formats.fit import count_layers, file_name, files_in, free_folder
from viborder.text import normalise


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The text of a file, or of every `.txt` file in a folder, in NFC; changes that this takes are counted in
    `lost`.
    """
    documents = []
    for file in files_in(path, ".txt", lost) if path.is_dir() else [path]:
        text, changes = normalise(read_text(file))
        lost.update(changes)
        documents.append(Document(file.stem, text))
    return documents


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """A folder with a `.txt` file a document."""
    with new_folder(free_folder(path)) as folder:
        for document in documents:
            count_layers(document, lost, "spans", "private", "meta", "scores")
            (folder / f"{file_name(document.id)}.txt").write_bytes(document.text.encode())
