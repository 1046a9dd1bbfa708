"""What must hold of gold and prediction before they are compared; everything that does not is said at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isfinite

from viborder.document import Document, by_id
from viborder.errors import Problem, ViborderError, counted, place
from viborder.faults import apart

_SHOWN = 10  # ids listed in one message


def paired(gold: Sequence[Document], pred: Sequence[Document]) -> list[Document]:
    """The predicted documents in the order of the gold ones.

    Raises ViborderError: `ids-differ` (listed both ways), `id-twice`, `text-differs`, `span-outside-text`,
    `label-empty`, `score-not-a-number`.
    """
    problems = id_problems([document.id for document in gold], [document.id for document in pred])
    for side, documents in (("gold", gold), ("pred", pred)):
        problems += [problem for document in documents for problem in span_problems(side, document)]
    answers = by_id(pred)
    for document in gold:
        answer = answers.get(document.id)
        if answer is not None and answer.text != document.text:
            problems.append(text_differs(document.id, document.text, answer.text))
    if problems:
        raise ViborderError(problems)
    return [answers[document.id] for document in gold]


def id_problems(gold: Sequence[str], pred: Sequence[str]) -> list[Problem]:
    """`id-twice` and `ids-differ` of the ids of both sides."""
    problems = []
    sides = {"gold": Counter(gold), "pred": Counter(pred)}
    for side, ids in sides.items():
        for identity in (identity for identity, times in ids.items() if times > 1):
            problems.append(
                Problem(
                    place(side, identity),
                    "id-twice",
                    f"{counted(ids[identity], 'document')} with this id",
                    "one document an id",
                )
            )
    hint = "score documents that were both annotated and tagged; a document without spans counts too"
    for here, there in (("gold", "pred"), ("pred", "gold")):
        only = sorted(sides[here].keys() - sides[there].keys())
        if only:
            more = f" and {len(only) - _SHOWN} more" if len(only) > _SHOWN else ""
            message = f"{counted(len(only), 'id')} that {there} lacks: {', '.join(only[:_SHOWN])}{more}"
            problems.append(Problem(here, "ids-differ", message, hint))
    return problems


def span_problems(side: str, document: Document) -> list[Problem]:
    """`span-outside-text`, `label-empty` and `score-not-a-number` of a document's spans."""
    problems = []
    length = len(document.text)
    for span in document.spans:
        if 0 <= span.start < span.end <= length and span.label and (span.score is None or isfinite(span.score)):
            continue
        where = place(side, document.id, span.start, span.end)
        if not 0 <= span.start < span.end <= length:
            message = f"the text has {counted(length, 'code point')}"
            problems.append(Problem(where, "span-outside-text", message, "0 ≤ start < end ≤ length"))
        if not span.label:
            problems.append(Problem(where, "label-empty", "the span has no label", "name its type"))
        if span.score is not None and not isfinite(span.score):
            problems.append(
                Problem(where, "score-not-a-number", f"the score is {span.score}", "a finite number, or none")
            )
    return problems


def text_differs(identity: str, gold: str, pred: str) -> Problem:
    """Where the texts of a document part."""
    at = next((i for i, (one, other) in enumerate(zip(gold, pred, strict=False)) if one != other), None)
    at = min(len(gold), len(pred)) if at is None else at
    around = slice(max(0, at - 10), at + 10)
    shown, other = gold[around], pred[around]
    if apart(shown, other) != repr(shown):  # they look the same: the one place where they part, by code points
        shown, other = gold[at : at + 2], pred[at : at + 3]
    message = f"the texts part at code point {at}: gold {apart(shown, other)}, prediction {apart(other, shown)}"
    return Problem(
        place("pred", identity),
        "text-differs",
        message,
        "tag the text that was annotated; offsets mean nothing in another",
    )
