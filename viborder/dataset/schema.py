"""The fixed schema of the package: what a row of each config is.

Offsets are half-open code points into the document's text.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from viborder.document import Document, Span, by_depth
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


def columns(config: str, text: bool = True) -> dict[str, Any]:
    """The columns of `documents`, `passes`, `synthetic` or `sentences` (the folds' too), as `datasets` describes them in
    JSON. Written out here, since its import takes 80 MB.

    `text`: whether the package holds the texts.
    """
    text = text or config == "synthetic"  # made-up texts are the project's own
    span = {"start": _NUMBER, "end": _NUMBER, "label": _STRING, "depth": _NUMBER} | ({"text": _STRING} if text else {})
    if config == "passes":
        return {"document_id": _STRING, "annotator": _STRING, "spans": _list(span)}
    if config == "synthetic":
        return {"id": _STRING, "text": _STRING, "spans": _list(span), **dict.fromkeys(MADE_UP, _STRING)}
    if config == "documents":
        amount = {
            "start": _NUMBER,
            "end": _NUMBER,
            "value": _value("float64"),
            "upper": _value("float64"),
            "unit": _STRING,
            "approximate": _value("bool"),
        }
        hidden = {"start": _NUMBER, "end": _NUMBER}
        own: dict[str, Any] = {"text": _STRING, "quantities": _list(amount)}
        if not text:
            own = {"characters": _NUMBER, "private": _list(hidden), "hidden": _list(hidden)}
        known = dict.fromkeys(META, _STRING)
        return {"id": _STRING, "sha256": _STRING, "spans": _list(span), **own, "fold": _NUMBER, **known}
    return {
        "id": _STRING,
        "document_id": _STRING,
        "tokens": _list(_STRING),
        "ner_tags": _list({"names": class_names(), "_type": "ClassLabel"}),
        "starts": _list(_NUMBER),
        "ends": _list(_NUMBER),
    }


@cache
def _numbers() -> dict[str, int]:
    """The number of each class of `ner_tags`."""
    return {name: number for number, name in enumerate(class_names())}


def _value(dtype: str) -> Row:
    return {"dtype": dtype, "_type": "Value"}


def _list(inner: Row) -> Row:
    return {"feature": inner, "_type": "List"}


_STRING, _NUMBER = _value("string"), _value("int32")
_KINDS = {"string": "string", "int32": "int32", "float64": "float64", "bool": "bool_"}  # functions of pyarrow


def arrow_schema(config: str, text: bool = True) -> Any:
    """The columns as the schema of a Parquet file, with their description, which `datasets` reads there."""
    import pyarrow

    described = columns(config, text)
    known = json.dumps({"info": {"features": described}})
    fields = [(name, _arrow(column)) for name, column in described.items()]
    return pyarrow.schema(fields, metadata={"huggingface": known})


def _arrow(column: Row) -> Any:
    import pyarrow

    kind = column.get("_type")
    if kind == "List":
        return pyarrow.list_(_arrow(column["feature"]))
    if kind is None:
        return pyarrow.struct([(name, _arrow(part)) for name, part in column.items()])
    return pyarrow.int64() if kind == "ClassLabel" else getattr(pyarrow, _KINDS[column["dtype"]])()


def yaml_columns(config: str, text: bool = True) -> list[Row]:
    """The columns as the head of a card lists them."""
    return [{"name": name} | _yaml(column) for name, column in columns(config, text).items()]


def _yaml(column: Row) -> Row:
    if column["_type"] == "Value":
        return {"dtype": column["dtype"]}
    inner = column["feature"]
    if "_type" not in inner:
        return {"list": [{"name": name} | _yaml(part) for name, part in inner.items()]}
    if inner["_type"] == "ClassLabel":
        return {"list": {"class_label": {"names": {str(number): name for number, name in enumerate(inner["names"])}}}}
    return {"list": inner["dtype"]}


def document_row(document: Document, fold: int, text: bool, hidden: Sequence[Range], layers: list[list[Span]]) -> Row:
    """A row of `documents`. `sha256`: of the text in UTF-8. `fold`: the one that tests on it.

    Without texts, the text's length and the places of private persons take its place, so that whoever has the text can
    hide them; `hidden` are all the ranges that tell who they are, and the hash is that of the text without them.
    layers: `by_depth` of the spans.
    """
    row: Row = {
        "id": document.id,
        "sha256": text_hash(document.text, hidden),
        "spans": span_records(document, text, layers),
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
    return {
        "document_id": document.id,
        "annotator": annotator,
        "spans": span_records(document, text, by_depth(document.spans)),
    }


def synthetic_row(document: Document) -> Row:
    """A row of `synthetic`: a made-up text with its spans."""
    row = {"id": document.id, "text": document.text, "spans": span_records(document, True, by_depth(document.spans))}
    return row | {name: document.meta.get(name) for name in MADE_UP}


def span_records(document: Document, text: bool, layers: list[list[Span]]) -> list[Row]:
    """Nested spans in reading order; `depth` 0 is an outermost span. layers: `by_depth` of them."""
    depths = {id(span): depth for depth, layer in enumerate(layers) for span in layer}
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


def sentence_rows(
    document: Document, tokens: list[Range], bounds: list[Range], layers: list[list[Span]]
) -> Iterator[Row]:
    """The rows of `sentences`: one a sentence, tags of the outermost spans, offsets of each token into the
    document's text. layers: `by_depth` of the spans.
    """
    text, number = document.text, _numbers()
    tags = [number[tag] for tag in to_iob2(tokens, layers[0] if layers else [])]
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    for count, (start, end) in enumerate(bounds):
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        yield {
            "id": f"{document.id}-{count:03d}",
            "document_id": document.id,
            "tokens": [text[start:end] for start, end in tokens[first:last]],
            "ner_tags": tags[first:last],
            "starts": starts[first:last],
            "ends": ends[first:last],
        }
