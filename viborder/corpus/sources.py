"""What can be collected: text files, HTML pages and JSON Lines, as texts with an id and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viborder.corpus.pages import read_page
from viborder.errors import Problem, ViborderError
from viborder.files import lines, parse_json, read_text

ENDINGS = (".txt", ".html", ".htm", ".jsonl")
KNOWN = ("outlet", "date", "province", "partner_country", "source", "licence")
_ALSO = {"url": "source", "license": "licence"}  # how others call them


@dataclass(frozen=True, slots=True)
class Source:
    """A text to collect. where: `file` or `file:line`. meta: what is known of it beside what the text says itself."""

    where: str
    id: str
    text: str
    meta: dict[str, str] = field(default_factory=dict)


def read_sources(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Source]:
    """Every text of the sources, folders opened, in the order given; what is wrong goes to `problems`.

    Rules: `folder-empty`, `format-unknown`, `html-no-article`, `json-broken`, `text-missing`, `extra-missing`, and
    those of files.
    """
    for path in _files(paths, problems):
        try:
            if path.suffix.lower() == ".jsonl":
                yield from _json_lines(path, problems)
            elif path.suffix.lower() == ".txt":
                yield Source(str(path), path.stem, read_text(path))
            else:
                text, known = read_page(path)
                yield Source(str(path), path.stem, text, _known(known))
        except ViborderError as error:
            problems.extend(error.problems)


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix.lower() in ENDINGS)
            if not inside:
                problems.append(
                    Problem(str(path), "folder-empty", f"no {', '.join(ENDINGS)} file in it", "one article a file")
                )
            yield from inside
        elif path.exists() and path.suffix.lower() not in ENDINGS:
            hint = f"one of {', '.join(ENDINGS)}"
            problems.append(Problem(str(path), "format-unknown", f"cannot collect {path.suffix or path.name!r}", hint))
        else:
            yield path


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
