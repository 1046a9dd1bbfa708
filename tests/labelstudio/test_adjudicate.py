"""Conflicts to a project of their own, and decisions back."""

import pytest

from tests.labelstudio.conftest import GOLD
from tests.labelstudio.test_roundtrip import submit_suggestion, tasks
from viborder.annotate.adjudicate import merge, questions, read_decisions
from viborder.document import PRIVATE, Document, Span, by_id
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.labelstudio.adjudicate import pull_decisions, push_conflicts, settle_on_server
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import Plan, push
from viborder.labelstudio.regions import region
from viborder.labelstudio.status import status

TEXT = "Công an tỉnh Cao Bằng bắt Nguyễn Văn A"
AGENCY, PLACE, BARE = Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"), Span(13, 21, "PLACE")


def passes():
    agreed = Document("agreed", TEXT, (AGENCY,))
    return {
        "lan": by_id([agreed, Document("d", TEXT, (AGENCY, PLACE), (Span(26, 38, PRIVATE),))]),
        "minh": by_id([agreed, Document("d", TEXT, (AGENCY, BARE, Span(26, 38, "OFFICIAL")))]),
    }


def test_only_documents_in_conflict_with_agreed_spans_fixed_and_who_said_what(studio):
    assert push_conflicts(studio.owner, "conflicts", passes()) == 1
    assert push_conflicts(studio.owner, "conflicts", passes()) == 0
    number = find_project(studio.owner, "conflicts")["id"]
    ((identity, task),) = tasks(studio.owner, number).items()
    assert identity == "d"
    assert task["data"]["said"].splitlines()[0] == "[8:21] “tỉnh Cao Bằng” — lan: PLACE · minh: nothing"
    result = studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["predictions"][0]["result"]
    assert [entry["id"] for entry in result if entry.get("readonly")] == ["0-21-AGENCY"]
    notes = {entry["id"]: entry["value"]["text"] for entry in result if entry["type"] == "textarea"}
    assert notes["26-38-PRIVATE"] == notes["26-38-OFFICIAL"] == ["lan: PRIVATE · minh: OFFICIAL"]


def test_what_the_adjudicator_submits_becomes_gold_and_a_log(studio):
    two = passes()
    push_conflicts(studio.owner, "decided", two)
    task = tasks(studio.owner, find_project(studio.owner, "decided")["id"])["d"]

    def decide(result):
        kept = [entry for entry in result if entry["id"] not in ("13-21-PLACE", "26-38-OFFICIAL")]
        for entry in kept:
            if entry["id"] == "8-21-PLACE" and entry["type"] == "textarea":
                entry["value"]["text"] = ["heads one name"]
        return [*kept, region(Span(22, 25, "QUANTITY"))]

    submit_suggestion(studio.owner, task, decide)
    decisions, problems = pull_decisions(studio.owner, "decided", two)
    assert problems == []
    assert [(one.text, one.decision, one.reason) for one in decisions] == [
        ("tỉnh Cao Bằng", "PLACE", "heads one name"),
        ("Cao Bằng", None, ""),
        ("bắt", "QUANTITY", ""),
        ("Nguyễn Văn A", "PRIVATE", ""),
    ]
    assert dict(decisions[2].passes) == {"lan": None, "minh": None}
    gold, problems = merge(two, decisions)
    assert problems == [] and not questions(two, decisions)
    assert by_id(gold)["d"].spans == (AGENCY, PLACE, Span(22, 25, "QUANTITY"))
    assert push_conflicts(studio.owner, "decided", two, decisions) == 0
    assert status_of(studio, "decided") == 1


def status_of(studio, title):
    push(studio.owner, "any project", [Document("x", "Lào")], {}, "", Plan(test_share=0))
    return status(studio.owner, "any project", title).adjudicated


def test_an_agreed_span_stays(studio):
    two = passes()
    push_conflicts(studio.owner, "fixed", two)
    task = tasks(studio.owner, find_project(studio.owner, "fixed")["id"])["d"]
    submit_suggestion(studio.owner, task, lambda result: [entry for entry in result if entry["id"] != "0-21-AGENCY"])
    _, problems = pull_decisions(studio.owner, "fixed", two)
    assert [problem.rule for problem in problems] == ["agreed-span-changed"]
    assert "data?task=" in problems[0].where


def test_an_untouched_task_follows_the_passes(studio):
    push_conflicts(studio.owner, "follows", passes())
    changed = passes()
    changed["minh"]["d"] = changed["minh"]["d"].with_spans([AGENCY])
    assert push_conflicts(studio.owner, "follows", changed) == 1
    ((_, task),) = tasks(studio.owner, find_project(studio.owner, "follows")["id"]).items()
    assert "minh: OFFICIAL" not in task["data"]["said"]


def test_from_articles_to_gold(studio, tmp_path, monkeypatch):
    """Push, two blind passes, pull, agreement, adjudication, gold: the whole day of two annotators."""
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.server.token)
    gold = jsonl.read(GOLD)
    number = push(studio.owner, "day", gold, by_id(gold), "m1", Plan(overlap=2, test_share=0)).project
    for task in tasks(studio.owner, number).values():
        submit_suggestion(studio.lan, task, lambda result: result[1:])
        submit_suggestion(studio.minh, task, lambda result: result[:-1])
    pulled = pull(studio.owner, "day", tmp_path / "passes", by_id(gold))
    assert {name: fate.deleted for name, fate in pulled.fates().items()} == {"lan": 5, "minh": 5}
    named = {name: jsonl.read(tmp_path / "passes" / f"{name}.jsonl") for name in ("lan", "minh")}
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    settle_on_server(named, log, out, 2, "day-adjudication")
    assert not out.exists()
    open_tasks = tasks(studio.owner, find_project(studio.owner, "day-adjudication")["id"])
    assert len(open_tasks) == 5
    for task in open_tasks.values():
        submit_suggestion(studio.owner, task)  # every candidate is right: each pass had lost one span
    settle_on_server(named, log, out, 2, "day-adjudication")
    assert [(one.id, one.spans, one.private) for one in jsonl.read(out)] == [
        (one.id, one.spans, one.private) for one in gold
    ]
    assert len(read_decisions(log)) == 10
    agreement = status(studio.owner, "day", "day-adjudication").agreement
    spans = sum(len(one.spans) for one in gold)
    assert agreement == (("lan", "minh", pytest.approx(2 * (spans - 10) / (2 * spans - 10), abs=0.02), 5),)


def test_nothing_to_settle(studio, monkeypatch, tmp_path):
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.server.token)
    with pytest.raises(ViborderError, match="passes-too-few"):
        settle_on_server({"lan": []}, tmp_path / "log", tmp_path / "gold", 2, "none")
