"""What kind of error: every gold and every predicted span is accounted for in exactly one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from viborder.document import Document, Span, by_id, in_order
from viborder.text import Range

# Swapping gold and prediction turns each kind into the one beside it.
SWAPPED = {
    "correct": "correct",
    "boundary": "boundary",  # same label, ranges overlap
    "type": "type",  # same range, another label
    "type_boundary": "type_boundary",  # another label, ranges share at least half of what they cover together
    "merged": "split",  # one prediction over several gold spans of its label
    "split": "merged",  # several predictions inside one gold span of their label
    "missed": "spurious",
    "spurious": "missed",
    "level_lost": "level_added",  # missed, but the span around it or inside it was found
    "level_added": "level_lost",  # spurious, around or inside a prediction that found something
    "unread": "unread",  # gold where the model never saw the text: missed, and counted apart
}
KINDS = tuple(SWAPPED)


@dataclass(frozen=True, slots=True)
class Record:
    """Gold and predicted spans that belong together, and what is wrong between them.

    gold, pred: one span each, except: none where missed or spurious, several where merged or split.
    """

    document: str
    kind: str
    gold: tuple[Span, ...]
    pred: tuple[Span, ...]

    @property
    def start(self) -> int:
        """First code point of all its spans."""
        if len(self.gold) == 1 and self.gold == self.pred:  # by far the most frequent, and the quickest to tell
            return self.gold[0].start
        return min(span.start for span in (*self.gold, *self.pred))

    @property
    def end(self) -> int:
        """End (exclusive) of all its spans, in code points."""
        if len(self.gold) == 1 and self.gold == self.pred:
            return self.gold[0].end
        return max(span.end for span in (*self.gold, *self.pred))

    @property
    def left(self) -> str:
        """`long` where the prediction begins before the gold, `short` where it begins after it, else empty; pairs
        only.
        """
        return _side(self.gold[0].start - self.pred[0].start) if self.gold and self.pred else ""

    @property
    def right(self) -> str:
        """`long` where the prediction ends after the gold, `short` where it ends before it, else empty; pairs only."""
        return _side(self.pred[-1].end - self.gold[-1].end) if self.gold and self.pred else ""

    @property
    def border(self) -> str:
        """Both sides in words: `left long`, `right short`, `left short, right long`; empty where they agree."""
        return ", ".join(f"{name} {side}" for name, side in (("left", self.left), ("right", self.right)) if side)


def _side(surplus: int) -> str:
    return "long" if surplus > 0 else "short" if surplus < 0 else ""


def error_records(
    gold: Sequence[Document], pred: Sequence[Document], unread: Mapping[str, Sequence[tuple[int, int]]] | None = None
) -> list[Record]:
    """A record for every span of both sides, correct ones included, in reading order, document by document as in
    `gold`.

    Gold that the model never saw is missed, and its kind is `unread`: a document without predictions, text beyond the
    end of a prediction's shorter text, spans that touch the ranges `unread[id]` or those of the prediction's
    `meta["unread"]` (half-open code points). Predicted documents that the gold lacks are left out:
    `viborder.eval.score` refuses them.
    """
    predicted = by_id(pred)
    found: list[Record] = []
    for document in gold:
        answer = predicted.get(document.id)
        blind = [] if answer is None else [*(unread or {}).get(document.id, ()), *answer.meta.get("unread", ())]
        seen_to = 0 if answer is None else len(answer.text)
        if seen_to < len(document.text):
            blind.append((seen_to, len(document.text)))
        found += compare_spans(document.id, document.spans, answer.spans if answer else (), blind)
    return found


def compare_spans(
    document: str, gold: Iterable[Span], pred: Iterable[Span], unread: Sequence[Range] = ()
) -> list[Record]:
    """The records of one document.

    Spans may nest and cross; their order does not matter; one that stands twice counts once.
    """
    found: list[Record] = []
    for golds, preds in _clusters(set(gold), set(pred)):
        for record in _compare_cluster(document, golds, preds):
            blind = record.kind in ("missed", "level_lost") and any(
                _touches(record.gold[0], start, end) for start, end in unread
            )
            found.append(Record(document, "unread", record.gold, ()) if blind else record)
    return sorted(found, key=_reading_order)


def _reading_order(record: Record) -> tuple[int, int, str, tuple[Span, ...], tuple[Span, ...]]:
    return record.start, -record.end, record.kind, record.gold, record.pred


def _touches(span: Span, start: int, end: int) -> bool:
    return span.start < end and start < span.end


def _clusters(gold: Iterable[Span], pred: Iterable[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Spans of both sides that hang together by overlaps, so that what follows looks at a few spans at a time."""
    sides: tuple[list[Span], list[Span]] = ([], [])
    end = 0
    for span, side in sorted(
        [(span, 0) for span in gold] + [(span, 1) for span in pred], key=lambda entry: entry[0].start
    ):
        if span.start >= end and (sides[0] or sides[1]):
            yield sides
            sides = ([], [])
        sides[side].append(span)
        end = max(end, span.end)
    if sides[0] or sides[1]:
        yield sides


