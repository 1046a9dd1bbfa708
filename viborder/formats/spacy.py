"""spaCy's DocBin (`.spacy`): `doc.ents` holds the outermost spans, `doc.spans["sc"]` all, `doc.spans["private"]`
private persons.

Tokens are Viborder's, split where a span begins or ends inside one, with white space as spaCy has it, so the text is
whole. Ids and metadata are in `doc.user_data`, scores in the span group's attributes. Needs the extra `convert`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.document import PRIVATE, Document, Span, outermost
from viborder.errors import fail
from viborder.files import new_file
from viborder.formats.fit import cells, named, trimmed, with_layers

GROUP, HIDDEN = "sc", "private"  # `sc` is where spaCy's span categoriser looks


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a DocBin; spans from the group `sc`, or, where it is missing or empty, from `doc.ents`.

    Raises ViborderError `docbin-broken`.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        docs = list(DocBin().from_disk(path).get_docs(Vocab()))
    except Exception as error:  # spaCy raises what zlib, msgpack and itself happen to raise
        raise fail(path, "docbin-broken", f"not a DocBin: {error!r:.80}", "write it with `DocBin.to_disk`") from None
    return [_document(doc, f"{path.stem}-{number:05d}", lost) for number, doc in enumerate(docs)]


def _document(doc: Any, name: str, lost: Counter[str]) -> Document:
    group = doc.spans.get(GROUP)
    scores = list(group.attrs.get("scores", ())) if group is not None else []
    chosen = list(group) if group is not None and len(group) else list(doc.ents)
    spans = [
        Span(span.start_char, span.end_char, span.label_, score)
        for span, score in zip(chosen, scores if len(scores) == len(chosen) else [None] * len(chosen), strict=True)
    ]
    there = {(span.start, span.end, span.label) for span in spans}
    further = [ent for ent in doc.ents if (ent.start_char, ent.end_char, ent.label_) not in there]
    lost["entities of doc.ents beside the group sc"] += len(further)
    hidden = [Span(span.start_char, span.end_char, PRIVATE) for span in doc.spans.get(HIDDEN, ())]
    for key, others in doc.spans.items():
        lost[f"spans of the group {key}"] += len(others) if key not in (GROUP, HIDDEN) else 0
    meta = doc.user_data.get("meta")
    return with_layers(
        named(doc.user_data, ("id",), name), doc.text, [*spans, *hidden], meta if isinstance(meta, dict) else {}
    )


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write a DocBin. White space at the ends of spans is cut, since spaCy's spans are made of tokens."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab, bin_ = Vocab(), DocBin(store_user_data=True)
    for document in documents:
        bin_.add(_doc(document, vocab, lost))
    with new_file(path) as file:
        file.buffer.write(bin_.to_bytes())  # type: ignore[attr-defined]


def _doc(document: Document, vocab: Any, lost: Counter[str]) -> Any:
    from spacy.tokens import Doc, SpanGroup

    spans, hidden = trimmed(document, document.spans, lost), trimmed(document, document.private, lost)
    ranges = cells(document.text, [*spans, *hidden])
    words = [document.text[start:end] for start, end, _ in ranges]
    doc: Any = Doc(vocab, words=words, spaces=[blank for _, _, blank in ranges])
    doc.user_data |= {"id": document.id, "meta": dict(document.meta)}
    doc.spans[GROUP] = SpanGroup(doc, name=GROUP, spans=_own(doc, spans))
    if any(span.score is not None for span in spans):
        doc.spans[GROUP].attrs["scores"] = [span.score for span in spans]
    doc.spans[HIDDEN] = SpanGroup(doc, name=HIDDEN, spans=_own(doc, hidden))
    if not any(a.crosses(b) for a in spans for b in spans):
        doc.set_ents(_own(doc, outermost(spans)))
    return doc


def _own(doc: Any, spans: Iterable[Span]) -> list[Any]:
    return [doc.char_span(span.start, span.end, span.label) for span in spans]
