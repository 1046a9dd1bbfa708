"""What is looked at before documents are sent: ids, texts, and that the way back will take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.labelstudio.client import Client
from viborder.labelstudio.tasks import Key, part_of


def in_corpus(documents: Sequence[Document], corpus: Mapping[str, Document], named: str) -> None:
    """Raise ViborderError `document-unknown`, `text-differs` for documents that `pull` would refuse, because the corpus
    lacks them or has another text.

    named: the corpus as the user knows it.
    """
    hint = f"`viborder collect` them into {named}, or name the file that has them with --corpus, here and at the pull"
    unknown = [document.id for document in documents if document.id not in corpus]
    other = [one.id for one in documents if one.id in corpus and corpus[one.id].text != one.text]
    problems = []
    if unknown:
        are = "is" if len(unknown) == 1 else "are"
        of = f"{len(unknown)} of {counted(len(documents), 'document')}"
        said = f"{of} {are} not in {named} (the first is {unknown[0]!r})"
        problems.append(Problem(place("", unknown[0]), "document-unknown", said, hint))
    if other:
        said = f"{named} has another text for {len(other)} of {counted(len(documents), 'document')} (the first is {other[0]!r})"
        problems.append(Problem(place("", other[0]), "text-differs", said, hint))
    if problems:
        raise ViborderError(problems)


def sendable(documents: Sequence[Document]) -> None:
    """Raise ViborderError `id-twice`, `text-not-unicode` for documents that no server can hold."""
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise fail(
                place("", document.id), "id-twice", "two documents bear this id", "give each document its own id"
            )
        seen.add(document.id)
        try:
            document.text.encode()
        except UnicodeEncodeError:
            raise fail(
                place("", document.id), "text-not-unicode", "it holds half a surrogate pair", "mend the text"
            ) from None


def same_texts(
    client: Client, number: int, documents: Sequence[Document], present: Mapping[Key, list[dict[str, Any]]]
) -> None:
    """Raise ViborderError `text-differs` for documents of which the server has another text.

    present: the tasks of the project by document id and part.
    """
    wanted = {document.id: document.text for document in documents}
    problems = []
    for (identity, _), tasks in present.items():
        for task in tasks if identity in wanted else ():
            if task["data"].get("text") != part_of(task).text(wanted[identity]):
                page = client.task_page(number, task["id"])
                problems.append(
                    Problem(
                        place(page, identity),
                        "text-differs",
                        "the server has another text for it",
                        "give it a new id",
                    )
                )
    if problems:
        raise ViborderError(problems)
