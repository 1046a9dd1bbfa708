"""Marks of made-up texts: python corpus/synthetic/marks.py check|differ|assemble FOLDER [NUMBER…]

FOLDER holds `texts/NNN.txt`, the bare texts, and for each of them `first/NNN.txt` and `second/NNN.txt`, the marks of two
annotators who have not seen each other's. Marks name every line of the text that is not empty, and under it what stands
there, as fragments of the line with brackets, in their order: `3: [A Công an [P tỉnh X]] ;; Đại tá [O Bùi Văn Y]`.
What stands outside the brackets of a fragment says which of several equal strings is meant. A line without spans is
`4:`. So no mark can change the text.

check      says what is wrong with texts and marks, and how dense they are beside their draw cards
differ     prints the spans that one annotator alone marked, numbered, as `decisions/*.tsv` answers them:
           number of the text, of the difference, yes or no (is the span right?), the guideline's number, a reason;
           or the text's number, `+`, `line: fragment`, number, reason for a span that neither marked
assemble   writes train.jsonl, development.jsonl, blind.jsonl and passes/, once every difference has its decision
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from draw import AXES, SPLITS, cards

from viborder.document import PRIVATE, Document, Span, crossings, in_order
from viborder.errors import ViborderError
from viborder.formats import brackets, jsonl

HERE = Path(__file__).parent
BETWEEN = " ;; "
PASSES = ("first", "second")


def marked(folder: Path, annotator: str, number: str) -> tuple[Document, list[str]]:
    """The text with the spans of one annotator, and what is wrong with the marks, a line each."""
    text = (folder / "texts" / f"{number}.txt").read_text(encoding="utf-8").rstrip("\n")
    path = folder / annotator / f"{number}.txt"
    spans: list[Span] = []
    wrong = [] if path.exists() else [f"{path}: no marks"]
    begins = line_starts(text)
    named = dict(mark_lines(path)) if path.exists() else {}
    wrong += [f"{path}: line {at} of the text is not named" for at in begins if at not in named] if named else []
    for at, fragments in named.items():
        if at not in begins:
            wrong.append(f"{path}: the text has no line {at}, or it is empty")
            continue
        try:
            spans += placed(fragments, text, *begins[at])
        except (ViborderError, ValueError) as error:
            wrong.append(f"{path}: line {at}: {error}")
    twice = {span for span in spans if spans.count(span) > 1}
    wrong += [f"{path}: marked twice: {text[span.start : span.end]!r}" for span in twice]
    wrong += [
        f"{path}: spans cross: {text[a.start : a.end]!r} and {text[b.start : b.end]!r}" for a, b in crossings(spans)
    ]
    public = tuple(span for span in in_order(set(spans)) if span.label != PRIVATE)
    private = tuple(span for span in in_order(set(spans)) if span.label == PRIVATE)
    return Document(f"synthetic-{number}", text, public, private), wrong


def line_starts(text: str) -> dict[int, tuple[int, int]]:
    """Number (from 1) of each line that is not empty, with its half-open code points."""
    found, at = {}, 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            found[number] = (at, at + len(line))
        at += len(line) + 1
    return found


def mark_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and fragments of a file of marks."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\d+):\s*(.*)", line):
            yield int(match[1]), match[2].strip()
        elif line.strip():
            raise SystemExit(f"{path}: not `NUMBER: fragments`: {line[:60]!r}")


def placed(fragments: str, text: str, start: int, end: int) -> Iterator[Span]:
    """The spans of a line's fragments, each at its first place behind the one before it. Raises ValueError."""
    at = start
    for fragment in fragments.split(BETWEEN.strip()):
        if not fragment.strip():
            continue
        piece = brackets.parse(unicodedata.normalize("NFC", fragment.strip()))
        found = text.find(piece.text, at, end)
        if found < 0:
            raise ValueError(f"not in the line, or not in this order: {piece.text!r}")
        spans = piece.spans + piece.private
        if not spans:
            raise ValueError(f"a fragment without a bracket: {piece.text!r}")
        for span in spans:
            yield Span(found + span.start, found + span.end, span.label)
        at = found + max(span.end for span in spans)


def faults_of(document: Document) -> Iterator[str]:
    """What no text of the corpus may have."""
    if unicodedata.normalize("NFC", document.text) != document.text:
        yield "the text is not NFC"
    if "[" in document.text or "]" in document.text:
        yield "square brackets in the text"
    for span in document.spans + document.private:
        if document.slice(span) != document.slice(span).strip():
            yield f"blank at an end of {document.slice(span)!r}"


def unmarked_again(document: Document) -> Iterator[str]:
    """Strings of two syllables or more that are marked at one place and stand bare at another: to be looked at."""
    spans = document.spans + document.private
    for form in sorted({document.slice(span) for span in spans if " " in document.slice(span)}):
        bare = [
            match.start()
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", document.text)
            if not any(span.start <= match.start() and match.end() <= span.end for span in spans)
        ]
        if bare:
            yield f"{form!r} stands {len(bare)} times unmarked, first after {document.text[max(0, bare[0] - 20) : bare[0]]!r}"


def density(document: Document) -> dict[str, float]:
    """Syllables, spans per 100 syllables, and the share of lines or sentences without a span in %."""
    count = sum(1 for _ in re.finditer(r"\w+", document.text))
    parts = [
        match.span() for match in re.finditer(r"[^.\n!?]+(?:[.!?](?!\s)[^.\n!?]*)*", document.text) if match[0].strip()
    ]
    everything = document.spans + document.private
    empty = sum(1 for start, end in parts if not any(start <= span.start < end for span in everything))
    return {
        "syllables": count,
        "spans per 100": round(100 * len(document.spans) / max(count, 1), 1),
        "lines without a span": round(100 * empty / max(len(parts), 1)),
    }


