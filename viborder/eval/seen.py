"""Which mentions a model could have known from what it was trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viborder.document import Document, Span
from viborder.text import tokenize

SURFACE, TOKENS, UNSEEN = "seen", "tokens seen", "unseen"


@dataclass(slots=True)
class Mentions:
    """What training documents mark: label → strings (without regard to case), label → the tokens within them."""

    surfaces: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tokens: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def status(self, mention: str, label: str) -> str:
        """`seen`: the string was marked with this label; `tokens seen`: each of its tokens was, in other mentions; else `unseen`."""
        mention = _plain(mention)
        if mention in self.surfaces[label]:
            return SURFACE
        return TOKENS if _tokens(mention) <= self.tokens[label] else UNSEEN


def mentions(train: Sequence[Document]) -> Mentions:
    """The mentions of training documents."""
    known = Mentions()
    for document in train:
        for span in document.spans:
            mention = _plain(document.slice(span))
            known.surfaces[span.label].add(mention)
            known.tokens[span.label] |= _tokens(mention)
    return known


def known_by_document(
    documents: Sequence[Document], train: Sequence[Document], folds: Mapping[str, object] | None = None
) -> dict[str, Mentions]:
    """Document id → what the model that tagged it could know.

    train: what was trained on; a document's own is left out of it, and with it those of the same fold (`folds`: id → fold),
    so that cross-validated predictions are judged by giving all documents as `train`.
    """
    cache: dict[frozenset[str], Mentions] = {}
    found = {}
    ids = {document.id for document in train}
    for document in documents:
        fold = (folds or {}).get(document.id)
        hidden = {identity for identity, other in (folds or {}).items() if fold is not None and other == fold} | {document.id}
        key = frozenset(hidden & ids)
        if key not in cache:
            cache[key] = mentions([other for other in train if other.id not in key])
        found[document.id] = cache[key]
    return found


def status(document: Document, span: Span, known: Mentions) -> str:
    """Whether a span's mention is `seen`, of `tokens seen`, or `unseen`."""
    return known.status(document.slice(span), span.label)


def _plain(mention: str) -> str:
    return " ".join(mention.casefold().split())


def _tokens(mention: str) -> set[str]:
    return {mention[start:end] for start, end in tokenize(mention)}
