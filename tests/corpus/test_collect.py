"""Texts become documents: verbatim, once, with what they say of themselves."""

import unicodedata
from pathlib import Path

import pytest

from viborder.corpus.collect import Collected, collect
from viborder.corpus.metadata import read_metadata
from viborder.errors import ViborderError
from viborder.formats import jsonl


def rules(error):
    return sorted(problem.rule for problem in error.value.problems)


def test_the_corpus_is_what_collect_makes_of_the_seeds(tmp_path):
    done = collect([Path("seeds")], tmp_path / "documents.jsonl")
    assert len(done.added) == 5 and done.notes == done.left_out == []
    assert (tmp_path / "documents.jsonl").read_bytes() == Path("corpus/documents.jsonl").read_bytes()


def test_nfd_and_crlf_are_normalised_and_said(tmp_path):
    source = tmp_path / "a.txt"
    source.write_bytes(b"\xef\xbb\xbf" + unicodedata.normalize("NFD", "Công an tỉnh Cao Bằng\r\n").encode())
    done = collect([source], tmp_path / "documents.jsonl")
    assert done.added[0].text == "Công an tỉnh Cao Bằng\n"
    assert [note.removeprefix(f"{source}: ") for note in done.notes] == [
        "line ends changed to \\n",
        "text normalised to NFC",
    ]


def test_collecting_twice_changes_nothing_and_another_text_is_refused(tmp_path):
    source, corpus = tmp_path / "a.txt", tmp_path / "documents.jsonl"
    source.write_text("Công an tỉnh Cao Bằng")
    collect([source], corpus)
    before = corpus.read_bytes()
    assert collect([source], corpus) == Collected()
    source.write_text("Công an tỉnh Lạng Sơn")
    with pytest.raises(ViborderError) as error:
        collect([source], corpus)
    assert rules(error) == ["id-text-differs"] and corpus.read_bytes() == before


def test_every_bad_source_is_told_at_once_and_nothing_is_written(tmp_path):
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "latin.txt").write_bytes("Công an".encode("utf-16"))
    (tmp_path / "good.txt").write_text("Công an tỉnh Cao Bằng")
    (tmp_path / "huge.txt").write_bytes(b"a" * (50 * 1024 * 1024))
    names = ["empty.txt", "latin.txt", "good.txt", "huge.txt", "absent.txt"]
    with pytest.raises(ViborderError) as error:
        collect([tmp_path / name for name in names], tmp_path / "documents.jsonl")
    assert rules(error) == ["file-empty", "file-missing", "file-too-large", "not-utf8"]
    assert not (tmp_path / "documents.jsonl").exists()


def test_a_corpus_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "a.txt").write_text("Công an tỉnh Cao Bằng")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ViborderError) as error:
        collect([tmp_path / "a.txt"], tmp_path / "file" / "documents.jsonl")
    assert rules(error) == ["cannot-write"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(TTXVN) - Công an tỉnh Lào Cai và Trung Quốc", ("TTXVN", None, "Lào Cai", "CN")),
        ("Công an Sơn La\n05-11-2024\nSơn La, Lào, Điện Biên", (None, "2024-11-05", "Sơn La", "LA")),
        (" date 2022-06 Sáng nay (9/6), Campuchia", (None, "2022-06-09", None, "KH")),
        (" date 2022-06 Sáng nay (9/7), họ", (None, "2022-06", None, None)),
        ("31-02-2024\nNgày 21/8 họ", (None, None, None, None)),
    ],
)
def test_metadata(text, expected):
    assert tuple(read_metadata(text).values()) == expected


def test_metadata_of_the_five():
    found = [tuple(document.meta.values()) for document in jsonl.read(Path("corpus/documents.jsonl"))]
    assert found == [
        (None, None, "Cao Bằng", "CN"),
        (None, "2022-03-28", "Lạng Sơn", "CN"),
        (None, None, "Hà Tĩnh", "LA"),
        ("QNO", None, "Quảng Nam", "LA"),
        (None, "2022-06-09", "Lai Châu", "LA"),
    ]
