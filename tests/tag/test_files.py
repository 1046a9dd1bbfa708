"""What `viborder tag` and `viborder train` read: real files, as people have them."""

import gzip
import io
import json
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.formats import read
from viborder.tag.columns import tag_rows
from viborder.tag.texts import Reader


class EveryHue:
    """A tagger that marks each `Huế` and each `Hà Nội` as a PLACE."""

    def tag(self, documents):
        for document in documents:
            spans = []
            for name in ("Huế", "Hà Nội", "1\u00a0000 kg"):
                at = document.text.find(name)
                while at >= 0:
                    spans.append(Span(at, at + len(name), "PLACE"))
                    at = document.text.find(name, at + 1)
            if (at := document.text.find("Thành Huế")) >= 0:
                spans.append(Span(at, at + 9, "AREA"))
            yield document.with_spans(spans)


def read_all(*inputs, source_format=None, **options) -> tuple[list[Document], Reader]:
    reader = Reader(source_format, **options)
    return list(reader.documents([str(item) for item in inputs])), reader


@pytest.mark.parametrize(
    ("rows", "tagged"),
    [
        ("Công an\tO\nHà Nội\tO\n\n", "Công an\tO\nHà Nội\tB-PLACE\n\n"),  # a blank inside a token
        ("Hà\tO\nNội\tO\n", "Hà\tB-PLACE\nNội\tI-PLACE\n"),
        ("Hà_Nội\tNp\tO\n", "Hà_Nội\tNp\tB-PLACE\n"),  # syllables joined, and a column that is kept
        ("\u00a0\tO\nHuế\tO\n", "\u00a0\tO\nHuế\tB-PLACE\n"),  # a token of a no-break space alone
        ("1\u00a0000 O\nkg O\n", "1\u00a0000\tB-PLACE\nkg\tI-PLACE\n"),
        ("# O\nHuế O\n", "#\tO\nHuế\tB-PLACE\n"),
        ("# sent_id = 1\nHuế O\n", "# sent_id = 1\nHuế\tB-PLACE\n"),
        ("-DOCSTART- -X- O\n\nHuế N O\n", "-DOCSTART- -X- O\n\nHuế\tN\tB-PLACE\n"),
        ("Huế\n", "Huế\tB-PLACE\n"),
    ],
)
def test_a_tag_for_every_row(tmp_path: Path, rows: str, tagged: str) -> None:
    (tmp_path / "a.conll").write_text(rows, encoding="utf-8")
    tag_rows(EveryHue(), tmp_path / "a.conll", tmp_path / "o.conll", Counter())
    assert (tmp_path / "o.conll").read_text(encoding="utf-8") == tagged


@pytest.mark.parametrize(
    ("rows", "named", "tagged"),
    [
        ("Huế\tNp\tB-NP\tO\tO\n", "4", "Huế\tNp\tB-NP\tB-PLACE\tO\n"),
        ("Thành\tN\tO\tO\nHuế\tN\tO\tO\n", "3,4", "Thành\tN\tB-AREA\tO\nHuế\tN\tI-AREA\tB-PLACE\n"),
        ("Huế\tNp\tB-NP\n", None, "Huế\tNp\tB-NP\tB-PLACE\n"),  # chunks are no entities: a column is added
        ("Huế Np\n", None, "Huế\tNp\tB-PLACE\n"),
        ("Huế\n#Huế\n#\n", None, "Huế\tB-PLACE\n#Huế\tB-PLACE\n#\tO\n"),  # tokens alone
        ("Huế Np\nHuế\n", "3", "Huế\tNp\tB-PLACE\nHuế\tB-PLACE\n"),
        ("Huế\tb-loc\n", None, "Huế\tB-PLACE\n"),
        ("<title>\nHuế O\n</title>\n", None, "<title>\nHuế\tB-PLACE\n</title>\n"),
        ("Huế/Hà O\nHà_Nội-Huế O\n", None, "Huế/Hà\tB-PLACE\nHà_Nội-Huế\tB-PLACE\n"),  # a tag covers a row
    ],
)
def test_which_column_gets_the_tags(tmp_path: Path, rows: str, named: str | None, tagged: str) -> None:
    (tmp_path / "a.conll").write_text(rows, encoding="utf-8")
    tag_rows(EveryHue(), tmp_path / "a.conll", tmp_path / "o.conll", Counter(), named)
    assert (tmp_path / "o.conll").read_text(encoding="utf-8") == tagged


def test_what_no_column_holds_is_counted_and_two_columns_of_tags_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("Thành O\nHuế O\n", encoding="utf-8")
    lost: Counter[str] = Counter()
    assert tag_rows(EveryHue(), tmp_path / "a.conll", tmp_path / "o.conll", lost) == 1
    assert +lost == {"nested spans": 1}
    (tmp_path / "b.conll").write_text("Huế\tB-LOC\tB-X\n", encoding="utf-8")
    with pytest.raises(ViborderError, match="conll-two-tag-columns"):
        tag_rows(EveryHue(), tmp_path / "b.conll", tmp_path / "p.conll", lost)
    assert not (tmp_path / "p.conll").exists()


