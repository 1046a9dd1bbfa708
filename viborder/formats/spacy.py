"""spaCy's DocBin (`.spacy`): `doc.ents` holds the outermost spans, `doc.spans["sc"]` all, `doc.spans["private"]`
private persons.

Tokens are Viborder's, split where a span begins or ends inside one, with white space as spaCy has it, so the text is
whole. Ids and metadata are in `doc.user_data`, scores in the span group's attributes. Needs the extra `convert`.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from viborder.document import PRIVATE, Document, Span, outermost
from viborder.errors import Problem, ViborderError, fail, place
from viborder.files import new_file, read_whole, stem
from viborder.formats.fit import cells, checked_span, named, sound, trimmed, with_layers, without_crossings

UNPACKED = 1 << 26  # bytes that any file may unpack to
RATIO = 60  # how many times its size a larger one may unpack to; real ones are below 20
GROUP, HIDDEN = "sc", "private"  # `sc` is where spaCy's span categoriser looks


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a DocBin; spans from the group `sc`, or, where it is missing or empty, from `doc.ents`.

    A document whose own part is broken costs itself alone; the file is packed as one, so that a damaged packing costs
    all. Raises ViborderError `docbin-broken`, `docbin-too-large`, and of spans.
    """
    from spacy.tokens import DocBin

    data = read_whole(path)
    try:
        _bounded(data, path)
        whole = DocBin().from_bytes(data)
    except ViborderError:
        raise
    except Exception as error:  # spaCy raises what zlib, msgpack and itself happen to raise
        said = f"not a DocBin, or damaged, and it is packed as one, so that no document can be read: {error!r:.80}"
        raise fail(path, "docbin-broken", said, "write it with `DocBin.to_disk`") from None
    problems: list[Problem] = []
    return sound(_documents(whole, path, lost, problems), problems)


def _documents(whole: Any, path: Path, lost: Counter[str], problems: list[Problem]) -> Iterator[Document | None]:
    from spacy.vocab import Vocab

    vocab = Vocab()
    for number in range(len(whole.tokens)):
        here = f"{path} document {number}"
        try:
            (doc,) = _part(whole, number).get_docs(vocab)
            yield _document(doc, f"{stem(path)}-{number:05d}", here, lost, problems)
        except Exception as error:  # as above
            said = f"not a document of spaCy's: {error!r:.80}"
            problems.append(Problem(here, "docbin-broken", said, "write it with `DocBin.to_disk`"))
            yield None


def _part(whole: Any, number: int) -> Any:
    """A DocBin of one document of another, whose strings come with the first."""
    from spacy.tokens import DocBin

    part = DocBin()
    part.attrs, part.strings = whole.attrs, set() if number else whole.strings
    for name in ("tokens", "spaces", "cats", "span_groups", "flags", "user_data"):
        setattr(part, name, getattr(whole, name)[number : number + 1])
    return part


def _bounded(data: bytes, path: Path) -> None:
    """Refuse what would unpack to far more than any DocBin: it is unpacked a piece at a time, and nothing is kept."""
    most = max(UNPACKED, RATIO * len(data))
    unpacking, size, packed = zlib.decompressobj(), 0, data
    while packed and size <= most:
        size += len(unpacking.decompress(packed, 1 << 20))
        packed = unpacking.unconsumed_tail
    if size > most:
        said = f"{len(data):,} bytes unpack to more than {most:,}"
        raise fail(path, "docbin-too-large", said, "write it again with `DocBin.to_disk`, in parts if it is so large")


def _document(doc: Any, name: str, where: str, lost: Counter[str], problems: list[Problem]) -> Document:
    group = doc.spans.get(GROUP)
    scores = list(group.attrs.get("scores", ())) if group is not None else []
    chosen = list(group) if group is not None and len(group) else list(doc.ents)
    where = place(where, identity := named(doc.user_data, ("id",), name))
    text = doc.text  # which spaCy joins anew at each call
    spans = [
        checked_span(span.start_char, span.end_char, span.label_, text, where, problems, score=score)
        for span, score in zip(chosen, scores if len(scores) == len(chosen) else [None] * len(chosen), strict=True)
    ]
    there = {(span.start_char, span.end_char, span.label_) for span in chosen}
    further = [ent for ent in doc.ents if (ent.start_char, ent.end_char, ent.label_) not in there]
    lost["entities of doc.ents beside the group sc"] += len(further)
    hidden = [Span(span.start_char, span.end_char, PRIVATE) for span in doc.spans.get(HIDDEN, ())]
    for key, others in doc.spans.items():
        lost[f"spans of the group {key}"] += len(others) if key not in (GROUP, HIDDEN) else 0
    meta = doc.user_data.get("meta")
    return with_layers(identity, text, [*spans, *hidden], meta if isinstance(meta, dict) else {})


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
    from spacy.tokens import Span as Chosen

    spans, hidden = trimmed(document, document.spans, lost), trimmed(document, document.private, lost)
    ranges = cells(document.text, [*spans, *hidden])
    words = [document.text[start:end] for start, end, _ in ranges]
    first = {start: number for number, (start, _, _) in enumerate(ranges)}
    after = {end: number + 1 for number, (_, end, _) in enumerate(ranges)}
    doc: Any = Doc(vocab, words=words, spaces=[blank for _, _, blank in ranges])

    def own(chosen: Iterable[Span]) -> list[Any]:
        return [Chosen(doc, first[span.start], after[span.end], label=span.label) for span in chosen]

    doc.user_data |= {"id": document.id, "meta": dict(document.meta)}
    doc.spans[GROUP] = SpanGroup(doc, name=GROUP, spans=own(spans))
    if any(span.score is not None for span in spans):
        doc.spans[GROUP].attrs["scores"] = [span.score for span in spans]
    doc.spans[HIDDEN] = SpanGroup(doc, name=HIDDEN, spans=own(hidden))
    if len(without_crossings(spans)) == len(spans):
        doc.set_ents(own(outermost(spans)))
    return doc
