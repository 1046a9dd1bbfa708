"""Readers and writers of documents. A path's ending names the format; `format=` does where it cannot.

| format | path | what it holds |
|---|---|---|
| jsonl | `.jsonl` | everything |
| conll | `.conll`, `.conllu`, `.tsv`, `.bio`, `.iob`, `.iob2` | the outermost spans, on tokens; text, ids and metadata
in comments |
| labelstudio | `.json` | everything |
| brat | a folder of `.txt` and `.ann` | spans |
| cas | a folder of `.xmi`, or one | spans; UIMA CAS for INCEpTION |
| spacy | `.spacy` | everything; spaCy's DocBin |
| doccano | `.jsonl` with `format=` | all but scores |
| prodigy | `.jsonl` with `format=` | everything |
| csv | `.csv` | all but metadata |
| html | `.html` | to look at: written, not read |
| text | `.txt`, or a folder of them | texts alone |

An ending may be written in any case, and `.gz` may follow it. Every reader refuses ids that stand twice or name no
file, half surrogate pairs and control characters, and counts what it passes over in `lost`.

Where spans are made of tokens (conll, prodigy, spacy) white space at their ends is cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, counted, fail, place, shown
from viborder.faults import unusable
from viborder.files import pipes_again
from viborder.formats.fit import sound

FORMATS = ("jsonl", "conll", "labelstudio", "brat", "cas", "spacy", "doccano", "prodigy", "csv", "html", "text")
_ENDINGS = {
    ".jsonl": "jsonl",
    **dict.fromkeys((".conll", ".conllu", ".tsv", ".bio", ".iob", ".iob2"), "conll"),
    ".json": "labelstudio",
    ".xmi": "cas",
    ".spacy": "spacy",
    ".csv": "csv",
    ".html": "html",
    ".txt": "text",
    "": "brat",  # a folder to be written
}


def read(
    path: Path,
    format: str | None = None,
    lost: Counter[str] | None = None,
    problems: list[Problem] | None = None,
    *,
    tag_column: str | None = None,
    text_key: str | None = None,
) -> list[Document]:
    """The documents of a file or folder. What the format says beyond documents and spans is counted in `lost`, by kind.

    problems: a list for what is wrong with single documents, while the others are read.
    tag_column: of columns, see `conll.read`. text_key: of Label Studio's tasks, where in `data` the text is.
    Raises ViborderError: `format-unknown`, `folder-is-dataset`, `option-unused`, `id-twice`, `text-not-unicode`, and the
    reader's own, all at once.
    """
    with pipes_again():
        return _read(path, format, Counter() if lost is None else lost, problems, tag_column, text_key)


def each(
    path: Path, format: str | None = None, lost: Counter[str] | None = None, *, tag_column: str | None = None
) -> Iterator[Document]:
    """The documents of `read`, of JSON Lines one at a time; what is wrong with them is raised at their end."""
    if not path.is_file() or not is_format(path, "jsonl", format):
        yield from read(path, format, lost, tag_column=tag_column)
        return
    from viborder.formats import jsonl

    problems: list[Problem] = []
    for _, document in jsonl.scan(path, problems, Counter() if lost is None else lost):
        yield document
    if problems:
        raise ViborderError(problems)


def _read(
    path: Path,
    format: str | None,
    lost: Counter[str],
    problems: list[Problem] | None,
    tag_column: str | None,
    text_key: str | None,
) -> list[Document]:
    name = format_of(path, format)
    if not path.exists():
        raise fail(path, "file-missing", "no such file or folder", "check the path")
    if format is None and is_dataset(path):
        hint = f"`viborder convert {path} gold.jsonl` writes its documents, which every verb reads"
        raise fail(path, "folder-is-dataset", "a dataset folder that `viborder build` made, not documents", hint)
    options = {"tag_column": ("conll", tag_column), "text_key": ("labelstudio", text_key)}
    given: dict[str, Any] = {option: value for option, (_, value) in options.items() if value is not None}
    for option in given:
        if options[option][0] != name:
            said = f"{name} files have no --{option.replace('_', '-')}"
            raise fail(path, "option-unused", said, "leave it out, or name the format with --from")
    if name == "text" and format is None:
        given["only_texts"] = True
    reader = import_module(f"viborder.formats.{name}")

    def reading() -> list[Document]:
        with _extra(name):
            return list(reader.read(path, lost, **given))

    found = usable(path, reading, problems)
    if path.is_dir() and not found:
        hint = "name the folder that holds them: subfolders are not read"
        raise fail(path, "folder-empty", f"no documents in the folder, read as {name}", hint)
    return found


def usable(path: Path, reading: Callable[[], list[Document]], problems: list[Problem] | None) -> list[Document]:
    """What a reader finds at a path, without documents that no later verb could use.

    problems: a list for what is wrong with single documents, while the others are read. Raises the reader's ViborderError
    where there is no such list, or nothing sound beside the problems.
    """
    unsound: list[Problem] = []
    found = _kept(reading, problems)
    return _kept(lambda: sound(_told(path, found, unsound), unsound), problems)


def _kept(reading: Callable[[], list[Document]], problems: list[Problem] | None) -> list[Document]:
    try:
        return reading()
    except ViborderError as error:
        if problems is None or not error.sound:
            raise
        problems += error.problems
        return error.sound


def _told(path: Path, documents: Iterable[Document], problems: list[Problem]) -> Iterator[Document]:
    """The documents; what no later verb could use goes to `problems`: an id that stands twice, and what
    `viborder.faults.unusable` lists.
    """
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            said = "another document of the file has this id"
            problems.append(Problem(place(str(path), document.id), "id-twice", said, "give each document its own id"))
        seen.add(document.id)
        problems += unusable(document.text, document.id, str(path))
        yield document


def write(path: Path, documents: Iterable[Document], format: str | None = None) -> Counter[str]:
    """Write documents; returns what the format cannot hold, counted by kind (`{"nested spans": 3}`).

    Raises ViborderError: `format-unknown`, `cannot-write`, and the writer's own.
    """
    name = format_of(path, format)
    lost: Counter[str] = Counter()
    with _extra(name):
        import_module(f"viborder.formats.{name}").write(path, documents, lost)
    return +lost


def format_of(path: Path, format: str | None = None) -> str:
    """The name of a path's format: the one given, or else the one that its ending stands for."""
    if format is None and path.is_dir():
        return _folder_format(path)
    if format is None and path.exists() and not ending(path):
        hint = f"name its format with --from, or with --to what is written: {', '.join(FORMATS)}"
        raise fail(path, "format-unknown", "the file has no ending", hint)
    name = format or _ENDINGS.get(ending(path), "")
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise fail(
            path,
            "format-unknown",
            f"no format {format!r}" if format else "the ending names no format",
            f"one of {known}",
        )
    return name


