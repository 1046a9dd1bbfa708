"""Annotation passes and the decisions between them become gold and a log.

What all passes mark alike is taken as it is. A decision is needed for every range on which they differ, on which an
annotator left a note, or on which a pass has two labels; and for every document that one was unsure of. One line of
`annotations/decisions.jsonl` is `{"id", "start", "end", "text", "passes": {name: label or null}, "decision": label or
null, "reason", "notes": {name: note}}`, `notes` only where there are any; a doubt about a whole document stands at
`start` and `end` 0. A decision is final, also where the passes agree, and it may mark what no pass has.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from viborder.annotate.check import check_document
from viborder.document import PRIVATE, Document, Span, in_order
from viborder.errors import Problem, ViborderError, between, counted, place
from viborder.eval.agreement.doubts import doubts
from viborder.files import alone, lines, new_file, parse_json
from viborder.labels import labels

CONTEXT = 60  # code points on each side of a question
Passes = Mapping[str, Mapping[str, Document]]  # name → id → document
Place = tuple[str, int, int]  # document, start, end


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands on a range (half-open code points) of a document, who said what of it, and why it is so.

    A label is None where nothing is marked there; two labels on one range are joined by `+`, in the order of the
    alphabet.
    """

    id: str
    start: int
    end: int
    text: str
    passes: Mapping[str, str | None]
    decision: str | None
    reason: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The document and the range."""
        return self.id, self.start, self.end


@dataclass(frozen=True, slots=True)
class Question:
    """A range that needs a decision, with the text around it: passes differ, or a pass has a note there (`notes`, by
    pass). A note on the whole document stands at start and end 0.
    """

    id: str
    start: int
    end: int
    text: str
    before: str
    after: str
    passes: Mapping[str, str | None]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the passes say different things, or one of them says two."""
        return len(set(self.passes.values())) > 1 or any("+" in (label or "") for label in self.passes.values())

    def answer(self, decision: str | None, reason: str = "") -> Decision:
        """The question, decided."""
        return Decision(self.id, self.start, self.end, self.text, self.passes, decision, reason, self.notes)


def questions(passes: Passes, decided: Iterable[Decision] = (), *, least: int = 2) -> list[Question]:
    """Every range on which the passes differ or doubt and nothing is decided, document by document, in reading order.

    least: documents with fewer passes are left out. Raises ViborderError `text-differs` where passes bear different
    texts.
    """
    done = {decision.place for decision in decided}
    found = []
    for identity, members in _by_document(passes, least).items():
        text = next(iter(members.values())).text
        said, notes = _said(members), _noted(members)
        nobody = dict.fromkeys(members)
        for start, end in sorted({*said, *notes}, key=lambda span: (span[1] > 0, span[0], -span[1])):
            before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
            who, noted = said.get((start, end), nobody), notes.get((start, end), {})
            one = Question(identity, start, end, text[start:end], before, after, who, noted)
            if (one.differs or noted) and (identity, start, end) not in done:
                found.append(one)
    return found


