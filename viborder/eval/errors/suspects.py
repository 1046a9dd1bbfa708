"""Gold spans that models contradict with confidence, although they had not seen the document: where to look for label
errors.

Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70) on spans: a label's threshold is the mean confidence of
the models in that label over the gold spans that bear it; a gold reading is suspected where the confidence in another
reading reaches the threshold of that one's label, and suspects are ranked by the margin between the two confidences
(the paper's normalised margin).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Document, Span
from viborder.errors import fail, place
from viborder.eval.counting.checks import paired
from viborder.eval.errors.records import Record, error_records
from viborder.eval.errors.summary import describe


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place where the gold may be wrong.

    record: the gold spans (none where the gold may lack one) and the spans that the models would have instead (none
    where they would have nothing). confidence: in the models' reading; given: in the gold's, both 0…1, means over the
    models.
    threshold: what `confidence` had to reach.
    """

    record: Record
    confidence: float
    given: float
    threshold: float

    @property
    def margin(self) -> float:
        """Confidence in the models' reading minus confidence in the gold's; the ranking."""
        return self.confidence - self.given

    def as_dict(self, text: str) -> dict[str, Any]:
        """Plain JSON values, with the text and its context."""
        figures = {
            "margin": self.margin,
            "confidence": self.confidence,
            "given": self.given,
            "threshold": self.threshold,
        }
        return describe(self.record, text) | figures


def suspects(
    gold: Sequence[Document],
    predictions: Sequence[Document] | Mapping[str, Sequence[Document]],
    compared: Sequence[Sequence[Record]] | None = None,
) -> list[Suspect]:
    """Suspected label errors of the gold, the most suspicious first.

    predictions: of one model or of several by name, with a `score` (0…1) on every span, each document tagged by a model
    that was not trained on it (`viborder crossval`). Confidence in a span is its mean score over the models, 0 for a
    model that lacks it. One model gives no confidence in "nothing here", so that gold spans which are merely missed are
    suspected only where two models or more were asked and all of them have nothing there, and read it.
    compared: the error records of each model, where they are known already.
    Raises ViborderError: `score-missing`, and what `viborder.eval.score` raises.
    """
    systems = list(predictions.values()) if isinstance(predictions, Mapping) else [predictions]
    answers = [paired(gold, system) for system in systems]
    for documents in answers:
        for document in documents:
            _require_scores(document)
    confidences = [_confidences([documents[row].spans for documents in answers]) for row in range(len(gold))]
    thresholds = _thresholds(gold, confidences)
    found: dict[tuple[Any, ...], Suspect] = {}
    rows = {document.id: row for row, document in enumerate(gold)}
    for records in compared if compared is not None else [error_records(gold, system) for system in answers]:
        for record in records:
            if record.kind in ("correct", "unread"):
                continue
            row = rows[record.document]
            suspect = _suspect(record, confidences[row], thresholds, [documents[row].spans for documents in answers])
            if suspect:
                found.setdefault((record.document, record.gold, record.pred), suspect)
    return sorted(found.values(), key=lambda suspect: (-suspect.margin, suspect.record.document, suspect.record.start))


def _require_scores(document: Document) -> None:
    for span in document.spans:
        if span.score is None:
            hint = "give predictions that carry a score on every span, as `viborder crossval` writes them"
            raise fail(
                place("", document.id, span.start, span.end), "score-missing", "the predicted span has no score", hint
            )


def _confidences(systems: Sequence[Sequence[Span]]) -> dict[Span, float]:
    total: dict[Span, float] = defaultdict(float)
    for spans in systems:
        for span in set(spans):
            total[span] += span.score or 0.0
    return {span: score / len(systems) for span, score in total.items()}


def _thresholds(gold: Sequence[Document], confidences: Sequence[Mapping[Span, float]]) -> dict[str, float]:
    by_label: dict[str, list[float]] = defaultdict(list)
    for document, confidence in zip(gold, confidences, strict=True):
        for span in document.spans:
            by_label[span.label].append(confidence.get(span, 0.0))
    return {label: sum(values) / len(values) for label, values in by_label.items()}


def _suspect(
    record: Record, confidence: Mapping[Span, float], thresholds: Mapping[str, float], systems: Sequence[Sequence[Span]]
) -> Suspect | None:
    given = min((confidence.get(span, 0.0) for span in record.gold), default=0.0)
    if not record.pred:
        alone = len(systems) > 1 and not any(record.gold[0].overlaps(span) for spans in systems for span in spans)
        return Suspect(record, 1.0, given, 1.0) if alone else None
    other = min(confidence[span] for span in record.pred)
    threshold = max(thresholds.get(span.label, 1.0) for span in record.pred)
    return Suspect(record, other, given, threshold) if other >= threshold and other > given else None
