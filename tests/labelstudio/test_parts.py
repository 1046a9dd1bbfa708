"""Long articles: cut for the browser, and whole again on the way back."""

import json
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.labelstudio.conftest import GOLD
from tests.labelstudio.test_roundtrip import rules, submit
from viborder import formats
from viborder.document import Document, Span, by_id, in_order
from viborder.formats import jsonl
from viborder.labelstudio import adjudicate, tables
from viborder.labelstudio.accounts import People
from viborder.labelstudio.adjudicate import pull_decisions, push_conflicts
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.judge import judge
from viborder.labelstudio.parts import cut, parts, piece
from viborder.labelstudio.plan import Plan, tasks
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import Pushed, Split, push
from viborder.labelstudio.regions import region
from viborder.labelstudio.status import status
from viborder.labelstudio.tasks import tasks_by_key, text_hash

NOTE = {"from_name": "note", "to_name": "text", "type": "textarea"}
FATE = dict.fromkeys(("kept", "moved", "relabelled", "deleted", "added"), 0)
NOTHING = {"id": "v", "from_name": "document", "to_name": "text", "type": "choices", "value": {"choices": ["nothing"]}}


def pieces(text, longest, spans=()):
    return [part.text(text) for part in parts(cut(text, longest, spans))]


def test_an_article_is_cut_where_a_paragraph_ends_and_a_long_paragraph_between_sentences():
    assert pieces("Một.\nHai.\n\nBa.", 0) == pieces("Một.\nHai.\n\nBa.", 14) == ["Một.\nHai.\n\nBa."]
    assert pieces("Một.\nHai.\n\nBa.", 12) == ["Một.\nHai.\n\n", "Ba."]
    assert pieces("Một.\nHai.\n\nBa.", 6) == ["Một.\n", "Hai.\n\n", "Ba."]
    assert pieces("Ở Lào. Ở TP. Vinh. Hết.\nXa.", 12) == ["Ở Lào. ", "Ở TP. Vinh. ", "Hết.\nXa."]
    assert pieces("câu dài không có dấu chấm\nHết.", 5) == ["câu dài không có dấu chấm\n", "Hết."]
    assert pieces("Ở\nLào.\nHết.", 7, [Span(0, 5, "PLACE")]) == ["Ở\nLào.\n", "Hết."]
    assert pieces("Ở\nLào.\nHết.", 3, [Span(0, 5, "PLACE")]) == ["Ở\nLào.\n", "Hết."]


@given(
    st.text(st.sampled_from("aB. \n"), max_size=60),
    st.integers(1, 30),
    st.tuples(st.integers(0, 59), st.integers(1, 9)),
)
def test_nothing_is_lost_between_parts_and_no_span_is_cut(text, longest, place):
    span = Span(min(place[0], len(text)), min(sum(place), len(text)), "PLACE")
    document = Document("a", text, (span,) if span.start < span.end else ())
    cuts = parts(cut(text, longest, document.spans))
    assert "".join(part.text(text) for part in cuts) == text
    assert all(part.text(text) for part in cuts) or not text
    found = [(part, one) for part in cuts for one in piece(document, part).spans]
    assert [Span(one.start + part.start, one.end + part.start, one.label) for part, one in found] == [*document.spans]


def test_parts_are_given_out_together_and_a_document_is_planned_as_one():
    documents = [
        Document(name, "Lào.\nMỹ.\nÝ.", (Span(0, 3, "PLACE", 0.9), Span(9, 10, "PLACE", 0.7))) for name in "ab"
    ]
    plan = Plan(overlap=2, overlap_share=0.5, test_share=0.5, first=("b",))
    starts = {document.id: cut(document.text, 5) for document in documents}
    made = tasks(documents, by_id(documents), "m", plan, starts)
    assert [(task["data"]["doc_id"], task["data"].get("part")) for task in made] == [
        (name, f"{number}/3") for name in "ba" for number in (1, 2, 3)
    ]
    for name in "ab":
        ours = [task["meta"]["viborder"] for task in made if task["data"]["doc_id"] == name]
        assert {(one["share"], one["overlap"]) for one in ours} == {
            ("test" if plan.is_test(name) else "learn", plan.people(name))
        }
    suggested = [task["predictions"][0]["result"] for task in made if "predictions" in task]
    assert [[one["id"] for one in result] for result in suggested[:3]] == [["0-3-PLACE"], [], ["0-1-PLACE"]]


