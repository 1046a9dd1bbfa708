"""What a pull asks the server for: every task as plain JSON, as it is kept between pulls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from viborder.labelstudio import accounts, passes
from viborder.labelstudio.client import Client
from viborder.labelstudio.regions import SUGGESTED
from viborder.labelstudio.running import progress
from viborder.labelstudio.tasks import drafted, part_of, task_meta

DEAR = 5  # a task that is asked for alone costs the server as much as five or more that are asked for together
SUGGESTED_PAGE = 100  # tasks a page, each with all of its suggestions
BEGUN = [
    {"filter": f"filter:tasks:{name}", "operator": "greater", "type": "Number", "value": 0}
    for name in ("total_annotations", "cancelled_annotations")
]
FIELDS = "id,data,meta,overlap,updated_at,total_annotations,cancelled_annotations"


def fetch(client: Client, source: passes.Source, known: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """(every task of a project by its number, how many of them were fetched).

    known: the tasks as the last pull kept them; those that have not changed since are taken from there.
    """
    present = list(client.tasks(source.number, include=FIELDS))
    changed = [task for task in present if known.get(str(task["id"]), {}).get("updated_at") != task["updated_at"]]
    begun = [task["id"] for task in changed if _is_begun(task)]
    whole = _all_begun(client, source.number) if len(begun) * DEAR > sum(map(_is_begun, present)) else {}
    tasks = {str(task["id"]): known.get(str(task["id"])) for task in present}
    for listed in progress(changed, "pull"):
        tasks[str(listed["id"])] = _kept_task(client, source, listed, whole.get(listed["id"]))
    return tasks, len(changed)


def _export(client: Client, number: int) -> str:
    """The project's export, which holds the tasks that somebody has submitted or skipped."""
    return b"".join(client.sdk.projects.exports.download_sync(number, export_type="JSON")).decode()


def drafts(client: Client, number: int) -> int:
    """The number of tasks on which somebody has an unsubmitted draft; its content is its author's alone."""
    query = json.dumps({"filters": {"conjunction": "and", "items": [drafted(True)]}})
    return int(client.task_list(number, page=1, page_size=1, include="id", query=query)["total"])


def _is_begun(listed: Mapping[str, Any]) -> bool:
    """Whether somebody has submitted or skipped a task of the list."""
    return bool(listed["total_annotations"] or listed["cancelled_annotations"])


def _all_begun(client: Client, number: int) -> dict[int, dict[str, Any]]:
    """Every task that somebody has submitted or skipped, by its number: annotations as the project's export has them,
    which lacks most suggestions, and suggestions as the list has them, which lacks the annotations. One that changes in
    between is left out.
    """
    exported = json.loads(client.ask(_export, client, number))
    query = json.dumps({"filters": {"conjunction": "or", "items": BEGUN}})
    listed = client.tasks(number, include="id,updated_at,predictions", size=SUGGESTED_PAGE, fields="all", query=query)
    suggested = {one["id"]: one for one in listed}
    return {
        one["id"]: {**one, "predictions": suggested[one["id"]]["predictions"]}
        for one in exported
        if one["id"] in suggested and suggested[one["id"]]["updated_at"] == one["updated_at"]
    }


def _kept_task(
    client: Client, source: passes.Source, listed: Mapping[str, Any], found: Mapping[str, Any] | None
) -> dict[str, Any]:
    """All of a task that matters. One that nobody has submitted is in the list.

    found: the whole task, if it was fetched with others.
    """
    if not _is_begun(listed):
        found = {**listed, "annotations": [], "predictions": []}
    elif found is None or found["updated_at"] != listed["updated_at"]:
        found = client.ask(client.sdk.tasks.get, listed["id"])
    known, part, overlap = task_meta(found), part_of(found), int(listed.get("overlap") or 1)
    return {
        "page": client.task_page(source.number, listed["id"]),
        "stream": client.stream_page(source.number) if overlap > 1 else None,
        "project": source.key,
        "updated_at": found["updated_at"],
        "id": found["data"].get("doc_id"),
        "text": found["data"].get("text"),
        "part": part.number,
        "starts": part.starts,
        "overlap": overlap,
        "sha256": known.get("sha256"),
        "share": known.get("share", "learn"),
        "skipped": sum(bool(entry["was_cancelled"]) for entry in found["annotations"]),
        "annotations": [
            _kept(entry, found["predictions"])
            for entry in sorted(found["annotations"], key=lambda entry: str(entry["updated_at"]))
            if not entry["was_cancelled"]
        ],
    }


def _kept(entry: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An annotation as it is kept between pulls; users by the server's numbers."""
    suggestion = _suggestion(entry, predictions)
    return {
        "annotation": entry["id"],
        "by": accounts.author(entry),
        "editor": accounts.editor(entry),
        "result": entry["result"],
        "lead_time": entry["lead_time"] or 0.0,
        "created_at": entry["created_at"],
        "updated_at": entry["updated_at"],
        "suggested": suggestion.get("result") or [],
        "version": suggestion.get("model_version"),
    }


def _suggestion(entry: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The prediction that an annotation began with; empty where it began with none.

    Label Studio forgets it when a draft is resumed. Regions of ours tell then that there was one: it is the one that
    shares most of them, the newest of several.
    """
    for one in predictions:
        if one["id"] == entry["parent_prediction"]:
            return one
    ours = {str(one.get("id")) for one in entry["result"] if isinstance(one, dict)}
    ours = {name for name in ours if SUGGESTED.fullmatch(name)}
    shared = [
        (len(ours & {str(one.get("id")) for one in each["result"]}), int(each["id"]), each) for each in predictions
    ]
    shared.sort(key=lambda each: each[:2])
    return shared[-1][2] if shared and shared[-1][0] else {}
