"""Suggestions of tasks that nobody has begun, made anew by the model that serves.

Label Studio asks the backend for a task that is opened from the list or by its address only while it has no suggestion
at all; what it got then stays. So every new model replaces what older ones have suggested.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from viborder.document import Document
from viborder.errors import ViborderError, counted
from viborder.labelstudio.client import Client
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.suggest import prediction
from viborder.labelstudio.tasks import drafted, task_meta

NEXT = 200  # tasks that may be open on a screen when the backend starts: those that come next
PAGE = 25  # tasks a request: few, since each may be begun between the request and its renewal


def keep_renewed(owner: Client, number: int, learner: Learner) -> None:
    """Renew the suggestions with the first model, and after every training or several in a row, until the learner stops;
    says how many.
    """
    is_first = True
    while learner.wait_for_change():
        try:
            renewed = (_take_away(owner, number) if is_first else 0) + renew(owner, number, learner)
            is_first = False
        except ViborderError as error:  # the server is away: the next training tries again
            print(error, file=sys.stderr, flush=True)
            continue
        if renewed:
            print(f"renewed {counted(renewed, 'suggestion')} with model {learner.version}", file=sys.stderr, flush=True)


def renew(owner: Client, number: int, learner: Learner) -> int:
    """Replace what older models suggest for tasks that nobody has begun, those first that come next; returns for how
    many tasks. It ends early when a newer model takes over.

    A suggestion is changed and not made anew, because Label Studio refuses the annotation of a person who has opened one
    that is gone meanwhile.
    """
    version, renewed = learner.version, 0
    for task in _not_begun(owner, number, fields="all", include="id,data,meta,predictions"):
        begun = time.monotonic()
        old = [entry for entry in task["predictions"] if entry["model_version"] != version]
        if old:
            tagged, made_by = learner.tag(Document("", task["data"]["text"]))
            if made_by != version:
                break
            for entry in old:
                owner.ask(owner.sdk.predictions.update, entry["id"], **prediction(tagged, version))
            renewed += 1
            time.sleep(time.monotonic() - begun)  # half of the time is left to those who annotate
    return renewed


def _take_away(owner: Client, number: int) -> int:
    """Delete the suggestions of all tasks beyond the next, which nobody has open yet: Label Studio asks for new ones when
    they are opened. So a project of thousands that was pushed with suggestions need not be renewed task by task.
    """
    later = [task["id"] for task in islice(_not_begun(owner, number), NEXT, None)]
    if later:
        chosen = {"all": False, "included": later}
        owner.ask(owner.sdk.actions.create, id="delete_tasks_predictions", project=number, selected_items=chosen)
    return len(later)


def _not_begun(
    owner: Client, number: int, fields: str = "task_only", include: str = "id,data,meta"
) -> Iterator[dict[str, Any]]:
    """The tasks with suggestions that nobody has submitted, skipped or drafted, in the order of the label stream,
    without those of the test share.
    """
    last = 0
    while True:
        query = json.dumps({"filters": {"conjunction": "and", "items": _conditions(last)}})
        asked = {"fields": fields, "include": include, "query": query, "page": 1, "page_size": PAGE}
        found = owner.ask(owner.sdk.tasks.list, project=number, **asked)["tasks"]
        for task in found:
            last = max(last, int(task["id"]))
            if isinstance(task["data"].get("doc_id"), str) and task_meta(task).get("share") != "test":
                yield task
        if len(found) < PAGE:
            return


def _conditions(after: int) -> list[dict[str, Any]]:
    numbers = [
        ("id", "greater", after),
        ("total_predictions", "greater", 0),
        ("total_annotations", "equal", 0),
        ("cancelled_annotations", "equal", 0),
    ]
    found: list[dict[str, Any]] = [
        {"filter": f"filter:tasks:{name}", "operator": operator, "type": "Number", "value": value}
        for name, operator, value in numbers
    ]
    return [*found, drafted(False)]
