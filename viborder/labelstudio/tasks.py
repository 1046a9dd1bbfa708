"""The tasks of a project as the server holds them, and what we noted of each when it was pushed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from viborder.formats.labelstudio import KEY, part
from viborder.labelstudio.client import Client
from viborder.labelstudio.parts import Part

FIELDS = "id,data,meta,overlap,total_annotations,total_predictions,cancelled_annotations,drafts"
Key = tuple[str, int]  # a document, and the number of its part


def tasks_by_key(client: Client, number: int) -> dict[Key, list[dict[str, Any]]]:
    """The tasks of a project by document id and part; tasks that are not ours have no id and are left alone."""
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for task in client.tasks(number, include=FIELDS):
        if isinstance(task["data"].get("doc_id"), str):
            found[key(task)].append(task)
    return found


def key(task: Mapping[str, Any]) -> Key:
    """What a task is of."""
    return task["data"]["doc_id"], part_of(task).number


def part_of(task: Mapping[str, Any]) -> Part:
    """The part of the document that a task shows; all of it where nothing else was noted."""
    return Part(*part(task))


def shapes(present: Mapping[Key, list[dict[str, Any]]]) -> dict[str, tuple[int, ...]]:
    """Where the parts of each document start that is on the server."""
    return {identity: part_of(tasks[0]).starts for (identity, _), tasks in present.items()}


def shown(part: Part) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, meta) of a task by which people and we tell which part it is; nothing where an article is not cut."""
    return ({}, {}) if part.of == 1 else ({"part": str(part)}, {"part": part.number, "starts": list(part.starts)})


def drafted(wanted: bool) -> dict[str, Any]:
    """The condition of a list of tasks that somebody has, or nobody has, a draft of them that is not submitted."""
    return {"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean", "value": wanted}


def touched(task: Mapping[str, Any]) -> bool:
    """Whether somebody has worked on a task, or skipped it."""
    return bool(task["total_annotations"] or task["cancelled_annotations"] or task.get("drafts"))


def task_meta(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we noted of a task when it was pushed; empty for tasks that are not ours."""
    known = (task.get("meta") or {}).get(KEY)
    return known if isinstance(known, dict) else {}


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, by which a task that was edited on the server is noticed."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
