"""What can be collected: text files, Word documents, PDF, HTML pages and JSON Lines, as texts with an id and what is known of
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viborder.corpus.office import read_docx, read_pdf
from viborder.corpus.pages import read_page
from viborder.errors import Problem, ViborderError
from viborder.files import lines, parse_json, read_text

ENDINGS = (".txt", ".docx", ".pdf", ".html", ".htm", ".jsonl")
# What stands beside articles in a folder and is none: hidden files, a word on the folder, its checksums, and what Windows
# and Word leave there.
_BESIDE = re.compile(r"\..*|~\$.*|README(\.md)?|LICEN[CS]E(\.md)?|[A-Z0-9]*SUMS|Thumbs\.db|desktop\.ini")
KNOWN = ("outlet", "date", "province", "partner_country", "source", "licence")
_ALSO = {"url": "source", "license": "licence"}  # how others call them


@dataclass(frozen=True, slots=True)
class Source:
    """A text to collect. where: `file` or `file:line`. meta: what is known of it beside what the text says itself.

    notes: what was passed over in the file.
    """

    where: str
    id: str
    text: str
    meta: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_sources(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Source]:
    """Every text of the sources, folders opened, in the order given; what is wrong goes to `problems`.

    Rules: `folder-empty`, `format-unknown`, `html-no-article`, `json-broken`, `text-missing`, `extra-missing`,
    `document-unreadable`, `document-without-text`, and those of files.
    """
    for path in _files(paths, problems):
        try:
            if path.suffix.lower() == ".jsonl":
                yield from _json_lines(path, problems)
            else:
                yield _one(path)
        except ViborderError as error:
            problems.extend(error.problems)


def _one(path: Path) -> Source:
    """The text of a file that holds one."""
    known: dict[str, Any] = {}
    notes: list[str] = []
    match path.suffix.lower():
        case ".txt":
            text = read_text(path)
        case ".docx":
            text = read_docx(path)
        case ".pdf":
            text, notes = read_pdf(path)
        case _:
            text, known = read_page(path)
    return Source(str(path), path.stem, text, _known(known), notes)


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            held = sorted(each for each in path.iterdir() if not _BESIDE.fullmatch(each.name))
            inside = [each for each in held if each.suffix.lower() in ENDINGS]
            problems += [_refused(each) for each in held if each.suffix.lower() not in ENDINGS]
            if not inside:
                problems.append(
                    Problem(str(path), "folder-empty", f"no {', '.join(ENDINGS)} file in it", "one article a file")
                )
            yield from inside
        elif path.exists() and path.suffix.lower() not in ENDINGS:
            problems.append(_refused(path))
        else:
            yield path


def _refused(path: Path) -> Problem:
    if path.is_dir():
        return Problem(str(path), "format-unknown", "a folder inside a folder is not opened", "name it too")
    hint = f"one of {', '.join(ENDINGS)}; a text of another kind can be saved as .docx or .txt"
    return Problem(str(path), "format-unknown", f"cannot collect {path.suffix or path.name!r}", hint)


def _json_lines(path: Path, problems: list[Problem]) -> Iterator[Source]:
    """`{"text": …}` a line; `id`, `source` (or `url`), `licence`, `date` and `outlet` are kept, beside or inside
    `meta`.
    """
    for number, line in lines(path):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            record = parse_json(line)
        except ValueError as error:
            problems.append(
                Problem(where, "json-broken", f"not a JSON object: {error}", "one whole JSON object a line")
            )
            continue
        text = record.get("text") if isinstance(record, dict) else None
        if not isinstance(text, str) or not text.strip():
            problems.append(
                Problem(where, "text-missing", "no `text`, or nothing in it", "the whole text of the article")
            )
            continue
        identity = record.get("id")
        yield Source(
            where,
            str(identity) if identity else f"{path.stem}-{number:05d}",
            text,
            _known(record | _as_dict(record.get("meta"))),
        )


def _known(record: dict[str, Any]) -> dict[str, str]:
    named = {_ALSO.get(key, key): value for key, value in record.items()}
    return {key: named[key] for key in KNOWN if isinstance(named.get(key), str) and named[key]}


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
