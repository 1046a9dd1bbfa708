"""What a language model is told: the labels, the guidelines, and the gold examples that are most like the text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from viborder.document import Document, Span, in_order
from viborder.labels import labels as known_labels
from viborder.similar import Shingle, jaccard, shingles
from viborder.text import sentences, trim
from viborder.train.llm.recipe import LlmRecipe

TWIN = 0.8  # share of an example's or of the text's shingles in the other from which it would tell the answer
_TASK = """You mark named entities in Vietnamese texts. Copy the text exactly, letter for letter and line for line, and put \
brackets around each entity: [LABEL words]. Entities may lie inside one another: [AGENCY Công an [PLACE tỉnh Cao Bằng]]. \
Entities never cross. Change nothing else: correct no misprint, add no comment. If there is nothing to mark, copy the text.

Labels:
{labels}"""


def messages(
    text: str, names: Sequence[str], guidelines: str, examples: Sequence[Document], most: int
) -> list[dict[str, str]]:
    """The conversation: the task, then examples as questions with their answers, the most alike last, then the text."""
    described = {label.name: label.description.get("en", "") for label in known_labels()}
    listed = "\n".join(f"- {name}: {described[name]}" if described.get(name) else f"- {name}" for name in names)
    task = _TASK.format(labels=listed) + (f"\n\nGuidelines:\n\n{guidelines}" if guidelines else "")
    told = [{"role": "system", "content": task}]
    for example in reversed(alike(text, examples, most)):
        told += [
            {"role": "user", "content": example.text},
            {"role": "assistant", "content": bracketed(example)},
        ]
    return [*told, {"role": "user", "content": text}]


def alike(text: str, examples: Sequence[Document], most: int) -> list[Document]:
    """The examples that share most syllables with a text, the most alike first; no example is a part of the text, nor
    the text of it.
    """
    own, runs = shingles(text, 1), shingles(text)
    scored = [
        (jaccard(own, shingles(example.text, 1)), number)
        for number, example in enumerate(examples)
        if _shared(runs, shingles(example.text)) < TWIN
    ]
    return [examples[number] for _, number in sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:most]]


def _shared(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    """The share of the smaller set that is in the other one, 0…1."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


def bracketed(document: Document) -> str:
    """A text with its spans in brackets, as `viborder.formats.brackets` reads them, with the labels' whole names."""
    marks: list[tuple[int, int, int, str]] = []
    for order, span in enumerate(in_order(document.spans)):
        marks.append((span.start, 1, order, f"[{span.label} "))  # of two that begin at one place the outer comes first
        marks.append((span.end, 0, -order, "]"))  # what ends comes before what begins
    pieces, last = [], 0
    for at, _, _, mark in sorted(marks):
        pieces += [document.text[last:at], mark]
        last = at
    return "".join([*pieces, document.text[last:]])


def ranges(text: str, longest: int) -> list[tuple[int, int]]:
    """A text in pieces of whole lines, of whole sentences where a line is too long, each at most `longest` code points
    where that can be; white space at the ends belongs to none.
    """
    found: list[tuple[int, int]] = []
    for start, end in _units(text, longest):
        if found and end - found[-1][0] <= longest:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _units(text: str, longest: int) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        start, end = trim(text, at, at + len(line))
        if start < end:
            inside = [(start + first, start + last) for first, last in sentences(text[start:end])]
            yield from [(start, end)] if end - start <= longest else inside
        at += len(line) + 1


def pieces(document: Document, longest: int) -> Iterator[Document]:
    """The pieces of a document that have spans, as examples."""
    for start, end in ranges(document.text, longest):
        inside = [span for span in document.spans if start <= span.start and span.end <= end]
        if inside:
            moved = in_order(Span(span.start - start, span.end - start, span.label) for span in inside)
            yield Document(document.id, document.text[start:end], moved)


def record(example: Document) -> str:
    """An example as a line of JSON."""
    spans = [[span.start, span.end, span.label] for span in example.spans]
    return json.dumps({"id": example.id, "text": example.text, "spans": spans}, ensure_ascii=False) + "\n"


def example_of(entry: Mapping[str, Any]) -> Document:
    """The example of a line."""
    return Document(entry["id"], entry["text"], tuple(Span(*span) for span in entry["spans"]))


def guidelines_of(recipe: LlmRecipe, folder: Path) -> str:
    """The guidelines that a recipe names, from its own folder; of a section only that. Empty where the file is not
    there.
    """
    path = folder / recipe.guidelines
    if not recipe.guidelines or not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8")
    parts = [part for part in f"\n{text}".split("\n# ") if part.split("\n")[0].strip() == recipe.section]
    return (parts[0].partition("\n")[2] if parts else text).strip()