def merge(passes: Passes, decided: Sequence[Decision], *, least: int = 2) -> tuple[list[Document], list[Problem]]:
    """(gold, problems): every document without an open question.

    Problems: the warning `question-open` where a document waits for decisions, `decision-stale` where a decision is about
    another text or a range that the text has not, the warning `decision-unused` for those about no such document, and
    what `check_document` finds wrong with the result; such documents are left out.
    """
    problems: list[Problem] = []
    waiting: dict[str, int] = defaultdict(int)
    for question in questions(passes, decided, least=least):
        waiting[question.id] += 1
    by_document: dict[str, list[Decision]] = defaultdict(list)
    for decision in decided:
        by_document[decision.id].append(decision)
    gold = []
    by_identity = _by_document(passes, least)
    problems += _unused(decided, by_identity)
    for identity, members in by_identity.items():
        if waiting[identity]:
            said = f"{counted(waiting[identity], 'range')} without a decision; the gold has it when all are decided"
            hint = "`viborder adjudicate` asks"
            problems.append(Problem(place("", identity), "question-open", said, hint, "warning"))
            continue
        document = next(iter(members.values()))
        stale = [one for one in by_document[identity] if not _is_there(one, document.text)]
        problems += [
            _problem(one, "decision-stale", f"the text there is {document.text[one.start : one.end]!r:.60}")
            for one in stale
        ]
        settled = _settle(document, members, by_document[identity])
        faults = [*check_document(settled, "gold", [label.name for label in labels() if label.entity])]
        problems += faults
        if not stale and not any(fault.severity == "error" for fault in faults):
            gold.append(settled)
    return gold, problems


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a log; none where there is no file.

    Raises ViborderError with every `decision-malformed` and `decision-twice`.
    """
    if not path.exists():
        return []
    found: dict[Place, Decision] = {}
    problems = []
    known = {label.name for label in labels()}
    for number, line in lines(path):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            entry: dict[str, Any] = parse_json(line)
            one = Decision(
                entry["id"],
                entry["start"],
                entry["end"],
                entry["text"],
                dict(entry["passes"]),
                entry["decision"],
                entry.get("reason", ""),
                dict(entry.get("notes") or {}),
            )
            words = one.id, one.text, one.reason, *one.passes, *one.notes
            if not all(isinstance(word, str) for word in words):
                raise ValueError
            if not (type(one.start) is type(one.end) is int and {*(one.decision or "").split("+")} <= known | {""}):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            hint = "id, start, end, text, passes, decision (a label or null), reason, notes"
            problems.append(Problem(where, "decision-malformed", "not a decision", hint))
            continue
        if one.place in found:
            problems.append(
                Problem(
                    where,
                    "decision-twice",
                    f"{between(one.start, one.end)} of {one.id} is decided before",
                    "keep one of them",
                )
            )
        found[one.place] = one
    if problems:
        raise ViborderError(problems)
    return list(found.values())


def write_decisions(path: Path, decided: Iterable[Decision]) -> None:
    """Write a log in reading order. Raises ViborderError `cannot-write`."""
    with new_file(path) as file:
        for decision in sorted(decided, key=lambda one: (one.id, one.start, -one.end)):
            entry = asdict(decision)
            if not decision.notes:
                del entry["notes"]
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def change_decisions(path: Path, new: Iterable[Decision], gone: Iterable[Place] = ()) -> None:
    """Put decisions into a log, and take others out, while no other run does: what another run has put into it since
    it was read stays. Raises ViborderError as reading and writing do.
    """
    with alone(path):
        kept = {decision.place: decision for decision in read_decisions(path)}
        for where in gone:
            kept.pop(where, None)
        write_decisions(path, (kept | {decision.place: decision for decision in new}).values())


def labelled(document: Document) -> dict[tuple[int, int], str]:
    """Range → its label (labels joined by `+`), private persons among them."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for span in (*document.spans, *document.private):
        found[span.start, span.end].append(span.label)
    return {span: "+".join(sorted(set(names))) for span, names in found.items()}


def _said(members: Mapping[str, Document]) -> dict[tuple[int, int], dict[str, str | None]]:
    """Range → pass → its label there."""
    by_pass = {name: labelled(document) for name, document in members.items()}
    ranges = {span for marked in by_pass.values() for span in marked}
    return {span: {name: marked.get(span) for name, marked in by_pass.items()} for span in ranges}


def _noted(members: Mapping[str, Document]) -> dict[tuple[int, int], dict[str, str]]:
    """Range → pass → what it noted there; several notes of one pass are joined."""
    found: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for doubt in doubts({name: [document] for name, document in members.items()}):
        told = found[doubt.start, doubt.end]
        told[doubt.by] = f"{told[doubt.by]}; {doubt.note}" if doubt.by in told else doubt.note
    return found


def _settle(document: Document, members: Mapping[str, Document], decided: Iterable[Decision]) -> Document:
    result = {span: next(iter(said.values())) for span, said in _said(members).items() if len(set(said.values())) == 1}
    result |= {(one.start, one.end): one.decision for one in decided}
    spans = in_order(
        Span(start, end, name) for (start, end), joined in result.items() if joined for name in joined.split("+")
    )
    entities = tuple(span for span in spans if span.label != PRIVATE)
    return replace(document, spans=entities, private=tuple(span for span in spans if span.label == PRIVATE), meta={})


def _by_document(passes: Passes, least: int) -> dict[str, dict[str, Document]]:
    found: dict[str, dict[str, Document]] = defaultdict(dict)
    for name, documents in passes.items():
        for identity, document in documents.items():
            found[identity][name] = document
    problems = [
        Problem(
            place("", identity),
            "text-differs",
            f"the passes {', '.join(members)} bear different texts",
            "annotate one text",
        )
        for identity, members in found.items()
        if len({document.text for document in members.values()}) > 1
    ]
    if problems:
        raise ViborderError(problems)
    return {identity: members for identity, members in sorted(found.items()) if len(members) >= least}


def _is_there(decision: Decision, text: str) -> bool:
    """Whether a text has the range of a decision, and the same words there. The range of a whole document is empty."""
    whole = decision.start == decision.end == 0
    inside = whole or 0 <= decision.start < decision.end <= len(text)
    return inside and text[decision.start : decision.end] == decision.text


def _unused(decided: Sequence[Decision], used: Collection[str]) -> Iterator[Problem]:
    """A warning of the decisions about documents that are not among those in use."""
    unused = [decision.id for decision in decided if decision.id not in used]
    if unused:
        said = f"{counted(len(unused), 'decision')} passed over: too few of these passes have the document"
        hint = "name the passes that have it, or take the lines out of the log"
        yield Problem(place("", unused[0]), "decision-unused", said, hint, "warning")


def _problem(decision: Decision, rule: str, message: str) -> Problem:
    where = place("", decision.id, decision.start, decision.end, decision.text)
    return Problem(where, rule, message, "decide it again")
