"""Other scorers by name, on documents or tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from viborder.document import Document, crossings, outermost
from viborder.errors import Problem, ViborderError, fail, place
from viborder.eval.counting.checks import paired
from viborder.eval.other_scorers import compat
from viborder.eval.other_scorers.compat import Entity, Report, Tags
from viborder.tags import entities, to_iob2
from viborder.text import tokenize

MODES = ("seqeval", "seqeval-strict", "conlleval", "nervaluate", "spacy")


def report(mode: str, gold: Sequence[Document] | Tags, pred: Sequence[Document] | Tags, scheme: str = "IOB2") -> Report:
    """The report of another scorer: `seqeval`, `seqeval-strict` (of a scheme), `conlleval`, `nervaluate` or `spacy`.

    The first three see tags: of documents, those of the outermost spans over syllables. The others see spans: of tags,
    those of the forgiving reading. Raises ViborderError: `mode-unknown`, `span-splits-token`, `span-crosses-span`
    (where the scorer sees tags), and what the scorer's function raises.
    """
    if mode not in MODES:
        raise fail("", "mode-unknown", f"no mode {mode!r}", f"one of {', '.join(MODES)}")
    documents = isinstance(next(iter(gold), None), Document)
    if documents:
        gold = cast(Sequence[Document], gold)
        pred = paired(gold, cast(Sequence[Document], pred))
    if mode in ("nervaluate", "spacy"):
        scorer = compat.nervaluate if mode == "nervaluate" else compat.spacy
        return scorer(_spans(gold), _spans(pred))
    if documents:
        _refuse_crossing("gold", cast(Sequence[Document], gold))
        _refuse_crossing("pred", cast(Sequence[Document], pred))
    if mode == "conlleval":
        return compat.conlleval(_tags(gold), _tags(pred))
    return compat.seqeval(_tags(gold), _tags(pred), scheme if mode == "seqeval-strict" else None)


def _spans(side: Sequence[Document] | Tags) -> list[list[Entity]]:
    found: list[list[Entity]] = []
    for item in side:
        if isinstance(item, Document):
            found.append([(span.label, span.start, span.end - 1) for span in item.spans])
        else:
            found.append(entities(item))
    return found


def _tags(side: Sequence[Document] | Tags) -> list[list[str]]:
    return [
        to_iob2(tokenize(item.text), outermost(item.spans)) if isinstance(item, Document) else list(item)
        for item in side
    ]


def _refuse_crossing(name: str, documents: Sequence[Document]) -> None:
    """Tags cannot say that two spans cross."""
    problems = [
        Problem(
            place(name, document.id, span.start, span.end, document.slice(span)),
            "span-crosses-span",
            f"crosses the {other.label} at [{other.start}:{other.end}], which no tags can say",
            "score without --mode, or with --mode spacy or nervaluate",
        )
        for document in documents
        for span, other in crossings(outermost(document.spans))
    ]
    if problems:
        raise ViborderError(problems)
