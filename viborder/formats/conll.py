r"""CoNLL columns: a token and its IOB2 tag a line, a tab between them, a blank line after each sentence.

Comments carry what columns cannot, so that documents come back exactly: `# id = …` opens a document, `# meta = {…}` is
its metadata (JSON), `# offset = 96` and `# text = "…"` (a JSON string) are the sentence's place in the document and its
text, beginning where the sentence before it ends. Files from elsewhere are read too: any number of columns (the first
is the token, the last the tag), tabs or blanks between them, IOB1, IOB2, IOE2, IOBES or BILOU tags, `-DOCSTART-` lines;
without comments, tokens are joined by a blank and sentences by a line end. A file that marks no documents is read as
one document a sentence.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, fail
from viborder.files import lines, new_file
from viborder.formats.fit import count_layers, flat, tokens_for
from viborder.tags import from_iob2, to_iob2
from viborder.text import Range, bare, sentences

_COMMENT = re.compile(r"# (id|meta|offset|text) = (.*)")
_TAG = re.compile(r"O|[BIESLU]-\S.*")
_IOBES = {"U": "S", "L": "E"}  # BILOU in the letters that the forgiving reading knows


@dataclass(slots=True)
class _Sentence:
    line: int
    comments: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write documents with their outermost spans; a token in which a span begins or ends is split there."""
    with new_file(path) as file:
        for document in documents:
            file.writelines(_blocks(document, lost))


def _blocks(document: Document, lost: Counter[str]) -> Iterator[str]:
    count_layers(document, lost, "private", "scores")
    if any(ord(mark) < 32 for mark in document.id):
        raise fail(
            f"id={document.id!r}",
            "id-not-one-line",
            "the id does not fit into a comment",
            "no control characters in ids",
        )
    text = document.text
    bounds = sentences(text)
    ends = [end for _, end in bounds[:-1]] + [len(text)]  # the last sentence takes the white space after it
    spans = [span for span in flat(document, lost) if _inside_one(span, ends, lost)]
    tokens = tokens_for(text, spans)
    tags = to_iob2(tokens, spans)
    head = f"# id = {document.id}\n"
    if document.meta:
        head += f"# meta = {json.dumps(dict(document.meta), ensure_ascii=False)}\n"
    begin = first = 0
    for end in ends:
        last = first
        while last < len(tokens) and tokens[last][1] <= end:
            last += 1
        rows = "".join(f"{text[slice(*tokens[i])]}\t{tags[i]}\n" for i in range(first, last))
        yield f"{head}# offset = {begin}\n# text = {json.dumps(text[begin:end], ensure_ascii=False)}\n{rows}\n"
        head, begin, first = "", end, last


def _inside_one(span: Span, ends: list[int], lost: Counter[str]) -> bool:
    inside = not any(span.start < end < span.end for end in ends)
    lost["spans across sentences"] += not inside
    return inside


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a file.

    Raises ViborderError: `conll-columns`, `conll-tag`, `conll-text-differs`, `conll-comment`, `id-twice`.
    """
    problems: list[Problem] = []
    documents: list[Document] = []
    seen: dict[str, int] = {}
    for line, document in _documents(path, problems):
        if document.id in seen:
            said = f"the id {document.id} stands already at line {seen[document.id]}"
            problems.append(Problem(f"{path}:{line}", "id-twice", said, "give each document its own id"))
        seen.setdefault(document.id, line)
        documents.append(document)
    if not documents and not problems:
        problems.append(Problem(str(path), "file-empty", "the file holds no sentence", "a token and its tag a line"))
    if problems:
        raise ViborderError(problems)
    return documents


def _documents(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Document]]:
    """(line, document) for each document; a sentence is one where nothing marks documents."""
    current: list[_Sentence] = []
    marked = False
    number = 0
    for sentence in _sentences(path, problems):
        opens = "id" in sentence.comments
        marked = marked or opens
        if current and (opens or not marked):
            number += 1
            yield current[0].line, _document(path, number, current, problems)
            current = []
        current.append(sentence)
    if current:
        yield current[0].line, _document(path, number + 1, current, problems)


def _sentences(path: Path, problems: list[Problem]) -> Iterator[_Sentence]:
    sentence = _Sentence(1)
    starts = 0
    for number, line in lines(path):
        if not line.strip():
            if sentence.tokens or sentence.comments:
                yield sentence
            sentence = _Sentence(number + 1)
            continue
        columns = line.split("\t") if "\t" in line else line.split()
        if columns[0] == "-DOCSTART-":
            starts += 1
            sentence.comments["id"] = f"{path.stem}-{starts:05d}"
        elif line.startswith("#") and not (len(columns) > 1 and _TAG.fullmatch(columns[-1])):
            if match := _COMMENT.fullmatch(line):
                sentence.comments[match[1]] = match[2]
        elif len(columns) < 2 or not columns[0].strip():
            problems.append(
                Problem(f"{path}:{number}", "conll-columns", f"one column: {line!r:.60}", "a token, a tab and its tag")
            )
        elif not _TAG.fullmatch(columns[-1]):
            said = f"{columns[-1]!r:.40} is no tag"
            problems.append(Problem(f"{path}:{number}", "conll-tag", said, "O, or B-, I-, E-, S-, L-, U- and a label"))
        else:
            tag = columns[-1]
            sentence.tokens.append(columns[0])
            sentence.tags.append(_IOBES.get(tag[0], tag[0]) + tag[1:])
    if sentence.tokens or sentence.comments:
        yield sentence


def _document(path: Path, number: int, parts: list[_Sentence], problems: list[Problem]) -> Document:
    comments = parts[0].comments
    text = ""
    spans: list[Span] = []
    for part in parts:
        where = f"{path}:{part.line}"
        piece = _json(part.comments.get("text", "null"), str, where, problems)
        if piece is None:
            piece = ("\n" if text else "") + " ".join(part.tokens)
        if part.comments.get("offset", str(len(text))) != str(len(text)):
            said = f"offset {part.comments['offset']}, but the sentences before it have {len(text)} code points"
            problems.append(Problem(where, "conll-comment", said, "keep each sentence with its comments, in order"))
        ranges = _places(part, piece, len(text), where, problems)
        if ranges is not None:
            spans.extend(from_iob2(ranges, part.tags))
        text += piece
    meta = _json(comments.get("meta", "null"), dict, f"{path}:{parts[0].line}", problems)
    return Document(comments.get("id", f"{path.stem}-{number:05d}"), text, tuple(spans), meta=meta or {})


def _places(part: _Sentence, piece: str, offset: int, where: str, problems: list[Problem]) -> list[Range] | None:
    """Where the tokens stand in the document; between them there is white space, what is not seen, or nothing."""
    ranges = []
    at = 0
    for token in part.tokens:
        start = piece.find(token, at)
        if start < 0 or bare(piece[at:start]).strip():
            said = f"the token {token!r:.40} does not follow in its `# text`"
            problems.append(
                Problem(where, "conll-text-differs", said, "change tokens and text together, or take the comment out")
            )
            return None
        at = start + len(token)
        ranges.append((offset + start, offset + at))
    return ranges


def _json(value: str, kind: type, where: str, problems: list[Problem]) -> Any:
    try:
        found = json.loads(value)
    except ValueError:
        found = ...
    if found is not None and not isinstance(found, kind):
        problems.append(
            Problem(
                where, "conll-comment", f"not JSON: {value!r:.60}", "leave `# text` and `# meta` as they were written"
            )
        )
        return None
    return found
