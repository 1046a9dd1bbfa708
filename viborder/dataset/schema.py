"""The fixed schema of the package: what a row of each config is. Offsets are half-open code points into the document's text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from viborder.document import Document, by_depth, outermost
from viborder.labels import entity_types
from viborder.tags import to_iob2
from viborder.text import sentences, tokenize

META = ("outlet", "date", "province", "partner_country", "source", "licence", "collected")
FOLDS = 5
Row = dict[str, Any]


def class_names() -> list[str]:
    """The classes of `ner_tags`, in order: O, then B- and I- of each entity type."""
    return ["O", *(f"{prefix}-{name}" for name in entity_types() for prefix in "BI")]


def features(config: str) -> Any:
    """The `datasets.Features` of `documents`, `sentences` (the folds' too) or `passes`."""
    from datasets import ClassLabel, Features, List, Value

    string, number = Value("string"), Value("int32")
    span = {"start": number, "end": number, "label": string, "text": string, "depth": number}
    if config == "documents":
        amount = {"start": number, "end": number, "value": Value("float64"), "unit": string, "approximate": Value("bool")}
        meta = dict.fromkeys(META, string)
        return Features(
            {"id": string, "text": string, "sha256": string, "spans": List(span), "quantities": List(amount), "fold": number, **meta}
        )
    if config == "passes":
        return Features({"document_id": string, "annotator": string, "spans": List(span)})
    return Features(
        {
            "id": string,
            "document_id": string,
            "tokens": List(string),
            "ner_tags": List(ClassLabel(names=class_names())),
            "starts": List(number),
            "ends": List(number),
        }
    )


def document_row(document: Document, fold: int) -> Row:
    """A row of `documents`. `sha256` is that of the text in UTF-8; `fold` the fold that tests on it."""
    meta = {name: document.meta.get(name) for name in META}
    digest = sha256(document.text.encode()).hexdigest()
    return {
        "id": document.id,
        "text": document.text,
        "sha256": digest,
        "spans": span_records(document),
        "quantities": quantity_records(document),
        "fold": fold,
        **meta,
    }


def span_records(document: Document) -> list[Row]:
    """Nested spans in reading order; `depth` 0 is an outermost span."""
    depths = {id(span): depth for depth, layer in enumerate(by_depth(document.spans)) for span in layer}
    return [
        {"start": span.start, "end": span.end, "label": span.label, "text": document.slice(span), "depth": depths[id(span)]}
        for span in document.spans
    ]


def quantity_records(document: Document) -> list[Row]:
    """The value, unit and approximation of each QUANTITY."""
    return []


def sentence_rows(document: Document) -> Iterator[Row]:
    """The rows of `sentences`: one a sentence, tags of the outermost spans, offsets of each token into the document's text."""
    text = document.text
    tokens = tokenize(text)
    tags = to_iob2(tokens, outermost(document.spans))
    number = {name: index for index, name in enumerate(class_names())}
    for count, (start, end) in enumerate(sentences(text)):
        first, last = bisect_left(tokens, (start, 0)), bisect_left(tokens, (end, 0))
        yield {
            "id": f"{document.id}-{count:03d}",
            "document_id": document.id,
            "tokens": [text[a:b] for a, b in tokens[first:last]],
            "ner_tags": [number[tag] for tag in tags[first:last]],
            "starts": [a for a, _ in tokens[first:last]],
            "ends": [b for _, b in tokens[first:last]],
        }
