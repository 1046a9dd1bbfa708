"""Texts become documents: verbatim, once, with what they say of themselves."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from viborder.corpus.collect import Collected, collect
from viborder.corpus.metadata import PROVINCES, read_metadata
from viborder.document import Document
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
    (tmp_path / "latin.txt").write_bytes("Công an".encode("latin-1"))
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


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("Công an tỉnh Thanh Hoá bắt", "Thanh Hóa"),
        ("Công an tỉnh Thanh Hóa bắt", "Thanh Hóa"),
        ("Công an Hoà Bình, Công an Khánh Hoà và Hoà Bình", "Hòa Bình"),
        ("CÔNG AN TỈNH THANH HOÁ BẮT NHÓM BUÔN MA TÚY", "Thanh Hóa"),
        ("Công an TP Ðà Nẵng bắt", "Đà Nẵng"),  # U+00D0
        ("Công an tỉnh Bà Rịa - Vũng Tàu bắt", "Bà Rịa - Vũng Tàu"),
        ("Công an tỉnh Bà Rịa–Vũng Tàu bắt", "Bà Rịa - Vũng Tàu"),
        ("Công an tỉnh Thừa Thiên Huế bắt", "Huế"),
        ("Công an thành phố Huế bắt", "Huế"),
        ("Công an tỉnh Đắc Lắc và Công an tỉnh Đăk Lăk", "Đắk Lắk"),
        ("Công an tỉnh Bắc Cạn bắt", "Bắc Kạn"),
        ("Công an TP.HCM bắt, Công an TP Hồ Chí Minh khởi tố", "Hồ Chí Minh"),
        ("theo tư tưởng Hồ Chí Minh, Đoàn TNCS Hồ Chí Minh", None),
        ("khu vực Thái Bình Dương", None),
        ("vì một thế giới hòa bình và thái bình", None),
        ("Công an tỉnh Tha\u00adnh Hóa bắt", "Thanh Hóa"),
    ],
)
def test_a_province_in_any_spelling_and_case(text, province):
    assert read_metadata(text)["province"] == province


def test_every_province_is_known_before_and_after_july_2025():
    """63 in the General Statistics Office's list, 34 since Resolution 202/2025/QH15, whose names are all among them."""
    names = [name.split("=")[0] for name in PROVINCES.split("|")]
    assert len(set(names)) == len(names) == 63
    assert all(read_metadata(f"Công an thành phố {name} bắt")["province"] == name for name in names)
    since = (
        "Hà Nội|Huế|Quảng Ninh|Cao Bằng|Lạng Sơn|Lai Châu|Điện Biên|Sơn La|Thanh Hóa|Nghệ An|Hà Tĩnh|Tuyên Quang|Lào Cai|Thái Nguyên|"
        "Phú Thọ|Bắc Ninh|Hưng Yên|Hải Phòng|Ninh Bình|Quảng Trị|Đà Nẵng|Quảng Ngãi|Gia Lai|Khánh Hòa|Lâm Đồng|Đắk Lắk|Hồ Chí Minh|"
        "Đồng Nai|Tây Ninh|Cần Thơ|Vĩnh Long|Đồng Tháp|Cà Mau|An Giang"
    ).split("|")
    assert len(since) == 34 and set(since) <= set(names)


@pytest.mark.parametrize(
    ("text", "country"),
    [("LÀO CAI: Công an", None), ("tỉnh Bò Kẹo, LÀO", "LA"), ("Cam-pu-chia và Campuchia", "KH"), ("xô lào xào", None)],
)
def test_a_partner_country_in_any_spelling(text, country):
    assert read_metadata(text)["partner_country"] == country


PARAGRAPH = (
    "<p>" + "Công an tỉnh Cao Bằng bắt hai người chở ma túy qua biên giới và thu giữ nhiều tang vật. " * 3 + "</p>"
)


