"""The work of `viborder tag`: a model over inputs, into one output that appears whole or not at all."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.files import new_file
from viborder.formats import format_of, is_format, said
from viborder.tag.columns import tag_rows
from viborder.tag.texts import Reader, write_lines
from viborder.train import load


def tag_files(
    model: Path,
    inputs: Sequence[str],
    out: Path | None,
    format: str | None = None,
    source_format: str | None = None,
    problems: list[Problem] | None = None,
    **options: str | None,
) -> tuple[int, list[str]]:
    """Tag every input; write to `out`, or to standard output as JSON Lines, on a terminal in colours. Returns the
    number of documents and notes on what was changed.

    source_format, options: as in `viborder.formats.read`. CoNLL in and CoNLL out keeps tokens, other columns, comments
    and blank lines, and puts the tags of the outermost spans into the last column (or the one that is named).
    problems: a list for what is wrong with single documents, while the others are tagged and written. Without it, and
    where no document is sound, raises ViborderError with all of it; then nothing is written.
    """
    tagger = load(model)
    if out is not None and format_of(out, format) == "conll" and _is_conll(inputs, source_format):
        if len(inputs) > 1:
            hint = "viborder tag MODEL in.conll -o out.conll"
            raise fail(inputs[1], "conll-alone", "CoNLL is tagged one file at a time, into CoNLL", hint)
        lost: Counter[str] = Counter()
        count = tag_rows(tagger, Path(inputs[0]), out, lost, options.get("tag_column"))
        return count, [said(kind, number) for kind, number in sorted((+lost).items())]
    reader = Reader(source_format, **options)
    documents = _checked(tagger.tag(reader.documents(inputs)), reader, problems)
    if out is None and sys.stdout.isatty():
        from viborder.tag.terminal import show

        count = show(documents)
    elif out is None:
        with tempfile.SpooledTemporaryFile(max_size=1 << 26, mode="w+", encoding="utf-8") as held:
            count = write_lines(held, documents)
            held.seek(0)
            shutil.copyfileobj(held, sys.stdout)
    elif format_of(out, format) == "jsonl":
        with new_file(out) as file:
            count = write_lines(file, documents)
    else:
        from viborder.formats import write

        whole = list(documents)
        count = len(whole)
        reader.notes += [f"not kept: {number} {kind}" for kind, number in write(out, whole, format).items()]
    if not count:
        reader.notes.append("nothing was tagged: no document came in")
    return count, reader.notes


def _checked(documents: Iterator[Document], reader: Reader, problems: list[Problem] | None) -> Iterator[Document]:
    count = 0
    for count, document in enumerate(documents, 1):  # noqa: B007
        yield document
    if reader.problems and (problems is None or not count):
        raise ViborderError(reader.problems)
    if problems is not None:
        problems += reader.problems


def _is_conll(inputs: Sequence[str], source_format: str | None) -> bool:
    return any(
        item != "-" and Path(item).is_file() and is_format(Path(item), "conll", source_format) for item in inputs
    )
