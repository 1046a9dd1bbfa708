"""The spans of the grammar as they were, to be held against what they are: python -m tests.grammar.snapshot [--write]

The texts: the genre's texts, the corpus, the scheme's examples, and rows of words drawn with a fixed seed. Spans are
those of `propose`, PRIVATE too. A text is known by a hash of it, so texts may come and go. With --write the snapshot is
made anew: only where a change of spans is meant.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.grammar import test_laws, test_scheme
from viborder.formats import brackets, jsonl
from viborder.grammar import propose
from viborder.text import tokenize

FILE = Path(__file__).with_name("snapshot.json.gz")
ROOT = Path(__file__).parents[2]
ROWS, SEED = 5000, 2026
Spans = list[list[int | str]]


def texts() -> Iterator[tuple[str, str]]:
    """(where it comes from, the text)."""
    for path in sorted((ROOT / "train/genre").glob("*.txt")):
        yield from ((f"{path.name} {document.id}", document.text) for document in brackets.read(path))
    for path in [*sorted((ROOT / "train/genre").glob("articles*.jsonl")), ROOT / "corpus/documents.jsonl"]:
        yield from ((f"{path.name} {document.id}", document.text) for document in jsonl.read(path))
    yield from scheme_examples()
    yield from rows()


def scheme_examples() -> Iterator[tuple[str, str]]:
    """The texts of the scheme's examples, without their brackets."""
    examples = [str(case.values[0]) for case in test_scheme.CASES]
    return ((f"scheme {marked!r}", brackets.parse(marked).text) for marked in examples)


def rows() -> Iterator[tuple[str, str]]:
    """Rows of the words of the property test."""
    random = Random(SEED)
    for number in range(ROWS):
        yield f"row {number}", " ".join(random.choices(test_laws.WORDS, k=random.randrange(1, 31)))


def spans_of(text: str) -> Spans:
    """The grammar's spans as lists, as JSON holds them."""
    return [[span.start, span.end, span.label] for span in propose(text, tokenize(text))]


def hash_of(text: str) -> str:
    """Enough of a hash to tell the texts apart."""
    return sha256(text.encode()).hexdigest()[:12]


def differences() -> tuple[int, list[str]]:
    """(how many texts were compared, a line for each span that is gone or new)."""
    kept: dict[str, Spans] = json.loads(gzip.decompress(FILE.read_bytes()))
    compared, lines = 0, []
    for where, text in texts():
        if (before := kept.get(hash_of(text))) is None:
            continue
        compared += 1
        now = spans_of(text)
        for sign, some, others in (("-", before, now), ("+", now, before)):
            for start, end, label in (span for span in some if span not in others):
                if where.startswith("articles_blind"):
                    lines.append(f"{sign} a span of articles_blind.jsonl, of which only scores are looked at")
                    continue
                around = f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}"
                lines.append(f"{sign} {where} [{start}:{end}] {label} {around!r}")
    return compared, lines


def main(write: bool) -> None:
    """Make the snapshot, or print what differs from it."""
    if write:
        kept = {hash_of(text): spans_of(text) for _, text in texts()}
        FILE.write_bytes(gzip.compress(json.dumps(kept, separators=(",", ":")).encode(), mtime=0))
        print(f"{FILE.name}: {len(kept)} texts, {FILE.stat().st_size} bytes")
        return
    compared, lines = differences()
    print(*lines, f"{compared} texts compared, {len(lines)} spans differ", sep="\n")
    sys.exit(bool(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    main(parser.parse_args().write)
