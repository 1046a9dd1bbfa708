"""What `viborder tag` reads and writes: texts in, documents with scored spans out, one at a time."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, counted, place
from viborder.faults import unusable
from viborder.files import MAX_LINE, byte_lines, decode, is_utf16, plain_text, read_text, read_whole, stem
from viborder.formats import ending, format_of, read, said
from viborder.formats.conll import untagged
from viborder.formats.jsonl import identity_of, parsed, text_of, to_record
from viborder.formats.sniff import refuse_other_than_text, sniffed
from viborder.quantity import parse
from viborder.text import Range, normalise

_OF_FOLDERS = (".txt", ".jsonl")
_BETWEEN = re.compile(r"[^ \n]+")


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
                yield from self._piped(sys.stdin.buffer.read(), "stdin")
            elif path.exists() and not path.is_file() and not path.is_dir():  # a pipe: `<(zcat a.txt.gz)`
                yield from self._pipe(path)
            elif path.is_dir() and self._is_plain(path):
                yield from self._folder(path)
            else:
                yield from self._file(path)
        self.notes += [said(kind, count) for kind, count in sorted((+self._counted).items())]
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
            self.notes.append(
                f"{folder}: left out {counted(len(left), 'file or folder', 'files and folders')}: {names}"
            )
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
            yield from self._of(stem(path), self._caught(self._plain_text, path), str(path))
        else:
            yield from self._whole(path, name)

    def _plain_text(self, path: Path) -> str:
        if self._format is None:
            refuse_other_than_text([path])
        return read_text(path)

    def _whole(self, path: Path, name: str) -> Iterator[Document]:
        """The documents of a file of another format; of columns the tokens alone are read."""
        try:
            if name == "conll":
                found = [each.document for each in untagged(path, self._counted)]
            else:
                found = read(path, name, self._counted, self.problems, **self._options)
        except ViborderError as error:
            self.problems += error.problems
            found = error.sound
        for document in found:
            yield from self._of(document.id, document.text, str(path), document.meta, document.tokens)

    def _pipe(self, path: Path) -> Iterator[Document]:
        try:
            data = read_whole(path)
        except ViborderError as error:
            self.problems += error.problems
            return
        yield from self._piped(data, path.name)

    def _piped(self, data: bytes, name: str) -> Iterator[Document]:
        """What comes from standard input or a pipe: its format is the one given, or told by how it begins."""
        text = self._text(data, name)
        if text is None:
            return
        if is_utf16(data):
            data = text.encode()
        format = self._format or sniffed(text)
        if format == "text":
            yield from self._of(name, text, name)
        elif format == "jsonl":
            yield from self.documents_of_lines(name, enumerate(data.split(b"\n"), 1))
        else:
            yield from self._held(data, name, format)

    def _held(self, data: bytes, name: str, format: str) -> Iterator[Document]:
        """The documents of piped data in a format that is read from files."""
        before = len(self.problems)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(data)
            yield from self._whole(Path(folder) / name, format)
        told = self.problems[before:]
        self.problems[before:] = [replace(each, where=each.where.replace(f"{folder}/", "")) for each in told]

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
            if not data.strip():
                continue
            empty = False
            line = self._caught(decode, data, here)
            record = parsed(line, here, self.problems) if line is not None else None
            if record is None:
                continue
            identity = identity_of(record, f"{stem(Path(where))}-{number:05d}", self._counted)
            if not isinstance(identity, str):
                message = "the `id` is neither a string nor a whole number"
                self.problems.append(Problem(here, "id-missing", message, "the stem of the source file"))
                continue
            text = text_of(record, place(here, identity), self.problems)
            yield from self._of(identity, text, here, record.get("meta"))
        if empty:
            self.problems.append(Problem(where, "file-empty", "the file holds no document", "one JSON object a line"))

    def _text(self, data: bytes, where: str) -> str | None:
        if not data.strip():
            self.problems.append(Problem(where, "file-empty", "no text came in", "pipe a text into it"))
            return None
        return self._caught(plain_text, data, where)

    def _caught(self, read: Any, *arguments: Any) -> str | None:
        try:
            text: str = read(*arguments)
        except ViborderError as error:
            self.problems += error.problems
            return None
        return text

    def _of(
        self,
        identity: str,
        text: str | None,
        where: str,
        meta: Any = None,
        tokens: tuple[Range, ...] | None = None,
    ) -> Iterator[Document]:
        if text is None:
            return
        if identity in self._ids:
            message = "another document among the inputs has this id"
            self.problems.append(
                Problem(place(where, identity), "id-twice", message, "give each document its own id, or file name")
            )
            return
        self._ids.add(identity)
        faults = list(unusable(text, identity, where))
        if faults:
            self.problems += faults
            return
        text, changes = normalise(text)
        self.notes += [f"{identity}: {change}" for change in changes]
        if tokens is not None and changes:  # they stand elsewhere now, still between blanks and line ends
            tokens = tuple(match.span() for match in _BETWEEN.finditer(text))
        yield Document(identity, text, meta=dict(meta) if isinstance(meta, Mapping) else {}, tokens=tokens)


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
