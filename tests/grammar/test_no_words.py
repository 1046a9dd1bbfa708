"""No Vietnamese word stands in the grammar's Python: words are entries of the lexicon.

Looked at: every string constant outside docstrings, the parts of f-strings too. It holds a Vietnamese word if one of
its letters is none of English (đ, ơ, a tone …), or if all its words are syllables of the lexicon (names of persons and
of places abroad apart: `on`, `in`), unless the whole is a label or the name of a class of the lexicon. `keys.py` is
left
out: its tables say how Vietnamese is spelled, letter by letter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path

import pytest

import viborder.grammar
from viborder.grammar.entries import FOLDER, declared
from viborder.grammar.keys import keys_of
from viborder.grammar.lexicon import packaged
from viborder.labels import labels

FILES = sorted(path for path in Path(viborder.grammar.__file__).parent.rglob("*.py") if path.name != "keys.py")
NAMES_OF_PERSONS_AND_ABROAD = ("kinh", "minority", "lao", "khmer", "province-abroad", "district-abroad")
SYLLABLES = {
    key
    for entry in packaged().entries
    if entry.kind not in NAMES_OF_PERSONS_AND_ABROAD
    for key in keys_of(entry.phrase)
    if key.isalpha() and len(key) > 1 and not iskeyword(key) and key not in ("len", "on")  # Python's and English
}
LINES = [path.read_text(encoding="utf-8").splitlines() for path in FOLDER.glob("*.tsv")]
NAMES = {label.name for label in labels()} | {kind.name for lines in LINES for kind in declared(lines)}


def constants(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_docstring = isinstance(node, ast.Expr)
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not is_docstring:
                yield child


def is_vietnamese(text: str) -> bool:
    if text in NAMES:
        return False
    words = re.findall(r"[^\W\d_]+", re.sub(r"\\[a-zA-Z]", " ", text))
    return any(not word.isascii() for word in words) or (
        bool(words) and all(word.lower() in SYLLABLES for word in words)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_word_stands_in_python(path: Path) -> None:
    found = [node for node in constants(ast.parse(path.read_text(encoding="utf-8"))) if is_vietnamese(node.value)]
    assert [f"{path.name}:{node.lineno} {node.value!r}" for node in found] == []


def test_a_word_would_be_found() -> None:
    assert all(map(is_vietnamese, ("đồn", "công an", "hai", "(kg|tấn)")))
    assert not any(map(is_vietnamese, ("PLACE", "rank", "a phrase has one class", r"\d{3}", ",")))
