"""Which spans the grammar proposes to a learner: the package's, those of a folder of one's own, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from viborder.document import Document
from viborder.errors import fail
from viborder.labels import entity_types
from viborder.train.token_spans import TokenSpan
from viborder.train.tokenized import TokenizedText

if TYPE_CHECKING:
    from viborder.grammar.own import OwnGrammar


@dataclass(frozen=True, slots=True)
class Proposer:
    """own: the grammar of a folder, None for the package's alone. labels: those that it may propose; None: all."""

    own: OwnGrammar | None = None
    labels: frozenset[str] | None = None

    def spans(self, documents: Sequence[Document], texts: Sequence[TokenizedText]) -> list[list[TokenSpan]]:
        """What is proposed for each document, in its tokens, in reading order, outer before inner."""
        return [self._of(document.text, text) for document, text in zip(documents, texts, strict=True)]

    def _of(self, text: str, tokens: TokenizedText) -> list[TokenSpan]:
        from viborder.grammar import pieces

        cut = tokens.starts, tokens.ends, tokens.words
        if self.labels is None:
            return pieces(text, *cut)
        own = [span for span in self.own.pieces(text, *cut) if span[2] in self.labels] if self.own else []
        others = self.labels - set(self.own.labels if self.own else ())
        more = [span for span in pieces(text, *cut) if span[2] in others] if others else []
        more = [span for span in more if not any(_clash(span, other) for other in own)]
        return sorted([*own, *more], key=lambda span: (span[0], -span[1], span[2]))

    def makers(self, document: Document, tokens: TokenizedText) -> dict[TokenSpan, str]:
        """The rule or algorithm that made each span, of the grammar of a folder where both propose it."""
        from viborder.grammar.explain import makers

        cut = document.text, tokens.starts, tokens.ends, tokens.words
        own = makers(*cut, self.own.folder) if self.own else {}
        return {**makers(*cut), **own}


def _clash(span: TokenSpan, other: TokenSpan) -> bool:
    """Whether two spans cross, or are one range."""
    first, last = span[:2]
    return (first, last) == other[:2] or first < other[0] < last < other[1] or other[0] < first < other[1] < last


def proposer(grammar: bool | str, labels: Collection[str], where: Path) -> Proposer | None:
    """The proposer of a recipe's key `grammar` for the labels that are trained; None: nothing is proposed.

    where: the recipe's folder, beside which the grammar's may stand. Raises ViborderError: what is wrong with it.
    """
    if not grammar:
        return None
    own = None
    if isinstance(grammar, str):
        from viborder.grammar.own import read_own

        folder = next((path for path in (Path(grammar), where / grammar) if path.is_dir()), None)
        if folder is None:
            raise fail(grammar, "grammar-missing", "no such folder", "labels.yaml, lexicon/ and rules/ stand in it")
        own = read_own(folder)
    elif set(labels) <= set(entity_types()):
        return Proposer()
    shared = frozenset(labels) & {*entity_types(), *(own.labels if own else ())}
    return Proposer(own, shared) if shared else None


def switched_off(found: Proposer | None, labels: Collection[str], genre: bool) -> Iterator[str]:
    """What a grammar that a recipe asks for does not do, since the labels trained on are others, a line each.

    genre: whether the recipe names sentences of the genre.
    """
    if found is not None and found.labels is None:
        return
    unknown = sorted(set(labels) - (found.labels or frozenset() if found else frozenset()))
    if unknown:
        yield f"the grammar does not know {', '.join(unknown)}: it proposes no such span, corrects none, and does not vote there"
    if genre:
        yield "the sentences of the genre are left out: they are annotated with other labels"
