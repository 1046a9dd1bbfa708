"""Spans to Label Studio's regions and back.

Offsets are half-open code points on both sides; only `value.text` is never trusted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from viborder.document import PRIVATE, Document, Span, in_order
from viborder.errors import Problem, between, counted
from viborder.labels import labels, may_share
from viborder.labelstudio.interface import LABELS, NOTHING, TEXT, UNSURE, VERDICT
from viborder.text import token_range, tokenize, trim


@dataclass(frozen=True, slots=True)
class Reading:
    """What an annotation says: spans in reading order (PRIVATE among them), notes by span, and on the whole document the
    verdicts and a note.
    """

    spans: tuple[Span, ...]
    notes: Mapping[Span, str] = field(default_factory=dict)
    nothing: bool = False
    unsure: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the suggestions: counts of spans. `kept + moved + relabelled + deleted` were suggested,
    `kept + moved + relabelled + added` are in the result.
    """

    kept: int = 0
    moved: int = 0
    relabelled: int = 0
    deleted: int = 0
    added: int = 0

    def __add__(self, other: Fate) -> Fate:
        return Fate(*(getattr(self, name) + getattr(other, name) for name in FATES))

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in FATES}


FATES = ("kept", "moved", "relabelled", "deleted", "added")


SUGGESTED = re.compile(r"\d+-\d+-[A-Z]+")  # the ids of regions made here


def region(span: Span, **more: Any) -> dict[str, Any]:
    """A span as a region of the interface; `more` goes in beside (such as `readonly`)."""
    found: dict[str, Any] = {
        "id": f"{span.start}-{span.end}-{span.label}",
        "from_name": LABELS,
        "to_name": TEXT,
        "type": "labels",
        "value": {"start": span.start, "end": span.end, "labels": [span.label]},
    }
    if span.score is not None:
        found["score"] = round(span.score, 4)
    return found | more


def regions(document: Document) -> list[dict[str, Any]]:
    """Every span of a document as a region, private persons too."""
    return [region(span) for span in in_order((*document.spans, *document.private))]


def read(result: Any, text: str, where: str, problems: list[Problem]) -> Reading | None:
    """What a result says of a text; None where it cannot be used. What is wrong or was mended goes to `problems`.

    Errors: `result-malformed`, `label-unknown`, `span-outside-text`, `span-crosses-span`, `span-two-labels` where one of
    the labels stands alone.
    Warnings: `span-blank-ends` (trimmed), `span-twice` (one kept), `span-two-labels`, `span-splits-token`,
    `text-not-nfc`.
    """
    before = sum(problem.severity == "error" for problem in problems)
    if not isinstance(result, list) or not all(isinstance(entry, dict) for entry in result):
        problems.append(
            Problem(where, "result-malformed", "the result is not a list of regions", "annotate the task again")
        )
        return None
    tokens = tokenize(text)
    found: dict[Span, str] = {}
    by_region: dict[str, Span] = {}
    for entry in result:
        if entry.get("from_name") == LABELS and (span := _span(entry, text, tokens, where, problems)) is not None:
            if span in found:
                problems.append(_warning(where, span, text, "span-twice", "drawn twice", "one is kept"))
            found.setdefault(span, "")
            found[span] = found[span] or _text(entry.get("meta"))  # what the panel of a region calls meta information
            by_region[str(entry.get("id"))] = span
    whole = []  # notes on no span of the annotation
    for entry in result:
        if entry.get("type") == "textarea" and (words := _text(entry.get("value"))):
            noted = by_region.get(str(entry.get("id")))
            if noted is None:
                whole.append(words)
            elif words != found[noted]:
                found[noted] = f"{found[noted]}; {words}" if found[noted] else words
    _two_labels(tuple(found), text, where, problems)
    _crossings(tuple(found), text, where, problems)
    if not unicodedata.is_normalized("NFC", text):
        said = "the text of the task is not in NFC"
        problems.append(
            Problem(where, "text-not-nfc", said, "`viborder collect` normalises before a text is pushed", "warning")
        )
    if sum(problem.severity == "error" for problem in problems) > before:
        return None
    verdicts = {
        str(choice)
        for entry in result
        if entry.get("from_name") == VERDICT
        for choice in _value(entry).get("choices") or []
    }
    notes = {span: note for span, note in found.items() if note}
    return Reading(in_order(found), notes, NOTHING in verdicts, UNSURE in verdicts, "; ".join(whole))


