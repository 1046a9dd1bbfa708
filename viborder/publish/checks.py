"""What must hold before anything is published."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viborder.annotate.private import People
from viborder.dataset import package
from viborder.errors import Problem, counted
from viborder.files import parse_yaml
from viborder.formats import jsonl
from viborder.labels import entity_types

SECTIONS = (
    *("An example", "Columns", "How to load it", "Splits and folds", "How it was made", "Uses", "Results"),
    *("Private persons", "Rights", "Known errors and limits", "Data statement", "Annotation", "Agreement"),
    *("Versions", "How to cite"),
)
FIELDS = (
    "pretty_name",
    "language",
    "license",
    "annotations_creators",
    "task_categories",
    "size_categories",
    "configs",
    "dataset_info",
)
_WHERE_NAMED = {
    "CHANGELOG.md": "take it out of annotations/CHANGELOG.md, then build again",
    "annotators.yaml": "take it out of annotations/annotators.yaml, then build again",
}
_SECRET = re.compile(
    r"hf_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9_-]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"
)


def dataset_problems(folder: Path, gold: Path) -> list[Problem]:
    """Everything that keeps a dataset folder from being published.

    Rules: `not-a-package` (raised), `package-changed`, `package-does-not-load`, those of `viborder check`,
    `card-incomplete`, `secret`, `private-name`, `names-unknown`. gold: the unmasked annotations, from which the names
    of private persons are known.
    """
    facts = package.facts(folder)
    if problems := list(_as_built(folder)) or list(_loads(folder, facts)):
        return problems  # the contents of such a folder say nothing worth checking
    if facts["text"] == "keep":
        problems += _gold_passes(folder)
    problems += card_problems(folder / "README.md", SECTIONS, FIELDS)
    hidden = facts["private"] != "keep" or facts["text"] == "omit"
    people, unknown = private_people(gold) if hidden else (People(), [])
    for path, text in _texts(folder):
        problems += [*secrets(path, text), *_names(path, text, people)]
    return problems + unknown


def card_problems(path: Path, sections: tuple[str, ...], fields: tuple[str, ...]) -> Iterator[Problem]:
    """`card-incomplete`: a field or a section that is not there, or holds nothing."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    try:
        found = parse_yaml(head) if text.startswith("---\n") else {}
    except ValueError:
        found = {}
    for name in fields:
        if not (isinstance(found, dict) and found.get(name)):
            yield Problem(str(path), "card-incomplete", f"no field `{name}`", "the card is generated: build again")
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", body, re.MULTILINE | re.DOTALL))
    for name in sections:
        if not parts.get(name, "").strip():
            yield Problem(str(path), "card-incomplete", f"nothing under `{name}`", "the card is generated: build again")


def secrets(path: str, text: str) -> Iterator[Problem]:
    """`secret`: what looks like a key or a token. It is not repeated."""
    if match := _SECRET.search(text):
        line = text.count("\n", 0, match.start()) + 1
        said = f"what looks like a secret begins with {match.group()[:4]!r}"
        yield Problem(f"{path}:{line}", "secret", said, "take it out where it came from, and revoke it")


def private_people(gold: Path) -> tuple[People, list[Problem]]:
    """The private persons of the unmasked annotations, and `names-unknown` where there are none to be read."""
    people = People()
    if not gold.exists():
        said = f"the names of private persons are not known: no {gold}"
        return people, [Problem(str(gold), "names-unknown", said, "name the unmasked annotations with --gold")]
    for _, document in jsonl.scan(gold, []):
        people.meet(document)
    return people, []


def _as_built(folder: Path) -> Iterator[Problem]:
    if changed := package.changed(folder):
        said = f"its files are not those that SHA256SUMS lists: {', '.join(changed)}"
        yield Problem(str(folder), "package-changed", said, "nothing in it is edited by hand: build again")


def _loads(folder: Path, facts: dict[str, Any]) -> Iterator[Problem]:
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        for name in facts["configs"]:
            try:
                loaded = datasets.load_dataset(str(folder), name, cache_dir=cache)
            except Exception as error:  # whatever load_dataset raises, the package does not load
                yield Problem(
                    f"{folder} config {name}",
                    "package-does-not-load",
                    f"{type(error).__name__}: {error!s:.200}",
                    "build again",
                )
                continue
            if name == "documents" and len(loaded["train"]) != facts["documents"]:
                said = f"{counted(len(loaded['train']), 'document')}, stats.json says {facts['documents']}"
                yield Problem(f"{folder} config {name}", "package-does-not-load", said, "build again")


def _gold_passes(folder: Path) -> Iterator[Problem]:
    from viborder.annotate.check import check_document

    problems: list[Problem] = []
    for document in package.documents(folder, problems):
        yield from check_document(document, f"{folder}/data/documents.parquet", entity_types())
    yield from problems


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of every file: as it stands, or its rows as JSON, sentences with their tokens joined."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            rows = [
                row | ({"tokens": " ".join(row["tokens"])} if "tokens" in row else {})
                for row in package.rows(folder, path.stem)
            ]
            yield str(path), "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        elif path.is_file():
            yield str(path), path.read_text(encoding="utf-8", errors="replace")


def _names(path: str, text: str, people: People) -> Iterator[Problem]:
    for start, _, name in people.occurrences(text):
        line = text.count("\n", 0, start) + 1
        yield Problem(
            f"{path}:{line}",
            "private-name",
            f"names private person {people.numbers[name]}",
            _WHERE_NAMED.get(Path(path).name, "build again with --private mask"),
        )