def test_what_cannot_be_cut_is_said(capsys):
    done = Pushed(1, 1, 0, 0, (Split("a", 30_000, 1, 30_000), Split("b", 12_000, 2, 7_000, lost=1)))
    tables.pushed(done, "any", 10_000)
    said = capsys.readouterr()
    assert "b: 12,000 characters in 2 parts, the longest of 7,000, 1 suggestion that the end of a part cuts" in said.out
    assert "part-long: more than 10,000 characters in a part of 1 article (the first is 'a')" in said.err
    tables.pushed(Pushed(1, 1, 0, 0), "any", 10_000, "http://ls/projects/1/data?labeling=1")
    said = capsys.readouterr()
    assert said.err == "" and said.out.endswith("annotators begin at http://ls/projects/1/data?labeling=1\n")


def annotate(client, owner, number, only=None):
    """Submit the suggestions of an article's parts; of the first the second is deleted, its first one gets a note, and
    in the last the annotator is unsure.
    """
    suggested = {one["task"]: one for one in owner.ask(owner.sdk.predictions.list, project=number)}
    listed = tasks_by_key(owner, number)
    for (_, part), (task,) in listed.items():
        if only is None or part in only:
            result = suggested[task["id"]]["result"]
            verdict = [] if result else ["nothing"]
            if part == 1:
                value = {"start": result[0]["value"]["start"], "end": result[0]["value"]["end"], "text": ["thật?"]}
                result = [result[0], *result[2:], NOTE | {"id": result[0]["id"], "value": value}]
            if part == len(listed):
                result = [*result, NOTHING | {"value": {"choices": [*verdict, "unsure"]}}]
            submit(client, task, result, parent_prediction=suggested[task["id"]]["id"], lead_time=60)
    return [*listed]


def test_an_article_in_parts_comes_back_as_if_it_had_been_one_task(studio, tmp_path, capsys):
    article = replace(jsonl.read(GOLD)[3], id="long", meta={})
    given, plan = by_id([article]), Plan(overlap=2, test_share=0, longest=1500)
    done = push(studio.owner, "in parts", [article], given, "m", plan)
    assert done.sent == done.split[0].parts == 3 and done.split[0].longest <= 1500 and done.split[0].lost == 0
    tables.pushed(done, "in parts", 1500)
    assert f"long: {len(article.text):,} characters in 3 parts" in capsys.readouterr().out
    present = annotate(studio.lan, studio.owner, done.project)
    assert present == [("long", 1), ("long", 2), ("long", 3)]

    # another limit changes nothing in the parts that are there, and what somebody has begun is not made anew
    plan = replace(plan, longest=2000, reorder=True)
    again = push(studio.owner, "in parts", [article], given, "m", plan)
    assert (again.sent, again.present, again.mended) == (0, 3, 0)

    annotate(studio.minh, studio.owner, done.project, only=[2])
    found = pull(studio.owner, "in parts", tmp_path, given)
    assert rules(found) == ["article-unfinished"] and [*found.documents] == ["lan"]
    assert [str(one) for one in found.unfinished] == ["minh has submitted 1 of 3 parts; missing: 1, 3"]
    state = status(studio.owner, "in parts", "none")
    assert (state.pushed, state.annotated, state.complete, state.in_conflict) == (1, 1, 0, 0)
    assert [identity for identity, *_ in state.next] == ["long, part 1/3", "long, part 3/3"]
    tables.status(state)
    assert "unfinished: long: minh has submitted 1 of 3 parts" in capsys.readouterr().out

    annotate(studio.minh, studio.owner, done.project, only=[1, 3])
    found = pull(studio.owner, "in parts", tmp_path, given)
    assert rules(found) == [] and found.unsure == 2
    for name in ("lan", "minh"):
        (back,) = jsonl.read(tmp_path / f"{name}.jsonl")
        everything = in_order((*article.spans, *article.private))
        assert (back.id, back.text) == ("long", article.text)
        assert in_order((*back.spans, *back.private)) == (everything[0], *everything[2:])
        about = back.meta["annotation"]
        assert about["suggestions"] == FATE | {"kept": len(everything) - 1, "deleted": 1}
        first = everything[0]
        assert about["notes"] == [{"start": first.start, "end": first.end, "label": first.label, "note": "thật?"}]
        assert (about["unsure"], about["model"], about["minutes"]) == (True, "m", 3.0)

    # Label Studio's own export, read by any verb
    (tmp_path / "export.json").write_bytes(
        b"".join(studio.owner.sdk.projects.exports.download_sync(done.project, export_type="JSON"))
    )
    (read_back,) = formats.read(tmp_path / "export.json")
    assert (read_back.id, read_back.text) == ("long", article.text)
    assert (read_back.spans, read_back.private) == (back.spans, back.private)