def _compare_cluster(document: str, gold: list[Span], pred: list[Span]) -> list[Record]:
    if len(gold) == 1 and gold == pred:  # by far the most frequent
        return [Record(document, "correct", (gold[0],), (pred[0],))]
    golds, preds = list(in_order(gold)), list(in_order(pred))
    found = [Record(document, "correct", (g,), (p,)) for g, p in _take_identical(golds, preds)]
    if not golds and not preds:
        return found
    if golds and preds:
        found += [Record(document, kind, g, p) for kind, g, p in _take_joined(golds, preds)]
        found += [Record(document, _pair_kind(g, p), (g,), (p,)) for g, p in _take_best_pairs(golds, preds)]
    hit_gold = [span for record in found for span in record.gold]
    hit_pred = [span for record in found for span in record.pred]
    found += [
        Record(document, "level_lost" if _nests_with(span, hit_gold) else "missed", (span,), ()) for span in golds
    ]
    found += [
        Record(document, "level_added" if _nests_with(span, hit_pred) else "spurious", (), (span,)) for span in preds
    ]
    return found


def _nests_with(span: Span, others: Iterable[Span]) -> bool:
    return any(span.contains(other) or other.contains(span) for other in others)


def _take_identical(golds: list[Span], preds: list[Span]) -> list[tuple[Span, Span]]:
    """Take equal spans out of both lists."""
    answers = {span: span for span in preds}  # equal spans differ in their scores
    pairs = [(span, answers[span]) for span in golds if span in answers]
    _remove(golds, [gold for gold, _ in pairs])
    _remove(preds, [pred for _, pred in pairs])
    return pairs


def _remove(spans: list[Span], taken: Iterable[Span]) -> None:
    if gone := set(taken):
        spans[:] = [span for span in spans if span not in gone]


def _take_joined(golds: list[Span], preds: list[Span]) -> list[tuple[str, tuple[Span, ...], tuple[Span, ...]]]:
    """Take out merged and split spans: one span that covers at least half of each of several of its label, side by
    side.

    After identical spans are taken out, no span is on both sides.
    """
    candidates = [("merged", _parts(span, golds), (span,)) for span in preds] + [
        ("split", (span,), _parts(span, preds)) for span in golds
    ]
    found, used = [], set[Span]()
    for kind, gold, pred in sorted(
        candidates, key=lambda entry: (-len(entry[1]) - len(entry[2]), sorted(entry[1] + entry[2]))
    ):
        if len(gold) + len(pred) > 2 and used.isdisjoint({*gold, *pred}):
            used |= {*gold, *pred}
            found.append((kind, gold, pred))
    _remove(golds, used)
    _remove(preds, used)
    return found


def _parts(whole: Span, others: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of the same label of which `whole` covers at least half, the outermost of nested ones, none overlapping
    the one before.
    """
    parts: list[Span] = []
    for span in in_order(others):
        covered = min(whole.end, span.end) - max(whole.start, span.start)
        if (
            span.label == whole.label
            and 2 * covered >= span.end - span.start
            and not (parts and parts[-1].overlaps(span))
        ):
            parts.append(span)
    return tuple(parts)


def _take_best_pairs(golds: list[Span], preds: list[Span]) -> list[tuple[Span, Span]]:
    """Take out the pairs of overlapping spans with the greatest sum of (1 for the same label + shared part of the
    range).
    """
    if not golds or not preds:
        return []
    pairs = _assign(golds, preds)
    _remove(golds, [gold for gold, _ in pairs])
    _remove(preds, [pred for _, pred in pairs])
    return pairs


def _assign(golds: list[Span], preds: list[Span]) -> list[tuple[Span, Span]]:
    if len(golds) == len(preds) == 1:  # by far the most frequent, and scipy need not be asked
        return [(golds[0], preds[0])] if _affinity(golds[0], preds[0]) else []
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    rank = {span: index for index, span in enumerate(sorted({*golds, *preds}))}
    weight = np.zeros((len(golds), len(preds)))
    for row, gold in enumerate(golds):
        for column, pred in enumerate(preds):
            if affinity := _affinity(
                gold, pred
            ):  # equal sums are decided by reading order, the same way from both sides
                apart = (rank[gold] - rank[pred]) ** 2 + (rank[gold] + rank[pred]) / 100
                weight[row, column] = affinity - 1e-6 * apart / len(rank) ** 2
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return [(golds[row], preds[column]) for row, column in zip(rows, columns, strict=True) if weight[row, column] > 0]


def _affinity(gold: Span, pred: Span) -> float:
    shared = min(gold.end, pred.end) - max(gold.start, pred.start)
    jaccard = max(0, shared) / (max(gold.end, pred.end) - min(gold.start, pred.start))
    if gold.label == pred.label:
        return 1 + jaccard if jaccard else 0.0
    return jaccard if jaccard >= 0.5 else 0.0


def _pair_kind(gold: Span, pred: Span) -> str:
    same_range = (gold.start, gold.end) == (pred.start, pred.end)
    if gold.label == pred.label:
        return "boundary"
    return "type" if same_range else "type_boundary"
