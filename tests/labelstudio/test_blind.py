"""Nobody's work is overwritten, or credited to another: two people, two browsers, one real server."""

import json

import pytest

from tests.labelstudio.conftest import PASSWORD
from tests.labelstudio.test_browser import Annotator
from tests.labelstudio.test_roundtrip import ALL, NOTHING, rules, submit, submit_suggestion, tasks
from viborder.document import Document, Span, by_id
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.labelstudio import signup
from viborder.labelstudio.accounts import editor
from viborder.labelstudio.client import Client
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push
from viborder.labelstudio.regions import region
from viborder.labelstudio.status import status
from viborder.labelstudio.tables import as_dict, capped

TEXT = "Công an tỉnh Cao Bằng bắt giữ hai đối tượng."
WHOLE, INNER = Span(0, 21, "AGENCY"), Span(8, 21, "PLACE")


def test_two_browsers_cannot_change_each_others_work(studio, browser, tmp_path):
    document = Document("both", TEXT, (Span(0, 21, "AGENCY", 0.9), Span(8, 21, "PLACE", 0.8)))
    plan = Plan(overlap=2, test_share=0)
    number = push(studio.owner, "two at once", [document], by_id([document]), "m1", plan).project
    task = tasks(studio.owner, number)["both"]
    found = status(studio.owner, "two at once", "none")
    (upcoming,) = found.next
    assert as_dict(found)["next"] == [{"id": "both", "usefulness": upcoming[1], "address": upcoming[2]}]
    stream = f"{studio.server.url}/projects/{number}/data?labeling=1"
    assert upcoming[2] == stream  # never the address of the task
    lan, minh = (Annotator(browser, studio.server.url, f"{name}@viborder.local", TEXT) for name in ("lan", "minh"))
    for person in (lan, minh):
        person.page.goto(stream)  # the address that is handed out leads to the task, without another's tab
        person.page.wait_for_selector(".htx-highlight", timeout=60_000)
    lan.page.wait_for_timeout(500)
    lan.page.keyboard.press("Control+Enter")
    lan.page.wait_for_timeout(1500)
    (made,) = studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["annotations"]
    assert editor(made) is None
    minh.open(number, task["id"])  # the address of the task, against the guide
    before = minh.highlights()
    minh.click(Span(0, 8, "AGENCY"))
    minh.press("Backspace")
    assert minh.highlights() < before
    minh.press("Control+Enter")
    minh.page.wait_for_timeout(1500)
    with pytest.raises(ViborderError, match="not-allowed"):
        studio.minh.ask(studio.minh.sdk.annotations.update, made["id"], result=[])
    minh.shot("forbidden")
    first = next(
        one
        for one in studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["annotations"]
        if one["id"] == made["id"]
    )
    assert (first["result"], editor(first)) == (made["result"], None)
    assert pull(studio.owner, "two at once", tmp_path / "passes").documents["lan"][0].spans == (WHOLE, INNER)


def test_what_another_has_changed_is_refused_and_nothing_else_is_lost(studio, tmp_path):
    documents = [Document("changed", TEXT), Document("fine", TEXT + " ")]
    number = push(studio.owner, "changed", documents, {}, "", ALL).project
    listed, out = tasks(studio.owner, number), tmp_path / "passes"
    made = submit(studio.lan, listed["changed"], [region(WHOLE), region(INNER)])
    submit(studio.minh, listed["fine"], NOTHING)
    pull(studio.owner, "changed", out)
    before = (out / "lan.jsonl").read_bytes()
    studio.owner.ask(studio.owner.sdk.annotations.update, made["id"], result=[region(INNER)])
    found = pull(studio.owner, "changed", out)
    assert rules(found) == ["edited-by-another"]
    (problem,) = found.problems
    assert f"/projects/{number}/data?task={listed['changed']['id']} id=changed" in problem.where
    assert problem.message.startswith("made by lan, and changed by owner at 20")
    assert (out / "lan.jsonl").read_bytes() == before  # what was pulled before stays
    assert [document.id for document in found.documents["minh"]] == ["fine"]
    studio.lan.ask(studio.lan.sdk.annotations.update, made["id"], result=[region(WHOLE)])  # its author stands for it
    assert rules(pull(studio.owner, "changed", out)) == []
    assert jsonl.read(out / "lan.jsonl")[0].spans == (WHOLE,)


def test_passes_are_kept_by_project_and_account(studio, tmp_path):
    out, document = tmp_path / "passes", Document("shared", TEXT)
    for title, span in (("project A", WHOLE), ("project B", INNER)):
        number = push(studio.owner, title, [document], {}, "", ALL).project
        submit(studio.lan, tasks(studio.owner, number)["shared"], [region(span)])
    assert rules(pull(studio.owner, "project A", out)) == []
    before = (out / "lan.jsonl").read_bytes()
    assert rules(pull(studio.owner, "project B", out)) == ["pass-from-elsewhere"]
    assert (out / "lan.jsonl").read_bytes() == before
    assert rules(pull(studio.owner, "project B", tmp_path / "b")) == []
    assert jsonl.read(tmp_path / "b" / "lan.jsonl")[0].spans == (INNER,)

    other = Client(studio.server.url, signup.add_annotator(studio.owner, "lan@another.local", PASSWORD))
    number = push(studio.owner, "project A", [document, Document("second", "Lào")], {}, "", ALL).project
    submit(other, tasks(studio.owner, number)["second"], [region(Span(0, 3, "PLACE"))])
    found = pull(studio.owner, "project A", out)
    assert rules(found) == ["name-taken"]
    assert (out / "lan.jsonl").read_bytes() == before
    assert [one.id for one in jsonl.read(out / "lan-2.jsonl")] == ["second"]
    assert rules(pull(studio.owner, "project A", out)) == []  # said once
    assert sorted(json.loads((out / ".accounts.json").read_text()).values()) == ["lan", "lan-2"]
    assert "@" not in (out / ".accounts.json").read_text()


def test_a_resumed_draft_keeps_its_suggestion(studio, tmp_path):
    document = Document("resumed", TEXT, (Span(0, 21, "AGENCY", 0.9), Span(8, 21, "PLACE", 0.8)))
    number = push(studio.owner, "resumed", [document], by_id([document]), "m1", ALL).project
    submit_suggestion(studio.lan, tasks(studio.owner, number)["resumed"])
    (made,) = studio.owner.ask(studio.owner.sdk.annotations.list, tasks(studio.owner, number)["resumed"]["id"])
    studio.lan.ask(studio.lan.sdk.annotations.update, made["id"], parent_prediction=None)  # as Label Studio does it
    found = pull(studio.owner, "resumed", tmp_path / "passes").documents["lan"][0].meta["annotation"]
    assert (found["model"], found["suggestions"]["kept"], found["suggestions"]["added"]) == ("m1", 2, 0)


def test_pull_looks_at_what_is_annotated_and_says_alike_things_once(studio, tmp_path):
    documents = [Document(f"d{number}", f"Lào {number}") for number in range(9)]
    number = push(studio.owner, "elsewhere", documents, {}, "", ALL).project
    for identity, task in tasks(studio.owner, number).items():
        if identity != "d0":
            submit(studio.lan, task, [region(Span(0, 3, "PLACE"))])
    found = pull(studio.owner, "elsewhere", tmp_path / "passes", {})
    assert rules(found) == ["text-differs"] * 8  # the task that nobody has annotated is left alone
    assert len(told := capped(found.problems)) == 5
    assert "and 3 more places like this" in told[-1].message and "--corpus" in told[-1].hint
