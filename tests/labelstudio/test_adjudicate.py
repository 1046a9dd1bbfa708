"""Conflicts to a project of their own, and decisions back."""

import pytest

from tests.labelstudio.conftest import GOLD
from tests.labelstudio.test_roundtrip import submit_suggestion, tasks
from viborder.annotate.adjudicate import merge, questions, read_decisions
from viborder.document import PRIVATE, Document, Span, by_id
from viborder.errors import ViborderError
from viborder.eval import agree
from viborder.formats import jsonl
from viborder.labelstudio import tables
from viborder.labelstudio.adjudicate import close_settled, pull_decisions, push_conflicts, settle_on_server
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push
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


def test_only_documents_in_conflict_with_states_and_who_said_what(studio):
    assert push_conflicts(studio.owner, "conflicts", passes()) == 1
    assert push_conflicts(studio.owner, "conflicts", passes()) == 0
    number = find_project(studio.owner, "conflicts")["id"]
    ((identity, task),) = tasks(studio.owner, number).items()
    assert identity == "d"
    border = "lan: PLACE “tỉnh Cao Bằng” · minh: PLACE “Cao Bằng”"
    assert task["data"]["said"].splitlines() == [
        f"[8:21] “tỉnh Cao Bằng” — {border}",
        "[26:38] “Nguyễn Văn A” — lan: PRIVATE · minh: OFFICIAL",
    ]
    result = studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["predictions"][0]["result"]
    assert not any(entry.get("readonly") for entry in result)  # what both got wrong in the same way can be mended
    notes = {entry["id"]: entry["value"]["text"] for entry in result if entry["type"] == "textarea"}
    # one reading of each dispute is filled in, never both
    assert notes == {
        "8-21-PLACE-disputed": [border],
        "26-38-OFFICIAL-disputed": ["lan: PRIVATE · minh: OFFICIAL"],
    }
    labelled = [entry["id"] for entry in result if entry["type"] == "labels"]
    assert labelled == ["0-21-AGENCY-agreed", "8-21-PLACE-disputed", "26-38-OFFICIAL-disputed"]


def test_doubts_reach_the_adjudicator_and_the_answer_the_log(studio, tmp_path, monkeypatch, capsys):
    """Notes and "unsure" of real annotations: pulled, asked on the server, answered, kept."""
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.server.token)
    document = Document("doubt", TEXT, (AGENCY, PLACE), (Span(26, 38, PRIVATE),))
    number = push(studio.owner, "doubts", [document], by_id([document]), "m", Plan(overlap=2, test_share=0)).project
    ((_, task),) = tasks(studio.owner, number).items()

    def doubt(result):
        note = {"id": "0-21-AGENCY", "from_name": "note", "to_name": "text", "type": "textarea"}
        value = {"start": 0, "end": 21, "text": ["without the town?"]}
        verdict = {"id": "v", "from_name": "document", "to_name": "text", "type": "choices"}
        return [*result, note | {"value": value}, verdict | {"value": {"choices": ["unsure"]}}]

    submit_suggestion(studio.lan, task, doubt)
    submit_suggestion(studio.minh, task)
    pull(studio.owner, "doubts", tmp_path / "passes", by_id([document]))
    named = {name: jsonl.read(tmp_path / "passes" / f"{name}.jsonl") for name in ("lan", "minh")}
    assert [str(one) for one in agree(named).doubts] == [
        "doubt the whole document, lan: unsure",
        'doubt [0:21] "Công an tỉnh Cao Bằng" AGENCY, lan: without the town?',
    ]
    tables.status(status(studio.owner, "doubts", "doubts-adjudication"))
    shown = capsys.readouterr().out
    assert "2 doubts of the annotators" in shown and "lan: without the town?" in shown
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    settle_on_server(named, log, out, 2, "doubts-adjudication")
    assert not out.exists()
    asked = find_project(studio.owner, "doubts-adjudication")["id"]
    assert f"adjudicate at {studio.server.url}/projects/{asked}/data?labeling=1" in capsys.readouterr().out
    ((_, task),) = tasks(studio.owner, asked).items()
    assert task["data"]["said"].splitlines() == [
        "Cả bài · The whole document — lan notes: unsure",
        "[0:21] “Công an tỉnh Cao Bằng” — lan: AGENCY · minh: AGENCY · lan notes: without the town?",
    ]

    def answer(result):
        assert [entry["id"] for entry in result if entry["id"].endswith("-agreed")] == [
            "8-21-PLACE-agreed",
            "26-38-PRIVATE-agreed",
        ]
        for entry in result:
            if entry["id"] == "0-21-AGENCY-doubted" and entry["type"] == "textarea":
                entry["value"]["text"] = ["with it: A1"]
        remark = {"id": "w", "from_name": "remark", "to_name": "text", "type": "textarea"}
        return [*result, remark | {"value": {"text": ["sound as it is"]}}]

    submit_suggestion(studio.owner, task, answer)
    settle_on_server(named, log, out, 2, "doubts-adjudication")
    assert [(one.end, one.decision, one.reason, dict(one.notes)) for one in read_decisions(log)] == [
        (21, "AGENCY", "with it: A1", {"lan": "without the town?"}),
        (0, None, "sound as it is", {"lan": "unsure"}),
    ]
    assert (jsonl.read(out)[0].spans, jsonl.read(out)[0].private) == (document.spans, document.private)


