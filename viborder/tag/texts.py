"""What `viborder tag` reads and writes: texts in, documents with scored spans out, one at a time."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, place
from viborder.faults import surrogate_faults
from viborder.files import MAX_LINE, byte_lines, decode, parse_json, read_text
from viborder.formats import ending, format_of, read
from viborder.formats.jsonl import identity_of, parsed, text_of, to_record
from viborder.quantity import parse
from viborder.text import normalise

_OF_FOLDERS = (".txt", ".jsonl")


class Reader:
    """Texts of many inputs, normalised (NFC, line ends `\\n`), with what was wrong and what was changed kept aside.

    problems: what is wrong, an id that stands twice among the inputs too; to be raised by the caller when all is read.
    notes: changes made, a line each.
    """

    def __init__(self, source_format: str | None = None, **options: str | None) -> None:
        """source_format: of every input, where endings cannot tell it; options: of `viborder.formats.read`."""
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._format, self._options = source_format, options
        self._ids: set[str] = set()
        self._counted: Counter[str] = Counter()

    def documents(self, inputs: Sequence[str | Path]) -> Iterator[Document]:
        """Every document of files in any format, folders of them and standard input (`-`), in order; spans are left
        out. Files of a folder that hold nothing, and those that no reader knows, are passed over and said.
        """
        for item in inputs:
            path = Path(item)
            if str(item) == "-":
                yield from self._stdin(sys.stdin.buffer.read())
            elif path.is_dir() and self._is_plain(path):
                yield from self._folder(path)
            else:
                yield from self._file(path)
        self.notes += [f"{count} {kind}" for kind, count in sorted((+self._counted).items())]
        self._counted.clear()

    def _is_plain(self, folder: Path) -> bool:
        """Whether a folder holds texts and JSON Lines, and is no collection of brat or CAS."""
        return self._format in (None, "text", "jsonl") and not any(
            path.suffix.lower() in (".ann", ".xmi") for path in folder.iterdir()
        )

    def _folder(self, folder: Path) -> Iterator[Document]:
        inside = sorted(folder.iterdir())
        known = [path for path in inside if path.is_file() and ending(path) in _OF_FOLDERS]
        if left := [path for path in inside if path not in known]:
            names = ", ".join(path.name for path in left[:3]) + (" …" if len(left) > 3 else "")
            self.notes.append(f"{folder}: left out {len(left)} files and folders: {names}")
        if not known:
            said = "no text (.txt) and no JSON Lines (.jsonl) in the folder"
            self.problems.append(Problem(str(folder), "folder-empty", said, "subfolders are not read: name them"))
        for path in known:
            if not path.stat().st_size:
                self.notes.append(f"{path}: empty, passed over")
            else:
                yield from self._file(path)

    def _file(self, path: Path) -> Iterator[Document]:
        try:
            name = format_of(path, self._format)
        except ViborderError as error:
            self.problems += error.problems
            return
        if name == "jsonl":
            yield from self._lines(path)
        elif name == "text":
            yield from self._of(path.stem, self._caught(read_text, path), str(path))
        else:
            try:
                found = read(path, name, self._counted, **self._options)
            except ViborderError as error:
                self.problems += error.problems
                return
            for document in found:
                yield from self._of(document.id, document.text, str(path), dict(document.meta))

    def _stdin(self, data: bytes) -> Iterator[Document]:
        """A text, or JSON Lines where the first line is an object with a `text`."""
        if self._format == "jsonl" or (self._format is None and _is_record(data)):
            yield from self.documents_of_lines("stdin", enumerate(data.splitlines(keepends=True), 1))
        elif self._format in (None, "text"):
            yield from self._of("stdin", self._text(data, "stdin"), "stdin")
        else:
            said = f"{self._format} is not read from standard input"
            self.problems.append(Problem("stdin", "format-unknown", said, "text or jsonl; name a file for the others"))

    def _lines(self, path: Path) -> Iterator[Document]:
        try:
            yield from self.documents_of_lines(str(path), byte_lines(path))
        except ViborderError as error:
            self.problems += error.problems

    def documents_of_lines(self, where: str, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Document]:
        """The documents of JSON lines, given with their numbers. An id that is a number is read as text; a document
        without an id is named after its file and line, and counted.
        """
        empty = True
        for number, data in numbered:
            here = f"{where}:{number}"
            if len(data) > MAX_LINE:
                message = f"more than {MAX_LINE:,} bytes on one line"
                self.problems.append(Problem(here, "line-too-long", message, "one document a line"))
                return
            if data.isspace():
                continue
            empty = False
            line = self._caught(decode, data, here)
            record = parsed(line, here, self.problems) if line is not None else None
            if record is None:
                continue
            identity = identity_of(record, f"{Path(where).stem}-{number:05d}", self._counted)
            text = text_of(record, place(here, identity), self.problems)
            yield from self._of(identity, text, here, record.get("meta"))
        if empty:
            self.problems.append(Problem(where, "file-empty", "the file holds no document", "one JSON object a line"))

    def _text(self, data: bytes, where: str) -> str | None:
        if not data.strip():
            self.problems.append(Problem(where, "file-empty", "no text came in", "pipe a text into it"))
            return None
        return self._caught(decode, data, where)

    def _caught(self, read: Any, *arguments: Any) -> str | None:
        try:
            text: str = read(*arguments)
        except ViborderError as error:
            self.problems += error.problems
            return None
        return text

    def _of(self, identity: str, text: str | None, where: str, meta: Any = None) -> Iterator[Document]:
        if text is None:
            return
        if identity in self._ids:
            message = "another document among the inputs has this id"
            self.problems.append(
                Problem(place(where, identity), "id-twice", message, "give each document its own id, or file name")
            )
            return
        self._ids.add(identity)
        faults = list(surrogate_faults(text, identity, where))
        if faults:
            self.problems += faults
            return
        text, changes = normalise(text)
        self.notes += [f"{identity}: {change}" for change in changes]
        yield Document(identity, text, meta=meta if isinstance(meta, dict) else {})


def _is_record(data: bytes) -> bool:
    """Whether the first line is a JSON object with a text."""
    first = data.lstrip(b"\xef\xbb\xbf \r\n\t").split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return False
    try:
        record = parse_json(first)
    except ValueError:
        return False
    return isinstance(record, dict) and isinstance(record.get("text"), str)


def tagged_line(document: Document) -> str:
    """A tagged document as one JSON line, without its line end; amounts with `value`, `upper`, `unit` and
    `approximate`.
    """
    record = to_record(document)
    for span in record["spans"]:
        if span["label"] == "QUANTITY":
            span |= _amount(span["text"])
    return json.dumps(record, ensure_ascii=False)


@lru_cache(maxsize=1 << 16)
def _amount(text: str) -> dict[str, Any]:
    return parse(text).as_numbers()


def write_lines(file: Any, documents: Iterable[Document]) -> int:
    """One line a document; returns how many."""
    count = 0
    for document in documents:
        file.write(tagged_line(document) + "\n")
        count += 1
    return count
