"""Which annotations of a project are taken into which pass: whole articles only, exact, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, counted, place
from viborder.labelstudio.accounts import People
from viborder.labelstudio.parts import Part
from viborder.labelstudio.readings import Marked, document, joined, marked
from viborder.labelstudio.regions import Fate
from viborder.labelstudio.tasks import text_hash

Tasks = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An article of which somebody has submitted some parts and not all. `submitted` counts from 1."""

    id: str
    name: str
    submitted: tuple[int, ...]
    parts: int

    def __str__(self) -> str:
        missing = sorted({*range(1, self.parts + 1)} - {*self.submitted})
        return (
            f"{self.name} has submitted {len(self.submitted)} of {counted(self.parts, 'part')}; "
            f"missing: {', '.join(map(str, missing))}"
        )


@dataclass(slots=True)
class Pulled:
    """What a pull brought. `fetched` and `drafts` count tasks, `skipped` annotations, `empty` and `unsure` documents.

    problems: errors stand for annotations that were left out, warnings for what was mended.
    refused: (annotator, document id) where another has changed the annotation; what was pulled before that stays.
    unfinished: articles that are left out because somebody has not yet submitted all parts.
    """

    documents: dict[str, list[Document]] = field(default_factory=dict)
    fetched: int = 0
    skipped: int = 0
    drafts: int = 0
    empty: int = 0
    unsure: int = 0
    problems: list[Problem] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)
    unfinished: list[Unfinished] = field(default_factory=list)

    def fates(self) -> dict[str, Fate]:
        """What became of the suggestions, by annotator."""
        return {
            name: sum((Fate(**document.meta["annotation"]["suggestions"]) for document in documents), Fate())
            for name, documents in self.documents.items()
        }

    def minutes(self) -> dict[str, list[float]]:
        """Minutes a document as Label Studio measured them (lead time), by annotator."""
        return {
            name: [document.meta["annotation"]["minutes"] for document in documents]
            for name, documents in self.documents.items()
        }


def judge(tasks: Iterable[Mapping[str, Any]], people: People, corpus: Mapping[str, Document] | None = None) -> Pulled:
    """The passes of those who annotated the tasks; what cannot be used becomes a problem.

    corpus: the texts that they must bear.
    """
    pulled = Pulled()
    articles: dict[tuple[str, tuple[int, ...]], dict[int, list[Mapping[str, Any]]]] = defaultdict(dict)
    for task in tasks:
        pulled.skipped += task["skipped"]
        if not isinstance(task["id"], str) or not isinstance(task["text"], str):
            said = "no `doc_id` and `text`: not a task of ours"
            pulled.problems.append(Problem(task["page"], "task-foreign", said, "left alone", "warning"))
            continue
        shape = tuple(task.get("starts") or (0,))
        articles[task["id"], shape].setdefault(task.get("part") or 1, []).append(task)
    for (_, starts), parts in articles.items():
        if any(task["annotations"] for found in parts.values() for task in found):
            _article(starts, parts, people, pulled, corpus)
    return pulled


def _article(
    starts: tuple[int, ...],
    parts: Mapping[int, Tasks],
    people: People,
    pulled: Pulled,
    corpus: Mapping[str, Document] | None,
) -> None:
    text = _text(starts, parts, pulled, corpus)
    if text is None:
        return
    submitted: dict[int, dict[str, Marked]] = {number: {} for number in sorted(parts)}
    tried: dict[str, set[int]] = defaultdict(set)
    for number, tasks in parts.items():
        for task in tasks:
            for one, name in _readings(task, Part(number, starts), people, pulled):
                tried[name].add(number)
                before = submitted[number].get(name)
                if one is not None and (before is None or before.updated_at <= one.updated_at):
                    submitted[number][name] = one
    whole = {name: [found[name] for found in submitted.values() if name in found] for name in tried}
    done = {name: ours for name, ours in whole.items() if len(ours) == len(starts)}
    shared = _between_them(submitted, done, int(parts[1][0].get("overlap") or 1))
    for name, ours in (done | shared).items():
        _take(joined(ours, name), parts[1][0], text, pulled)
    for name, ours in shared.items():
        _tell_shared(name, ours, parts[1][0], starts, pulled)
    for name, numbers in tried.items() if not shared else ():
        if len(numbers) < len(starts):
            _tell_unfinished(name, numbers, parts, pulled)