def test_what_the_adjudicator_submits_becomes_gold_and_a_log(studio):
    two = passes()
    push_conflicts(studio.owner, "decided", two)
    task = tasks(studio.owner, find_project(studio.owner, "decided")["id"])["d"]

    def decide(result):
        for entry in result:
            if entry["id"] == "8-21-PLACE-disputed" and entry["type"] == "textarea":
                entry["value"]["text"] = ["heads one name"]
            if entry["id"] == "26-38-OFFICIAL-disputed" and entry["type"] == "labels":
                entry["value"]["labels"] = [PRIVATE]
        return [*result, region(Span(22, 25, "QUANTITY"))]

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


def test_an_agreed_span_can_be_mended_and_that_is_told(studio):
    two = passes()
    push_conflicts(studio.owner, "mended", two)
    task = tasks(studio.owner, find_project(studio.owner, "mended")["id"])["d"]

    def mend(result):
        return [*(one for one in result if one["id"] != "0-21-AGENCY-agreed"), region(Span(0, 7, "AGENCY"))]

    submit_suggestion(studio.owner, task, mend)
    decisions, problems = pull_decisions(studio.owner, "mended", two)
    assert [(problem.rule, problem.severity) for problem in problems] == [("agreed-span-changed", "warning")]
    assert "data?task=" in problems[0].where and "AGENCY in all passes, and nothing by the adjudicator" in str(problems)
    assert [(one.text, one.decision, dict(one.passes)) for one in decisions[:2]] == [
        ("Công an tỉnh Cao Bằng", None, {"lan": "AGENCY", "minh": "AGENCY"}),
        ("Công an", "AGENCY", {"lan": None, "minh": None}),
    ]
    gold, problems = merge(two, decisions)
    assert [span.label for span in by_id(gold)["d"].spans if span.label == "AGENCY"] == ["AGENCY"]
    assert by_id(gold)["d"].spans[0] == Span(0, 7, "AGENCY") and problems == []


def test_what_is_settled_elsewhere_is_closed_unless_somebody_has_begun(studio):
    two = passes()
    assert close_settled(studio.owner, "closed", two, []) == 0  # no project yet
    push_conflicts(studio.owner, "closed", two)
    number = find_project(studio.owner, "closed")["id"]
    answers = [question.answer("PLACE") for question in questions(two)]
    assert close_settled(studio.owner, "closed", two, answers[:1]) == 0
    assert close_settled(studio.owner, "closed", {"lan": {}, "minh": {}}, []) == 0  # of passes that were not given
    assert close_settled(studio.owner, "closed", two, answers) == 1 and not tasks(studio.owner, number)
    push_conflicts(studio.owner, "closed", two)
    submit_suggestion(studio.owner, tasks(studio.owner, number)["d"], lambda result: result)
    assert close_settled(studio.owner, "closed", two, answers) == 0 and [*tasks(studio.owner, number)] == ["d"]


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
