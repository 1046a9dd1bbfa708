"""Generated tasks that can be learned: the words around a name tell its type, never the name itself."""

from __future__ import annotations

import random

from viborder.document import Document, Span, in_order

_SYLLABLES = (
    "an bình cao đông giang hà hòa lạng long nam ninh phú quảng sơn tây thanh tiên trung vĩnh xuân yên".title().split()
)


def documents(count: int, seed: int) -> list[Document]:
    """Short texts of three to five sentences with nested spans: AGENCY (a PLACE inside), PLACE, OFFICIAL, QUANTITY."""
    draw = random.Random(seed)
    return [_document(f"{seed}-{number}", draw) for number in range(count)]


def far(count: int, seed: int, between: int) -> list[Document]:
    """Sentences in which the last word, `x`, is a mention if the first is `a`, and none if it is `b`; `between`
    words lie between.
    """
    draw = random.Random(seed)
    found = []
    for number in range(count):
        words = [draw.choice("ab"), *draw.choices("cdefgh", k=between), "x"]
        start = 2 * (between + 1)
        spans = (Span(start, start + 1, "MENTION"),) if words[0] == "a" else ()
        found.append(Document(f"{seed}-{number}", " ".join(words), spans))
    return found


def _document(identity: str, draw: random.Random) -> Document:
    text, spans = "", []

    def put(piece: str, *labels: str) -> None:
        nonlocal text
        spans.extend(Span(len(text), len(text) + len(piece), label) for label in labels)
        text += piece

    def name() -> str:
        return " ".join(draw.choices(_SYLLABLES, k=draw.randint(1, 3)))

    for _ in range(draw.randint(3, 5)):
        start = len(text)
        put("Công an ")
        put(f"tỉnh {name()}", "PLACE")
        spans.append(Span(start, len(text), "AGENCY"))
        match draw.randint(0, 2):
            case 0:
                put(" bắt giữ ")
                put(f"{draw.randint(1, 999)} viên", "QUANTITY")
                put(" tại ")
                put(name(), "PLACE")
            case 1:
                put(", đại tá ")
                put(name(), "OFFICIAL")
                put(" chủ trì")
            case 2:
                put(" thu ")
                put(f"{draw.randint(1, 99)},{draw.randint(1, 9)}kg", "QUANTITY")
        put(draw.choice([".\n", ". ", ".\n\n"]))
    return Document(identity, text, in_order(spans))
