"""Files to score: documents in any format, or columns of tokens and tags, which keep what the tags say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.files import lines
from viborder.formats import format_of
from viborder.formats import read as read_documents

Side = Sequence[Document] | list[list[str]]


def read(paths: Sequence[Path]) -> list[Side]:
    """What each file holds, the gold file first: tag sequences where all are columns (`.conll`), documents otherwise.

    Raises ViborderError: `text-differs` where a prediction's tokens are not the gold ones, and the readers' own.
    """
    if not all(path.is_file() and format_of(path) == "conll" for path in paths):
        return [read_documents(path) for path in paths]
    gold, *preds = (_columns(path) for path in paths)
    for path, pred in zip(paths[1:], preds, strict=True):
        _same_tokens(paths[0], gold, path, pred)
    return [[sentence.tags for sentence in side] for side in (gold, *preds)]


@dataclass(slots=True)
class _Sentence:
    line: int
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def _columns(path: Path) -> list[_Sentence]:
    """The sentences of a file: the first column is the token, the last the tag; `# …` before a sentence is a
    comment.
    """
    sentences = [_Sentence(1)]
    problems = []
    for number, line in lines(path):
        columns = line.split("\t") if "\t" in line else line.split()
        if not line.strip():
            sentences.append(_Sentence(number + 1))
        elif (line.startswith("#") and not sentences[-1].tokens and "\t" not in line) or columns[0] == "-DOCSTART-":
            continue
        elif len(columns) < 2:
            problems.append(
                Problem(f"{path}:{number}", "conll-columns", f"one column: {line!r:.60}", "a token, a tab and its tag")
            )
        else:
            sentences[-1].tokens.append(columns[0])
            sentences[-1].tags.append(columns[-1])
    if problems:
        raise ViborderError(problems)
    return [sentence for sentence in sentences if sentence.tokens]


def _same_tokens(gold_path: Path, gold: list[_Sentence], path: Path, pred: list[_Sentence]) -> None:
    if len(gold) != len(pred):
        raise fail(
            path,
            "lengths-differ",
            f"{len(pred)} sentences; {gold_path} has {len(gold)}",
            "tag every sentence, in the same order",
        )
    problems = []
    for one, other in zip(gold, pred, strict=True):
        if one.tokens != other.tokens:
            at = next(
                (i for i, pair in enumerate(zip(one.tokens, other.tokens, strict=False)) if pair[0] != pair[1]), None
            )
            said = (
                f"{len(other.tokens)} tokens, gold {len(one.tokens)}"
                if at is None
                else f"{other.tokens[at]!r}, gold {one.tokens[at]!r}"
            )
            where = f"{path}:{other.line + (at or 0)}"
            problems.append(
                Problem(where, "text-differs", said, f"the sentence at {gold_path}:{one.line} has other tokens")
            )
    if problems:
        raise ViborderError(problems)
