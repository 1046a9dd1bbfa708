"""Making the backend known to a project, and learning what was submitted while it was away."""

from __future__ import annotations

import base64

from viborder.labelstudio.answers import submit
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import open_project
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.serve import USER

TITLE = "viborder"
EVENTS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")


def connect(owner: Client, title: str, url: str, password: str, learner: Learner) -> int:
    """Make the backend known to the project, and learn what was submitted while it was away; returns the number of the
    project.

    Raises ViborderError `server-refused` and what the project raises.
    """
    number = int(open_project(owner, title)["id"])
    credentials = base64.b64encode(f"{USER}:{password}".encode()).decode()
    hook = {
        "project": number,
        "url": f"{url}/webhook",
        "send_payload": True,
        "send_for_all_actions": False,
        "actions": list(EVENTS),
        "headers": {"Authorization": f"Basic {credentials}"},
    }
    # The webhook comes first: Label Studio would make one of its own with the backend, without a password.
    for known in owner.ask(owner.sdk.webhooks.list, project=number):
        if known["url"] == hook["url"]:
            owner.delete(owner.sdk.webhooks.delete, known["id"])
    owner.tell(owner.sdk.webhooks.create, **hook)
    backend = {
        "project": number,
        "url": url,
        "title": TITLE,
        "is_interactive": True,
        "auth_method": "BASIC_AUTH",
        "basic_auth_user": USER,
        "basic_auth_pass": password,
    }
    for known in owner.ask(owner.sdk.ml.list, project=number):
        if known["title"] == TITLE:
            owner.delete(owner.sdk.ml.delete, known["id"])
    owner.tell(owner.sdk.ml.create, **backend)
    owner.ask(owner.sdk.projects.update, number, model_version=TITLE, evaluate_predictions_automatically=True)
    catch_up(owner, number, learner)
    return number


def catch_up(owner: Client, number: int, learner: Learner) -> None:
    """Submit every annotation of the project that the learner does not have."""
    for listed in owner.tasks(number, include="id,total_annotations,cancelled_annotations"):
        if listed["total_annotations"] or listed["cancelled_annotations"]:
            task = owner.ask(owner.sdk.tasks.get, listed["id"])
            for annotation in task["annotations"]:
                submit(learner, annotation, task)
