"""The corpus grows: pages and JSON Lines beside texts, near-duplicates left out, nothing that is there moves."""

import json
from pathlib import Path

import pytest

from viborder.corpus.collect import collect
from viborder.corpus.duplicates import Newcomers
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.similar import jaccard, shingles

SEEDS = sorted(Path("seeds").glob("*.txt"))
BODY = [
    "Sáng 12/4, Công an tỉnh Điện Biên phối hợp với Công an tỉnh Luông Pha Bang (Lào) tổ chức hội đàm thường niên.",
    "Tại hội đàm, hai bên đánh giá kết quả phối hợp phòng, chống tội phạm ma túy trên tuyến biên giới trong năm qua.",
    "Lực lượng chức năng đã bắt giữ 12 vụ, thu 30 kg heroin và trên 5.000 viên ma túy tổng hợp cùng nhiều tang vật liên quan.",
]
PAGE = f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Hội đàm ở Điện Biên - Báo Mẫu</title>
<meta property="og:site_name" content="Báo Mẫu"><meta property="article:published_time" content="2024-04-12T08:00:00+07:00">
<link rel="canonical" href="https://example.org/hoi-dam.html"></head><body>
<nav><ul><li><a href="/">Trang chủ</a></li><li><a href="/tin">Tin mới</a></li></ul></nav>
<article><h1>Hội đàm ở Điện Biên</h1>{"".join(f"<p>{line}</p>" for line in BODY)}</article>
<footer>Bản quyền thuộc về Báo Mẫu. Giấy phép số 1.</footer></body></html>"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    collect(SEEDS, tmp_path / "documents.jsonl")
    return tmp_path / "documents.jsonl"


def test_the_article_of_a_page_is_kept_without_what_is_around_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (document,) = collect([tmp_path / "page.html"], tmp_path / "c.jsonl").added
    assert document.text == "\n".join(["Hội đàm ở Điện Biên", *BODY]) + "\n"
    assert document.id == "page"
    assert dict(document.meta) == {
        "outlet": "Báo Mẫu",
        "date": "2024-04-12",
        "province": "Điện Biên",
        "partner_country": "LA",
        "source": "https://example.org/hoi-dam.html",
    }


def test_json_lines_keep_source_licence_and_date(tmp_path: Path) -> None:
    record = {
        "text": "\n".join(BODY),
        "url": "https://example.org/1",
        "license": "CC BY 4.0",
        "meta": {"date": "2024-04-12"},
        "other": 1,
    }
    (tmp_path / "crawl.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    (document,) = collect([tmp_path / "crawl.jsonl"], tmp_path / "c.jsonl", {"licence": "unknown"}).added
    assert document.id == "crawl-00001"
    assert {name: document.meta[name] for name in ("source", "licence", "date")} == {
        "source": "https://example.org/1",
        "licence": "CC BY 4.0",
        "date": "2024-04-12",
    }


def test_what_is_there_stays_byte_for_byte_and_new_documents_come_behind_it(corpus: Path, tmp_path: Path) -> None:
    before = corpus.read_bytes()
    (tmp_path / "aaa.txt").write_text("\n".join(BODY), encoding="utf-8")
    collect([tmp_path / "aaa.txt"], corpus)
    assert corpus.read_bytes().startswith(before)
    assert [document.id for document in jsonl.read(corpus)] == [*(path.stem for path in SEEDS), "aaa"]


def test_a_near_duplicate_is_left_out_and_its_twin_is_named(corpus: Path, tmp_path: Path) -> None:
    twin = SEEDS[2].read_text(encoding="utf-8").replace("đồng chí", "ông").upper()
    (tmp_path / "twin.txt").write_text(twin, encoding="utf-8")
    (tmp_path / "one.txt").write_text("\n".join(BODY), encoding="utf-8")
    (tmp_path / "two.txt").write_text("\n".join([*BODY, "Theo Báo Mẫu"]), encoding="utf-8")
    before = corpus.read_bytes()
    done = collect([tmp_path / "twin.txt", tmp_path / "one.txt", tmp_path / "two.txt"], corpus)
    assert [document.id for document in done.added] == ["one"]
    score = jaccard(shingles(twin), shingles(SEEDS[2].read_text(encoding="utf-8")))
    assert done.left_out[0] == f"{tmp_path}/twin.txt: left out, a near-duplicate of {SEEDS[2].stem} ({score:.2f})"
    assert done.left_out[1].startswith(f"{tmp_path}/two.txt: left out, a near-duplicate of one (")
    assert corpus.read_bytes().startswith(before)
    assert [document.id for document in collect([tmp_path / "two.txt"], corpus, near=1.1).added] == ["two"]


def test_newcomers_find_what_comparing_every_pair_finds() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SEEDS]
    texts += [text[: len(text) * cut // 10] for text in texts for cut in (3, 5, 7, 9)]
    index = Newcomers(0.4)
    for text in texts:
        index.add(text)
    for text in texts:
        every = {number: jaccard(shingles(text), shingles(other)) for number, other in enumerate(texts)}
        assert dict(index.like(text)) == {number: score for number, score in every.items() if score >= 0.4}


def test_faulty_sources_are_told_all_at_once_and_nothing_is_written(corpus: Path, tmp_path: Path) -> None:
    before = corpus.read_bytes()
    (tmp_path / "menu.html").write_text("<html><body><nav>Trang chủ</nav></body></html>", encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text(
        '{"text": "x"\n{"text": ""}\n{"id": "d", "text": "một"}\n{"id": "d", "text": "hai"}\n', encoding="utf-8"
    )
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ViborderError) as caught:
        collect([tmp_path / name for name in ("menu.html", "bad.jsonl", "a.xlsx", "empty", "none.html")], corpus)
    rules = sorted(problem.rule for problem in caught.value.problems)
    assert rules == [
        "file-missing",
        "folder-empty",
        "format-unknown",
        "html-no-article",
        "id-twice",
        "json-broken",
        "text-missing",
    ]
    assert corpus.read_bytes() == before
