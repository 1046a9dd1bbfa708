"""The fixed schema of the package: what a row of each config is.

Offsets are half-open code points into the document's text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from viborder.document import Document, by_depth, outermost
from viborder.labels import entity_types
from viborder.quantity import Amount, parse
from viborder.tags import to_iob2
from viborder.text import Range

META = ("outlet", "date", "province", "partner_country", "source", "licence")
MADE_UP = ("register", "era", "form")  # what is known of a made-up text
FOLDS = 5
Row = dict[str, Any]


def class_names() -> list[str]:
    """The classes of `ner_tags`, in order: O, then B- and I- of each entity type."""
    return ["O", *(f"{prefix}-{name}" for name in entity_types() for prefix in "BI")]


def features(config: str, text: bool = True) -> Any:
    """The `datasets.Features` of `documents`, `passes`, `synthetic` or `sentences` (the folds' too).

    `text`: whether the package holds the texts.
    """
    from datasets import ClassLabel, Features, List, Value

    string, number = Value("string"), Value("int32")
    text = text or config == "synthetic"  # made-up texts are the project's own
    span = {"start": number, "end": number, "label": string, "depth": number} | ({"text": string} if text else {})
    if config == "passes":
        return Features({"document_id": string, "annotator": string, "spans": List(span)})
    if config == "synthetic":
        return Features({"id": string, "text": string, "spans": List(span), **dict.fromkeys(MADE_UP, string)})
    if config == "documents":
        amount = {
            "start": number,
            "end": number,
            "value": Value("float64"),
            "upper": Value("float64"),
            "unit": string,
            "approximate": Value("bool"),
        }
        hidden = {"start": number, "end": number}
        own: dict[str, Any] = {"text": string, "quantities": List(amount)}
        if not text:
            own = {"characters": number, "private": List(hidden), "hidden": List(hidden)}
        return Features(
            {"id": string, "sha256": string, "spans": List(span), **own, "fold": number, **dict.fromkeys(META, string)}
        )
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


def document_row(document: Document, fold: int, text: bool = True, hidden: Sequence[Range] = ()) -> Row:
    """A row of `documents`. `sha256`: of the text in UTF-8. `fold`: the one that tests on it.

    Without texts, the text's length and the places of private persons take its place, so that whoever has the text can
    hide them; `hidden` are all the ranges that tell who they are, and the hash is that of the text without them.
    """
    row: Row = {
        "id": document.id,
        "sha256": text_hash(document.text, hidden),
        "spans": span_records(document, text),
        "fold": fold,
    }
    if text:
        row |= {"text": document.text, "quantities": quantity_records(document)}
    else:
        row["characters"] = len(document.text)
        row["private"] = [{"start": span.start, "end": span.end} for span in document.private]
        row["hidden"] = [{"start": start, "end": end} for start, end in hidden]
    return row | {name: document.meta.get(name) for name in META}


def text_hash(text: str, hidden: Sequence[Range] = ()) -> str:
    """The SHA-256 of a text in which `[…]` stands for each of the hidden ranges (in order, apart): whoever tries names
    against it learns nothing.
    """
    at, digest = 0, sha256()
    for start, end in hidden:
        digest.update(f"{text[at:start]}[…]".encode())
        at = end
    digest.update(text[at:].encode())
    return digest.hexdigest()


def pass_row(document: Document, annotator: str, text: bool = True) -> Row:
    """A row of `passes`: what one annotator marked in a document."""
    return {"document_id": document.id, "annotator": annotator, "spans": span_records(document, text)}


def synthetic_row(document: Document) -> Row:
    """A row of `synthetic`: a made-up text with its spans."""
    row = {"id": document.id, "text": document.text, "spans": span_records(document, True)}
    return row | {name: document.meta.get(name) for name in MADE_UP}


def span_records(document: Document, text: bool) -> list[Row]:
    """Nested spans in reading order; `depth` 0 is an outermost span."""
    depths = {id(span): depth for depth, layer in enumerate(by_depth(document.spans)) for span in layer}
    return [
        {"start": span.start, "end": span.end, "label": span.label, "depth": depths[id(span)]}
        | ({"text": document.slice(span)} if text else {})
        for span in document.spans
    ]


def quantity_records(document: Document) -> list[Row]:
    """The value (of a range both ends), unit and approximation of each QUANTITY, as `viborder.quantity` reads it."""
    return [
        {"start": span.start, "end": span.end} | _as_floats(parse(document.slice(span)))
        for span in document.spans
        if span.label == "QUANTITY"
    ]


def _as_floats(amount: Amount) -> Row:
    ends = {"value": amount.value, "upper": amount.upper}
    return amount.as_dict() | {name: None if end is None else float(end) for name, end in ends.items()}


def sentence_rows(document: Document, tokens: list[Range], bounds: list[Range]) -> Iterator[Row]:
    """The rows of `sentences`: one a sentence, tags of the outermost spans, offsets of each token into the
    document's text.
    """
    text = document.text
    number = {name: index for index, name in enumerate(class_names())}
    tags = [number[tag] for tag in to_iob2(tokens, outermost(document.spans))]
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    for count, (start, end) in enumerate(bounds):
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        yield {
            "id": f"{document.id}-{count:03d}",
            "document_id": document.id,
            "tokens": [text[a:b] for a, b in tokens[first:last]],
            "ner_tags": tags[first:last],
            "starts": starts[first:last],
            "ends": ends[first:last],
        }