def test_files_of_every_kind_are_texts_to_tag(tmp_path: Path) -> None:
    (tmp_path / "tasks.json").write_text(json.dumps([{"data": {"text": "Hà Nội", "doc_id": "t"}}]), encoding="utf-8")
    (tmp_path / "x.CONLL").write_text("Hà\tO\n", encoding="utf-8")
    (tmp_path / "s.jsonl.gz").write_bytes(gzip.compress(b'{"id": 7, "text": "a"}\n{"text": "b"}\n'))
    (tmp_path / "B.TXT").write_text("Lào", encoding="utf-8")
    found, reader = read_all(*(tmp_path / name for name in ("tasks.json", "x.CONLL", "s.jsonl.gz", "B.TXT")))
    assert [(one.id, one.text) for one in found] == [
        ("t", "Hà Nội"),
        ("x-00001", "Hà"),
        ("7", "a"),
        ("s-00002", "b"),
        ("B", "Lào"),
    ]
    assert not reader.problems
    assert reader.notes == [
        "1 document without an id, named after file and line",
        "1 id without quotes, read as text",
    ]


@pytest.mark.parametrize(("name", "rule"), [("page.html", "format-write-only"), ("a.pdf", "format-unknown")])
def test_what_no_reader_knows_is_refused(tmp_path: Path, name: str, rule: str) -> None:
    (tmp_path / name).write_text("<p>Lào</p>", encoding="utf-8")
    _, reader = read_all(tmp_path / name)
    assert [problem.rule for problem in reader.problems] == [rule]


def test_a_folder_is_read_in_any_case_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, text in (("a.txt", "Lào"), ("b.TXT", "Huế"), ("empty.txt", ""), ("c.docx", "x")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found, reader = read_all(tmp_path)
    assert [one.id for one in found] == ["a", "b"] and not reader.problems
    assert reader.notes == [
        f"{tmp_path}: left out 2 files and folders: c.docx, sub",
        f"{tmp_path / 'empty.txt'}: empty, passed over",
    ]
    _, reader = read_all(tmp_path / "sub")
    assert [problem.rule for problem in reader.problems] == ["folder-empty"]


@pytest.mark.parametrize(
    ("data", "source_format", "texts"),
    [
        (b'{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n', None, ["x", "y"]),
        ("Hà Nội".encode(), None, ["Hà Nội"]),
        (b'\n  {"id": 3, "text": "x"}\r\n\r\n', None, ["x"]),
        ("Huế B-PLACE\nđẹp O\n".encode(), None, ["Huế đẹp"]),
        (b'[{"data": {"text": "x"}}]', None, ["x"]),
        (b'{"text": "x", "label": []}\n', "doccano", ["x"]),
        ("Chào bạn.\nTôi là O\n".encode(), None, ["Chào bạn.\nTôi là O\n"]),
        (b'{"id": "a", "text": "x"}\n', "text", ['{"id": "a", "text": "x"}\n']),
    ],
)
def test_standard_input_is_a_text_or_json_lines(monkeypatch, data: bytes, source_format: str, texts: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    found, reader = read_all("-", source_format=source_format)
    assert [one.text for one in found] == texts and not reader.problems


def test_what_is_wrong_with_standard_input_bears_its_place(monkeypatch) -> None:
    for data, where in ((b'{"no": "text"}', "stdin:1 id=stdin-00001"), (b'[{"data": {}}]', "stdin task 0")):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        _, reader = read_all("-")
        assert [(problem.rule, problem.where) for problem in reader.problems] == [("text-missing", where)]


@pytest.mark.parametrize(
    ("text", "named"),
    [('{"id": "a", "text": "x"}\n', "jsonl"), ("Huế B-PLACE\nđẹp O\n", "conll"), ('[{"data": {}}]', "labelstudio")],
)
def test_data_in_a_file_named_as_a_text_is_refused_until_its_format_is_named(
    tmp_path: Path, text: str, named: str
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    _, reader = read_all(tmp_path / "a.txt")
    assert [(problem.rule, problem.hint.split(";")[0]) for problem in reader.problems] == [
        ("text-holds-data", f"--from {named}")
    ]
    for path in (tmp_path / "a.txt", tmp_path):
        with pytest.raises(ViborderError, match="text-holds-data"):
            read(path)
    found, _ = read_all(tmp_path / "a.txt", source_format="text")
    assert [one.text for one in found] == [text]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"id": "../a", "text": "x"}, "id-malformed"),
        ({"id": " a ", "text": "x"}, "id-malformed"),
        ({"id": "a", "text": "x\x00"}, "text-control-character"),
        ({"id": "a", "text": "x\ry"}, "text-carriage-return"),
        ({"id": "a", "text": "x\ud83d"}, "text-not-unicode"),
        ({"id": ["a"], "text": "x"}, "id-missing"),
        ({"id": True, "text": "x"}, "id-missing"),
        ({"id": 1.5, "text": "x"}, "id-missing"),
    ],
)
def test_every_verb_refuses_the_same_records_and_the_others_come_through(tmp_path: Path, record, rule: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + '\n{"id": "b", "text": "y"}\n', encoding="utf-8")
    found, reader = read_all(path)
    assert [one.id for one in found] == ["b"]
    assert [(problem.rule, problem.where.split()[0]) for problem in reader.problems] == [(rule, f"{path}:1")]
    with pytest.raises(ViborderError) as caught:
        read(path)
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_spans_under_the_key_of_another_tool_are_no_empty_gold(tmp_path: Path) -> None:
    record = {"id": "a", "text": "Hà Nội", "entities": [{"start_offset": 0, "end_offset": 6, "label": "PLACE"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ViborderError, match=r"`entities`, but no `spans`.*--from .doccano"):
        read(tmp_path / "a.jsonl")
    assert len(read(tmp_path / "a.jsonl", "doccano")[0].spans) == 1
