"""A generated task that can be learned: the words around a name tell its type, never the name itself."""

from __future__ import annotations

import random

from viborder.document import Document, Span, in_order

_SYLLABLES = "an bình cao đông giang hà hòa lạng long nam ninh phú quảng sơn tây thanh tiên trung vĩnh xuân yên".title().split()


def documents(count: int, seed: int) -> list[Document]:
    """Short texts of three to five sentences with nested spans: AGENCY (a PLACE inside), PLACE, OFFICIAL, QUANTITY."""
    draw = random.Random(seed)
    return [_document(f"{seed}-{number}", draw) for number in range(count)]


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
