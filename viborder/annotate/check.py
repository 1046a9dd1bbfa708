"""All that can be wrong with annotated documents, found at once.

Rules: those of reading (`json-broken`, `id-twice`, `span-outside-text`, `span-text-differs`, …, see
`viborder.formats.jsonl`), of texts and ids (`viborder.faults`) and of spans (`viborder.annotate.span_rules`), and here
`document-unknown`, `text-differs` and the warnings `marked-here-not-there`,
`private-part-unmarked` and `identifier-unmasked` (see `viborder.annotate.hiding`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from viborder import formats
from viborder.annotate.hiding import unhidden
from viborder.annotate.span_rules import span_problems
from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, place
from viborder.faults import id_faults, text_faults
from viborder.formats import is_format, jsonl
from viborder.labels import entity_types
from viborder.text import Range, cut

MOST_TOKENS = 60  # of a marked string that is sought elsewhere; the longest name of a body has about 25
Surfaces = dict[tuple[str, ...], tuple[Span, str]]


def check(files: list[Path], corpus: Path | None, source_format: str | None = None) -> tuple[list[Problem], int, int]:
    """(problems, number of documents, number of spans) of annotation files, held against the corpus where one is given.

    source_format: of the files, where their endings cannot tell it. JSON Lines are read one document at a time; what is
    kept of a document is its id and a hash of its text.
    """
    problems: list[Problem] = []
    documents = spans = 0
    texts = None if corpus is None else Texts(corpus, problems)
    told: set[str] = set()  # documents whose unhidden parts are told: gold and passes bear the same texts
    for path in files:
        surfaces: Surfaces = {}
        for where, document in checked(path, texts, problems, source_format):
            documents += 1
            spans += len(document.spans)
            if document.id not in told:
                told.add(document.id)
                problems.extend(unhidden(document, where))
            _remember(document, where, surfaces)
        lengths = _lengths(surfaces)
        for where, document in _scan(path, source_format, []) if surfaces else ():
            problems.extend(_unmarked(document, where, surfaces, lengths))
    return problems, documents, spans


class Texts:
    """The texts of a corpus: a hash of each, by its id, and the line on which each stands. What is wrong in the corpus
    goes to `problems`.
    """

    def __init__(self, corpus: Path, problems: list[Problem]) -> None:
        self.corpus = corpus
        self.digests: dict[str, bytes] = {}
        self.lines = array("I")
        for where, document in jsonl.scan(corpus, problems):
            self.lines.append(int(where.rpartition(":")[2]))
            self.digests[document.id] = _digest(document.text)
            problems.extend(check_document(document, where))

    def against(self, document: Document, where: str) -> Iterator[Problem]:
        """What is wrong with a document beside the one that the corpus has: `document-unknown`, `text-differs`."""
        if document.id not in self.digests:
            said, hint = f"no such document in {self.corpus}", "`viborder collect` it first"
            yield Problem(place(where, document.id), "document-unknown", said, hint)
        elif self.digests[document.id] != _digest(document.text):
            said, hint = f"{self.corpus} has another text for it", "annotate the text that the corpus has"
            yield Problem(place(where, document.id), "text-differs", said, hint)


def checked(
    path: Path, texts: Texts | None, problems: list[Problem], source_format: str | None = None
) -> Iterator[tuple[str, Document]]:
    """(place, document) of each document of annotations, when all errors in it and before it are among `problems`."""
    types = entity_types()
    for where, document in _scan(path, source_format, problems):
        if texts is not None:
            problems.extend(texts.against(document, where))
        problems.extend(check_document(document, where, types))
        yield where, document


def _scan(path: Path, source_format: str | None, problems: list[Problem]) -> Iterator[tuple[str, Document]]:
    """(place, document) of a file in any format; what is wrong goes to `problems`."""
    if not path.is_dir() and is_format(path, "jsonl", source_format):
        yield from jsonl.scan(path, problems)
        return
    try:
        yield from ((str(path), document) for document in formats.read(path, source_format))
    except ViborderError as error:
        problems += error.problems


def check_document(document: Document, where: str, types: Collection[str] | None = None) -> Iterator[Problem]:
    """What is wrong inside one document. `types`: the entity types allowed; any are where None."""
    yield from id_faults(document.id, where)
    yield from text_faults(document.text, where, document.id)
    yield from span_problems(document, where, types)


def _remember(document: Document, where: str, surfaces: Surfaces) -> None:
    """Keep the first place of every marked string, as its tokens; amounts are left out, since a bare number often
    means something else, and so is what is longer than any name.
    """
    starts, ends, words = cut(document.text)
    for span in document.spans:
        first, last = bisect_left(starts, span.start), bisect_left(starts, span.end)
        if span.label == "QUANTITY" or not 0 < last - first <= MOST_TOKENS:
            continue
        key = tuple(words[first:last])
        if key not in surfaces and starts[first] == span.start and ends[last - 1] == span.end:
            surfaces[key] = span, place(where, document.id, span.start, span.end)


def _unmarked(document: Document, where: str, surfaces: Surfaces, lengths: dict[str, list[int]]) -> Iterator[Problem]:
    """A warning, once a string, where a string that is marked elsewhere in the file stands outside every span.

    lengths: of the strings that begin with a token, how many tokens they have, the longest first.
    """
    starts, ends, words = cut(document.text)
    covered = _merged((span.start, span.end) for span in (*document.spans, *document.private))
    told: set[tuple[str, ...]] = set()
    for index in [index for index, word in enumerate(words) if word in lengths]:
        for length in lengths[words[index]]:
            key = tuple(words[index : index + length])
            if key not in surfaces or len(key) != length:
                continue
            start, end = starts[index], ends[index + length - 1]
            if key not in told and not _meets(covered, start, end):
                told.add(key)
                span, elsewhere = surfaces[key]
                said = f"not marked here, but {span.label} at {elsewhere}"
                hint = "mark both or neither, unless the scheme tells them apart"
                at = place(where, document.id, start, end, document.text[start:end])
                yield Problem(at, "marked-here-not-there", said, hint, "warning")
            break


def _lengths(surfaces: Surfaces) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for key in surfaces:
        found.setdefault(key[0], set()).add(len(key))
    return {word: sorted(lengths, reverse=True) for word, lengths in found.items()}


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch or overlap as one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _meets(ranges: list[Range], start: int, end: int) -> bool:
    before = bisect_left(ranges, (end, 0))
    return before > 0 and ranges[before - 1][1] > start


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
