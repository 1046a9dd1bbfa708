"""How varied the made-up texts are, beside thresholds: python corpus/synthetic/measure.py

Prints what is over a threshold with the texts that it concerns, then the figures. Exit status 1 where something is.
Thresholds were set on the five articles (which share seven rows of seven syllables outside spans, all of them formulas)
and on the 48 made-up texts of `train/genre` (Jaccard up to 0.045).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import log2
from pathlib import Path

from viborder.document import Document
from viborder.formats import jsonl
from viborder.text import cut, sentences

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OTHERS = (
    ROOT / "annotations/gold.jsonl",
    ROOT / "train/genre/articles.jsonl",
    ROOT / "train/genre/articles_blind.jsonl",
)
FORMULAS = (
    HERE / "formulas.txt"
)  # rows of syllables that all official prose has: mottos, titles of crimes, signature lines
ROW, SHINGLE = 7, 5
NEAR, TABLES = 0.05, ("R13", "R14", "R16")  # Jaccard of two texts; laws, forms and tables may have twice that
SHARES = {"AGENCY": (22, 32), "PLACE": (38, 48), "OFFICIAL": (4, 8), "QUANTITY": (14, 26), "DRUG": (3, 9)}  # % of spans
NESTED = (22, 32)  # % of spans


def masked(document: Document) -> list[str]:
    """Syllables in lower case, with `_` for what lies in a span and `0` for numbers."""
    spans = sorted((span.start, span.end) for span in document.spans + document.private)
    starts, _, words = cut(document.text)
    inside = {at for at, start in enumerate(starts) if any(a <= start < b for a, b in spans)}
    return ["_" if at in inside else word.lower() if word.isalpha() else "0" if word[0].isdigit() else word
            for at, word in enumerate(words)]  # fmt: skip


def rows(words: list[str], size: int) -> Iterator[tuple[str, ...]]:
    """Every row of that many syllables."""
    return zip(*(words[at:] for at in range(size)), strict=False)


def plain_rows(words: list[str]) -> set[tuple[str, ...]]:
    """Rows of seven words that lie wholly outside spans, numbers and marks."""
    return {row for row in rows(words, ROW) if all(word.isalpha() for word in row)}


def repeated(documents: Iterable[Document], others: Iterable[Document], formulas: str) -> Iterator[str]:
    """Rows that two texts share, beyond the formulas."""
    owners: dict[tuple[str, ...], list[str]] = {}
    for document in (*others, *documents):
        for row in plain_rows(masked(document)):
            owners.setdefault(row, []).append(document.id)
    for row, ids in owners.items():
        said = " ".join(row)
        if len(ids) > 1 and any(identity.startswith("synthetic") for identity in ids) and said not in formulas:
            yield f"{' '.join(ids[:4])}: {said!r}"


def alike(documents: list[Document]) -> Iterator[str]:
    """Pairs of texts that share too much."""
    shingles = [set(rows(masked(document), SHINGLE)) for document in documents]
    for (a, one), (b, other) in combinations(zip(documents, shingles, strict=True), 2):
        share = len(one & other) / max(len(one | other), 1)
        most = NEAR * (1 + (a.meta["register"] in TABLES and b.meta["register"] in TABLES))
        if share >= most:
            yield f"{a.id} {b.id}: Jaccard {share:.3f}"


def figures(documents: list[Document]) -> dict[str, float]:
    """Counts, shares of types and of nested spans (%), bits of the openings, spans per 100 syllables."""
    labels = Counter(span.label for document in documents for span in document.spans)
    total = sum(labels.values())
    nested = sum(
        any(other is not span and other.contains(span) for other in document.spans)
        for document in documents
        for span in document.spans
    )
    openings = Counter(" ".join(cut(document.text)[2][:3]).lower() for document in documents)
    count = sum(openings.values())
    bits = -sum(times / count * log2(times / count) for times in openings.values())
    words = sum(sum(word.isalnum() for word in cut(document.text)[2]) for document in documents)
    bare = [not any(start <= span.start < end for span in document.spans + document.private)
            for document in documents for start, end in sentences(document.text)]  # fmt: skip
    found = {"texts": len(documents), "syllables": words, "spans": total}
    found |= {f"{label} %": round(100 * labels[label] / total, 1) for label in SHARES}
    found |= {"nested %": round(100 * nested / total, 1), "spans per 100 syllables": round(100 * total / words, 1)}
    found |= {"sentences without a span %": round(100 * sum(bare) / len(bare), 1)}
    return found | {"openings, bits": round(bits, 2), "at most": round(log2(count), 2)}


def main() -> int:
    """See the module."""
    names = [name for name in ("train", "development") if (HERE / f"{name}.jsonl").exists()]
    documents = {name: jsonl.read(HERE / f"{name}.jsonl") for name in names}
    every = [document for found in documents.values() for document in found]
    others = [document for path in OTHERS for document in jsonl.read(path)]
    wrong = [*repeated(every, others, FORMULAS.read_text(encoding="utf-8")), *alike(every)]
    for name, found in documents.items():
        measured = figures(found)
        print(f"{name}: {', '.join(f'{what} {value:g}' for what, value in measured.items())}")
        if name == "train":
            wrong += [f"{name}: {label} is {measured[f'{label} %']} %, not {low} to {high}" for label, (low, high) in SHARES.items()
                      if not low <= measured[f"{label} %"] <= high]  # fmt: skip
            wrong += [f"{name}: nested is {measured['nested %']} %"] * (
                not NESTED[0] <= measured["nested %"] <= NESTED[1]
            )
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