def is_dataset(path: Path) -> bool:
    """Whether a folder is one that `viborder build` made, which `viborder.dataset.package` reads."""
    return (path / "stats.json").exists() or (path / "data/documents.parquet").exists()


def is_format(path: Path, name: str, format: str | None = None) -> bool:
    """Whether the path's format, the one given or the one of its ending, is this one."""
    return (format or _ENDINGS.get(ending(path))) == name


def said(kind: str, count: int) -> str:
    """A line for what a reader or a writer counted: what was read in another way, or what was not kept."""
    changed = ", " in kind or kind.startswith(("text ", "line ends "))
    told = shown(counted(count, _single(kind), kind))
    return told if changed else f"not kept: {told}"


def _single(kind: str) -> str:
    """What is counted as it is called where there is one: `nested span` of `nested spans`."""
    if kind == "regions that are no spans":
        return "region that is no span"
    noun = re.match(r"(?:\w+ ){0,2}?\w+?(ie)?s\b", kind)  # its last letters
    if noun is None:
        return kind
    single = noun[0][:-3] + "y" if noun[1] else noun[0][:-1]
    return single + kind[noun.end() :].replace(" that share ", " that shares ").replace(" that were ", " that was ")


def ending(path: Path) -> str:
    """The ending that names a path's format, in small letters: `.jsonl` of `a.JSONL.gz`."""
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()


@contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise fail(
            "", "extra-missing", f"{name} needs the package {error.name}", "pip install 'viborder[convert]'"
        ) from None


def _folder_format(path: Path) -> str:
    endings = {each.suffix.lower() for each in path.iterdir()} if path.is_dir() else set()
    if ".xmi" in endings:
        return "cas"
    return "brat" if ".ann" in endings or ".txt" not in endings else "text"
