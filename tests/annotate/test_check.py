"""Every rule has an input that breaks it and nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from viborder.annotate.check import check
from viborder.errors import ViborderError
from viborder.files import MAX_LINE

BROKEN = Path("tests/broken")
CORPUS = Path("corpus/documents.jsonl")
AGAINST_CORPUS = {"document-unknown", "text-differs"}


def rules(path, corpus=None):
    try:
        return [problem.rule for problem in check([path], corpus)[0]]
    except ViborderError as error:
        return [problem.rule for problem in error.problems]


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.parent.joinpath("broken").glob("*.jsonl")), ids=lambda path: path.stem
)
def test_a_broken_file_breaks_the_rule_that_it_is_named_after(path):
    assert rules(path, CORPUS if path.stem in AGAINST_CORPUS else None) == [path.stem]


def test_there_is_a_broken_file_for_every_rule_of_the_checks():
    modules = ("annotate/check", "annotate/span_rules", "faults", "formats/jsonl")
    source = "".join(Path(f"viborder/{module}.py").read_text() for module in modules)
    rules_in_code = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', source))
    assert len(rules_in_code) > 15
    assert rules_in_code - {path.stem for path in BROKEN.glob("*.jsonl")} == {"utf-8"}  # an encoding, no rule


def test_a_line_without_end_is_refused(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"id": "a", "text": "' + b"a" * (50 * 1024 * 1024) + b'"}')
    assert path.stat().st_size > MAX_LINE
    assert rules(path) == ["line-too-long"]


def test_gold_and_passes_are_clean():
    files = [Path("annotations/gold.jsonl"), *sorted(Path("annotations/passes").glob("*.jsonl"))]
    problems, documents, spans = check(files, CORPUS)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert documents == 5 * len(files) and spans > 0


def test_all_problems_are_told_at_once_with_places_and_exit_status_1():
    files = [BROKEN / "span-twice.jsonl", BROKEN / "label-unknown.jsonl", BROKEN / "marked-here-not-there.jsonl"]
    command = [sys.executable, "-m", "viborder", "check", "--corpus", "nowhere.jsonl", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0].startswith('tests/broken/span-twice.jsonl:1 id=a [8:21] "tỉnh Cao Bằng": error span-twice: ')
    assert lines[1].startswith('tests/broken/label-unknown.jsonl:1 id=a [33:41] "Lạng Sơn": error label-unknown: ')
    assert (
        "marked-here-not-there.jsonl:2 id=b [33:41]" in lines[2]
        and "marked-here-not-there.jsonl:1 id=a [33:41]" in lines[2]
    )
    assert done.stdout == "4 documents, 5 spans: 2 errors, 1 warning\n"


def document_line(text, spans=(), identity="a"):
    entries = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return json.dumps({"id": identity, "text": text, "spans": entries}) + "\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("H\u00e0 N\u1ed9i \ud83d", "text-not-unicode"),
        ("\udc00 H\u00e0 N\u1ed9i", "text-not-unicode"),
        ("Hà\x00 Nội", "text-control-character"),
        ("Hà \x1b[31mNội", "text-control-character"),
        ("Hà Nội\rCao Bằng", "text-carriage-return"),
        ("Hà Nội\r\nCao Bằng", "text-carriage-return"),
        ("Tha\u00adnh Hóa", "text-invisible-character"),
        ("\ufeffThanh Hóa", "text-invisible-character"),
        ("Thanh \u200bHóa", "text-invisible-character"),
    ],
)
def test_characters_that_a_text_should_not_hold(tmp_path, text, rule):
    path = tmp_path / "a.jsonl"
    path.write_text(document_line(text))
    assert rules(path) == [rule]


@pytest.mark.parametrize("identity", ["../a", "a/b", "a\\b", " a", "a ", "..", "a\nb", "a\x1b[31m", "a" * 5000])
def test_ids_that_name_no_file(tmp_path, identity):
    path = tmp_path / "a.jsonl"
    path.write_text(document_line("Hà Nội", identity=identity))
    (found,) = check([path], None)[0]
    assert found.rule == "id-malformed"
    assert str(found).isprintable() and len(str(found)) < 300 + len(str(path))


def test_spans_cover_whole_words_around_invisible_characters(tmp_path):
    path = tmp_path / "a.jsonl"
    text = "Công an tỉnh Tha\u00adnh Hóa."
    path.write_text(document_line(text, [(8, len(text) - 1, "PLACE")]))
    assert rules(path) == ["text-invisible-character"]
    path.write_text(document_line(text, [(8, 17, "PLACE")]))  # `tỉnh Tha` and half of the hyphen
    assert rules(path) == ["text-invisible-character", "span-blank-ends"]
    path.write_text(document_line(text, [(8, 16, "PLACE")]))
    assert rules(path) == ["text-invisible-character", "span-splits-token"]


def test_crossings_are_found_whatever_lies_in_what(tmp_path):
    path = tmp_path / "a.jsonl"
    text = "a " * 20
    nested = [(0, 39, "AGENCY"), (0, 19, "PLACE"), (2, 9, "DRUG"), (12, 15, "QUANTITY")]
    path.write_text(document_line(text, nested))
    assert rules(path) == []
    path.write_text(document_line(text, [*nested, (14, 23, "PLACE")]))  # crosses [0:19] and [12:15]
    assert rules(path) == ["span-crosses-span"]
    path.write_text(document_line(text, [*nested, (4, 11, "PLACE"), (2, 9, "DRUG")]))
    assert sorted(rules(path)) == ["span-crosses-span", "span-twice"]
