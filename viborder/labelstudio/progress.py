"""Annotation over time: by day and annotator, by label, and how the agreement of pairs develops.

Days are those of this machine's time zone, by when an annotation was first submitted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from statistics import median
from typing import Any

from viborder.document import Document
from viborder.labels import in_order

Passes = Mapping[str, Sequence[Document]]


def by_day(passes: Passes) -> list[dict[str, Any]]:
    """A row a day and annotator: documents, spans, corrections of suggestions, median minutes a document, spans an hour
    (None where no time was measured).
    """
    groups: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for name, documents in passes.items():
        for document in documents:
            groups[day(document), name].append(document)
    rows = []
    for (when, name), documents in sorted(groups.items()):
        minutes = [float(document.meta["annotation"]["minutes"]) for document in documents]
        spans = sum(len(document.spans) + len(document.private) for document in documents)
        fates = sum((Counter(document.meta["annotation"]["suggestions"]) for document in documents), Counter[str]())
        rows.append(
            {
                "day": when,
                "annotator": name,
                "documents": len(documents),
                "spans": spans,
                "corrections": fates["moved"] + fates["relabelled"] + fates["deleted"] + fates["added"],
                "minutes": round(median(minutes), 2),
                "spans_an_hour": round(60 * spans / sum(minutes)) if sum(minutes) else None,
            }
        )
    return rows


def by_label(passes: Passes) -> list[dict[str, Any]]:
    """A row a label: how many spans each annotator marked."""
    counts = {
        name: Counter(span.label for document in documents for span in (*document.spans, *document.private))
        for name, documents in passes.items()
    }
    used = in_order({label for count in counts.values() for label in count})
    return [{"label": label} | {name: counts[name][label] for name in sorted(counts)} for label in used]


def agreement_by_day(passes: Passes) -> list[dict[str, Any]]:
    """A row a day and pair of annotators: F1 over the spans of the documents that both had submitted from that day on,
    2 · same / (spans of one + spans of the other); None where neither marked anything.
    """
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for one, other in combinations(sorted(passes), 2):
        others = {document.id: document for document in passes[other]}
        for document in passes[one]:
            if document.id in others:
                first, second = set(document.spans), set(others[document.id].spans)
                row = counts[max(day(document), day(others[document.id])), one, other]
                row.update(documents=1, same=len(first & second), spans=len(first) + len(second))
    return [
        {
            "day": when,
            "annotators": [one, other],
            "documents": row["documents"],
            "f1": 2 * row["same"] / row["spans"] if row["spans"] else None,
        }
        for (when, one, other), row in sorted(counts.items())
    ]


def day(document: Document) -> str:
    """The day on which an annotation was first submitted, as YYYY-MM-DD."""
    about = document.meta["annotation"]
    moment = str(about.get("created_at") or about["updated_at"])
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d")
