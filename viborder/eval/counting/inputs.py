"""Files to score, read once: documents in any format, or columns of tokens and tags, which keep what the tags say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from viborder.document import Document
from viborder.errors import Problem, ViborderError, counted, fail
from viborder.eval.counting.held import Held, Shared, hold
from viborder.faults import apart
from viborder.formats import conll, each, format_of
from viborder.formats.columns import Sentence, layout_of, raise_all, read_sentences, tag_columns

Scored = Sequence[Document] | Held | list[list[str]]


@dataclass(frozen=True, slots=True)
class Side:
    """What one file holds, read once.

    scored: documents, whole or as far as counting needs them, or of columns the tags of each sentence, which keep what
    the tags say. begins: of columns, the sentence with which each document begins, where the file marks documents.
    lost: what was passed over, by kind.
    """

    path: Path
    scored: Scored
    sentences: list[Sentence] | None = None
    begins: tuple[int, ...] = ()
    lost: Counter[str] = field(default_factory=Counter)

    def documents(self) -> list[Document]:
        """The documents of the file, as `viborder.formats.read` gives them; of columns, made from the rows. For a file
        that was read whole.
        """
        if self.sentences is None:
            return list(cast(Sequence[Document], self.scored))
        return conll.documents_of(self.path, self.sentences, [], Counter())


def read(
    paths: Sequence[Path], source_format: str | None = None, tag_column: str | None = None, *, whole: bool = True
) -> list[Side]:
    """What each file holds, the gold file first: tag sequences where all are columns (`.conll`), documents otherwise.

    source_format: of all files, where their endings cannot tell it; `doccano,jsonl` is one a file, the last for all
    that follow. tag_column: as in `viborder.formats.conll.read`; a file with fewer columns has its tags in the last.
    whole: keep documents as they are; otherwise only what counting needs of them, a fifth of the memory.
    Raises ViborderError: `text-differs` where a prediction's tokens are not the gold ones, and the readers' own.
    """
    formats = _formats(paths, source_format)
    columns = all(path.is_file() and name == "conll" for path, name in zip(paths, formats, strict=True))
    if not columns or "," in (tag_column or ""):
        sides: list[Side] = []
        shared: Shared = {}
        for path, name, given in zip(paths, formats, _given(paths, source_format), strict=True):
            lost: Counter[str] = Counter()
            documents = each(path, given, lost, tag_column=tag_column if name == "conll" else None)
            scored = list(documents) if whole else hold(documents, "pred" if sides else "gold", shared)
            sides.append(Side(path, scored, lost=lost))
        return sides
    gold, *preds = (_columns(path, tag_columns(tag_column)) for path in paths)
    for path, pred in zip(paths[1:], preds, strict=True):
        _same_tokens(paths[0], gold, path, pred)
    return [
        Side(path, [[tags[0] for tags in one.tags] for one in side], side, _begins(side))
        for path, side in zip(paths, (gold, *preds), strict=True)
    ]


def _given(paths: Sequence[Path], source_format: str | None) -> list[str | None]:
    """The format that is given for each file."""
    if source_format is None:
        return [None for _ in paths]
    named = [name.strip() for name in source_format.split(",")]
    return [named[min(number, len(named) - 1)] for number, _ in enumerate(paths)]


def _formats(paths: Sequence[Path], source_format: str | None) -> list[str]:
    return [format_of(path, given) for path, given in zip(paths, _given(paths, source_format), strict=True)]


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
            f"{counted(len(pred), 'sentence')}; {gold_path} has {len(gold)}",
            "tag every sentence, in the same order",
        )
    problems = []
    for one, other in zip(gold, pred, strict=True):
        if one.tokens != other.tokens:
            at = next(
                (i for i, pair in enumerate(zip(one.tokens, other.tokens, strict=False)) if pair[0] != pair[1]), None
            )
            said = (
                f"{counted(len(other.tokens), 'token')}, gold {len(one.tokens)}"
                if at is None
                else f"{apart(other.tokens[at], one.tokens[at])}, gold {apart(one.tokens[at], other.tokens[at])}"
            )
            where = f"{path}:{other.line + (at or 0)}"
            problems.append(
                Problem(where, "text-differs", said, f"the sentence at {gold_path}:{one.line} has other tokens")
            )
    if problems:
        raise ViborderError(problems)
