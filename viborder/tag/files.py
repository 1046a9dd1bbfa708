"""The work of `viborder tag`: a model over inputs, into one output that appears whole or not at all."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from viborder.document import Document
from viborder.errors import ViborderError, fail
from viborder.files import lines, new_file
from viborder.formats import format_of
from viborder.tag.texts import Reader, write_lines
from viborder.tags import to_iob2
from viborder.train import Tagger, load
from viborder.train.tokenized import tokenized


def tag_files(model: Path, inputs: Sequence[str], out: Path | None, format: str | None = None) -> tuple[int, list[str]]:
    """Tag every input; write to `out`, or to standard output as JSON Lines, on a terminal in colours. Returns the number
    of documents and notes on what was changed.

    CoNLL in and CoNLL out keeps tokens, comments and blank lines, and puts the tags of the outermost spans into the
    last column.
    Raises ViborderError with all that is wrong with the inputs; then nothing is written.
    """
    tagger = load(model)
    conll = [item for item in inputs if item.endswith(".conll")]
    if conll:
        if len(inputs) > 1 or out is None or format_of(out, format) != "conll":
            raise fail(
                conll[0],
                "conll-alone",
                "CoNLL is tagged one file at a time, into CoNLL",
                "viborder tag MODEL in.conll -o out.conll",
            )
        return tag_conll(tagger, Path(conll[0]), out), []
    reader = Reader()
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


def tag_conll(tagger: Tagger, path: Path, out: Path) -> int:
    """Tag the sentences of a CoNLL file by its own tokens; returns how many sentences there were."""
    rows = [line for _, line in lines(path)]
    blocks: list[list[int]] = [[]]  # the rows of each sentence
    for number, row in enumerate(rows):
        if is_token_row(row):
            blocks[-1].append(number)
        elif not row.strip() and blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if not blocks:
        raise fail(path, "file-empty", "the file holds no sentence", "a token and its tag a line")
    sentences = (
        Document(str(at), " ".join(_token(rows[number]) for number in block)) for at, block in enumerate(blocks)
    )
    for block, document in zip(blocks, tagger.tag(sentences, spaced=True), strict=True):
        from viborder.document import outermost

        tags = to_iob2(tokenized(document, spaced=True).ranges, outermost(document.spans))
        for number, tag in zip(block, tags, strict=True):
            rows[number] = f"{_token(rows[number])}\t{tag}"
    with new_file(out) as file:
        file.writelines(row + "\n" for row in rows)
    return len(blocks)


def is_token_row(row: str) -> bool:
    """Whether a line of a CoNLL file bears a token: not blank, no `-DOCSTART-`, no comment (`# …` without a tag at
    its end).
    """
    if not row.strip() or row.startswith("-DOCSTART-"):
        return False
    return not row.startswith("# ") or "\t" in row


def _token(row: str) -> str:
    return row.split("\t", 1)[0].strip() if "\t" in row else row.split()[0]


def given_tokens(path: Path) -> bool:
    """Whether a CoNLL file gives tokens alone, so that they are taken as they are: no `# text = ` comment says how
    they stood.
    """
    return path.suffix == ".conll" and not any(line.startswith("# text = ") for _, line in lines(path))
