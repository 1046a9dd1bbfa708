"""Inputs that are made to break a reader: each is one located error, and nothing is unpacked or computed without a
bound.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError
from viborder.files import parse_json, parse_yaml
from viborder.formats import read, write
from viborder.formats.fit import without_crossings

DEEP = "[" * 100_000 + "]" * 100_000
SPAN = '"spans": [{"start": 0, "end": 3, "label": "X", "score": '


@pytest.mark.parametrize(
    ("name", "format", "content", "rule"),
    [
        ("a.jsonl", None, '{"id": "a", "text": "Lào", "spans": ' + DEEP + "}", "json-broken"),
        ("a.json", None, DEEP, "json-broken"),
        ("a.jsonl", "doccano", DEEP, "json-broken"),
        ("a.jsonl", "prodigy", '{"text": ' + DEEP + "}", "json-broken"),
        ("a.jsonl", None, '{"id": "a", "text": "Lào", "spans": [{"start": ' + "9" * 5000 + "}]}", "json-broken"),
        ("a.jsonl", None, '{"id": "a", "text": "Lào", ' + SPAN + "1e400}]}", "record-malformed"),
        ("a.jsonl", None, '{"id": "a", "text": "Lào", ' + SPAN + "NaN}]}", "record-malformed"),
        ("a.jsonl", None, '{"id": "a", "text": "Lào", ' + SPAN + "-Infinity}]}", "record-malformed"),
        ("a.jsonl", None, '{"id": "a", "text": "Lào", ' + SPAN + "1" * 400 + "}]}", "record-malformed"),
        ("a.csv", None, "id,start,end,label,text,score\na,0,6,,Hà Nội,\na,0,6,PLACE,Hà Nội,1e400\n", "csv-row"),
    ],
)
def test_numbers_and_depths_without_a_bound(
    tmp_path: Path, name: str, format: str | None, content: str, rule: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ViborderError) as caught:
        read(tmp_path / name, format)
    (problem,) = caught.value.problems
    assert problem.rule in (rule, "record-malformed") and str(tmp_path / name) in problem.where
    assert len(str(problem)) < 600


def test_brat_offsets_of_many_digits(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lào", encoding="utf-8")
    (tmp_path / "a.ann").write_text(f"T1\tPLACE 0 {'9' * 5000}\tLào\n", encoding="utf-8")
    with pytest.raises(ViborderError, match="brat-line"):
        read(tmp_path)


def test_a_docbin_that_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    (tmp_path / "a.spacy").write_bytes(zlib.compress(bytes(100 << 20), 9))
    with pytest.raises(ViborderError, match="docbin-too-large"):
        read(tmp_path / "a.spacy")


def test_deep_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="too deep"):
        parse_json(DEEP)


def test_docbin_holds_nested_spans_by_their_tokens(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    spans = (Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"))
    write(tmp_path / "a.spacy", [Document("a", "Công an tỉnh Cao Bằng thu 63kg.", spans)])
    assert read(tmp_path / "a.spacy")[0].spans == spans


@pytest.mark.parametrize(
    ("ranges", "kept"),
    [
        ([(0, 9), (0, 4), (2, 4), (5, 9)], [(0, 9), (0, 4), (2, 4), (5, 9)]),
        ([(0, 5), (3, 8), (6, 9)], [(0, 5), (6, 9)]),  # the second crosses the first, and so bars nothing
        ([(0, 9), (2, 5), (4, 8), (8, 9)], [(0, 9), (2, 5), (8, 9)]),
        ([(0, 4), (4, 8)], [(0, 4), (4, 8)]),
    ],
)
def test_spans_without_crossings(ranges: list[tuple[int, int]], kept: list[tuple[int, int]]) -> None:
    found = without_crossings([Span(start, end, "X") for start, end in ranges])
    assert [(span.start, span.end) for span in found] == kept


def test_devices_and_sockets_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to("/dev/zero")
    (tmp_path / "a.json").symlink_to("/dev/zero")
    for name in ("a.jsonl", "a.json"):
        with pytest.raises(ViborderError, match="file-unreadable: a device"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 3_000, "a: 2026-99-99", "a: *b", "a: !!python/object/apply:os.abort []"]
)
def test_yaml_that_python_cannot_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_yaml(text)


def test_a_type_system_of_cas_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("cassis")
    write(tmp_path / "cas", [Document("a", "Lào", (Span(0, 3, "PLACE"),))], "cas")
    (tmp_path / "cas/TypeSystem.xml").write_text("<typeSystemDescription><types>", encoding="utf-8")
    with pytest.raises(ViborderError, match="cas-broken"):
        read(tmp_path / "cas")


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.doccano", "a.prodigy", "brat"])
def test_one_bad_document_is_one_error_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    """The second of three documents has a span of a label that is no string, or of an end beyond the text."""
    path, format = tmp_path / name, name.partition(".")[2] if name[2:] in ("doccano", "prodigy") else None
    good = [Document(each, "ở Lào", (Span(2, 5, "PLACE"),)) for each in "abc"]
    write(path, good, format)
    if name == "brat":
        (path / "b.ann").write_text("T1\tPLACE 2 50\tLào\n", encoding="utf-8")
    else:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = next(number for number, line in enumerate(lines) if '"b"' in line)
        lines[at] = lines[at].replace('"end": 5', '"end": 50').replace("[2, 5,", "[2, 50,")
        path.write_text("".join(lines), encoding="utf-8")
    problems: list[Problem] = []
    assert read(path, format, None, problems) == [good[0], good[2]]
    assert [problem.rule for problem in problems] == ["span-outside-text"]
    with pytest.raises(ViborderError):
        read(path, format)


def test_convert_does_the_others_and_strict_does_nothing(tmp_path: Path) -> None:
    records = [{"id": "a", "text": "Lào"}, {"id": "b"}, {"id": "c", "text": "\ud800"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    call = ["convert", str(tmp_path / "a.jsonl"), str(out)]
    with pytest.raises(ViborderError) as caught:
        CliRunner().invoke(app, [*call, "--strict"], catch_exceptions=False)
    assert {problem.rule for problem in caught.value.problems} == {"text-missing", "text-not-unicode"}
    assert not out.exists()
    with pytest.raises(ViborderError) as caught:
        CliRunner().invoke(app, call, catch_exceptions=False)
    assert {problem.rule for problem in caught.value.problems} == {"text-missing", "text-not-unicode"}
    assert [document.id for document in read(out)] == ["a"]
