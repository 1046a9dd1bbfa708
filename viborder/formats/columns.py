"""CoNLL columns as they stand: the one reader of rows, for documents, for scores and for tagging.

Columns stand between tabs, or, in a file without tabs, between blanks; no other white space parts them, so that a token
may hold a no-break space, and between tabs a blank too. A blank line ends a sentence, and so do `<s>` and `</s>`;
`-DOCSTART-` begins a document. A line that begins with `#` is a comment: between tabs, where it holds no tab; between
blanks, where it is `# key = value`, or where its last word is no tag. The tag is the last column, or the one that is
asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from viborder.errors import Problem, ViborderError, fail
from viborder.files import lines

_COMMENT = re.compile(r"# (id|meta|offset|text) = (.*)")
_KEY = re.compile(r"#\s*[\w.:-]+\s*(=|::)\s*\S.*|#\s*(id|newdoc|newpar|sent_id|text)\b.*")
_TAG = re.compile(r"O|[BIESLU]-\S.*")
_OTHER_TAG = re.compile(r"o|([biesluBIESLU])[-_](\S+)")  # `b-per`, `B_PER`: what it means is plain
_IOBES = {"U": "S", "L": "E"}  # BILOU in the letters that the forgiving reading knows
_CHUNKS = frozenset("NP VP PP ADJP ADVP SBAR PRT CONJP INTJ LST UCP AP QP MP WHNP WHPP WHAP".split())
_LOOKED_AT = 2000  # rows in which a second column of entity tags is looked for


@dataclass(slots=True)
class Sentence:
    """Rows of one sentence. line: of its first row or comment, from 1. rows: the number of each token's line, from 0.

    tags: for each tag column that is read, a tag a token, as the file has it but for its letters (`b-per` is `B-per`).
    """

    line: int
    comments: dict[str, str] = field(default_factory=dict)
    starts_document: bool = False
    rows: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    tags: list[list[str]] = field(default_factory=list)


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
    path: Path, problems: list[Problem], named: Sequence[int] | None = None, *, any_tags: bool = False
) -> Iterator[Sentence]:
    """The sentences of a file that hold a row or a comment.

    named: the columns of tags, from 0; without them the last. any_tags: tags are taken as they stand, unchecked.
    Problems: `conll-columns`, `conll-tag`, and
    `conll-two-tag-columns` where two columns look like entity tags and none is named.
    """
    if named is None and (second := _second_tag_column(path)):
        both = f"{second[0] + 1} and {second[1] + 1}"
        hint = f"--tag-column {second[0] + 1}, or {second[0] + 1},{second[1] + 1} to read them as nested"
        problems.append(
            Problem(str(path), "conll-two-tag-columns", f"the columns {both} both look like entity tags", hint)
        )
        return
    sentence = Sentence(1)
    tabs = is_tabbed(path)
    for number, line in lines(path):
        mark = line.strip()
        if mark in ("", "<s>", "</s>"):
            if sentence.tokens or sentence.comments or sentence.starts_document:
                yield sentence
            sentence = Sentence(number + 1)
            continue
        columns = split(line)
        if columns[0] == "-DOCSTART-":
            sentence.starts_document = True
        elif is_comment(line, tabs):
            if match := _COMMENT.fullmatch(line):
                sentence.comments[match[1]] = match[2]
        elif tags := _tags(columns, named, any_tags, f"{path}:{number}", problems):
            sentence.rows.append(number - 1)
            sentence.tokens.append(columns[0])
            sentence.tags.append(tags)
    if sentence.tokens or sentence.comments:
        yield sentence


def row_blocks(path: Path) -> Iterator[list[int]]:
    """The lines (from 0) of each sentence's rows, whatever their columns are."""
    tabs = is_tabbed(path)
    block: list[int] = []
    for number, line in lines(path):
        if is_row(line, tabs):
            block.append(number - 1)
        elif block and line.strip() in ("", "<s>", "</s>"):
            yield block
            block = []
    if block:
        yield block


def split(line: str) -> list[str]:
    """The columns of a row: between tabs, or else between blanks."""
    return line.split("\t") if "\t" in line else line.strip(" ").split(" ") if "  " not in line else _blanks(line)


def _blanks(line: str) -> list[str]:
    return [column for column in line.split(" ") if column] or [""]


def is_tabbed(path: Path) -> bool:
    """Whether tabs stand between the columns of a file: told by its first row that cannot be a comment."""
    commented = False
    for _, line in lines(path):
        if line.startswith("#"):
            commented = commented or "\t" in line
        elif line.strip() and not line.startswith("-DOCSTART-") and line.strip() not in ("<s>", "</s>"):
            return "\t" in line
    return commented


def number_of_columns(path: Path) -> int:
    """The number of columns in the first row of a file; 0 where it has none."""
    tabs = is_tabbed(path)
    return next((len(split(line)) for _, line in lines(path) if is_row(line, tabs)), 0)


def is_comment(line: str, tabs: bool) -> bool:
    """Whether a line of a file, with tabs between its columns or without, is a comment."""
    if not line.startswith("#"):
        return False
    if tabs or "\t" in line:
        return "\t" not in line
    return bool(_KEY.fullmatch(line)) or not _is_tag(_blanks(line)[-1]) or len(_blanks(line)) < 2


def is_row(line: str, tabs: bool) -> bool:
    """Whether a line bears a token."""
    mark = line.strip()
    return mark not in ("", "<s>", "</s>") and not line.startswith("-DOCSTART-") and not is_comment(line, tabs)


def forgiving(tag: str) -> str:
    """A tag in the letters that the forgiving reading knows: U is S, L is E."""
    return _IOBES.get(tag[0], tag[0]) + tag[1:]


def _is_tag(column: str) -> bool:
    return bool(_TAG.fullmatch(column) or _OTHER_TAG.fullmatch(column))


def _tags(
    columns: list[str], named: Sequence[int] | None, any_tags: bool, where: str, problems: list[Problem]
) -> list[str]:
    """The tags of a row; empty where it has none, and why goes to `problems`."""
    wanted = [len(columns) - 1] if named is None else named
    if len(columns) < 2 or max(wanted) >= len(columns) or not columns[0].strip(" "):
        said = (
            f"{len(columns)} columns: {' | '.join(columns)!r:.60}"
            if len(columns) > 1
            else f"one column: {columns[0]!r:.60}"
        )
        problems.append(Problem(where, "conll-columns", said, "a token, a tab and its tag"))
        return []
    found = []
    for column in wanted:
        tag = columns[column].strip(" ")
        if not any_tags and not _TAG.fullmatch(tag):
            other = _OTHER_TAG.fullmatch(tag)
            if other is None:
                hint = "O, or B-, I-, E-, S-, L-, U- and a label"
                problems.append(Problem(where, "conll-tag", f"{tag!r:.40} is no tag", hint))
                return []
            tag = f"{other[1].upper()}-{other[2]}" if other[1] else "O"
        found.append(tag)
    return found


def _second_tag_column(path: Path) -> tuple[int, int] | None:
    """Two columns that look like entity tags in every row looked at, the last of the file one of them; chunks do not."""
    columns: list[Counter[str]] = []
    rows, tabs = 0, is_tabbed(path)
    for _, line in lines(path):
        if not is_row(line, tabs):
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


def _looks_like_entities(column: Counter[str]) -> bool:
    labels = {tag[2:] for tag in column if tag != "O"}
    return bool(labels) and all(_TAG.fullmatch(tag) for tag in column) and not labels & _CHUNKS


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise what was found, if anything was."""
    if problems:
        raise ViborderError(problems)
