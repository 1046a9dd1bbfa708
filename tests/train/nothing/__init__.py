"""The least learner: it always answers nothing. Two functions make it a kind of model that every verb uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.train.folder import FORMAT, FORMAT_VERSION, check_all, data_hash, expect, write_folder
from viborder.train.material import Material


class Nothing:
    def __init__(self, card: Mapping[str, Any]) -> None:
        self.labels: list[str] = card["labels"]
        self.version: str = card["version"]

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            yield document.with_spans(())


def train(
    recipe: dict[str, Any], documents: Sequence[Document], out: Path, dev: Sequence[Document] | None, *, where: str
) -> Nothing:
    material = Material(documents, grammar=False, where=where)
    card = {
        "labels": material.labels,
        "recipe": recipe,
        "documents": [document.id for document in documents],
        "data_sha256": data_hash(documents),
    }
    return Nothing(write_folder(out, card, {"weights.txt": b"none\n"}))


def load(folder: Path, card: Mapping[str, Any]) -> Nothing:
    expect(folder, card, (FORMAT, FORMAT_VERSION))
    check_all(folder, card)
    return Nothing(card)
