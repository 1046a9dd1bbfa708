"""Suggestions: documents that a model or a file has tagged, and how Label Studio takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from viborder.document import Document, by_id
from viborder.errors import fail, place
from viborder.files import sha256_of
from viborder.formats import read
from viborder.labelstudio.regions import regions


def suggest(documents: Sequence[Document], model: Path | None, tagged: Path | None) -> tuple[dict[str, Document], str]:
    """(suggestions by id, version) by a model folder, or out of a file of tagged documents; none without either.

    Raises ViborderError `options-exclude`, and `text-differs` where the tagged document bears another text.
    """
    if model and tagged:
        raise fail("", "options-exclude", "--model and --suggestions exclude each other", "give one of them")
    if model:
        from viborder.train import load

        tagger = load(model)
        return by_id(list(tagger.tag(documents))), tagger.version
    if not tagged:
        return {}, ""
    found = by_id(read(tagged))
    for document in documents:
        if document.id in found and found[document.id].text != document.text:
            raise fail(
                place(str(tagged), document.id),
                "text-differs",
                "the suggestions are for another text",
                "tag the documents again",
            )
    return found, f"{tagged.stem}-{sha256_of(tagged)[:8]}"


def prediction(document: Document, version: str) -> dict[str, Any]:
    """A tagged document as a prediction; its score is the mean of those of its spans."""
    scores = [span.score for span in document.spans if span.score is not None]
    made: dict[str, Any] = {"model_version": version, "result": regions(document)}
    if scores:
        made["score"] = round(sum(scores) / len(scores), 4)
    return made
