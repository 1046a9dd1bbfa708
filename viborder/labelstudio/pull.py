"""Annotations back from Label Studio as one pass an annotator, exact, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.labelstudio import accounts, passes
from viborder.labelstudio.accounts import People
from viborder.labelstudio.client import Client
from viborder.labelstudio.fetch import drafts, fetch
from viborder.labelstudio.interface import open_project
from viborder.labelstudio.judge import Pulled, judge
from viborder.labelstudio.running import only_one


def pull(client: Client, title: str, out: Path, corpus: Mapping[str, Document] | None = None) -> Pulled:
    """Bring the submitted annotations of a project into `out/<annotator>.jsonl`.

    Only tasks that changed since the last pull are fetched; documents of other origin in those files stay. `corpus`:
    the texts that the annotations must bear. Nothing is written before everything has arrived, and a pull that is
    killed between two files is made good by the next. An annotation that cannot be used is left out and told as a
    problem with an address; so is one that another person has changed, one of a task whose text was edited on the
    server, and one of a document that the same person's pass has from another project. The parts of a long article are
    put together; one of which somebody has not submitted all parts is left out and told.
    Raises ViborderError `pull-running`, `accounts-unreadable` and what the client and the project raise.
    """
    source = passes.Source.of(client.url, open_project(client, title))
    with only_one("pull", "pull-running", out):
        people = accounts.people(client, out)
        tasks, pulled = collect(client, source, people, passes.state(out, source), corpus)
        accounts.keep(people, out)
        pulled.problems += people.problems
        pulled.problems += passes.write(out, source, tasks, pulled.documents, pulled.refused)
    return pulled


def collect(
    client: Client,
    source: passes.Source,
    people: People,
    known: Mapping[str, Any] | None = None,
    corpus: Mapping[str, Document] | None = None,
) -> tuple[dict[str, Any], Pulled]:
    """(every task as it is kept between pulls, what they hold) of a project.

    known: the tasks as the last pull kept them.
    """
    tasks, fetched = fetch(client, source, known or {})
    pulled = judge(tasks.values(), people, corpus)
    pulled.fetched, pulled.drafts = fetched, drafts(client, source.number)
    return tasks, pulled
