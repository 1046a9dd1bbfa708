"""All that can be wrong with annotated documents, found at once.

Rules: besides those of reading (`json-broken`, `id-twice`, `span-outside-text`, `span-text-differs`, …, see
`viborder.formats.jsonl`) `text-not-nfc`, `text-carriage-return`, `label-unknown`, `span-twice`, `span-crosses-span`,
`span-blank-ends`, `span-splits-token`, `span-crosses-sentence`, `private-overlaps-span`, `document-unknown`,
`text-differs` and the warning `marked-here-not-there`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

from viborder.document import PRIVATE, Document, Span, in_order
from viborder.errors import Problem, place
from viborder.formats import jsonl
from viborder.labels import entity_types
from viborder.text import sentences, token_range, tokenize

Surfaces = dict[tuple[str, ...], tuple[Span, str]]


def check(files: list[Path], corpus: Path | None) -> tuple[list[Problem], int, int]:
    """(problems, number of documents, number of spans) of annotation files, held against the corpus where one is given.

    Files are read one document at a time; what is kept of a document is its id and a hash of its text.
    """
    problems: list[Problem] = []
    documents = spans = 0
    texts: dict[str, bytes] = {}
    if corpus is not None:
        for where, document in jsonl.scan(corpus, problems):
            texts[document.id] = _digest(document.text)
            problems.extend(check_document(document, where))
    types = entity_types()
    for path in files:
        surfaces: Surfaces = {}
        for where, document in jsonl.scan(path, problems):
            documents += 1
            spans += len(document.spans)
            if corpus is not None:
                problems.extend(_against_corpus(document, where, texts, corpus))
            problems.extend(check_document(document, where, types))
            _remember(document, where, surfaces)
        for where, document in jsonl.scan(path, []):
            problems.extend(_unmarked(document, where, surfaces))
    return problems, documents, spans


def check_document(document: Document, where: str, types: Collection[str] | None = None) -> Iterator[Problem]:
    """What is wrong inside one document. `types`: the entity types allowed; any are where None."""
    text = document.text
    if not unicodedata.is_normalized("NFC", text):
        at = next(i for i, (a, b) in enumerate(zip(text, unicodedata.normalize("NFC", text), strict=False)) if a != b)
        yield Problem(
            place(where, document.id, at, at + 1),
            "text-not-nfc",
            "the text is not in NFC",
            "`viborder collect` normalises it",
        )
    if "\r\n" in text:
        at = text.index("\r\n")
        yield Problem(
            place(where, document.id, at, at + 2),
            "text-carriage-return",
            "a line ends with CR LF",
            "`viborder collect` mends it",
        )
    tokens, breaks = tokenize(text), [start for start, _ in sentences(text)]
    for span in (*document.spans, *document.private):
        yield from _check_span(document, span, where, tokens, breaks)
        if types is not None and span.label not in types and span.label != PRIVATE:
            yield _problem(
                document, span, where, "label-unknown", f"no entity type {span.label!r}", f"one of {', '.join(types)}"
            )
    for span in document.spans:
        if span.label == PRIVATE:
            yield _problem(
                document, span, where, "label-unknown", "PRIVATE is no entity type", "private persons go into `private`"
            )
        for private in document.private:
            if span.overlaps(private):
                said = f"overlaps the {span.label} at [{span.start}:{span.end}]"
                yield _problem(document, private, where, "private-overlaps-span", said, "a private person is no entity")
    yield from _crossings(document, where)


def _check_span(
    document: Document, span: Span, where: str, tokens: list[tuple[int, int]], breaks: list[int]
) -> Iterator[Problem]:
    marked = document.slice(span)
    if marked != marked.strip():
        yield _problem(document, span, where, "span-blank-ends", "white space at an end", "begin and end at a word")
    elif token_range(tokens, span.start, span.end) is None:
        yield _problem(
            document,
            span,
            where,
            "span-splits-token",
            "a border lies inside a token",
            "mark whole syllables and numbers",
        )
    elif bisect_right(breaks, span.start) != bisect_right(breaks, span.end - 1):
        yield _problem(
            document, span, where, "span-crosses-sentence", "a sentence ends inside it", "one span a sentence"
        )


def _crossings(document: Document, where: str) -> Iterator[Problem]:
    open_spans: list[Span] = []
    for span in in_order(document.spans):
        open_spans = [other for other in open_spans if other.end > span.start]
        for other in open_spans:
            said = f"the {other.label} at [{other.start}:{other.end}]"
            if other == span:
                yield _problem(document, span, where, "span-twice", f"stands twice as {span.label}", "remove one")
            elif other.crosses(span):
                yield _problem(
                    document,
                    span,
                    where,
                    "span-crosses-span",
                    f"crosses {said}",
                    "nest one inside the other, or part them",
                )
        open_spans.append(span)


def _against_corpus(document: Document, where: str, texts: dict[str, bytes], corpus: Path) -> Iterator[Problem]:
    if document.id not in texts:
        yield Problem(
            place(where, document.id),
            "document-unknown",
            f"no such document in {corpus}",
            "`viborder collect` it first",
        )
    elif texts[document.id] != _digest(document.text):
        hint = "annotate the text that the corpus has"
        yield Problem(place(where, document.id), "text-differs", f"{corpus} has another text for it", hint)


def _remember(document: Document, where: str, surfaces: Surfaces) -> None:
    """Keep the first place of every marked string, as its tokens; amounts are left out, since a bare number often
    means something else.
    """
    for span in document.spans:
        if span.label != "QUANTITY":
            marked = document.slice(span)
            key = tuple(marked[start:end] for start, end in tokenize(marked))
            surfaces.setdefault(key, (span, place(where, document.id, span.start, span.end)))


def _unmarked(document: Document, where: str, surfaces: Surfaces) -> Iterator[Problem]:
    """A warning, once a string, where a string that is marked elsewhere in the file stands outside every span."""
    tokens = tokenize(document.text)
    words = [document.text[start:end] for start, end in tokens]
    heads: dict[str, int] = {}
    for key in surfaces:
        heads[key[0]] = max(heads.get(key[0], 0), len(key))
    covered = (*document.spans, *document.private)
    told: set[tuple[str, ...]] = set()
    for index, word in enumerate(words):
        for length in range(heads.get(word, 0), 0, -1):
            key = tuple(words[index : index + length])
            if key not in surfaces or len(key) != length:
                continue
            start, end = tokens[index][0], tokens[index + length - 1][1]
            if key not in told and not any(span.start < end and start < span.end for span in covered):
                told.add(key)
                span, elsewhere = surfaces[key]
                said = f"not marked here, but {span.label} at {elsewhere}"
                at = place(where, document.id, start, end, document.text[start:end])
                yield Problem(
                    at,
                    "marked-here-not-there",
                    said,
                    "mark both or neither, unless the scheme tells them apart",
                    "warning",
                )
            break


def _problem(document: Document, span: Span, where: str, rule: str, message: str, hint: str) -> Problem:
    return Problem(place(where, document.id, span.start, span.end, document.slice(span)), rule, message, hint)


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
