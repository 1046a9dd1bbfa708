"""JSON Lines: the house's own format, one document a line.

`{"id": …, "text": …, "meta": {…}, "spans": [{"start", "end", "label", "text"}], "private": [{"start", "end",
"text"}]}`; `meta` and `private` are left out where they are empty. Offsets are half-open code points. The `text` of a
span is there to be checked, never trusted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from viborder.document import PRIVATE, Document, Span
from viborder.errors import Problem, place
from viborder.faults import unusable
from viborder.files import lines, new_file, parse_json, stem
from viborder.formats.fit import checked_span, sound

_KEYS = frozenset(("id", "text", "meta", "spans", "private"))
_OTHER_KEYS = ("entities", "label", "labels", "annotations", "span")  # where other tools keep spans


def read(path: Path, lost: Counter[str] | None = None) -> list[Document]:
    """Every document of a file. Ids that are numbers, and missing ones, are read, and counted in `lost`.

    Raises ViborderError with all problems of the file at once.
    """
    problems: list[Problem] = []
    return sound((document for _, document in _each(path, problems, Counter() if lost is None else lost)), problems)


def scan(path: Path, problems: list[Problem], loose: Counter[str] | None = None) -> Iterator[tuple[str, Document]]:
    """(`file:line`, document) for each line that can be read, one at a time; what is wrong goes to `problems`.

    loose: where ids that are numbers or missing are counted; without it they are wrong, as in annotations.

    Offsets outside the text are a problem here, since no span can be sliced with them; what a span should be is
    `viborder check`'s.
    """
    for where, document in _each(path, problems, loose):
        if document is not None:
            yield where, document


def _each(path: Path, problems: list[Problem], loose: Counter[str] | None) -> Iterator[tuple[str, Document | None]]:
    """As `scan`, with None for a line that is passed over."""
    seen: dict[str, int] = {}  # id → its line
    empty = True
    for number, line in lines(path):
        if not line.strip():
            continue
        empty = False
        where = f"{path}:{number}"
        record = parsed(line, where, problems)
        if record is not None and loose is not None:
            record["id"] = identity_of(record, f"{stem(path)}-{number:05d}", loose)
            for key in record.keys() - _KEYS:
                loose[f"fields named {key}"] += 1
        document = from_record(record, where, problems) if record is not None else None
        if document is not None and loose is not None:
            faults = list(unusable(document.text, document.id, where))
            problems += faults
            document = None if faults else document
        if document is not None and document.id in seen:
            said = f"the id stands already at {path}:{seen[document.id]}"
            problems.append(Problem(place(where, document.id), "id-twice", said, "give each document its own id"))
            document = None
        if document is not None:
            seen[document.id] = number
        yield where, document
    if empty:
        problems.append(Problem(str(path), "file-empty", "the file holds no document", "one JSON object a line"))


def parsed(line: str, where: str, problems: list[Problem]) -> dict[str, Any] | None:
    """The object of a line, or None; why goes to `problems` as `json-broken`."""
    try:
        record = parse_json(line)
    except ValueError as error:
        said = f"not a JSON object: {error}"
        problems.append(Problem(where, "json-broken", said, "one whole JSON object a line"))
        return None
    if isinstance(record, dict):
        return record
    problems.append(Problem(where, "json-broken", "not a JSON object", "one whole JSON object a line"))
    return None


def identity_of(record: dict[str, Any], nameless: str, loose: Counter[str]) -> Any:
    """The id of a record. A whole number is read as text; `nameless` stands for a missing one; both are counted."""
    identity = record.get("id")
    if type(identity) is int:
        loose["ids without quotes, read as text"] += 1
        return str(identity)
    if identity is None or identity == "":
        loose["documents without an id, named after file and line"] += 1
        return nameless
    return identity


def text_of(record: dict[str, Any], where: str, problems: list[Problem]) -> str | None:
    """The text of a record, or None; why goes to `problems` as `text-missing`."""
    text = record.get("text")
    if isinstance(text, str):
        return text
    problems.append(Problem(where, "text-missing", "no `text`, or not a string", "the whole text of the article"))
    return None


def write(path: Path, documents: Iterable[Document], lost: Counter[str] | None = None) -> None:
    """One line a document; the file takes its place only when all are written. Raises ViborderError `cannot-write`."""
    with new_file(path) as file:
        for document in documents:
            file.write(dumps(document) + "\n")


def dumps(document: Document) -> str:
    """A document as one JSON line, without its line end."""
    return json.dumps(to_record(document), ensure_ascii=False)


def to_record(document: Document) -> dict[str, Any]:
    """A document as plain JSON values."""
    record: dict[str, Any] = {"id": document.id, "text": document.text}
    if document.meta:
        record["meta"] = dict(document.meta)
    record["spans"] = [_entry(document.text, span) for span in document.spans]
    if document.private:
        record["private"] = [
            {"start": span.start, "end": span.end, "text": document.slice(span)} for span in document.private
        ]
    return record


def _entry(text: str, span: Span) -> dict[str, Any]:
    entry = {"start": span.start, "end": span.end, "label": span.label, "text": text[span.start : span.end]}
    if span.score is not None:
        entry["score"] = span.score
    return entry


def from_record(record: Any, where: str, problems: list[Problem]) -> Document | None:
    """The document of plain JSON values, or None where there is none.

    What is wrong goes to `problems`; a faulty span is left out.
    """
    if not isinstance(record, dict):
        problems.append(Problem(where, "json-broken", "not a JSON object", "one whole JSON object a line"))
        return None
    identity = record.get("id")
    if not isinstance(identity, str) or not identity:
        problems.append(Problem(where, "id-missing", "no `id`, or not a string", "the stem of the source file"))
        return None
    text = text_of(record, place(where, identity), problems)
    if text is None:
        return None
    if "spans" not in record and (other := next((key for key in _OTHER_KEYS if record.get(key)), None)):
        hint = "name the format with --from (doccano, prodigy, labelstudio), or call the key `spans`"
        problems.append(Problem(place(where, identity), "record-malformed", f"`{other}`, but no `spans`", hint))
    meta = record.get("meta", {})
    if not isinstance(meta, dict):
        problems.append(Problem(place(where, identity), "record-malformed", "`meta` is not an object", ""))
        return None
    spans = _spans(record.get("spans", []), None, text, place(where, identity), problems)
    private = _spans(record.get("private", []), PRIVATE, text, place(where, identity), problems)
    return Document(identity, text, spans, private, meta)


def _spans(entries: Any, label: str | None, text: str, where: str, problems: list[Problem]) -> tuple[Span, ...]:
    if not isinstance(entries, list):
        problems.append(Problem(where, "record-malformed", "`spans` and `private` are lists", ""))
        return ()
    found = []
    for entry in entries:
        if not isinstance(entry, dict):
            problems.append(
                Problem(
                    where, "record-malformed", f"not a span: {entry!r:.80}", "an object with `start`, `end` and `label`"
                )
            )
            continue
        fields = entry.get("start"), entry.get("end"), label or entry.get("label")
        found.append(checked_span(*fields, text, where, problems, entry.get("text"), entry.get("score")))
    return tuple(span for span in found if span is not None)
