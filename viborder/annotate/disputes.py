"""Questions as people are asked them: ranges that exclude each other are one dispute, and equal disputes are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from viborder.annotate.adjudicate import CONTEXT, Decision, Passes, Question, questions
from viborder.document import Document, Span, in_order
from viborder.text import cut

AGREED, DISPUTED, DOUBTED = "agreed", "disputed", "doubted"
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """One question to the adjudicator: its ranges lie between `start` and `end` (half-open code points).

    around: the spans that stand in the text shown (`before`, `text`, `after`) and their state; disputed ones are those
    that some pass has. A doubt about the whole document has an empty range.
    """

    id: str
    start: int
    end: int
    text: str
    before: str
    after: str
    questions: tuple[Question, ...]
    around: tuple[tuple[Span, str], ...]

    @property
    def state(self) -> str:
        """`disputed`, or `doubted` where the passes say the same and somebody left a note."""
        return DISPUTED if any(question.differs for question in self.questions) else DOUBTED

    @property
    def notes(self) -> dict[str, str]:
        """Pass → what it noted."""
        return {name: note for question in self.questions for name, note in question.notes.items()}

    def options(self) -> list[tuple[Spans, list[str]]]:
        """(spans, who marks them) for each thing that a pass says, the most often said first, nothing as no spans.

        A pass with two labels on a range says two things: no option holds both.
        """
        if not self.end:
            return []
        found: dict[Spans, list[str]] = defaultdict(list)
        for name in self.questions[0].passes:
            marked = [_spans(question, name) for question in self.questions if question.passes[name]]
            for spans in product(*marked):
                found[in_order(spans)].append(name)
        return sorted(found.items(), key=lambda option: (-len(option[1]), not option[0], option[0]))

    def answer(self, chosen: Iterable[Span], reason: str = "") -> list[Decision]:
        """The decisions that make the chosen spans stand, and no other of the dispute.

        A chosen span may stand on a range that no pass has.
        """
        labels: dict[tuple[int, int], set[str]] = defaultdict(set)
        for span in chosen:
            labels[span.start, span.end].add(span.label)
        decided = []
        for question in self.questions:
            here = labels.pop((question.start, question.end), set())
            decided.append(question.answer("+".join(sorted(here)) or None, reason))
        nobody = dict.fromkeys(self.questions[0].passes)
        for (start, end), here in labels.items():
            decided.append(
                Decision(self.id, start, end, self.words(start, end), nobody, "+".join(sorted(here)), reason)
            )
        return decided

    def words(self, start: int, end: int) -> str:
        """The text of a range within what is shown."""
        first = self.start - len(self.before)
        return (self.before + self.text + self.after)[start - first : end - first]

    def told(self, spans: Sequence[Span]) -> str:
        """An option in words: the label, and where borders are in question the words too."""
        if len(self.questions) == 1:
            return spans[0].label if spans else "nothing"
        return " and ".join(f"{span.label} “{self.words(span.start, span.end)}”" for span in spans) or "nothing"

    def key(self) -> tuple[object, ...]:
        """What equal disputes share: the words, two tokens on each side, and what each pass says of them."""
        says = tuple(
            (question.start - self.start, question.end - self.start, tuple(sorted(_told(question).items())))
            for question in self.questions
        )
        whole = () if self.end else (self.id,)  # doubts about whole documents are never equal
        return self.text, tuple(cut(self.before)[2][-2:]), tuple(cut(self.after)[2][:2]), says, whole

    def moved(self, spans: Iterable[Span], other: Dispute) -> list[Span]:
        """Spans of this dispute at the same place within an equal one."""
        shift = other.start - self.start
        return [Span(span.start + shift, span.end + shift, span.label) for span in spans]


def disputes(passes: Passes, decided: Iterable[Decision] = (), *, least: int = 2) -> list[Dispute]:
    """The open questions, those that exclude each other together, in reading order. Raises as `questions`."""
    decided = list(decided)
    by_document: dict[str, list[Question]] = defaultdict(list)
    for question in questions(passes, decided, least=least):
        by_document[question.id].append(question)
    settled: dict[str, list[Decision]] = defaultdict(list)
    for decision in decided:
        settled[decision.id].append(decision)
    found = []
    for identity, asked in by_document.items():
        members = {name: documents[identity] for name, documents in passes.items() if identity in documents}
        known, text = states(members, asked, settled[identity]), next(iter(members.values())).text
        found += [_dispute(group, text, known) for group in groups(asked)]
    return found


def groups(asked: Sequence[Question]) -> list[list[Question]]:
    """Questions of one document, those that exclude each other together: ranges that cross, and ranges with a label in
    common that overlap and that no pass has both.
    """
    left, found = list(asked), []
    while left:
        group = [left.pop(0)]
        for member in group:  # it grows while it is read
            near = [other for other in left if _exclude(member, other)]
            left = [other for other in left if other not in near]
            group += near
        found.append(sorted(group, key=lambda one: (one.start, -one.end)))
    return sorted(found, key=lambda group: (group[0].end > 0, group[0].start, -group[0].end))


def states(members: Mapping[str, Document], asked: Iterable[Question], decided: Iterable[Decision]) -> dict[Span, str]:
    """Every span that a pass has of a document, and whether it is agreed, disputed or doubted. What was decided against
    is left out.
    """
    told = {(question.start, question.end): DISPUTED if question.differs else DOUBTED for question in asked}
    settled = {(one.start, one.end): (one.decision or "").split("+") for one in decided}
    marked = {span for document in members.values() for span in (*document.spans, *document.private)}
    return {
        span: told.get((span.start, span.end), AGREED)
        for span in in_order(marked)
        if span.label in settled.get((span.start, span.end), [span.label])
    }


def _dispute(group: Sequence[Question], text: str, known: Mapping[Span, str]) -> Dispute:
    start, end = min(one.start for one in group), max(one.end for one in group)
    first, last = max(0, start - CONTEXT), end + CONTEXT
    around = tuple((span, state) for span, state in known.items() if first <= span.start and span.end <= last)
    return Dispute(group[0].id, start, end, text[start:end], text[first:start], text[end:last], tuple(group), around)


def _exclude(one: Question, other: Question) -> bool:
    overlap = one.start < other.end and other.start < one.end
    nested = (one.start <= other.start and other.end <= one.end) or (other.start <= one.start and one.end <= other.end)
    both = any(one.passes[name] and other.passes[name] for name in one.passes)
    shared = _labels(one) & _labels(other)
    return overlap and (not nested or bool(shared and not both))


def _labels(question: Question) -> set[str]:
    return {label for joined in question.passes.values() if joined for label in joined.split("+")}


def _spans(question: Question, name: str) -> list[Span]:
    joined = question.passes[name] or ""
    return [Span(question.start, question.end, label) for label in joined.split("+")]


def _told(question: Question) -> dict[str, str]:
    return {name: label or "" for name, label in question.passes.items()}
