"""Documents to a real server and back."""

import itertools
import json
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.labelstudio.conftest import GOLD, hard_documents, raw
from tests.test_full_disk import fails_at
from viborder.document import PRIVATE, Document, Span, by_id
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.labelstudio import fetch
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.order import share
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import Pushed, push
from viborder.labelstudio.regions import region
from viborder.labelstudio.status import status

ALL = Plan(test_share=0)
NOTHING = [
    {"id": "v", "from_name": "document", "to_name": "text", "type": "choices", "value": {"choices": ["nothing"]}}
]


def tasks(client, number):
    return {task["data"]["doc_id"]: task for task in client.tasks(number)}


def submit(client, task, result, **more):
    return client.tell(client.sdk.annotations.create, task["id"], **{"result": result, "lead_time": 90} | more)


def submit_suggestion(client, task, change=lambda result: result):
    prediction = client.ask(client.sdk.tasks.get, task["id"])["predictions"][-1]
    return submit(client, task, change(prediction["result"]), parent_prediction=prediction["id"])


def rules(found):
    return sorted(problem.rule for problem in found.problems)


def test_the_five_articles_and_hard_texts_come_back_byte_for_byte(studio, tmp_path):
    documents = [*jsonl.read(GOLD), *hard_documents()]
    assert len(documents) == 19
    done = push(studio.owner, "exact", documents, by_id(documents), "gold-1", ALL)
    assert (done.sent, done.present, done.mended) == (19, 0, 0)
    listed = tasks(studio.owner, done.project)
    for document in documents:
        assert listed[document.id]["data"]["text"] == document.text
        submit_suggestion(studio.lan, listed[document.id])
    found = pull(studio.owner, "exact", tmp_path / "passes", by_id(documents))
    assert {problem.rule for problem in found.problems} <= {
        "span-splits-token",
        "text-invisible-character",
        "text-not-nfc",
    }
    back = by_id(jsonl.read(tmp_path / "passes" / "lan.jsonl"))
    assert len(back) == 19
    for document in documents:
        assert back[document.id].text.encode() == document.text.encode()
        assert back[document.id].spans == document.spans
        assert back[document.id].private == document.private
        about = back[document.id].meta["annotation"]
        assert about["suggestions"]["kept"] == len(document.spans) + len(document.private)
        assert (about["minutes"], about["model"]) == (1.5, "gold-1")


def test_pushed_twice_is_there_once(studio):
    documents = [Document(f"d{number}", f"Công an tỉnh số {number}") for number in range(120)]
    first = push(studio.owner, "twice", documents, {}, "", ALL)
    assert (first.sent, first.present) == (120, 0)
    assert push(studio.owner, "twice", documents, {}, "", ALL) == Pushed(first.project, 0, 120, 0)
    more = [*documents, Document("new", "thêm một bài")]
    assert push(studio.owner, "twice", more, {}, "", ALL) == Pushed(first.project, 1, 120, 0)
    assert len(list(studio.owner.tasks(first.project))) == 121


def test_a_new_model_adds_its_suggestions_where_nobody_has_begun(studio):
    documents = [
        Document("a", "Cao Bằng", (Span(0, 8, "PLACE", 0.6),)),
        Document("b", "Lào", (Span(0, 3, "PLACE", 0.7),)),
    ]
    number = push(studio.owner, "newer", documents, by_id(documents), "m1", ALL).project
    submit(studio.lan, tasks(studio.owner, number)["a"], NOTHING)
    assert push(studio.owner, "newer", documents, by_id(documents), "m2", ALL).mended == 1
    versions = {
        entry["task"]: entry["model_version"]
        for entry in studio.owner.ask(studio.owner.sdk.predictions.list, project=number)
    }
    assert sorted(versions.values()) == ["m1", "m2"]
    assert find_project(studio.owner, "newer")["model_version"] == "m2"


def test_the_random_share_gets_no_suggestions_and_the_overlap_two_people(studio, tmp_path):
    documents = [Document(f"d{number}", f"bài số {number}", (Span(0, 3, "PLACE", 0.5),)) for number in range(40)]
    plan = Plan(overlap=2, overlap_share=0.5, test_share=0.25)
    number = push(studio.owner, "shares", documents, by_id(documents), "m1", plan).project
    suggested = {entry["task"] for entry in studio.owner.ask(studio.owner.sdk.predictions.list, project=number)}
    for identity, task in tasks(studio.owner, number).items():
        is_test = share(identity, "test") < 0.25
        assert task["meta"]["viborder"]["share"] == ("test" if is_test else "learn")
        assert (task["id"] in suggested) is not is_test
        assert task["overlap"] == (2 if share(identity, "overlap") < 0.5 else 1)


