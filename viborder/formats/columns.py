"""CoNLL columns as they stand: the one reader of rows, for documents, for scores and for tagging.

Columns stand between tabs, or, in a file without tabs, between blanks; no other white space parts them, so that a token
may hold a no-break space, and between tabs a blank too. A blank line ends a sentence, and so do `<s>`, `</s>`,
`<title>` and the like; `-DOCSTART-` begins a document. A line that begins with `#` is a comment: between tabs, where it
holds no tab; between blanks, where it is `# key = value`, where its last word is no tag, or where it has more or fewer
columns than the first row. The tag is the last column, or the one that is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from viborder.errors import Problem, ViborderError, counted, fail
from viborder.files import lines

_COMMENT = re.compile(r"# (id|meta|offset|text) = (.*)")
_KEY = re.compile(r"#\s*[\w.:-]+\s*(=|::)\s*\S.*|# (newdoc|newpar)\b.*")
_MARK = re.compile(r"</?(s|p|doc|title|editor)( [^<>]*)?>")  # of sentences and of parts of a text
_TAG = re.compile(r"O|[BIESLU]-\S.*")
_OTHER_TAG = re.compile(r"o|([biesluBIESLU])[-_](\S+)")  # `b-per`, `B_PER`: what it means is plain
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\r]")
_IOBES = {"U": "S", "L": "E"}  # BILOU in the letters that the forgiving reading knows
_CHUNKS = frozenset("NP VP PP ADJP ADVP SBAR PRT CONJP INTJ LST UCP AP QP MP WHNP WHPP WHAP".split())
_LOOKED_AT = 2000  # rows in which a second column of entity tags is looked for


@dataclass(slots=True)
class Sentence:
    """Rows of one sentence. line: of its first row or comment, from 1. rows: the number of each token's line, from 0.

    tags: for each tag column that is read, a tag a token, as the file has it but for its letters (`b-per` is `B-per`).
    broken: whether it has a row that could not be read, which is told.
    """

    line: int
    comments: dict[str, str] = field(default_factory=dict)
    starts_document: bool = False
    rows: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    tags: list[list[str]] = field(default_factory=list)
    broken: bool = False


def tag_columns(named: str | None) -> list[int] | None:
    """The columns of `--tag-column`: numbers from 1, comma between. Raises ViborderError `tag-column`."""
    if named is None:
        return None
    try:
        found = [int(part) for part in named.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 2:
        raise fail(named, "tag-column", "no column of tags", "numbers from 2, such as 4, or 4,5 for nested columns")
    return [number - 1 for number in found]


def read_sentences(
    path: Path,
    problems: list[Problem],
    named: Sequence[int] | None = None,
    *,
    any_tags: bool = False,
    tagless: bool = False,
) -> Iterator[Sentence]:
    """The sentences of a file that hold a row or a comment.

    named: the columns of tags, from 0; without them the last. any_tags: tags are taken as they stand, unchecked.
    tagless: tokens alone are read, and rows need no tag.
    Problems: `conll-columns`, `conll-tag`, `text-control-character`, and `conll-two-tag-columns` where two columns look
    like entity tags and none is named.
    """
    if named is None and not tagless and (second := _second_tag_column(path)):
        problems.append(_two_tag_columns(path, second))
        return
    sentence = Sentence(1)
    layout = layout_of(path)
    known: dict[str, list[str]] = {}  # tags that were read before: most rows need no more than a look
    plain = named is None and not tagless
    for number, line in lines(path):
        if plain and line and line[0] not in "#<-":
            columns = line.split("\t") if "\t" in line else split(line)
            tags = known.get(columns[-1])
            if tags and len(columns) > 1 and (token := columns[0].strip(" ")) and token.isprintable():
                sentence.rows.append(number - 1)
                sentence.tokens.append(token)
                sentence.tags.append(tags)
                continue
        mark = line.strip()
        if not mark or _is_mark(mark):
            if sentence.tokens or sentence.comments or sentence.starts_document or sentence.broken:
                yield sentence
            sentence = Sentence(number + 1)
            continue
        columns = split(line)
        if columns[0] == "-DOCSTART-":
            sentence.starts_document = True
        elif is_comment(line, layout):
            if match := _COMMENT.fullmatch(line):
                sentence.comments[match[1]] = match[2]
        elif (tags := _tags(columns, named, any_tags, tagless, f"{path}:{number}", problems)) is not None:
            sentence.rows.append(number - 1)
            sentence.tokens.append(columns[0].strip(" "))
            sentence.tags.append(tags)
            if plain:
                known[columns[-1]] = tags
        else:
            sentence.broken = True
    if sentence.tokens or sentence.comments or sentence.broken:
        yield sentence


def _is_mark(line: str) -> bool:
    return line[0] == "<" and _MARK.fullmatch(line) is not None


def split(line: str) -> list[str]:
    """The columns of a row: between tabs, or else between blanks."""
    return line.split("\t") if "\t" in line else line.strip(" ").split(" ") if "  " not in line else _blanks(line)


def _blanks(line: str) -> list[str]:
    return [column for column in line.split(" ") if column] or [""]


class Layout(NamedTuple):
    """How the rows of a file look. tabs: tabs stand between columns. columns: how many the first row has, 0 of none."""

    tabs: bool
    columns: int


def layout_of(path: Path) -> Layout:
    """The layout of a file, told by its first row that cannot be a comment."""
    found = Layout(False, 0)
    for _, line in lines(path):
        if not line.strip() or _is_mark(line.strip()) or line.startswith("-DOCSTART-"):
            continue
        if not line.startswith("#"):
            return Layout("\t" in line, len(split(line)))
        if not found.tabs:
            found = Layout("\t" in line, len(split(line)))
    return found


def is_comment(line: str, layout: Layout) -> bool:
    """Whether a line of a file of this layout is a comment."""
    if not line.startswith("#"):
        return False
    if layout.tabs or "\t" in line:
        return "\t" not in line
    if layout.columns == 1:
        return " " in line.strip(" ")
    found = _blanks(line)
    return len(found) != layout.columns or not is_tag(found[-1]) or bool(_KEY.fullmatch(line))


def is_row(line: str, layout: Layout) -> bool:
    """Whether a line bears a token."""
    mark = line.strip()
    return bool(mark) and not _is_mark(mark) and not line.startswith("-DOCSTART-") and not is_comment(line, layout)


def forgiving(tag: str) -> str:
    """A tag in the letters that the forgiving reading knows: U is S, L is E."""
    return _IOBES[tag[0]] + tag[1:] if tag[0] in _IOBES else tag


def is_tag(column: str) -> bool:
    """Whether a column holds a tag: `O`, `B-PLACE`, and `o`, `b-place`, `B_PLACE` too."""
    return bool(_TAG.fullmatch(column) or _OTHER_TAG.fullmatch(column))


def _tags(
    columns: list[str],
    named: Sequence[int] | None,
    any_tags: bool,
    tagless: bool,
    where: str,
    problems: list[Problem],
) -> list[str] | None:
    """The tags of a row, or None where it is no row; why goes to `problems`."""
    if control := _CONTROL.search(columns[0]):
        said = f"a control character (U+{ord(control[0]):04X}) in the token {columns[0]!r:.40}"
        problems.append(Problem(where, "text-control-character", said, "take it out of the text"))
        return None
    if tagless and columns[0].strip(" "):
        return []
    wanted = [len(columns) - 1] if named is None else named
    if len(columns) < 2 or max(wanted) >= len(columns) or not columns[0].strip(" "):
        said = (
            f"{counted(len(columns), 'column')}: {' | '.join(columns)!r:.60}"
            if len(columns) > 1
            else f"one column: {columns[0]!r:.60}"
        )
        problems.append(Problem(where, "conll-columns", said, "a token, a tab and its tag"))
        return None
    found = []
    for column in wanted:
        tag = columns[column].strip(" ")
        if not any_tags and not _TAG.fullmatch(tag):
            other = _OTHER_TAG.fullmatch(tag)
            if other is None:
                there = [str(at) for at, value in enumerate(columns[1:], 2) if _TAG.fullmatch(value)]
                hint = f"--tag-column {there[-1]}" if there else "O, or B-, I-, E-, S-, L-, U- and a label"
                problems.append(Problem(where, "conll-tag", f"{tag!r:.40} is no tag", hint))
                return None
            tag = f"{other[1].upper()}-{other[2]}" if other[1] else "O"
        found.append(tag)
    return found


def _second_tag_column(path: Path) -> tuple[int, int] | None:
    """Two columns that look like entity tags in every row looked at, the last of the file one of them; chunks do
    not.
    """
    columns: list[Counter[str]] = []
    rows, layout = 0, layout_of(path)
    for _, line in lines(path):
        if not is_row(line, layout):
            continue
        found = split(line)
        if len(found) < 3 or (columns and len(found) != len(columns)):
            return None
        columns = columns or [Counter() for _ in found]
        for column, value in zip(columns, found, strict=True):
            column[value] += 1
        rows += 1
        if rows >= _LOOKED_AT:
            break
    looks = [number for number, column in enumerate(columns) if number and _looks_like_entities(column)]
    return (looks[-2], looks[-1]) if len(looks) > 1 and looks[-1] == len(columns) - 1 else None


def last_holds_tags(path: Path) -> bool:
    """Whether the last column of a file holds entity tags in every row looked at. Raises ViborderError
    `conll-two-tag-columns` where two columns do.
    """
    if second := _second_tag_column(path):
        raise_all([_two_tag_columns(path, second)])
    layout = layout_of(path)
    rows = islice((line for _, line in lines(path) if is_row(line, layout)), _LOOKED_AT)
    last = {found[-1] for found in map(split, rows) if len(found) > 1}
    chunks = {tag[2:] for tag in last if tag != "O"} & _CHUNKS
    return bool(last) and all(map(is_tag, last)) and not chunks


def _two_tag_columns(path: Path, found: tuple[int, int]) -> Problem:
    first, second = found[0] + 1, found[1] + 1
    hint = f"--tag-column {first}, or {first},{second} for nested ones"
    said = f"the columns {first} and {second} both look like entity tags"
    return Problem(str(path), "conll-two-tag-columns", said, hint)


def _looks_like_entities(column: Counter[str]) -> bool:
    labels = {tag[2:] for tag in column if tag != "O"}
    return bool(labels) and all(_TAG.fullmatch(tag) for tag in column) and not labels & _CHUNKS


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise what was found, if anything was."""
    if problems:
        raise ViborderError(problems)
