"""The work of `viborder tag`: a model over inputs, into one output that appears whole or not at all."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from viborder.document import Document, Span, outermost
from viborder.errors import ViborderError, fail
from viborder.files import lines, new_file
from viborder.formats import format_of, is_format
from viborder.formats.columns import row_blocks, split, tag_columns
from viborder.formats.conll import is_joined
from viborder.tag.texts import Reader, write_lines
from viborder.tags import to_iob2
from viborder.train import Tagger, load


def tag_files(
    model: Path,
    inputs: Sequence[str],
    out: Path | None,
    format: str | None = None,
    source_format: str | None = None,
    **options: str | None,
) -> tuple[int, list[str]]:
    """Tag every input; write to `out`, or to standard output as JSON Lines, on a terminal in colours. Returns the number
    of documents and notes on what was changed.

    source_format, options: as in `viborder.formats.read`. CoNLL in and CoNLL out keeps tokens, other columns, comments
    and blank lines, and puts the tags of the outermost spans into the last column (or the one that is named).
    Raises ViborderError with all that is wrong with the inputs; then nothing is written.
    """
    tagger = load(model)
    if out is not None and format_of(out, format) == "conll" and _is_conll(inputs, source_format):
        if len(inputs) > 1:
            hint = "viborder tag MODEL in.conll -o out.conll"
            raise fail(inputs[1], "conll-alone", "CoNLL is tagged one file at a time, into CoNLL", hint)
        return tag_conll(tagger, Path(inputs[0]), out, options.get("tag_column")), []
    reader = Reader(source_format, **options)
    documents = _checked(tagger.tag(reader.documents(inputs)), reader)
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
    return count, reader.notes


def _checked(documents: Iterator[Document], reader: Reader) -> Iterator[Document]:
    yield from documents
    if reader.problems:
        raise ViborderError(reader.problems)


def _is_conll(inputs: Sequence[str], source_format: str | None) -> bool:
    return any(
        item != "-" and Path(item).is_file() and is_format(Path(item), "conll", source_format) for item in inputs
    )


def tag_conll(tagger: Tagger, path: Path, out: Path, tag_column: str | None = None) -> int:
    """Tag the sentences of a CoNLL file by its own tokens, one tag a row; returns how many sentences there were.

    Rows of one column gain a tag; others have it in the last column, or in the one that is named.
    Raises ViborderError `file-empty`, `tag-column`, `cannot-write`.
    """
    rows = [line for _, line in lines(path)]
    named = tag_columns(tag_column)
    column = named[0] if named else None
    blocks = list(row_blocks(path))
    if not blocks:
        raise fail(path, "file-empty", "the file holds no sentence", "a token and its tag a line")
    sentences = (
        Document(str(at), " ".join(_token(rows[number]) for number in block)) for at, block in enumerate(blocks)
    )
    for block, document in zip(blocks, tagger.tag(sentences, spaced=True), strict=True):
        words = [_token(rows[number]) for number in block]
        for number, tag in zip(block, _row_tags(words, outermost(document.spans)), strict=True):
            rows[number] = _with_tag(rows[number], tag, column)
    with new_file(out) as file:
        file.writelines(row + "\n" for row in rows)
    return len(blocks)


def _row_tags(words: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """One IOB2 tag a row for spans of the words joined by blanks; a row belongs to the first span that touches it."""
    ranges = []
    at = 0
    for word in words:
        ranges.append((at, at + len(word)))
        at += len(word) + 1
    covered: list[Span] = []
    for span in spans:
        touched = [number for number, (start, end) in enumerate(ranges) if start < span.end and span.start < end]
        start = covered[-1].end if covered else 0
        touched = [number for number in touched if ranges[number][0] >= start]
        if touched:
            covered.append(Span(ranges[touched[0]][0], ranges[touched[-1]][1], span.label))
    return to_iob2(ranges, covered)


def _token(row: str) -> str:
    """The token of a row as the tagger reads it: `Hà_Nội` as the syllables that it is."""
    token = split(row)[0]
    return token.replace("_", " ") if is_joined(token) else token


def _with_tag(row: str, tag: str, column: int | None) -> str:
    """The row with the tag in place, tabs between its columns; the other columns are kept."""
    columns = split(row)
    if len(columns) == 1:
        return f"{row}\t{tag}"
    columns[len(columns) - 1 if column is None else column] = tag
    return "\t".join(columns)


def given_tokens(path: Path) -> bool:
    """Whether a CoNLL file gives tokens alone, so that they are taken as they are: no `# text = ` comment says how
    they stood.
    """
    return is_format(path, "conll") and not any(line.startswith("# text = ") for _, line in lines(path))