@pytest.mark.parametrize(
    ("head", "body", "foot", "expected"),
    [
        ("", "", "", None),
        ("", "", "Giấy phép số 18/GP-BTTTT cấp ngày 05/05/2017", None),
        ("", "", "© 2024 Báo A", None),
        ('<script>var build="2023-02-03";</script>', "", "", None),
        ("", "", '<a href="/2020/03/04/tin.html">Tin khác</a>', None),
        ("", "", '<div class="related"><span class="date">01/02/2019</span> Tin khác</div>', None),
        ("", '<img src="/uploads/2019/05/06/a.jpg">', "", None),
        ("", "<p>Theo Nghị định số 82 ngày 05/06/2014 của Chính phủ.</p>", "", None),
        ('<meta property="article:published_time" content="2024-06-05T10:00:00+07:00">', "", "© 2025", "2024-06-05"),
        ('<script type="application/ld+json">{"datePublished": "2024-06-05"}</script>', "", "", "2024-06-05"),
        ("", '<time datetime="2024-06-05T08:00">05/06/2024</time>', "", "2024-06-05"),
        ("", '<span class="date">05/06/2024</span>', "", "2024-06-05"),
        ("", "<p>Thứ tư, 05/06/2024 - 10:30</p>", "", "2024-06-05"),
        ("", "<div>Chủ nhật, ngày 9/6/2024</div>", "", "2024-06-09"),
    ],
)
def test_the_date_of_a_page_is_what_names_itself_so(tmp_path, head, body, foot, expected):
    pytest.importorskip("trafilatura")
    page = (
        f'<html><head><meta charset="utf-8"><title>T</title>{head}</head><body><article><h1>Bắt hai người</h1>{body}'
        f"{PARAGRAPH}{PARAGRAPH}</article><footer>{foot}</footer></body></html>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    done = collect([tmp_path / "a.html"], tmp_path / "documents.jsonl")
    assert done.added[0].meta.get("date") == expected


BAD_LINES = [
    '{"id": "a", "text": "H\u00e0 N\u1ed9i \\ud83d"}',
    '{"id": "b", "text": "Công an tỉnh Cao Bằng"}',
    "{",
    '{"id": "../c", "text": "Công an tỉnh Lạng Sơn"}',
    '{"id": "d", "text": "Hà\\u0000 Nội"}',
    "[" * 100_000,
]


def test_bad_documents_are_told_and_the_others_added(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(BAD_LINES) + "\n", encoding="utf-8")
    corpus, problems = tmp_path / "documents.jsonl", []
    done = collect([tmp_path / "a.jsonl"], corpus, problems=problems)
    assert [document.id for document in done.added] == ["b"] == [document.id for document in jsonl.read(corpus)]
    found = {(problem.rule, problem.where.removeprefix(f"{tmp_path}/").split(" ")[0]) for problem in problems}
    assert found == {
        ("text-not-unicode", "a.jsonl:1"),
        ("json-broken", "a.jsonl:3"),
        ("id-malformed", "a.jsonl:4"),
        ("text-control-character", "a.jsonl:5"),
        ("json-broken", "a.jsonl:6"),
    }


def test_the_verb_adds_the_good_ones_with_status_1_and_nothing_where_it_is_strict(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(BAD_LINES) + "\n", encoding="utf-8")
    corpus = tmp_path / "documents.jsonl"
    command = [sys.executable, "-m", "viborder", "collect", str(tmp_path / "a.jsonl"), "--out", str(corpus)]
    done = subprocess.run([*command, "--strict"], capture_output=True, text=True)
    assert done.returncode == 1 and not corpus.exists() and "text-not-unicode" in done.stderr
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.startswith("1 document added") and "json-broken" in done.stderr
    assert [document.id for document in jsonl.read(corpus)] == ["b"]


def test_a_near_duplicate_is_named_by_no_more_than_a_line_holds(tmp_path: Path) -> None:
    text = "Công an tỉnh Cao Bằng bắt giữ ba đối tượng tại cửa khẩu."
    jsonl.write(tmp_path / "c.jsonl", [Document("a" * 5_000, text)])
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    (told,) = collect([tmp_path / "b.txt"], tmp_path / "c.jsonl").left_out
    assert told.isprintable() and len(told) < 1_000 + len(str(tmp_path))
