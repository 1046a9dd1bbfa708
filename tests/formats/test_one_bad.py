"""One bad document is told, and the others of its file are read, in the formats that are read whole."""

from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError
from viborder.formats import read, write

DOCUMENTS = [Document(name, f"Lào {name}.", (Span(0, 3, "PLACE"),)) for name in "abc"]


@pytest.mark.parametrize(
    ("ending", "old", "new", "rule", "line"),
    [
        ("conll", "Lào\tB-PLACE\nb", "Lào\tPLACE\nb", "conll-tag", ":11"),
        ("conll", "Lào\tB-PLACE\nb", "Lào\nb", "conll-columns", ":11"),
        ("conll", "b\tO", "x\tO", "conll-text-differs", ":8"),
        ("csv", "b,0,3,PLACE,Lào", "b,0,99,PLACE,Lào", "span-outside-text", ":5 id=b [0:99]"),
        ("csv", "b,0,6,,Lào b.", "b,0,6,,Lào\x01b.", "text-control-character", " id=b [3:4]"),
    ],
)
def test_the_others_are_read(tmp_path: Path, ending: str, old: str, new: str, rule: str, line: str) -> None:
    path = tmp_path / f"x.{ending}"
    write(path, DOCUMENTS)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    problems: list[Problem] = []
    assert [document.id for document in read(path, problems=problems)] == ["a", "c"]
    assert [(problem.rule, problem.where.removeprefix(str(path))) for problem in problems] == [(rule, line)]
    with pytest.raises(ViborderError, match=rule):
        read(path)


@pytest.mark.parametrize("name", ["brat", "text", "labelstudio", "jsonl", "doccano", "prodigy"])
def test_what_follows_a_record_that_cannot_be_read_is_read(tmp_path: Path, name: str) -> None:
    if name in ("brat", "text"):
        for stem, data in (("a", b"a"), ("b", b"\xff"), ("c", b"c")):
            (tmp_path / f"{stem}.txt").write_bytes(data)
        path, rule = tmp_path, "not-utf8"
    elif name == "labelstudio":
        path, rule = tmp_path / "x.json", "text-missing"
        path.write_text(
            '[{"data": {"doc_id": "a", "text": "a"}}, {"data": {}}, {"data": {"doc_id": "c", "text": "c"}}]'
        )
    else:
        path, rule = tmp_path / "x.jsonl", "json-broken"
        path.write_text('{"id": "a", "text": "a", "spans": []}\n{"id": \n{"id": "c", "text": "c", "spans": []}\n')
    problems: list[Problem] = []
    assert [document.id for document in read(path, name, problems=problems)] == ["a", "c"]
    assert [problem.rule for problem in problems] == [rule]


def test_a_sentence_without_comments_is_a_document_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    path.write_text("Lào\tB-PLACE\n\nMỹ\n\nAnh\tB-PLACE\n", encoding="utf-8")
    problems: list[Problem] = []
    assert [document.text for document in read(path, problems=problems)] == ["Lào", "Anh"]
    assert [(problem.rule, problem.where) for problem in problems] == [("conll-columns", f"{path}:3")]


def test_a_docbin_with_an_id_twice(tmp_path: Path) -> None:
    write(tmp_path / "x.spacy", [*DOCUMENTS, DOCUMENTS[0]])
    problems: list[Problem] = []
    assert [document.id for document in read(tmp_path / "x.spacy", problems=problems)] == ["a", "b", "c"]
    assert [problem.rule for problem in problems] == ["id-twice"]
