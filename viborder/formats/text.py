"""Plain text: a `.txt` file a document, its id the file's stem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from viborder.document import Document
from viborder.errors import Problem, ViborderError
from viborder.files import new_folder, read_text, stem
from viborder.formats.fit import count_layers, file_name, files_in, free_folder, sound
from viborder.formats.sniff import refuse_other_than_text
from viborder.text import normalise


def read(path: Path, lost: Counter[str], *, only_texts: bool = False) -> list[Document]:
    """The text of a file, or of every `.txt` file in a folder, in NFC; changes that this takes are counted in `lost`.

    only_texts: whether a file that looks like another format is refused (`text-holds-data`). Raises ViborderError with
    the problems of all files.
    """
    problems: list[Problem] = []
    return sound((_document(file, lost, only_texts, problems) for file in _files(path, lost)), problems)


def _document(file: Path, lost: Counter[str], only_texts: bool, problems: list[Problem]) -> Document | None:
    try:
        if only_texts:
            refuse_other_than_text([file])
        text, changes = normalise(read_text(file))
    except ViborderError as error:
        problems += error.problems
        return None
    lost.update(changes)
    return Document(stem(file), text)


def _files(path: Path, lost: Counter[str]) -> list[Path]:
    """The file, or the `.txt` files of a folder that hold more than white space; the others are counted in `lost`."""
    if not path.is_dir():
        return [path]
    found = files_in(path, ".txt", lost)
    others = sum(file.is_file() and file.suffix.lower() != ".txt" and file.name[0] != "." for file in path.iterdir())
    lost["files of other kinds"] += others
    full = [file for file in found if not _blank(file)]
    lost["empty files"] += len(found) - len(full)
    return full


def _blank(file: Path) -> bool:
    """Whether a file holds nothing but white space; one that cannot be read is not said to be."""
    with suppress(OSError), file.open("rb") as opened:
        return not any(piece.strip() for piece in iter(lambda: opened.read(1 << 16), b""))
    return False


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """A folder with a `.txt` file a document."""
    with new_folder(free_folder(path)) as folder:
        for document in documents:
            count_layers(document, lost, "spans", "private", "meta", "scores")
            (folder / f"{file_name(document.id)}.txt").write_bytes(document.text.encode())
