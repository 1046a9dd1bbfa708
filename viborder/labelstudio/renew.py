"""Suggestions of tasks that nobody has begun, made anew by the model that serves.

Label Studio asks the backend for a task that is opened from the list or by its address only while it has no suggestion
at all; what it got then stays. So every new model replaces what older ones have suggested.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from viborder.document import Document
from viborder.errors import ViborderError
from viborder.labelstudio.client import PAGE, Client
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.suggest import prediction
from viborder.labelstudio.tasks import task_meta

NEXT = 200  # tasks whose suggestions are made anew at once: those that come next


def keep_renewed(owner: Client, number: int, learner: Learner) -> None:
    """Renew the suggestions with the first model, and after every training or several in a row, until the learner stops;
    says how many.
    """
    while learner.wait_for_change():
        try:
            renewed = renew(owner, number, learner)
        except ViborderError as error:  # the server is away: the next training tries again
            print(error, file=sys.stderr, flush=True)
            continue
        if renewed:
            print(f"renewed {renewed} suggestions with model {learner.version}", file=sys.stderr, flush=True)


def renew(owner: Client, number: int, learner: Learner) -> int:
    """Replace what older models suggest for tasks that nobody has begun; returns for how many tasks.

    A suggestion is changed and not made anew, because Label Studio refuses the annotation of a person who has opened one
    that is gone meanwhile. Of the tasks beyond the next 200 the old suggestions are taken away instead, in one call:
    Label Studio asks for new ones when they are opened. It ends early when a newer model takes over.
    """
    tasks, version = list(_not_begun(owner, number)), learner.version
    renewed = 0
    for task in tasks[:NEXT]:
        if learner.version != version:
            return renewed
        begun = time.monotonic()
        renewed += _renew(owner, task, learner)
        time.sleep(time.monotonic() - begun)  # half of the time is left to those who annotate
    later = [task["id"] for task in tasks[NEXT:]]
    if later:
        chosen = {"all": False, "included": later}
        owner.ask(owner.sdk.actions.create, id="delete_tasks_predictions", project=number, selected_items=chosen)
    return renewed + len(later)


def _renew(owner: Client, task: dict[str, Any], learner: Learner) -> bool:
    old = [
        entry
        for entry in owner.ask(owner.sdk.predictions.list, task=task["id"])
        if entry["model_version"] != learner.version
    ]
    if old:
        tagged, version = learner.tag(Document("", task["data"]["text"]))
        for entry in old:
            owner.ask(owner.sdk.predictions.update, entry["id"], **prediction(tagged, version))
    return bool(old)


def _not_begun(owner: Client, number: int) -> Iterator[dict[str, Any]]:
    """The tasks with suggestions that nobody has submitted, skipped or drafted, in the order of the label stream,
    without those of the test share.
    """
    numbers = [("total_predictions", "greater"), ("total_annotations", "equal"), ("cancelled_annotations", "equal")]
    items = [
        {"filter": f"filter:tasks:{name}", "operator": operator, "type": "Number", "value": 0}
        for name, operator in numbers
    ]
    items.append({"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean", "value": False})
    query, page = json.dumps({"filters": {"conjunction": "and", "items": items}}), 1
    while True:
        found = owner.task_list(number, include="id,data,meta", page=page, page_size=PAGE, query=query)
        for task in found["tasks"]:
            if isinstance(task["data"].get("doc_id"), str) and task_meta(task).get("share") != "test":
                yield task
        if page * PAGE >= int(found["total"]):
            return
        page += 1