def test_two_annotators_work_blind_and_disagree_in_peace(studio, tmp_path):
    document = Document("blind", "Công an tỉnh Cao Bằng", (Span(0, 21, "AGENCY", 0.9), Span(8, 21, "PLACE", 0.8)))
    number = push(studio.owner, "blind", [document], by_id([document]), "m1", Plan(overlap=2, test_share=0)).project
    task = tasks(studio.owner, number)["blind"]
    submit_suggestion(studio.lan, task)
    given = raw(studio.minh, "GET", f"projects/{number}/next")
    assert (given["id"], given["annotations"]) == (task["id"], [])
    submit_suggestion(studio.minh, task, lambda result: [result[0], region(Span(13, 21, "PLACE"))])
    found = pull(studio.owner, "blind", tmp_path / "passes")
    assert found.documents["lan"][0].spans == document.spans
    assert found.documents["minh"][0].spans == (Span(0, 21, "AGENCY"), Span(13, 21, "PLACE"))
    assert found.fates()["minh"].as_dict() == {"kept": 1, "moved": 1, "relabelled": 0, "deleted": 0, "added": 0}
    state = status(studio.owner, "blind", "none")
    assert (state.pushed, state.annotated, state.complete, state.in_conflict, state.adjudicated) == (1, 1, 1, 1, 0)
    assert state.agreement == (("lan", "minh", 0.5, 1),)  # one of two spans each: 2·1 / (2 + 2)
    assert state.curve == ((1, 2, (2 * 3) / 8),)  # three of four suggestions kept, four spans submitted: 2·3 / (4 + 4)
    assert state.next == ()


def test_skipped_empty_and_draft_are_told_apart(studio, tmp_path, monkeypatch):
    documents = [
        Document(name, f"không có gì ở {name}")
        for name in ("skipped", "ticked", "silent", "draft", "contradicts", "unsure")
    ]
    number = push(studio.owner, "states", documents, {}, "", ALL).project
    listed = tasks(studio.owner, number)
    submit(studio.lan, listed["skipped"], [], was_cancelled=True)
    submit(studio.lan, listed["ticked"], NOTHING)
    submit(studio.lan, listed["silent"], [])
    raw(
        studio.lan,
        "POST",
        f"tasks/{listed['draft']['id']}/drafts",
        json={"result": [region(Span(0, 5, "PLACE"))], "lead_time": 3},
    )
    submit(studio.lan, listed["contradicts"], [*NOTHING, region(Span(0, 5, "PLACE"))])
    doubt = [NOTHING[0] | {"value": {"choices": ["unsure"]}}, region(Span(0, 5, "PLACE"))]
    submit(studio.lan, listed["unsure"], doubt)
    found = pull(studio.owner, "states", tmp_path / "passes")
    assert (found.skipped, found.empty, found.drafts, found.unsure) == (1, 1, 1, 1)
    assert {document.id for document in found.documents["lan"]} == {"ticked", "unsure"}
    assert rules(found) == ["annotation-empty", "verdict-contradicts"]
    assert all(f"/projects/{number}/data?task=" in problem.where for problem in found.problems)
    monkeypatch.setattr(fetch, "DEAR", 0)  # every task asked for alone
    pull(studio.owner, "states", tmp_path / "alone")
    kept = [json.loads((tmp_path / name / ".labelstudio.json").read_text()) for name in ("passes", "alone")]
    assert kept[0] == kept[1] and len(kept[0]["tasks"]) == 6


def test_bad_regions_keep_their_document_out_and_name_the_task(studio, tmp_path):
    documents = [Document(name, "Công an tỉnh Cao Bằng") for name in ("crossing", "unknown", "outside", "blanks")]
    number = push(studio.owner, "regions", documents, {}, "", ALL).project
    listed = tasks(studio.owner, number)
    submit(studio.lan, listed["crossing"], [region(Span(0, 12, "AGENCY")), region(Span(8, 21, "PLACE"))])
    submit(studio.lan, listed["unknown"], [region(Span(0, 12, "PERSON"))])
    submit(studio.lan, listed["outside"], [region(Span(9, 99, "PLACE"))])
    submit(studio.lan, listed["blanks"], [region(Span(7, 21, "PLACE"))])
    found = pull(studio.owner, "regions", tmp_path / "passes")
    assert rules(found) == ["label-unknown", "span-blank-ends", "span-crosses-span", "span-outside-text"]
    assert [(one.id, one.spans) for one in jsonl.read(tmp_path / "passes" / "lan.jsonl")] == [
        ("blanks", (Span(8, 21, "PLACE"),))
    ]