def test_an_export_without_all_parts_tells_what_is_missing(tmp_path):
    def task(number, text, *starts, done=True):
        made = [{"result": [region(Span(0, len(text) - 1, "PLACE"))]}]
        meta = {"viborder": {"part": number, "starts": [*starts]}}
        return {"data": {"doc_id": "a", "text": text}, "meta": meta, "annotations": made if done else []}

    def back(*tasks):
        path, lost, problems = tmp_path / "x.json", Counter(), []
        path.write_text(json.dumps([*tasks, {"data": {"doc_id": "b", "text": "Ý."}}]), encoding="utf-8")
        found = {one.id: one for one in formats.read(path, None, lost, problems)}
        assert found.pop("b").text == "Ý."  # what else is in the file is read
        return found.get("a"), dict(+lost), [problem.rule for problem in problems]

    first, second = task(1, "Lào.\n", 0, 5), task(2, "Mỹ.", 0, 5)
    whole = Document("a", "Lào.\nMỹ.", (Span(0, 4, "PLACE"), Span(5, 7, "PLACE")))
    assert back(second, first) == (whole, {}, [])
    assert back(first) == (None, {}, ["part-missing"])
    assert back(first, second, second) == (None, {}, ["id-twice"])
    assert back(first, task(2, "Mỹ.", 0, 6)) == (None, {}, ["part-missing", "part-missing"])
    assert back(task(1, "Lào.\n", 0, 4), task(2, "Mỹ.", 0, 4)) == (None, {}, ["text-differs"])
    assert back(first, task(2, "Mỹ.", 0, 5, done=False)) == (
        None,
        {"articles of which not all parts are annotated": 1},
        [],
    )


def marked_by(*entries, part, text, **more):
    """A task as a pull keeps it, of an article "Lào.\\nMỹ.\\nÝ." in three parts; entries: (user, spans)."""
    kept = [
        {
            "by": by,
            "editor": None,
            "result": [region(span) for span in spans] or [NOTHING],
            "lead_time": 60.0,
            "created_at": f"2026-01-01T00:00:0{part}Z",
            "updated_at": f"2026-01-01T00:00:0{part}Z",
            "suggested": [],
            "version": None,
        }
        for by, spans in entries
    ]
    page = {"page": f"page-{part}", "stream": None, "project": "p", "id": "a", "share": "learn", "skipped": 0}
    made = {"text": text, "sha256": text_hash(text), "part": part, "starts": [0, 5, 9], "overlap": 1}
    return page | made | {"annotations": kept} | more


LAN, MINH = 1, 2


def judged(*found, text="Lào.\nMỹ.\nÝ."):
    people = People({LAN: ("x", "lan"), MINH: ("y", "minh")})
    return judge(found, people, {"a": Document("a", text)})


