"""Broken files: one clear problem each, with its line, and nothing written."""

from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.formats import read, write


def rules(path: Path, format: str | None = None) -> set[tuple[str, str]]:
    with pytest.raises(ViborderError) as caught:
        read(path, format)
    return {(problem.where.replace(f"{path}", "").strip(":/ "), problem.rule) for problem in caught.value.problems}


def test_brat(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lào và Việt Nam", encoding="utf-8")
    lines = [
        "T1\tPLACE 0 3\tLào",
        "T2\tPLACE 0 30\tLào",
        "T3\tPLACE 0 3\tLao",
        "T4 PLACE 0 3",
        "T5\tPLACE 0 3;7 11\tLào Việt",
        "?",
    ]
    (tmp_path / "a.ann").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.ann").write_text("", encoding="utf-8")
    assert rules(tmp_path) == {
        ("a.ann:2 [0:30]", "span-outside-text"),
        ("a.ann:3", "span-text-differs"),
        ("a.ann:4", "brat-line"),
        ("a.ann:5", "brat-discontinuous"),
        ("a.ann:6", "brat-line"),
        ("b.ann", "brat-text-missing"),
    }


@pytest.mark.parametrize(
    ("name", "format", "content", "expected"),
    [
        ("a.json", None, "{", {("", "json-broken")}),
        ("a.json", None, '[{"data": {}}, {"data": {"text": "x"}}]', {("task 0", "text-missing")}),
        (
            "a.jsonl",
            "doccano",
            '{"text": "Lào", "label": [[0, 9, "X"], [0]]}',
            {("1 [0:9]", "span-outside-text"), ("1", "record-malformed")},
        ),
        ("a.jsonl", "prodigy", '{"spans": []}\n{', {("1", "text-missing"), ("2", "json-broken")}),
        ("a.csv", None, "id,start\n", {("1", "csv-columns")}),
        ("a.csv", None, "id,start,end,label,text\nx,0,3,PLACE,Lào\n", {("2 id=x", "document-unknown")}),
        (
            "a.csv",
            None,
            "id,start,end,label,text\nx,0,3,,Lào\nx,a,3,PLACE,Lào\nx,0,2,PLACE,Lào\n",
            {("3 id=x", "csv-row"), ('4 id=x [0:2] "Là"', "span-text-differs")},
        ),
        ("a.spacy", None, "no", {("", "docbin-broken")}),
        ("a.html", None, "<p>", {("", "format-write-only")}),
        ("a.doc", None, "x", {("", "format-unknown")}),
        ("a.jsonl", "word", "x", {("", "format-unknown")}),
        ("a.xmi", None, "<x>", {("", "cas-types-missing")}),
    ],
)
def test_other_files(
    tmp_path: Path, name: str, format: str | None, content: str, expected: set[tuple[str, str]]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert rules(tmp_path / name, format) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert rules(tmp_path / "none.jsonl") == {("", "file-missing")}


@pytest.mark.parametrize(
    ("format", "document", "rule"),
    [
        ("brat", Document("a/b", "x"), "id-names-no-file"),
        ("brat", Document("a", "x", (Span(0, 1, "A B"),)), "label-has-blank"),
        ("cas", Document("a", "\x01"), "xml-character"),
        ("conll", Document("a\nb", "x"), "id-not-one-line"),
    ],
)
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, format: str, document: Document, rule: str) -> None:
    with pytest.raises(ViborderError) as caught:
        write(tmp_path / "out", [document], format)
    assert [problem.rule for problem in caught.value.problems] == [rule]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    for format in ("brat", "cas", "text"):
        with pytest.raises(ViborderError, match="folder-not-empty"):
            write(tmp_path, [Document("a", "x")], format)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_a_cas_that_is_none(tmp_path: Path) -> None:
    write(tmp_path / "cas", [Document("a", "Lào", (Span(0, 3, "PLACE"),))], "cas")
    (tmp_path / "cas/a.xmi").write_text("<xmi", encoding="utf-8")
    assert rules(tmp_path / "cas") == {("a.xmi", "cas-broken")}
