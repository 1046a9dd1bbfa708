r"""CoNLL columns: a token and its IOB2 tag a line, a tab between them, a blank line after each sentence.

Comments carry what columns cannot, so that documents come back exactly: `# id = …` opens a document, `# meta = {…}` is
its metadata (JSON), `# offset = 96` and `# text = "…"` (a JSON string) are the sentence's place in the document and its
text, beginning where the sentence before it ends. Files from elsewhere are read too: any number of columns (the first
is the token, the last the tag), tabs or blanks between them, IOB1, IOB2, IOE2, IOBES or BILOU tags, `-DOCSTART-` lines;
without comments, tokens are joined by a blank and sentences by a line end, and `Document.tokens` says where they stand
(words joined by `_` are read as their syllables, and counted). `# text = …` of CoNLL-U is the raw text of a sentence. A
file that marks no documents is read as one document a sentence.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viborder.document import Document, Span, in_order
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.faults import unusable
from viborder.files import new_file, parse_json, stem
from viborder.formats.columns import Sentence, forgiving, read_sentences, tag_columns
from viborder.formats.fit import count_layers, flat, tokens_for
from viborder.tags import from_iob2, to_iob2
from viborder.text import Range, bare, sentences

_JOINED = re.compile(r"[^\W\d_]+(?:_[^\W_]+)+")  # syllables of one word
_PART = re.compile(r"[^ ]+")


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write documents with their outermost spans; a token in which a span begins or ends is split there."""
    with new_file(path) as file:
        for document in documents:
            file.writelines(_blocks(document, lost))