def differences(first: Document, second: Document) -> list[tuple[str, Span]]:
    """Spans that one annotator alone marked, in reading order, with the annotator."""
    a, b = ({*document.spans, *document.private} for document in (first, second))
    alone = [("first", span) for span in a - b] + [("second", span) for span in b - a]
    return sorted(alone, key=lambda one: (one[1].start, -one[1].end, one[1].label, one[0]))


def decisions(folder: Path) -> dict[str, list[list[str]]]:
    """The rows of all decision files, by the text's number."""
    rows: dict[str, list[list[str]]] = {}
    for path in sorted((folder / "decisions").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row:
                    rows.setdefault(row[0], []).append([*row, *[""] * (5 - len(row))])
    return rows


def adjudicated(first: Document, second: Document, rows: Sequence[Sequence[str]]) -> Document:
    """What both marked, and what was decided for of the rest. Raises ValueError where a difference has no decision."""
    spans = {*first.spans, *first.private} & {*second.spans, *second.private}
    answers = {row[1]: row[2] for row in rows if row[1] != "+"}
    for number, (_, span) in enumerate(differences(first, second), 1):
        if answers.get(str(number)) not in ("yes", "no"):
            raise ValueError(f"{first.id}: difference {number} is not decided: {first.slice(span)!r} {span.label}")
        if answers[str(number)] == "yes":
            spans.add(span)
    begins = line_starts(first.text)
    for row in rows:
        if row[1] == "+":
            line, fragment = row[2].split(":", 1)
            spans.update(placed(fragment, first.text, *begins[int(line)]))
    for a, b in crossings(spans):
        raise ValueError(f"{first.id}: decided spans cross: {first.slice(a)!r} and {first.slice(b)!r}")
    public = in_order(span for span in spans if span.label != PRIVATE)
    return replace(first, spans=public, private=in_order(span for span in spans if span.label == PRIVATE))


def numbers_of(folder: Path, wanted: Sequence[str]) -> list[str]:
    """The numbers of the texts that are meant: those named, or all."""
    return [f"{int(number):03}" for number in wanted] or sorted(path.stem for path in (folder / "texts").glob("*.txt"))


def check(folder: Path, numbers: Sequence[str], dealt: dict[str, dict[str, Any]]) -> int:
    """Print what is wrong, and each text's density beside its card's; returns the number of faults."""
    faults = 0
    for number in numbers:
        for annotator in PASSES:
            if not (folder / annotator / f"{number}.txt").exists():
                continue
            document, wrong = marked(folder, annotator, number)
            wrong += faults_of(document)
            faults += len(wrong)
            print(*(f"WRONG {number} {annotator}: {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
            for line in unmarked_again(document):
                print(f"look  {number} {annotator}: {line}")
            card = dealt[number]
            wished = f"wished: {card['syllables']}, {card['spans_per_100_syllables']}, {card['lines_without_span_%']}"
            print(f"      {number} {card['register']} {annotator}: {density(document)} {wished}")
    return faults


def differ(folder: Path, numbers: Sequence[str]) -> None:
    """Print the differences, numbered."""
    for number in numbers:
        (first, _), (second, _) = (marked(folder, annotator, number) for annotator in PASSES)
        for at, (annotator, span) in enumerate(differences(first, second), 1):
            around = first.text[max(0, span.start - 40) : span.start], first.text[span.end : span.end + 30]
            before, after = (part.replace("\n", "\\n") for part in around)
            print(f"{number}\t{at}\t{annotator} alone\t{before}[{span.label} {first.slice(span)}]{after}")


def assemble(folder: Path, numbers: Sequence[str], dealt: dict[str, dict[str, Any]]) -> None:
    """Write the three files and the two passes."""
    rows, kept, passes = decisions(folder), [], {annotator: [] for annotator in PASSES}
    for number in numbers:
        (first, wrong), (second, more) = (marked(folder, annotator, number) for annotator in PASSES)
        if wrong or more:
            print(*wrong, *more, sep="\n", file=sys.stderr)
            continue
        card = dealt[number]
        meta = {"register": card["register"], "era": card["era"], "form": card["form"]}
        kept.append((card["split"], replace(adjudicated(first, second, rows.get(number, ())), meta=meta)))
        for annotator, document in zip(PASSES, (first, second), strict=True):
            passes[annotator].append(document)
    for split in SPLITS:
        documents = [document for where, document in kept if where == split]
        if documents:
            jsonl.write(HERE / f"{split}.jsonl", documents)
        print(f"{split}: {len(documents)} texts")
    (HERE / "passes").mkdir(exist_ok=True)
    for annotator, documents in passes.items():
        jsonl.write(HERE / "passes" / f"{annotator}.jsonl", documents)
    with (HERE / "decisions.jsonl").open("w", encoding="utf-8") as file:
        for number in numbers:
            for row in rows.get(number, ()):
                keys = ("text", "difference", "answer", "rule", "reason")
                file.write(json.dumps(dict(zip(keys, row, strict=False)), ensure_ascii=False) + "\n")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("check", "differ", "assemble"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("numbers", nargs="*")
    options = parser.parse_args()
    numbers = numbers_of(options.folder, options.numbers)
    dealt = {f"{card['number']:03}": card for card in cards(yaml.safe_load(AXES.read_text(encoding="utf-8")))}
    if options.verb == "check":
        sys.exit(1 if check(options.folder, numbers, dealt) else 0)
    if options.verb == "differ":
        differ(options.folder, numbers)
    else:
        assemble(options.folder, numbers, dealt)


if __name__ == "__main__":
    main()
