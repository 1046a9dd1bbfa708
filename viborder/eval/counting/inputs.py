"""Files to score, read once: documents in any format, or columns of tokens and tags, which keep what the tags say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail
from viborder.formats import conll, format_of
from viborder.formats import read as read_documents
from viborder.formats.columns import Sentence, layout_of, raise_all, read_sentences, tag_columns

Scored = Sequence[Document] | list[list[str]]


@dataclass(frozen=True, slots=True)
class Side:
    """What one file holds, read once.

    scored: documents, or of columns the tags of each sentence, which keep what the tags say. begins: of columns, the
    sentence with which each document begins, where the file marks documents.
    """

    path: Path
    scored: Scored
    sentences: list[Sentence] | None = None
    begins: tuple[int, ...] = ()

    def documents(self) -> list[Document]:
        """The documents of the file, as `viborder.formats.read` gives them; of columns, made from the rows."""
        if self.sentences is None:
            return list(cast(Sequence[Document], self.scored))
        return conll.documents_of(self.path, self.sentences, [], Counter())


def read(paths: Sequence[Path], source_format: str | None = None, tag_column: str | None = None) -> list[Side]:
    """What each file holds, the gold file first: tag sequences where all are columns (`.conll`), documents otherwise.

    source_format: of all files, where their endings cannot tell it. tag_column: as in `viborder.formats.conll.read`; a
    file with fewer columns has its tags in the last.
    Raises ViborderError: `text-differs` where a prediction's tokens are not the gold ones, and the readers' own.
    """
    columns = all(path.is_file() and format_of(path, source_format) == "conll" for path in paths)
    if not columns or "," in (tag_column or ""):
        return [Side(path, read_documents(path, source_format, tag_column=tag_column)) for path in paths]
    gold, *preds = (_columns(path, tag_columns(tag_column)) for path in paths)
    for path, pred in zip(paths[1:], preds, strict=True):
        _same_tokens(paths[0], gold, path, pred)
    return [
        Side(path, [[tags[0] for tags in one.tags] for one in side], side, _begins(side))
        for path, side in zip(paths, (gold, *preds), strict=True)
    ]


def _begins(sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """The sentences with which documents begin; nothing where none is marked."""
    marked = [number for number, one in enumerate(sentences) if one.starts_document or "id" in one.comments]
    return tuple(sorted({0, *marked})) if marked else ()


def _columns(path: Path, named: list[int] | None) -> list[Sentence]:
    """The sentences with rows; what stands before the first row of a document belongs to that row's sentence."""
    problems: list[Problem] = []
    if named and layout_of(path).columns <= max(named):
        named = None  # a prediction with its tags alone beside the tokens
    found: list[Sentence] = []
    starts = False
    for sentence in read_sentences(path, problems, named, any_tags=True):
        starts = starts or sentence.starts_document
        if sentence.tokens:
            sentence.starts_document, starts = starts, False
            found.append(sentence)
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