def _blocks(document: Document, lost: Counter[str]) -> Iterator[str]:
    count_layers(document, lost, "private", "scores")
    if any(ord(mark) < 32 for mark in document.id):
        raise fail(
            place("", document.id),
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


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A document and where its rows stand in it.

    line: of its first row or comment, from 1. rows: (number of the line, from 0; the token's range in the text).
    sound: whether nothing is wrong in it.
    """

    line: int
    document: Document
    rows: list[tuple[int, Range]]
    sound: bool


def read(path: Path, lost: Counter[str], tag_column: str | None = None) -> list[Document]:
    """The documents of a file. tag_column: the number of the column of tags, from 1; `4,5` for nested ones.

    Raises ViborderError: `conll-columns`, `conll-tag`, `conll-two-tag-columns`, `conll-text-differs`, `conll-comment`,
    `id-twice`, `tag-column`, and what `viborder.faults.unusable` lists.
    """
    problems: list[Problem] = []
    sentences = read_sentences(path, problems, tag_columns(tag_column))
    return documents_of(path, sentences, problems, lost)


def documents_of(
    path: Path, sentences: Iterable[Sentence], problems: list[Problem], lost: Counter[str]
) -> list[Document]:
    """The documents of a file's sentences. Raises ViborderError with the problems of both, all at once."""
    return [found.document for found in _laid_out(path, sentences, problems, lost)]


def untagged(path: Path, lost: Counter[str]) -> list[LaidOut]:
    """The documents of a file without their spans, and where each row stands; rows need no tag.

    Raises as `read` does.
    """
    problems: list[Problem] = []
    return _laid_out(path, read_sentences(path, problems, tagless=True), problems, lost)


def _laid_out(path: Path, sentences: Iterable[Sentence], problems: list[Problem], lost: Counter[str]) -> list[LaidOut]:
    documents: list[LaidOut] = []
    seen: dict[str, int] = {}
    for found in _documents(path, sentences, problems, lost):
        identity = found.document.id
        told = len(problems)
        if identity in seen:
            said = f"the id {identity} stands already at line {seen[identity]}"
            problems.append(Problem(f"{path}:{found.line}", "id-twice", said, "give each document its own id"))
        seen.setdefault(identity, found.line)
        problems += unusable(found.document.text, identity, f"{path}:{found.line}")
        if found.sound and len(problems) == told:
            documents.append(found)
    if not documents and not problems:
        problems.append(Problem(str(path), "file-empty", "the file holds no sentence", "a token and its tag a line"))
    if problems:
        raise ViborderError(problems, [found.document for found in documents])
    return documents


def _documents(
    path: Path, sentences: Iterable[Sentence], problems: list[Problem], lost: Counter[str]
) -> Iterator[LaidOut]:
    """Each document; a sentence is one where nothing marks documents."""
    current: list[Sentence] = []
    marked = False
    starts = number = 0
    for sentence in sentences:
        if sentence.starts_document:
            starts += 1
            sentence.comments.setdefault("id", f"{stem(path)}-{starts:05d}")
        if not (sentence.tokens or sentence.comments or sentence.broken):
            continue
        opens = "id" in sentence.comments
        marked = marked or opens
        if current and (opens or not marked):
            number += 1
            yield _document(path, number, current, problems, lost)
            current = []
        current.append(sentence)
    if current:
        yield _document(path, number + 1, current, problems, lost)


def _document(path: Path, number: int, parts: list[Sentence], problems: list[Problem], lost: Counter[str]) -> LaidOut:
    comments = parts[0].comments
    text = ""
    spans: set[Span] = set()
    tokens: list[Range] = []
    rows: list[tuple[int, Range]] = []
    given = not any("text" in part.comments for part in parts)
    told = len(problems)
    for part in parts:
        where = f"{path}:{part.line}"
        break_before = "\n" if text else ""
        piece = _own_text(part, break_before, where, problems)
        if piece is None:
            words = part.tokens
            if given:
                words = [_syllables(token, lost) if "_" in token else token for token in words]
            joined, ranges = _joined(words, len(text + break_before))
            piece = break_before + joined
        else:
            ranges = ([] if part.broken else _places(part, piece, len(text), where, problems)) or []
        if part.comments.get("offset", str(len(text))) != str(len(text)):
            said = (
                f"offset {part.comments['offset']}, but the sentences before it have {counted(len(text), 'code point')}"
            )
            problems.append(Problem(where, "conll-comment", said, "keep each sentence with its comments, in order"))
        if ranges:
            rows += zip(part.rows, ranges, strict=True)
            for column in range(len(part.tags[0])):
                spans.update(from_iob2(ranges, [forgiving(tags[column]) for tags in part.tags]))
        text += piece
        if given and piece.count(" ") > len(ranges) - 1:
            tokens += [piece_of for start, end in ranges for piece_of in _apart(text, start, end)]
        elif given:
            tokens += ranges  # no blank stands inside a token
    meta = _json(comments.get("meta", "null"), dict, f"{path}:{parts[0].line}", problems)
    identity = comments.get("id", f"{stem(path)}-{number:05d}")
    made = Document(identity, text, in_order(spans), meta=meta or {}, tokens=tuple(tokens) if given else None)
    return LaidOut(parts[0].line, made, rows, len(problems) == told and not any(part.broken for part in parts))


def _own_text(part: Sentence, break_before: str, where: str, problems: list[Problem]) -> str | None:
    """The text of a `# text` comment, None without: a JSON string as this house writes it, or CoNLL-U's raw sentence,
    which begins a line.
    """
    written = part.comments.get("text")
    if written is None:
        return None
    if "offset" in part.comments or written.startswith('"'):
        found: str | None = _json(written, str, where, problems)
        return found
    return break_before + written


def _joined(words: list[str], begin: int) -> tuple[str, list[Range]]:
    """Tokens with a blank between them, and where each stands, the first at `begin`."""
    ranges = []
    at = begin
    for word in words:
        ranges.append((at, at + len(word)))
        at += len(word) + 1
    return " ".join(words), ranges


def _syllables(token: str, lost: Counter[str]) -> str:
    """A word whose syllables are joined by `_`, as segmenters write it, with blanks between them: `Hà_Nội`."""
    if not is_joined(token):
        return token
    lost["words joined by _, read as their syllables"] += 1
    return token.replace("_", " ")


def is_joined(token: str) -> bool:
    """Whether a token is a word whose syllables are joined by `_`."""
    return _JOINED.fullmatch(token) is not None


def _apart(text: str, start: int, end: int) -> Iterator[Range]:
    """The tokens of a row: its parts between blanks, so that a word of several syllables is read like running text."""
    for match in _PART.finditer(text, start, end):
        yield match.span()


def _places(part: Sentence, piece: str, offset: int, where: str, problems: list[Problem]) -> list[Range] | None:
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
        found = parse_json(value)
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