def fate(suggested: Iterable[Span], result: Iterable[Span]) -> Fate:
    """What became of suggestions, by comparing them with the result: the same range and label is kept, the same range
    relabelled, an overlap with the same label moved (each span is paired once, the greatest overlap first).
    """
    before, after = set(suggested), set(result)
    kept = before & after
    before, after = before - kept, after - kept
    pairs = [
        (min(old.end, new.end) - max(old.start, new.start), old, new)
        for old in before
        for new in after
        if old.overlaps(new) and (old.label == new.label or (old.start, old.end) == (new.start, new.end))
    ]
    pairs.sort(key=lambda pair: (_range(pair[1]) != _range(pair[2]), -pair[0], pair[1], pair[2]))
    moved = relabelled = 0
    for _, old, new in pairs:
        if old in before and new in after:
            before.remove(old)
            after.remove(new)
            moved, relabelled = (moved, relabelled + 1) if _range(old) == _range(new) else (moved + 1, relabelled)
    return Fate(len(kept), moved, relabelled, len(before), len(after))


def split(spans: Sequence[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """(entities, private persons)."""
    return tuple(span for span in spans if span.label != PRIVATE), tuple(
        span for span in spans if span.label == PRIVATE
    )


def _span(
    entry: Mapping[str, Any], text: str, tokens: list[tuple[int, int]], where: str, problems: list[Problem]
) -> Span | None:
    value = _value(entry)
    start, end, names = value.get("start"), value.get("end"), value.get("labels")
    if type(start) is not int or type(end) is not int or not isinstance(names, list) or len(names) != 1:
        said = f"a region without one label and whole numbers for its ends: {value!r:.80}"
        problems.append(Problem(where, "result-malformed", said, "delete it and draw it again"))
        return None
    here = f"{where} {between(start, end)}"
    if not 0 <= start < end <= len(text):
        problems.append(
            Problem(
                here,
                "span-outside-text",
                f"the text has {counted(len(text), 'code point')}",
                "delete the region and draw it again",
            )
        )
        return None
    known = tuple(label.name for label in labels())
    if names[0] not in known:
        problems.append(Problem(here, "label-unknown", f"no label {names[0]!r}", f"one of {', '.join(known)}"))
        return None
    first, last = trim(text, start, end)
    if first == last:
        problems.append(Problem(here, "span-outside-text", "the span holds white space only", "delete the region"))
        return None
    score = entry.get("score")
    span = Span(first, last, str(names[0]), float(score) if isinstance(score, int | float) else None)
    if (first, last) != (start, end):
        problems.append(_warning(where, span, text, "span-blank-ends", "white space at an end", "trimmed"))
    if token_range(tokens, first, last) is None:
        problems.append(
            _warning(where, span, text, "span-splits-token", "a border lies inside a syllable or a number", "a slip?")
        )
    return span


def _two_labels(spans: tuple[Span, ...], text: str, where: str, problems: list[Problem]) -> None:
    for before, span in pairwise(in_order(spans)):
        if _range(before) == _range(span):
            said, hint = f"is {before.label} and {span.label} at once", "keep one, unless both are meant"
            told = _warning(where, span, text, "span-two-labels", said, hint)
            problems.append(told if may_share((before.label, span.label)) else replace(told, severity="error"))


def _crossings(spans: tuple[Span, ...], text: str, where: str, problems: list[Problem]) -> None:
    open_spans: list[Span] = []
    for span in in_order(spans):
        open_spans = [other for other in open_spans if other.end > span.start]
        for other in open_spans:
            if other.crosses(span):
                here = f'{where} [{span.start}:{span.end}] "{text[span.start : span.end]:.40}"'
                said = f'crosses the {other.label} at [{other.start}:{other.end}] "{text[other.start : other.end]:.40}"'
                problems.append(Problem(here, "span-crosses-span", said, "nest one inside the other, or part them"))
        open_spans.append(span)


def _warning(where: str, span: Span, text: str, rule: str, message: str, hint: str) -> Problem:
    return Problem(
        f'{where} [{span.start}:{span.end}] "{text[span.start : span.end]:.40}"', rule, message, hint, "warning"
    )


def _text(value: Any) -> str:
    """The words of a text area, or of a region's meta information."""
    words = value.get("text") if isinstance(value, dict) else None
    return " ".join(map(str, words)) if isinstance(words, list) else ""


def _value(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    value = entry.get("value")
    return value if isinstance(value, dict) else {}


def _range(span: Span) -> tuple[int, int]:
    return span.start, span.end
