"""What a test set shares with the training set: documents, sentences, mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viborder.document import Document
from viborder.eval.counting import seen
from viborder.similar import nearest
from viborder.text import sentences

SENTENCE_SHINGLE = 2  # sentences are short: runs of two syllables; documents: runs of three
SHORTEST = 5  # tokens; shorter sentences (bylines, captions) recur without anything having leaked


@dataclass(frozen=True, slots=True)
class Twin:
    """A document or sentence of the test set with its twin in the training set; `jaccard` is 1.0 for a verbatim one."""

    test_id: str
    test_text: str
    train_id: str
    train_text: str
    jaccard: float
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Leakage:
    """Numbers of test documents, sentences and mentions, and what of them the training set holds too.

    mentions: label → `seen`, `tokens seen`, `unseen` → number of test mentions.
    """

    documents: int
    document_twins: tuple[Twin, ...]
    sentences: int
    sentence_twins: tuple[Twin, ...]
    mentions: dict[str, dict[str, int]]

    @property
    def verbatim_sentences(self) -> int:
        """Test sentences that stand in the training set as they are."""
        return sum(twin.verbatim for twin in self.sentence_twins)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "documents": self.documents,
            "document_twins": [_plain(twin) for twin in self.document_twins],
            "sentences": self.sentences,
            "verbatim_sentences": self.verbatim_sentences,
            "near_twin_sentences": len(self.sentence_twins) - self.verbatim_sentences,
            "sentence_twins": [_plain(twin) for twin in self.sentence_twins],
            "mentions": self.mentions,
        }


def leakage(train: Sequence[Document], test: Sequence[Document], threshold: float = 0.7) -> Leakage:
    """Compare a test set with the training set; a document that is in both by its id is compared like any other, but
    for its mentions.

    threshold: Jaccard index of syllable shingles above which texts are near twins. Sentences under five tokens are left
    out.
    """
    document_twins = _twins([(d.id, d.text) for d in test], [(d.id, d.text) for d in train], threshold, 3)
    test_sentences, train_sentences = _sentences(test), _sentences(train)
    known = seen.mentions(train)
    counts: dict[str, Counter[str]] = {}
    for document in test:
        for span in document.spans:
            counts.setdefault(span.label, Counter())[seen.status(document, span, known)] += 1
    statuses = (seen.SURFACE, seen.TOKENS, seen.UNSEEN)
    return Leakage(
        documents=len(test),
        document_twins=document_twins,
        sentences=len(test_sentences),
        sentence_twins=_twins(test_sentences, train_sentences, threshold, SENTENCE_SHINGLE),
        mentions={label: {status: counts[label][status] for status in statuses} for label in sorted(counts)},
    )


def _sentences(documents: Sequence[Document]) -> list[tuple[str, str]]:
    found = [
        (document.id, document.text[start:end]) for document in documents for start, end in sentences(document.text)
    ]
    return [(identity, text) for identity, text in found if len(text.split()) >= SHORTEST]


def _twins(test: list[tuple[str, str]], train: list[tuple[str, str]], threshold: float, size: int) -> tuple[Twin, ...]:
    verbatim = {text: identity for identity, text in reversed(train)}
    found = []
    for (identity, text), near in zip(
        test, nearest([t for _, t in test], [t for _, t in train], threshold, size), strict=True
    ):
        if text in verbatim:
            found.append(Twin(identity, text, verbatim[text], text, 1.0, True))
        elif near:
            found.append(Twin(identity, text, *train[near.second], near.jaccard, False))
    return tuple(found)


def _plain(twin: Twin) -> dict[str, Any]:
    return {
        "test_id": twin.test_id,
        "test": twin.test_text[:200],
        "train_id": twin.train_id,
        "train": twin.train_text[:200],
        "jaccard": twin.jaccard,
        "verbatim": twin.verbatim,
    }
