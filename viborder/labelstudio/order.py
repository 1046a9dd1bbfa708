"""Which documents people should annotate first: what the tagger is unsure of, and what is unlike the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from zlib import crc32

from viborder.document import Document
from viborder.text import tokenize

_DIMENSIONS = 512  # of a document's hashed bag of syllables


def share(identity: str, purpose: str, seed: int = 0) -> float:
    """A number in 0…1 that depends on the document's id alone: below 0.2 is a random fifth, the same on every push.

    purpose: keeps the shares for different ends (`test`, `overlap`) independent.
    """
    return int(sha256(f"{seed}:{purpose}:{identity}".encode()).hexdigest()[:12], 16) / 16**12


def uncertainty(document: Document) -> float:
    """Mean of 1 - score over the suggested spans, in 0…1.

    Without a scored span it is 1: nothing is known of the document.
    """
    doubts = [1.0 - span.score for span in document.spans if span.score is not None]
    return sum(doubts) / len(doubts) if doubts else 1.0


def most_useful_first(
    documents: Sequence[Document], suggestions: Mapping[str, Document]
) -> list[tuple[Document, float]]:
    """(document, usefulness) in the order of annotation: each time the one with the greatest product of uncertainty and
    distance to those already chosen (1 - greatest cosine of bags of syllables), which is maximal marginal relevance
    (Carbonell and Goldstein 1998) with a product for its sum, so that neither a sure text nor a twin comes early.
    """
    import numpy as np

    if not documents:
        return []
    bags = np.zeros((len(documents), _DIMENSIONS), dtype=np.float32)
    for row, document in enumerate(documents):
        for syllable in {document.text[start:end].lower() for start, end in tokenize(document.text)}:
            bags[row, crc32(syllable.encode()) % _DIMENSIONS] += 1
    bags /= np.maximum(np.linalg.norm(bags, axis=1, keepdims=True), 1e-9)
    doubt = np.array([uncertainty(suggestions.get(document.id, document)) for document in documents])
    nearest = np.zeros(len(documents))
    left = np.ones(len(documents), dtype=bool)
    chosen = []
    for _ in documents:
        worth = np.where(left, doubt * (1.0 - nearest), -1.0)
        best = int(worth.argmax())
        left[best] = False
        chosen.append((documents[best], float(max(worth[best], 0.0))))
        nearest = np.maximum(nearest, bags @ bags[best])
    return chosen


def spread(many: Sequence[Document], few: Sequence[Document]) -> list[Document]:
    """Both lists in their own order, the few at even distances among the many."""
    merged = [((index + 0.5) / len(many), 0, index, document) for index, document in enumerate(many)]
    merged += [((index + 0.5) / len(few), 1, index, document) for index, document in enumerate(few)]
    return [document for *_, document in sorted(merged, key=lambda entry: entry[:3])]
