"""Files to score: documents in any format, or columns of tokens and tags, which keep what the tags say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.formats import format_of
from viborder.formats import read as read_documents
from viborder.formats.columns import Sentence, number_of_columns, raise_all, read_sentences, tag_columns

Side = Sequence[Document] | list[list[str]]


def read(paths: Sequence[Path], source_format: str | None = None, tag_column: str | None = None) -> list[Side]:
    """What each file holds, the gold file first: tag sequences where all are columns (`.conll`), documents otherwise.

    source_format: of all files, where their endings cannot tell it. tag_column: as in `viborder.formats.conll.read`; a
    file with fewer columns has its tags in the last.
    Raises ViborderError: `text-differs` where a prediction's tokens are not the gold ones, and the readers' own.
    """
    columns = all(path.is_file() and format_of(path, source_format) == "conll" for path in paths)
    if not columns or "," in (tag_column or ""):
        return [read_documents(path, source_format) for path in paths]
    gold, *preds = (_columns(path, tag_columns(tag_column)) for path in paths)
    for path, pred in zip(paths[1:], preds, strict=True):
        _same_tokens(paths[0], gold, path, pred)
    return [[[tags[0] for tags in sentence.tags] for sentence in side] for side in (gold, *preds)]


def _columns(path: Path, named: list[int] | None) -> list[Sentence]:
    problems: list[Problem] = []
    if named and number_of_columns(path) <= max(named):
        named = None  # a prediction with its tags alone beside the tokens
    found = [one for one in read_sentences(path, problems, named, any_tags=True) if one.tokens]
    raise_all(problems)
    return found


def _same_tokens(gold_path: Path, gold: list[Sentence], path: Path, pred: list[Sentence]) -> None:
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