def test_parts_by_several_people_are_one_pass_once_nobody_goes_on():
    first = marked_by((LAN, [Span(0, 3, "PLACE")]), part=1, text="Lào.\n")
    second = marked_by((MINH, [Span(0, 2, "PLACE")]), part=2, text="Mỹ.\n")
    third = marked_by((LAN, []), part=3, text="Ý.")
    found = judged(first, second, third)
    (document,) = found.documents["lan+minh"]
    assert document.spans == (Span(0, 3, "PLACE"), Span(5, 7, "PLACE"))
    assert rules(found) == ["parts-shared"] and "1 lan, 2 minh, 3 lan" in str(found.problems[0])
    nobody = third | {"annotations": []}
    found = judged(first, second, nobody)
    assert found.documents == {} and rules(found) == ["article-unfinished", "article-unfinished"]
    assert [str(one) for one in found.unfinished][1] == "minh has submitted 1 of 3 parts; missing: 1, 3"
    wanted = [one | {"overlap": 2} for one in (first, second, third)]  # a second person is to come: nothing is mixed
    assert judged(*wanted).documents == {}
    # who has a part twice has it as it was submitted last
    newer = marked_by((LAN, []), part=1, text="Lào.\n")
    newer["annotations"][0]["updated_at"] = "2026-01-02T00:00:00Z"
    first["annotations"] += newer["annotations"]
    assert judged(first, second, third).documents["lan+minh"][0].spans == (Span(5, 7, "PLACE"),)


def test_an_article_whose_parts_are_gone_or_changed_is_not_pulled():
    ours = [marked_by((LAN, []), part=part, text=text) for part, text in enumerate(("Lào.\n", "Mỹ.\n", "Ý."), 1)]
    assert rules(judged(*ours)) == [] and judged(*ours).empty == 1
    assert rules(judged(ours[0], ours[2])) == ["part-missing"]
    edited = ours[1] | {"text": "Mỹ!\n"}
    assert rules(judged(ours[0], edited, ours[2])) == ["text-differs"]
    assert rules(judged(*ours, text="khác")) == ["text-differs"]
    other = ours[1] | {"annotations": [ours[1]["annotations"][0] | {"editor": MINH}]}
    found = judged(ours[0], other, ours[2])
    assert rules(found) == ["edited-by-another"] and found.documents == {} and found.refused == {("lan", "a")}


def test_a_long_article_is_adjudicated_in_parts(studio, monkeypatch):
    monkeypatch.setattr(adjudicate, "LONGEST", 12)
    text = "Ở Lào thôi.\nỞ Mỹ, ở Nga.\nỞ Ý và Lào."
    one = Document("a", text, (Span(2, 5, "PLACE"), Span(14, 16, "PLACE"), Span(32, 35, "PLACE")))
    other = one.with_spans([Span(2, 5, "PLACE"), Span(20, 23, "PLACE"), Span(32, 35, "PLACE")])
    doubt = {"annotation": {"unsure": True, "notes": [{"start": 32, "end": 35, "label": "PLACE", "note": "nước?"}]}}
    passes = {"lan": by_id([one]), "minh": by_id([replace(other, meta=doubt)])}
    assert push_conflicts(studio.owner, "long conflicts", passes) == 3
    assert push_conflicts(studio.owner, "long conflicts", passes) == 0
    number = find_project(studio.owner, "long conflicts")["id"]
    listed = tasks_by_key(studio.owner, number)
    shown = {part: task["data"] for (_, part), (task,) in listed.items()}
    assert [data["text"] for data in shown.values()] == ["Ở Lào thôi.\n", "Ở Mỹ, ở Nga.\n", "Ở Ý và Lào."]
    assert shown[1]["said"] == "Cả bài · The whole document — minh notes: unsure"
    answers = {
        2: [region(Span(8, 11, "PLACE"))],  # Nga, and not Mỹ
        3: [region(Span(7, 10, "PLACE")), region(Span(2, 3, "PLACE"))],  # Lào, and Ý, which nobody had
    }
    for part, result in answers.items():
        submit(studio.owner, listed["a", part][0], result)
    decisions, problems = pull_decisions(studio.owner, "long conflicts", passes)
    assert problems == []
    assert [(one.start, one.end, one.text, one.decision) for one in decisions] == [
        (14, 16, "Mỹ", None),
        (20, 23, "Nga", "PLACE"),
        (27, 28, "Ý", "PLACE"),
        (32, 35, "Lào", "PLACE"),
    ]
