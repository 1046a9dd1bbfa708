"""What changes while a project runs: labels, order, texts of elsewhere, names of people."""

import pytest

from tests.labelstudio.test_roundtrip import ALL, rules, submit, tasks
from viborder.cli import main
from viborder.document import Document, Span, by_id
from viborder.errors import ViborderError
from viborder.labels import Label, labels
from viborder.labelstudio import interface, regions
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.local import check_names
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push
from viborder.labelstudio.regions import region
from viborder.labelstudio.sendable import in_corpus


def test_a_label_is_added_while_the_project_runs(studio, tmp_path, monkeypatch):
    documents = [Document("old", "Xe tải ở Lào"), Document("new", "Xe tải ở Lào ")]
    number = push(studio.owner, "grows", documents[:1], {}, "", ALL).project
    submit(studio.lan, tasks(studio.owner, number)["old"], [region(Span(9, 12, "PLACE"))])
    sixth = (*labels(), Label("VEHICLE", {"vi": "Phương tiện", "en": "A vehicle"}, "#56B4E9", "6"))
    monkeypatch.setattr(interface, "labels", lambda: sixth)
    monkeypatch.setattr(regions, "labels", lambda: sixth)
    assert rules(pull(studio.owner, "grows", tmp_path / "passes")) == []  # the old interface still serves
    push(studio.owner, "grows", documents, {}, "", ALL)
    project = find_project(studio.owner, "grows")
    assert 'value="VEHICLE"' in project["label_config"] and "VEHICLE" in project["expert_instruction"]
    submit(studio.lan, tasks(studio.owner, number)["new"], [region(Span(0, 6, "VEHICLE"))])
    found = pull(studio.owner, "grows", tmp_path / "passes")
    assert rules(found) == []
    assert by_id(found.documents["lan"])["old"].spans == (Span(9, 12, "PLACE"),)  # no region is lost
    assert by_id(found.documents["lan"])["new"].spans == (Span(0, 6, "VEHICLE"),)
    monkeypatch.undo()
    with pytest.raises(
        ViborderError, match=r"interface-differs.*with Label VEHICLE"
    ):  # a label that is gone is no gain
        push(studio.owner, "grows", documents, {}, "", ALL)


def test_the_order_can_change(studio):
    documents = [Document(name, f"bài {name}") for name in "abcd"]
    number = push(studio.owner, "order", documents, {}, "", ALL).project
    begun = next(iter(tasks(studio.owner, number)))
    submit(studio.lan, tasks(studio.owner, number)[begun], [region(Span(0, 3, "PLACE"))])
    others = sorted({*"abcd"} - {begun}, reverse=True)
    done = push(studio.owner, "order", documents, {}, "", Plan(test_share=0, first=tuple(others), reorder=True))
    assert (done.sent, done.present) == (3, 1)
    assert list(tasks(studio.owner, number)) == [begun, *others]  # what somebody has begun stays
    with pytest.raises(ViborderError, match=r"document-unknown.*--first"):
        push(studio.owner, "order", documents, {}, "", Plan(first=("e",)))


def test_push_says_first_what_pull_would_refuse():
    corpus = by_id([Document("a", "Lào"), Document("b", "Cao Bằng")])
    in_corpus([Document("a", "Lào")], corpus, "corpus.jsonl")
    with pytest.raises(ViborderError) as caught:
        in_corpus([Document("a", "Lào"), Document("b", "khác"), Document("c", "x"), Document("d", "x")], corpus, "c")
    assert [(one.rule, one.message) for one in caught.value.problems] == [
        ("document-unknown", "2 of 4 documents are not in c (the first is 'c')"),
        ("text-differs", "c has another text for 1 of 4 documents (the first is 'b')"),
    ]


def test_a_name_that_is_no_address():
    check_names(["lan", "le.minh", "lan-2"])
    with pytest.raises(ViborderError) as caught:
        check_names(["Đỗ Thị Lan", "lan", "a@b"])
    assert [(one.rule, one.hint) for one in caught.value.problems] == [
        ("annotator-name", "such as --annotator do-thi-lan"),
        ("annotator-name", "such as --annotator a-b"),
    ]


def test_push_sends_what_can_be_read_and_names_the_rest(studio, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.server.token)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in (("a", b"Lao"), ("b", b"\xff\x00x"), ("c", b"Anh"), ("d", b'{"id": "d", "text": "x"}')):
        (folder / f"{name}.txt").write_bytes(data)
    monkeypatch.setattr("sys.argv", ["viborder", "labelstudio", "push", str(folder), "--project", "folder"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 1 and said.out.startswith("2 sent")
    assert "b.txt: error not-utf8" in said.err and "d.txt: error text-holds-data" in said.err
    number = find_project(studio.owner, "folder")["id"]
    assert {*tasks(studio.owner, number)} == {"a", "c"}
