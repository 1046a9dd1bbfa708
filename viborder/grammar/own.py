"""A grammar of one's own: a folder with `labels.yaml`, `lexicon/*.tsv` and `rules/*.txt`, for labels of one's own.

In patterns and examples a label stands behind its bracket by its name, `[WEAPON …]`, or by its first letter where no
other label begins with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viborder.document import Span
from viborder.errors import Problem, ViborderError, fail
from viborder.files import parse_yaml, read_text, read_whole
from viborder.grammar import laws, rulebook, tables
from viborder.grammar.check import check_lexicon
from viborder.grammar.lexicon import in_use
from viborder.grammar.records import Record
from viborder.grammar.rulebook import Note, Rules
from viborder.grammar.tables import Table
from viborder.grammar.view import read
from viborder.text import cut

Piece = tuple[int, int, str]  # first token, token after the last, label


@dataclass(frozen=True, slots=True)
class OwnGrammar:
    """labels: in the order of labels.yaml. brackets: label by what stands behind the bracket. files: what the folder
    holds, by path in it.
    """

    folder: Path
    labels: tuple[str, ...]
    brackets: dict[str, str]
    rules: Rules
    files: dict[str, bytes]

    def pieces(self, text: str, starts: Sequence[int], ends: Sequence[int], words: Sequence[str]) -> list[Piece]:
        """The spans of a text in its tokens, in reading order, outer before inner."""
        view = read(text, list(starts), list(ends), list(words), in_use())
        found = {(view.token(first), view.token(last - 1) + 1, label) for first, last, label in self.rules.walk(view)}
        return sorted(found, key=lambda piece: (piece[0], -piece[1], piece[2]))

    def propose(self, text: str) -> list[Span]:
        """The spans of a text in code points."""
        starts, ends, words = cut(text)
        return [Span(starts[a], ends[b - 1], label) for a, b, label in self.pieces(text, starts, ends, words)]


def read_own(folder: Path, note: Note | None = None) -> OwnGrammar:
    """The grammar of a folder. note: see `Rules`.

    Raises ViborderError with everything that is refused; whether the laws hold is `problems`' to say.
    """
    labels, records, classes, wrong = _parts(folder)
    if any(problem.severity == "error" for problem in wrong):
        raise ViborderError(wrong)
    paths = [folder / "labels.yaml", *folder.glob("lexicon/*.tsv"), *folder.glob("rules/*.txt")]
    files = {path.relative_to(folder).as_posix(): read_whole(path) for path in sorted(paths)}
    brackets = _brackets(labels)
    return OwnGrammar(folder, labels, brackets, Rules(records, classes, {}, brackets, note), files)


def problems(folder: Path) -> list[Problem]:
    """All that is wrong with a folder: what is refused, and what breaks the laws among the records that are not."""
    try:
        labels, records, classes, found = _parts(folder)
    except ViborderError as error:
        return error.problems
    sound = laws.sound(records, found)
    brackets = _brackets(labels)
    grammar = OwnGrammar(folder, labels, brackets, Rules(sound, classes, {}, brackets), {})
    laws.check(sound, grammar.propose, brackets, grammar.rules.without, found)
    return found


def _parts(folder: Path) -> tuple[tuple[str, ...], list[Record], dict[str, Table], list[Problem]]:
    """The labels, the records, the classes by name, and what is wrong. Raises ViborderError where there are no labels."""
    labels = _labels(folder / "labels.yaml")
    wrong, _ = check_lexicon(folder / "lexicon")
    listed = tables.read_folder(folder / "lexicon")
    records, classes = rulebook.check(folder / "rules", listed, {}, _brackets(labels), wrong)
    if not records:
        wrong.append(Problem(str(folder / "rules"), "rules-missing", "no rule in rules/*.txt", "write one"))
    return labels, records, classes, wrong


def _labels(path: Path) -> tuple[str, ...]:
    try:
        content: Any = parse_yaml(read_text(path))
        names = tuple(str(entry["name"]) for entry in content["labels"])
    except (ValueError, TypeError, KeyError):
        raise fail(path, "labels-malformed", "no list of labels", "`labels:`, then `- name: WEAPON` a line") from None
    wrong = [name for name in names if not (name.isascii() and name.replace("_", "").isalpha() and name.isupper())]
    if wrong or len(set(names)) < len(names) or not names:
        message = f"labels are capitals and `_`, each once: {', '.join(names) or 'none'}"
        raise fail(path, "labels-malformed", message, "such as WEAPON")
    return names


def _brackets(labels: Sequence[str]) -> dict[str, str]:
    letters = [label[0] for label in labels]
    short = {label[0]: label for label in labels if letters.count(label[0]) == 1}
    return {**short, **{label: label for label in labels}}