def _between_them(
    submitted: Mapping[int, Mapping[str, Marked]], done: Collection[str], wanted: int
) -> dict[str, list[Marked]]:
    """The pass and the parts of an article that several people have annotated between them, as the label stream gives
    parts out to whoever comes; nothing where one of them may still go on.
    """
    others = [[one for one in found.values() if one.name not in done] for found in submitted.values()]
    open_parts = any(len(found) < wanted for found in submitted.values())
    if open_parts or len(done) >= wanted or not all(others):
        return {}
    first = [min(found, key=lambda one: str(one.created_at)) for found in others]
    return {"+".join(sorted({one.name for one in first})): first}


def _tell_shared(
    name: str, ours: Sequence[Marked], task: Mapping[str, Any], starts: Sequence[int], pulled: Pulled
) -> None:
    told = ", ".join(f"{number} {one.name}" for number, one in enumerate(ours, 1))
    said = f"its {counted(len(starts), 'part')} are by several people ({told}): kept as the pass {name!r}"
    where = place(task["page"], task["id"])
    pulled.problems.append(Problem(where, "parts-shared", said, "no work is lost", "warning"))


def _tell_unfinished(name: str, numbers: set[int], parts: Mapping[int, Tasks], pulled: Pulled) -> None:
    missing = next(found[0] for number, found in sorted(parts.items()) if number not in numbers)
    one = Unfinished(missing["id"], name, tuple(sorted(numbers)), len(parts))
    pulled.unfinished.append(one)
    where, hint = place(missing["stream"] or missing["page"], one.id), "it is pulled when all parts are submitted"
    pulled.problems.append(Problem(where, "article-unfinished", str(one), hint, "warning"))


def _text(
    starts: tuple[int, ...], parts: Mapping[int, Tasks], pulled: Pulled, corpus: Mapping[str, Document] | None
) -> str | None:
    """The text of an article, put together; None, and a problem, where it is not the text that was pushed."""
    task = next(found[0] for found in parts.values())
    where, before = place(task["page"], task["id"]), len(pulled.problems)
    gone = [number for number in range(1, len(starts) + 1) if number not in parts]
    if gone:
        said = f"of {counted(len(starts), 'part')} {', '.join(map(str, gone))} are not on the server"
        pulled.problems.append(Problem(where, "part-missing", said, "`viborder labelstudio push` sends them again"))
    for found in parts.values():
        for one in found:
            if (one["annotations"] or len(starts) > 1) and one["sha256"] != text_hash(one["text"]):
                said = "the text was edited on the server after the push"
                here = place(one["page"], one["id"])
                pulled.problems.append(Problem(here, "text-differs", said, "put the text back"))
    if len(pulled.problems) > before:
        return None
    text = "".join(parts[number][0]["text"] for number in range(1, len(starts) + 1))
    if corpus is not None and (task["id"] not in corpus or corpus[task["id"]].text != text):
        hint = "name the texts that were pushed with --corpus, or push the corpus's own text under a new id"
        pulled.problems.append(Problem(where, "text-differs", "the corpus has no such text", hint))
        return None
    return text


def _readings(
    task: Mapping[str, Any], part: Part, people: People, pulled: Pulled
) -> Iterable[tuple[Marked | None, str]]:
    """(what is marked or None, annotator) of every annotation of a task that was submitted."""
    here = place(task["page"], task["id"])
    # A person who opens the address of a task that others annotate too sees, and can change, what they marked.
    asked = place(task["stream"], task["id"]) if task["stream"] else here
    for entry in task["annotations"]:
        name = people.name(entry["by"])
        if entry["editor"]:
            pulled.refused.add((name, task["id"]))
            said = f"made by {name}, and changed by {people.name(entry['editor'])} at {entry['updated_at'][:16]}"
            hint = f"{name} looks it over and submits it again, or it is deleted; what was pulled before stays"
            pulled.problems.append(Problem(here, "edited-by-another", said, hint))
            yield None, name
        else:
            yield marked(entry, name, task, part.start, asked, pulled.problems), name


def _take(one: Marked, task: Mapping[str, Any], text: str, pulled: Pulled) -> None:
    """Add an article to a pass; of two annotations of it by one person the newer counts."""
    pulled.empty += one.reading.nothing
    pulled.unsure += one.reading.unsure
    documents = pulled.documents.setdefault(one.name, [])
    made = document(one, task, text)
    for index, other in enumerate(documents):
        if other.id == made.id:
            if other.meta["annotation"]["updated_at"] <= one.updated_at:
                documents[index] = made
            return
    documents.append(made)
