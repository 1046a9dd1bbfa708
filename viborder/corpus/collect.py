"""Source texts become documents of the corpus: text verbatim but for NFC and line ends, once, with what is known of
them.

The corpus only ever grows at its end, so that a document keeps its place, and with it its fold, for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from viborder.corpus.duplicates import Newcomers
from viborder.corpus.metadata import read_metadata
from viborder.corpus.sources import Source, read_sources
from viborder.document import Document
from viborder.errors import Problem, ViborderError, shown
from viborder.faults import unusable
from viborder.files import alone, lines, new_file
from viborder.formats import jsonl
from viborder.text import normalise

NEAR = 0.8  # Jaccard index of syllable trigrams


@dataclass(slots=True)
class Collected:
    """What collecting did. added: the documents. notes: what was normalised.

    left_out: near-duplicates, each with what it resembles.
    """

    added: list[Document] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def collect(
    paths: Iterable[Path],
    corpus: Path,
    meta: Mapping[str, str] | None = None,
    near: float = NEAR,
    problems: list[Problem] | None = None,
) -> Collected:
    """Add texts, Word documents, PDF, HTML pages and JSON Lines (or folders of them) to the corpus file.

    meta: what is known of all of them (`source`, `licence`, `date`, `outlet`). near: the similarity in 0…1 from which a
    text counts as a near-duplicate of another and is left out; above 1 nothing is. A document that is there already
    with the same id and text is passed over. problems: a list for what is wrong with single sources, while the others
    are added. Without it raises ViborderError with all problems at once (`not-utf8`, `file-empty`, `id-twice`,
    `id-text-differs`, `text-not-unicode`, …), and then writes nothing; so it does where the corpus itself is broken.
    """
    with alone(corpus):
        wrong: list[Problem] = []
        done, new = _found(paths, corpus, near, wrong)
        if wrong and problems is None:
            raise ViborderError(wrong)
        for source in new:
            known = {**read_metadata(source.text), **(meta or {}), **source.meta}
            done.added.append(Document(source.id, source.text, meta=known))
        if done.added:
            _append(corpus, done.added)
        if problems is not None:
            problems += wrong
        return done


def _found(
    paths: Iterable[Path], corpus: Path, near: float, problems: list[Problem]
) -> tuple[Collected, Iterable[Source]]:
    """What was changed and left out, and the sources that the corpus lacks."""
    done = Collected()
    new = _normalised(read_sources(paths, problems), done, problems)
    if corpus.exists():
        _against_corpus(new, corpus, done, problems, near)
    _against_each_other(new, done, near)
    return done, new.values()


def _normalised(sources: Iterable[Source], done: Collected, problems: list[Problem]) -> dict[str, Source]:
    new: dict[str, Source] = {}
    for source in sources:
        if faults := list(unusable(source.text, source.id, source.where)):
            problems += faults
            continue
        text, changes = normalise(source.text)
        if faults := [*unusable(text, source.id, source.where)]:
            problems += faults
            continue
        done.notes.extend(f"{source.where}: {note}" for note in (*source.notes, *changes))
        before = new.get(source.id)
        if before is not None and before.text != text:
            said = f"the id {source.id} is {before.where}'s already"
            problems.append(Problem(source.where, "id-twice", said, "give each article its own file name or id"))
        new.setdefault(source.id, Source(source.where, source.id, text, source.meta))
    return new


def _against_corpus(
    new: dict[str, Source], corpus: Path, done: Collected, problems: list[Problem], near: float
) -> None:
    """Take out of `new` what the corpus has already, or nearly has. The corpus is read a document at a time."""
    index, numbers = Newcomers(near), []
    for source in new.values():
        index.add(source.text)
        numbers.append(source.id)
    broken: list[Problem] = []
    for _, document in jsonl.scan(corpus, broken):
        mine = new.get(document.id)
        if mine is not None:
            if mine.text != document.text:
                hint = "give the new article a file name of its own; a text once collected never changes"
                said = f"{corpus} has another text with the id {document.id}"
                problems.append(Problem(mine.where, "id-text-differs", said, hint))
            del new[document.id]
        for number, score in index.like(document.text):
            if numbers[number] in new:
                source = new.pop(numbers[number])
                done.left_out.append(
                    f"{source.where}: left out, a near-duplicate of {shown(document.id)} ({score:.2f})"
                )
    if broken:
        raise ViborderError(broken)


def _against_each_other(new: dict[str, Source], done: Collected, near: float) -> None:
    index = Newcomers(near)
    kept: list[str] = []
    for source in list(new.values()):
        if like := index.like(source.text):
            number, score = like[0]
            done.left_out.append(f"{source.where}: left out, a near-duplicate of {shown(kept[number])} ({score:.2f})")
            del new[source.id]
        else:
            index.add(source.text)
            kept.append(source.id)


def _append(corpus: Path, documents: list[Document]) -> None:
    """Write the corpus anew with the documents behind what it holds, which stays as it is, byte for byte."""
    with new_file(corpus) as file:
        if corpus.exists():
            file.writelines(line + "\n" for _, line in lines(corpus) if line)
        file.writelines(jsonl.dumps(document) + "\n" for document in documents)
