"""What holds for every verb that reads files: `--from`, packed files, and one word on what was passed over."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.formats import jsonl, read, write

READING = "check agree adjudicate tag train crossval curve score compare facts convert diff restore".split()
DOCUMENT = Document("a", "Hà Nội và Huế", (Span(0, 6, "PLACE"), Span(10, 13, "PLACE")))


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    problems = result.exception.problems if isinstance(result.exception, ViborderError) else []
    return result.exit_code, result.output + "".join(f"{problem}\n" for problem in problems)


@pytest.mark.parametrize("verb", [*READING, "labelstudio push", "labelstudio serve"])
def test_every_verb_that_reads_takes_from(verb: str) -> None:
    command = get_command(app)
    for name in verb.split():
        command = command.commands[name]  # type: ignore[attr-defined]
    assert any("--from" in parameter.opts for parameter in command.params)


def doccano(path: Path) -> Path:
    record = {"id": 7, "text": DOCUMENT.text, "label": [[0, 6, "PLACE"], [10, 13, "PLACE"]], "Comments": ["x"]}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return path


def test_files_of_two_formats_are_scored_against_each_other(tmp_path: Path) -> None:
    gold = doccano(tmp_path / "gold.jsonl")
    pred = {"id": "7", "text": DOCUMENT.text, "spans": [{"start": 0, "end": 6, "label": "PLACE"}]}
    (tmp_path / "pred.jsonl").write_text(json.dumps(pred), encoding="utf-8")
    status, said = run("score", gold, tmp_path / "pred.jsonl", "--from", "doccano,jsonl", "--json", tmp_path / "o.json")
    assert status == 0 and f"{gold}: not kept: 1 comment" in said
    assert json.loads((tmp_path / "o.json").read_text())["overall_recall"] == 1 / 2
    assert run("agree", gold, doccano(tmp_path / "b.jsonl"), "--from", "doccano")[0] == 0
    assert "no change" in run("diff", gold, tmp_path / "b.jsonl", "--from", "doccano")[1]


def test_check_reads_every_format(tmp_path: Path) -> None:
    write(tmp_path / "a.json", [DOCUMENT])
    write(tmp_path / "bad.csv", [Document("a", "Hà Nội ", (Span(0, 7, "PLACE"), Span(3, 6, "CITY")))])
    assert "1 document, 2 spans: 0 errors" in run("check", tmp_path / "a.json", "--corpus", "/none")[1]
    status, said = run("check", tmp_path / "bad.csv", "--corpus", "/none")
    assert status == 1 and set(re.findall("error ([a-z-]+)", said)) == {"span-blank-ends", "label-unknown"}
    assert "0 errors" in run("check", doccano(tmp_path / "d.jsonl"), "--from", "doccano", "--corpus", "/none")[1]
    (tmp_path / "broken.conll").write_text("Huế\n", encoding="utf-8")
    assert "conll-columns" in run("check", tmp_path / "broken.conll", "--corpus", "/none")[1]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.json.GZ", "a.conll.gz", "a.spacy.gz"])
def test_what_is_written_packed_is_read_packed(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [DOCUMENT])
    assert gzip.decompress((tmp_path / name).read_bytes())
    assert [(one.id, one.text, one.spans) for one in read(tmp_path / name)] == [
        (DOCUMENT.id, DOCUMENT.text, DOCUMENT.spans)
    ]
    before = (tmp_path / name).read_bytes()
    write(tmp_path / name, [DOCUMENT])
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize(
    "document", [Document("a", "x", (Span(0, 1, "L\ud83d"),)), Document("a", "x", meta={"k": "\ud83d"})]
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.jsonl.gz"])
def test_half_a_pair_beside_the_text_is_refused_when_it_is_written(
    tmp_path: Path, document: Document, name: str
) -> None:
    if name == "a.csv" and document.meta:
        pytest.skip("CSV has no metadata")
    with pytest.raises(ViborderError, match="text-not-unicode"):
        write(tmp_path / name, [document])
    assert list(tmp_path.iterdir()) == []


def test_texts_that_look_the_same_are_shown_by_code_points(tmp_path: Path) -> None:
    (tmp_path / "nfc.conll").write_text("H\u00e0\tO\n", encoding="utf-8")
    (tmp_path / "nfd.conll").write_text("Ha\u0300\tO\n", encoding="utf-8")
    assert (
        "(U+0048 U+0061 U+0300), gold 'H\u00e0' (U+0048 U+00E0)"
        in run("score", tmp_path / "nfc.conll", tmp_path / "nfd.conll")[1]
    )
    (tmp_path / "nbsp.conll").write_text("H\u00e0\u00ad\tO\n", encoding="utf-8")
    assert "(U+0048 U+00E0 U+00AD)" in run("score", tmp_path / "nfc.conll", tmp_path / "nbsp.conll")[1]
    for name, text in (("one", "ở H\u00e0"), ("two", "ở Ha\u0300")):
        jsonl.write(tmp_path / f"{name}.jsonl", [Document("a", text)])
    said = run("score", tmp_path / "one.jsonl", tmp_path / "two.jsonl")[1]
    assert "code point 3" in said and "U+00E0" in said and "U+0061 U+0300" in said
    (tmp_path / "other.conll").write_text("Hạ\tO\n", encoding="utf-8")
    assert "U+" not in run("score", tmp_path / "nfc.conll", tmp_path / "other.conll")[1]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("x\ud83d", "text-not-unicode"), ("x\x00", "text-control-character"), ("a\rb", "text-carriage-return")],
)
@pytest.mark.parametrize("verb", ["check", "convert", "score", "facts", "tag", "collect", "agree", "diff"])
def test_one_rule_for_texts_in_every_verb(tmp_path: Path, verb: str, text: str, rule: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"id": "s", "text": text, "spans": []}) + "\n", encoding="utf-8")
    further = {"convert": [tmp_path / "o.csv"], "score": [path], "agree": [path], "diff": [path]}.get(verb, [])
    options = {"check": ["--corpus", "/none"], "collect": ["--out", tmp_path / "c.jsonl"]}.get(verb, [])
    status, said = run(verb, path, *further, *options)
    assert status == 1 and f"{path}:1" in said and rule in said


def test_other_files_of_a_folder_of_texts_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.TXT", "c.docx", ".hidden"):
        (tmp_path / "in" / name).write_text("Lào", encoding="utf-8")
    (tmp_path / "in/empty.txt").touch()
    status, said = run("convert", tmp_path / "in", tmp_path / "o.jsonl")
    assert status == 0 and "not kept: 1 file of other kinds" in said and "not kept: 1 empty file" in said


def test_unknown_keys_and_other_ids_of_json_lines_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": 3, "text": "x", "url": "u"}\n{"text": "y", "url": "v"}\n', encoding="utf-8"
    )
    status, said = run("convert", tmp_path / "a.jsonl", tmp_path / "o.jsonl")
    assert status == 0 and "not kept: 2 fields named url" in said
    assert "1 id without quotes, read as text" in said
    assert [one.id for one in read(tmp_path / "o.jsonl")] == ["3", "a-00002"]
