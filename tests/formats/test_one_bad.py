"""One bad document is told, and the others of its file are read, in the formats that are read whole."""

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
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


def test_a_docbin_one_of_whose_documents_is_broken(tmp_path: Path) -> None:
    """spaCy packs what belongs to a document apart, so that the others can be read."""
    from spacy.tokens import DocBin

    write(tmp_path / "x.spacy", DOCUMENTS)
    whole = DocBin(store_user_data=True).from_disk(tmp_path / "x.spacy")
    whole.user_data[1] = b"\xc1"  # the one byte that msgpack never uses
    whole.to_disk(tmp_path / "x.spacy")
    problems: list[Problem] = []
    assert read(tmp_path / "x.spacy", problems=problems) == [DOCUMENTS[0], DOCUMENTS[2]]
    assert [(problem.rule, problem.where) for problem in problems] == [
        ("docbin-broken", f"{tmp_path / 'x.spacy'} document 1")
    ]


def test_a_docbin_cut_in_the_middle_says_that_it_is_packed_as_one(tmp_path: Path) -> None:
    path = tmp_path / "x.spacy"
    write(path, DOCUMENTS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ViborderError, match=r"docbin-broken.*no document can be read"):
        read(path)


LONG = "a" * 5_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", '[{"data": {"text": "Lào", "doc_id": "LONG"}}]'),
        ("x.jsonl", '{"id": "LONG", "text": "Lào"}'),
        ("x.jsonl", '{"id": "LONG"}'),
        ("x.jsonl", '{"id": "a", "text": "Lào", "spans": [{"start": 0, "end": 9, "label": "LONG"}]}'),
        ("x.csv", "id,start,end,label,text,score\nLONG,0,9,PLACE,Lào,\n"),
        ("x.conll", "# id = LONG\n# offset = LONG\nLào\tB-PLACE\n"),
        ("x.conll", "Lào\tLONG\n"),
        ("x.doccano", '{"id": "LONG", "text": "Lào", "label": [[0, 9, "LONG"]]}'),
        ("x.prodigy", '{"text": "Lào", "spans": [{"start": "LONG", "end": 9, "label": "LONG"}]}'),
    ],
)
def test_what_another_wrote_is_quoted_in_part(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content.replace("LONG", LONG) + "\n", encoding="utf-8")
    with pytest.raises(ViborderError) as caught:
        read(tmp_path / name, name[2:] if name[2:] in ("doccano", "prodigy") else None)
    assert all(str(tmp_path) in str(problem) and len(str(problem)) < 900 for problem in caught.value.problems)


def test_a_count_of_what_another_named_is_quoted_in_part(tmp_path: Path) -> None:
    from collections import Counter

    from viborder.formats import said

    (tmp_path / "x.jsonl").write_text('{"text": "Lào", "answer": "\\u001b[2J' + LONG + '"}\n', encoding="utf-8")
    lost: Counter[str] = Counter()
    assert read(tmp_path / "x.jsonl", "prodigy", lost) == []
    ((kind, count),) = (+lost).items()
    assert said(kind, count).startswith("not kept: 1 task with the answer \\x1b[2Jaaa")
    assert len(said(kind, count)) < 600


def test_a_blank_text_of_a_folder_is_passed_over_and_counted(tmp_path: Path) -> None:
    for name, data in (("a", "Lào"), ("blank", " \n\t\n"), ("empty", "")):
        (tmp_path / f"{name}.txt").write_text(data, encoding="utf-8")
    lost: Counter[str] = Counter()
    assert [document.id for document in read(tmp_path, lost=lost)] == ["a"]
    assert +lost == {"empty files": 2}


def test_what_is_wrong_in_all_files_of_a_verb_is_told_at_once(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text("{\n", encoding="utf-8")
    bad = [str(tmp_path / f"{name}.jsonl") for name in "ab"]
    calls = [
        ["train", "crf", "--train", bad[0], "--unlabelled", bad[1], "--out", str(tmp_path / "out")],
        ["agree", *bad],
        ["diff", *bad],
        ["adjudicate", *bad, "--decisions", str(tmp_path / "log"), "--out", str(tmp_path / "out.jsonl")],
    ]
    for words in calls:
        with pytest.raises(ViborderError) as told:
            CliRunner().invoke(app, words, catch_exceptions=False)
        assert [problem.where for problem in told.value.problems] == [f"{path}:1" for path in bad], words


def test_a_device_without_an_ending_is_no_folder() -> None:
    with pytest.raises(ViborderError, match=r"format-unknown.*--to"):
        write(Path("/dev/null"), DOCUMENTS)
