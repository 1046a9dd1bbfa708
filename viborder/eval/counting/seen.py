"""Which mentions a model could have known from what it was trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viborder.document import Document, Span
from viborder.text import bare, cut

SURFACE, TOKENS, UNSEEN = "seen", "tokens seen", "unseen"
Folds = Mapping[str, object]  # document id → fold
Key = tuple[str, str]  # label and string


@dataclass(slots=True)
class Mentions:
    """What training documents mark, and in which of them.

    surfaces, tokens: (label, mention or a token of one, without regard to case) → the folds that hold it, or the
    documents that are in no fold; two of them are enough, since a document's own is all that is ever left out.
    """

    folds: Folds
    surfaces: dict[Key, set[object]] = field(default_factory=lambda: defaultdict(set))
    tokens: dict[Key, set[object]] = field(default_factory=lambda: defaultdict(set))

    def status(self, mention: str, label: str, document: str = "") -> str:
        """`seen`: the string was marked with this label; `tokens seen`: each of its tokens was, in other mentions; else
        `unseen`.

        document: the id of the document that the mention stands in; what only its own fold marks does not count.
        """
        own = self.fold_of(document)
        mention = _plain(mention)
        if self.surfaces.get((label, mention), set()) - {own}:
            return SURFACE
        return TOKENS if all(self.tokens.get((label, token), set()) - {own} for token in _tokens(mention)) else UNSEEN

    def fold_of(self, document: str) -> object:
        """A document's fold, or the document itself where it is in none."""
        return ("fold", self.folds[document]) if document in self.folds else document


def mentions(train: Sequence[Document], folds: Folds | None = None) -> Mentions:
    """The mentions of training documents.

    Predictions of cross-validation are judged by all documents at once: each mention by what the folds other than its
    own mark.
    """
    known = Mentions(folds or {})
    for document in train:
        fold = known.fold_of(document.id)
        for span in document.spans:
            mention = _plain(document.slice(span))
            _add(known.surfaces[span.label, mention], fold)
            for token in _tokens(mention):
                _add(known.tokens[span.label, token], fold)
    return known


def _add(holders: set[object], fold: object) -> None:
    if len(holders) < 2:
        holders.add(fold)


def status(document: Document, span: Span, known: Mentions) -> str:
    """Whether a span's mention is `seen`, of `tokens seen`, or `unseen` outside its own document and fold."""
    return known.status(document.slice(span), span.label, document.id)


def _plain(mention: str) -> str:
    return " ".join(bare(mention).casefold().split())


def _tokens(mention: str) -> set[str]:
    return set(cut(mention)[2])
