"""What `viborder tag` reads and writes: texts in, documents with scored spans out, one at a time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, place
from viborder.files import MAX_LINE, decode, read_text
from viborder.formats.jsonl import to_record
from viborder.quantity import parse
from viborder.text import normalise


class Reader:
    """Texts of many inputs, normalised (NFC, line ends `\\n`), with what was wrong and what was changed kept aside.

    problems: what is wrong, an id that stands twice among the inputs too; to be raised by the caller when all is read.
    notes: changes made, a line each.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._ids: set[str] = set()

    def documents(self, inputs: Sequence[str | Path]) -> Iterator[Document]:
        """Every document of `.jsonl` files, `.txt` files, folders of them and standard input (`-`), in order; spans
        are left out.
        """
        for item in inputs:
            path = Path(item)
            if str(item) == "-":
                yield from self._of("stdin", self._text(sys.stdin.buffer.read(), "stdin"), "stdin")
            elif path.is_dir():
                yield from self.documents(sorted([*path.glob("*.txt"), *path.glob("*.jsonl")]) or [path / "*.txt"])
            elif path.suffix.lower() == ".jsonl":
                yield from self._lines(path)
            else:
                yield from self._of(path.stem, self._caught(read_text, path), str(path))

    def _lines(self, path: Path) -> Iterator[Document]:
        try:
            with path.open("rb") as file:
                yield from self.documents_of_lines(
                    str(path), enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), 1)
                )
        except FileNotFoundError:
            self.problems.append(Problem(str(path), "file-missing", "no such file", "check the path"))
        except OSError as error:
            self.problems.append(
                Problem(str(path), "file-unreadable", error.strerror or str(error), "check its kind and permissions")
            )

    def documents_of_lines(self, where: str, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Document]:
        """The documents of JSON lines, given with their numbers."""
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
            record = self._record(data, here)
            if record is None:
                continue
            yield from self._of(record["id"], record["text"], here, record.get("meta"))
        if empty:
            self.problems.append(Problem(where, "file-empty", "the file holds no document", "one JSON object a line"))

    def _record(self, data: bytes, where: str) -> dict[str, Any] | None:
        line = self._caught(decode, data, where)
        if line is None:
            return None
        try:
            record = json.loads(line)
        except ValueError as error:
            self.problems.append(
                Problem(where, "json-broken", f"not a JSON object: {error}", "one whole JSON object a line")
            )
            return None
        if (
            not isinstance(record, dict)
            or not isinstance(record.get("id"), str)
            or not isinstance(record.get("text"), str)
        ):
            self.problems.append(
                Problem(where, "record-malformed", "no `id` or no `text`, or not strings", '{"id": …, "text": …}')
            )
            return None
        return record

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
        text, changes = normalise(text)
        self.notes += [f"{identity}: {change}" for change in changes]
        yield Document(identity, text, meta=meta if isinstance(meta, dict) else {})


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
