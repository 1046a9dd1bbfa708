"""Documents for property tests: hard texts, nested spans that never cross and never begin or end on white space."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from viborder.document import PRIVATE, Document, Span, in_order
from viborder.text import trim

PIECES = [
    *("Công an tỉnh Cao Bằng", "168,55Kg", "ma tuý đá", "26 đoàn/147 cán bộ", "TP. Lạng Sơn.", "“V02”", "…", "C04"),
    *(" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u200b", "😀", "👩‍👩‍👧", "đ́"),
    *("\u2028", "\u2029", "\x85", "\f", "\v", "\x1c", "\u202f", "\u00ad", "\ufeff", "a\r\nb"),
    *("#VietNam", "# text = x", "_", "Hà_Nội", "-DOCSTART-", "<s>", "1\u00a0000", "B-PLACE", ",,", "'"),
    *("<b>&amp;", '"', "\\n", "#", "# id = x", "O", "=1+1", "[NGƯỜI-1]", "a"),
]
IDS = st.text(alphabet="abc019_-ăđ", min_size=1, max_size=8)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document; no two of its spans have the same range."""
    text = unicodedata.normalize("NFC", "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))))
    spans: list[Span] = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        start, end = trim(text, start, draw(st.integers(start + 1, len(text))))
        span = Span(start, end, draw(st.sampled_from(["AGENCY", "PLACE"])))
        if start < end and not any(span.crosses(other) or (start, end) == (other.start, other.end) for other in spans):
            spans.append(span)
    return Document(draw(IDS), text, in_order(spans))


def corpus() -> st.SearchStrategy[list[Document]]:
    """A few documents with ids of their own."""
    return st.lists(documents(), min_size=1, max_size=3, unique_by=lambda document: document.id)


def with_private(document: Document) -> Document:
    """The same document with its first outermost span, and what is inside it, turned into one private person."""
    if not document.spans:
        return document
    first = document.spans[0]
    rest = tuple(span for span in document.spans if not span.overlaps(first))
    return Document(document.id, document.text, rest, (Span(first.start, first.end, PRIVATE),), document.meta)
