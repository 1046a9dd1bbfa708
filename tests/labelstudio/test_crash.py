"""The server and its clients are killed at the worst moment: nothing is lost, and nothing is there twice."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from tests.labelstudio.conftest import REPOSITORY, people
from viborder.document import Document, Span, by_id
from viborder.formats import jsonl
from viborder.labelstudio import fetch, server
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push
from viborder.labelstudio.regions import region

MANY = [
    Document(f"d{number:04}", f"Công an tỉnh số {number} " * 40, (Span(0, 12, "AGENCY", 0.9),)) for number in range(600)
]


@pytest.fixture
def own(program, tmp_path):
    """A server that may be killed."""
    held = people(server.start(program, tmp_path / "server"), tries=8)  # a busy machine starts a server in a minute
    yield held
    held.server.stop()


def restart(held, program):
    port = int(held.server.url.rsplit(":", 1)[1])
    held.server = server.start(program, held.server.data, port=port)


def count(client, title):
    project = find_project(client, title)
    if project is None:
        return 0
    return client.task_list(project["id"], page=1, page_size=1, include="id")["total"]


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def assert_each_once(client, number):
    """Every document is one task with one suggestion."""
    listed = list(client.tasks(number))
    assert sorted(task["data"]["doc_id"] for task in listed) == [document.id for document in MANY]
    suggested = Counter(entry["task"] for entry in client.ask(client.sdk.predictions.list, project=number))
    assert suggested == {task["id"]: 1 for task in listed}


def test_a_push_that_is_killed_goes_on_where_it_was(own, tmp_path):
    jsonl.write(tmp_path / "many.jsonl", MANY)
    known = {
        "LABEL_STUDIO_URL": own.server.url,
        "LABEL_STUDIO_API_KEY": own.server.token,
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [
        sys.executable,
        "-m",
        "viborder",
        "labelstudio",
        "push",
        "many.jsonl",
        "--suggestions",
        "many.jsonl",
        "--test-share",
        "0",
    ]
    child = subprocess.Popen(command, env=os.environ | known, cwd=tmp_path, stdout=subprocess.DEVNULL)
    wait_for(lambda: count(own.owner, "viborder") >= 100)
    child.kill()
    child.wait()
    assert count(own.owner, "viborder") < len(MANY)
    again = subprocess.run(command, env=os.environ | known, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "600 sent" not in again.stdout
    assert_each_once(own.owner, find_project(own.owner, "viborder")["id"])


def test_a_server_that_is_killed_during_a_push_and_a_pull(own, program, tmp_path, monkeypatch):
    done = []
    pusher = threading.Thread(
        target=lambda: done.append(push(own.owner, "killed", MANY, by_id(MANY), "m1", Plan(test_share=0)))
    )
    pusher.start()
    wait_for(lambda: count(own.lan, "killed") >= 100)
    own.server.process.kill()
    own.server.process.wait()
    restart(own, program)
    pusher.join(180)
    assert len(done) == 1  # it waited for the server and went on
    assert_each_once(own.owner, done[0].project)

    tasks, out = list(own.owner.tasks(done[0].project)), tmp_path / "passes"
    annotate(own.lan, tasks[:60])
    found = pull_through_a_kill(own, program, monkeypatch, out, 1, fetch._export)  # all at once
    assert len(found.documents["lan"]) == len(jsonl.read(out / "lan.jsonl")) == 60
    annotate(own.lan, tasks[60:65])
    found = pull_through_a_kill(own, program, monkeypatch, out, 3, own.owner.sdk.tasks.get)  # the few new ones, singly
    assert len(found.documents["lan"]) == len(jsonl.read(out / "lan.jsonl")) == 65


def annotate(client, tasks):
    for task in tasks:
        client.tell(client.sdk.annotations.create, task["id"], result=[region(Span(0, 12, "AGENCY"))], lead_time=1)


def pull_through_a_kill(held, program, monkeypatch, out, after, doomed):
    """A pull whose server is killed when it is asked `doomed` for the `after`th time, and comes back."""
    ask, killed, asked, pulled = held.owner.ask, threading.Event(), [], []

    def asks(call, *args, **query):
        asked.append(call == doomed)
        if call == doomed and sum(asked) == after:
            held.server.process.kill()
            held.server.process.wait()
            killed.set()
        return ask(call, *args, **query)

    def content():
        return [path.read_bytes() for path in out.glob("*.jsonl")]

    before = content()
    with monkeypatch.context() as patched:
        patched.setattr(held.owner, "ask", asks)
        puller = threading.Thread(target=lambda: pulled.append(pull(held.owner, "killed", out)))
        puller.start()
        assert killed.wait(60)
        assert content() == before
        restart(held, program)
        puller.join(120)
    [found] = pulled
    return found
