"""Documents for property tests: hard texts, nested spans that never cross."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from viborder.document import PRIVATE, Document, Span, in_order

PIECES = [
    *("Công an tỉnh Cao Bằng", "168,55Kg", "ma tuý đá", "26 đoàn/147 cán bộ", "TP. Lạng Sơn.", "“V02”", "…", "C04"),
    *(
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\u00a0",
        "\u200b",
        "😀",
        "👩‍👩‍👧",
        "đ́",
        "<b>&amp;",
        '"',
        "\\n",
        "#",
        "# id = x",
        "O",
        "=1+1",
        "[NGƯỜI-1]",
        "a",
    ),
]
IDS = st.text(alphabet="abc019_- .ăđ", min_size=1, max_size=12).map(str.strip).filter(lambda name: name.strip("."))


@st.composite
def documents(draw: st.DrawFn, *, nested: bool = True) -> Document:
    """A document; its spans nest and never cross, and no two are the same."""
    text = unicodedata.normalize("NFC", "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))))
    spans: list[Span] = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        span = Span(start, draw(st.integers(start + 1, len(text))), draw(st.sampled_from(["AGENCY", "PLACE"])))
        fits = not any(span.crosses(other) or (span.start, span.end) == (other.start, other.end) for other in spans)
        if fits and (nested or not any(span.overlaps(other) for other in spans)) and text[span.start : span.end].strip():
            spans.append(span)
    return Document(draw(IDS), text, in_order(spans))


def corpus(**options: bool) -> st.SearchStrategy[list[Document]]:
    """A few documents with ids of their own."""
    return st.lists(documents(**options), min_size=1, max_size=3, unique_by=lambda document: document.id)


def with_private(document: Document) -> Document:
    """The same document with its first span in the private layer instead."""
    if not document.spans:
        return document
    first = document.spans[0]
    return Document(document.id, document.text, document.spans[1:], (Span(first.start, first.end, PRIVATE),), document.meta)
