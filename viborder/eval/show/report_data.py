"""Everything that the report shows, as plain JSON values; the page computes no score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from viborder.document import Document, Span, in_order
from viborder.errors import ViborderError
from viborder.eval.counting.counts import SCHEMAS
from viborder.eval.counting.leakage import leakage
from viborder.eval.counting.scores import Rates, Scores
from viborder.eval.counting.scoring import score
from viborder.eval.counting.slices import slices
from viborder.eval.errors.near import is_missed, near
from viborder.eval.errors.records import KINDS, Record, error_records
from viborder.eval.errors.summary import confusion, kind_counts, most_frequent
from viborder.eval.errors.suspects import suspects
from viborder.eval.uncertainty.comparing import Comparison, compare
from viborder.eval.uncertainty.intervals import LEVEL, RESAMPLES, Interval, Intervals, bootstrap, caution
from viborder.labels import labels as known_labels

if TYPE_CHECKING:
    from viborder.grammar.explain import Trace

FREQUENT, SUSPECTED, TWINS = 15, 30, 30  # entries shown
SPARE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666")

Systems = Mapping[str, Sequence[Document]]
Folds = Mapping[str, object]


def report_data(
    gold: Sequence[Document],
    systems: Systems,
    folds: Folds | None,
    train: Sequence[Document] | None,
    curve: Mapping[str, Sequence[Mapping[str, float]]] | None,
    title: str,
    note: str,
    scores: Mapping[str, Scores] | None = None,
    comparison: Comparison | None = None,
) -> dict[str, Any]:
    """What `viborder.eval.show.report.write` embeds. Raises ViborderError as `viborder.eval.score` does."""
    answers = {name: with_unread(gold, pred) for name, pred in systems.items()}
    documents = [document.with_spans(set(document.spans)) for document in gold]
    records = {name: error_records(documents, pred) for name, pred in answers.items()}
    told = _traced(documents, [record for some in records.values() for record in some])
    return {
        "title": title,
        "note": note,
        "notes": _notes(next(iter(scores.values())) if scores else None, len(gold)),
        "labels": _labels([gold, *answers.values()]),
        "kinds": list(KINDS),
        "documents": [{"id": d.id, "text": d.text, "meta": _meta(d), "gold": _ranges(d.spans)} for d in documents],
        "systems": [
            _system(name, documents, pred, records[name], told, folds, train, (scores or {}).get(name))
            for name, pred in answers.items()
        ],
        "comparison": (comparison or compare(gold, answers)).as_json() if len(answers) > 1 else None,
        "leakage": _leakage(gold, train, folds) if train is not None else None,
        "suspects": _suspects(gold, answers, list(records.values())),
        "curve": {name: [dict(point) for point in points] for name, points in curve.items()} if curve else None,
    }


def _notes(scores: Scores | None, documents: int) -> list[str]:
    rows, unit = (len(scores.ids), scores.unit) if scores else (documents, "document")
    drawn = f"Bars are {LEVEL:.0%} bootstrap intervals over {rows} {unit}s, {RESAMPLES:,} resamples."
    return [*([drawn] if rows > 1 else []), *(f"{said[0].upper()}{said[1:]}." for said in caution(rows, unit))]


def with_unread(gold: Sequence[Document], pred: Sequence[Document]) -> list[Document]:
    """Predictions for every gold document: one that the system never saw is empty, and said to be unread from end to
    end.
    """
    have = {document.id for document in pred}
    empty = [Document(d.id, d.text, meta={"unread": [[0, len(d.text)]]}) for d in gold if d.id not in have]
    return [*pred, *empty]


def _labels(sides: Iterable[Sequence[Document]]) -> list[dict[str, str]]:
    used = {span.label for documents in sides for document in documents for span in document.spans}
    known = [label for label in known_labels() if label.name in used]
    spare = [name for name in sorted(used) if name not in {label.name for label in known}]
    found = [
        {"name": label.name, "colour": label.colour, "description": label.description.get("en", "")} for label in known
    ]
    found += [
        {"name": n, "colour": SPARE_COLOURS[(i + len(known)) % len(SPARE_COLOURS)], "description": ""}
        for i, n in enumerate(spare)
    ]
    return found


def _meta(document: Document) -> str:
    return " · ".join(str(document.meta[key]) for key in ("outlet", "date", "province") if document.meta.get(key))


def _ranges(spans: Iterable[Span]) -> list[list[Any]]:
    return [
        [span.start, span.end, span.label] if span.score is None else [span.start, span.end, span.label, span.score]
        for span in spans
    ]


def _system(
    name: str,
    gold: Sequence[Document],
    pred: Sequence[Document],
    records: Sequence[Record],
    told: Mapping[str, Trace],
    folds: Folds | None,
    train: Sequence[Document] | None,
    scores: Scores | None,
) -> dict[str, Any]:
    by_document, flat = score(gold, pred), score(gold, pred, nested=False)
    nested = scores or by_document
    shown = "outermost spans" if nested.options.get("layers") == "outermost" else "all spans"
    drawn = bootstrap(nested)
    answers = {document.id: document for document in pred}
    predicted = [in_order(set(answers[document.id].spans)) for document in gold]
    return {
        "name": name,
        "signature": nested.signature,
        "overall": _row(
            shown,
            nested.micro(),
            _interval(drawn, nested),
        )
        | {"flat": _row("outermost spans", flat.micro(), _interval(bootstrap(flat), flat))},
        "schemas": [_row(schema, nested.micro(schema), _interval(drawn, nested, schema=schema)) for schema in SCHEMAS],
        "types": [
            _row(label, rates, _interval(drawn, nested, f"type:{label}")) for label, rates in nested.by_type().items()
        ],
        "documents": [_row(identity, rates) for identity, rates in by_document.by_row().items()],
        "folds": _folds(gold, pred, folds),
        "confusion": confusion(records),
        "kinds": kind_counts(records),
        "frequent": most_frequent(records, {document.id: document.text for document in gold}, FREQUENT),
        "slices": {
            name: [{"group": group} | counts.as_dict() for group, counts in rows.items()]
            for name, rows in slices(gold, records, train, folds).items()
            if name not in ("label", "document")
        },
        "pred": [_ranges(spans) for spans in predicted],
        "records": _records(gold, predicted, records, told),
    }


def _row(name: str, rates: Rates, interval: Interval | None = None) -> dict[str, Any]:
    """A line of a table; no score where there is nothing on either side."""
    low, high = interval or (None, None)
    scores = (
        {"p": rates.precision, "r": rates.recall, "f1": rates.f1}
        if rates.gold + rates.pred
        else dict.fromkeys(("p", "r", "f1"))
    )
    scores |= {"low": low, "high": high}
    return {"name": name, **scores, "gold": rates.gold, "pred": rates.pred}


def _interval(drawn: Intervals, result: Scores, name: str = "overall", schema: str = "strict") -> Interval | None:
    """The interval of an F1; None where there is one document alone, or no resample in which the score is defined."""
    low, high = drawn.f1(name, schema)
    return None if len(result.ids) < 2 or math.isnan(low) else (low, high)


def _folds(gold: Sequence[Document], pred: Sequence[Document], folds: Folds | None) -> list[dict[str, Any]]:
    """Scores by fold; nothing where each document is a fold of its own, since the documents say it already."""
    groups = Counter(str(folds[document.id]) for document in gold if document.id in folds) if folds else Counter[str]()
    if not folds or max(groups.values(), default=1) == 1:
        return []
    rows = []
    for fold in sorted(groups):
        own = {document.id for document in gold if str(folds.get(document.id)) == fold}
        result: Scores = score([d for d in gold if d.id in own], [d for d in pred if d.id in own])
        rows.append(_row(fold, result.micro()))
    return rows


def _traced(gold: Sequence[Document], records: Sequence[Record]) -> dict[str, Trace]:
    """What the grammar did in each document where a system missed a span."""
    from viborder.grammar.explain import traced

    missed = {record.document for record in records if is_missed(record)}
    return {document.id: traced(document.text) for document in gold if document.id in missed}


def _records(
    gold: Sequence[Document], predicted: Sequence[Sequence[Span]], records: Sequence[Record], told: Mapping[str, Trace]
) -> list[dict[str, Any]]:
    """Errors with the places of their spans in the lists of the document, and what came near those that were missed."""
    row = {document.id: index for index, document in enumerate(gold)}
    gold_place = [{span: index for index, span in enumerate(document.spans)} for document in gold]
    pred_place = [{span: index for index, span in enumerate(spans)} for spans in predicted]
    return [
        {
            "doc": (at := row[record.document]),
            "kind": record.kind,
            "border": record.border if record.kind in ("boundary", "type_boundary") else "",
            "gold": [gold_place[at][span] for span in record.gold],
            "pred": [pred_place[at][span] for span in record.pred],
            "near": near(record.gold[0], told[record.document]) if is_missed(record) else [],
        }
        for record in records
        if record.kind != "correct"
    ]


def _leakage(gold: Sequence[Document], train: Sequence[Document], folds: Folds | None) -> dict[str, Any]:
    """Leakage between each document and what its model was trained on, summed."""
    total: dict[str, Any] = {"sentences": 0, "verbatim": 0, "near": 0, "twins": [], "mentions": {}}
    for document in gold:
        fold = folds.get(document.id) if folds else None
        others = [d for d in train if d.id != document.id and (fold is None or not folds or folds.get(d.id) != fold)]
        found = leakage(others, [document]).as_dict()
        total["sentences"] += found["sentences"]
        total["verbatim"] += found["verbatim_sentences"]
        total["near"] += found["near_twin_sentences"]
        total["twins"] += found["sentence_twins"]
        for label, counts in found["mentions"].items():
            own = total["mentions"].setdefault(label, Counter())
            own.update(counts)
    total["twins"] = sorted(total["twins"], key=lambda twin: -twin["jaccard"])[:TWINS]
    return total


def _suspects(
    gold: Sequence[Document], answers: Systems, records: Sequence[Sequence[Record]]
) -> list[dict[str, Any]] | None:
    """Suspected label errors, or None where the predictions bear no scores."""
    try:
        found = suspects(gold, answers, records)
    except ViborderError as error:
        if any(problem.rule != "score-missing" for problem in error.problems):
            raise
        return None
    texts = {document.id: document.text for document in gold}
    return [suspect.as_dict(texts[suspect.record.document]) for suspect in found[:SUSPECTED]]