def test_a_pull_fetches_what_changed_and_forgets_what_was_deleted(studio, tmp_path):
    documents = [Document(name, f"Cao Bằng {name}") for name in "abc"]
    number = push(studio.owner, "changes", documents, {}, "", ALL).project
    listed, out = tasks(studio.owner, number), tmp_path / "passes"
    other = Document("by-hand", "Lào", (Span(0, 3, "PLACE"),))
    made = {name: submit(studio.lan, listed[name], [region(Span(0, 8, "PLACE"))]) for name in "ab"}
    out.mkdir()
    jsonl.write(out / "lan.jsonl", [other])
    assert pull(studio.owner, "changes", out).fetched == 3
    before = (out / "lan.jsonl").read_bytes()
    assert pull(studio.owner, "changes", out).fetched == 0
    assert (out / "lan.jsonl").read_bytes() == before
    studio.lan.ask(studio.lan.sdk.annotations.update, made["a"]["id"], result=[region(Span(0, 3, "PLACE"))])
    studio.owner.delete(studio.owner.sdk.annotations.delete, made["b"]["id"])
    assert pull(studio.owner, "changes", out).fetched == 2
    assert [(one.id, one.spans) for one in jsonl.read(out / "lan.jsonl")] == [
        ("by-hand", other.spans),
        ("a", (Span(0, 3, "PLACE"),)),
    ]
    (out / "lan.jsonl").unlink()
    assert pull(studio.owner, "changes", out).fetched == 3


def test_a_text_that_was_edited_on_the_server_is_noticed(studio, tmp_path):
    documents = [Document("edited", "Cao Bằng"), Document("fine", "Lào")]
    number = push(studio.owner, "edited", documents, {}, "", ALL).project
    listed = tasks(studio.owner, number)
    for task in listed.values():
        submit(studio.lan, task, [region(Span(0, 3, "PLACE"))])
    studio.owner.ask(
        studio.owner.sdk.tasks.update, listed["edited"]["id"], data={"doc_id": "edited", "text": "Cao Bằng!"}
    )
    found = pull(studio.owner, "edited", tmp_path / "passes")
    assert rules(found) == ["text-differs"]
    assert [document.id for document in found.documents["lan"]] == ["fine"]
    with pytest.raises(ViborderError, match="text-differs"):
        push(studio.owner, "edited", documents, {}, "", ALL)
    other_corpus = by_id([Document("fine", "Lào "), documents[0]])
    assert rules(pull(studio.owner, "edited", tmp_path / "other", other_corpus)) == ["text-differs", "text-differs"]


def test_two_pulls_at_once(studio, tmp_path):
    push(studio.owner, "at once", [Document("a", "Lào")], {}, "", ALL)
    errors, ready = [], threading.Barrier(2)

    def run():
        ready.wait()
        try:
            for _ in range(5):
                pull(studio.owner, "at once", tmp_path / "passes")
        except ViborderError as error:
            errors.append(error.problems[0].rule)

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == ["pull-running"]
    assert pull(studio.owner, "at once", tmp_path / "passes").fetched == 0


def test_a_disk_that_is_full_during_a_pull(studio, tmp_path, monkeypatch):
    """Whichever file finds no room, each that is there is whole, and the next pull makes it good."""
    number = push(studio.owner, "full", [Document("a", "Lào"), Document("b", "Mỹ.")], {}, "", ALL).project
    found = tasks(studio.owner, number)
    submit(studio.lan, found["a"], [region(Span(0, 3, "PLACE"))])
    submit(studio.minh, found["b"], [region(Span(0, 2, "PLACE"))])
    failed = 0
    for call in itertools.count(1):
        out = tmp_path / str(call)
        with monkeypatch.context() as full:
            full.setattr(Path, "replace", fails_at(call))
            try:
                pull(studio.owner, "full", out)
                break
            except ViborderError as error:
                assert [problem.rule for problem in error.problems] == ["disk-full"]
                failed += 1
        assert all(len(jsonl.read(path)) == 1 for path in out.glob("*.jsonl")) and not list(out.glob("*viborder-new"))
        pull(studio.owner, "full", out)
        assert {path.name: [one.id for one in jsonl.read(path)] for path in out.glob("*.jsonl")} == {
            "lan.jsonl": ["a"],
            "minh.jsonl": ["b"],
        }
    assert failed >= 3  # two passes, and what was pulled


def test_private_persons_have_their_own_layer(studio, tmp_path):
    document = Document("private", "Ông A ở Lào")
    number = push(studio.owner, "private", [document], {}, "", ALL).project
    submit(
        studio.lan, tasks(studio.owner, number)["private"], [region(Span(4, 5, PRIVATE)), region(Span(8, 11, "PLACE"))]
    )
    found = pull(studio.owner, "private", tmp_path / "passes").documents["lan"][0]
    assert (found.spans, found.private) == ((Span(8, 11, "PLACE"),), (Span(4, 5, PRIVATE),))
    line = json.loads((tmp_path / "passes" / "lan.jsonl").read_text())
    assert line["private"] == [{"start": 4, "end": 5, "text": "A"}]


TEXTS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40), min_size=1, max_size=8
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_any_text_comes_back_as_it_was(studio, tmp_path, texts):
    documents = [Document(f"{uuid4()}", text) for text in texts if text.strip()]
    number = push(studio.owner, "any", documents, {}, "", ALL).project
    listed = tasks(studio.owner, number)
    assert [listed[document.id]["data"]["text"] for document in documents] == [document.text for document in documents]
