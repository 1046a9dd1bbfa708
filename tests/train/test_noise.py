"""Copies in other forms of writing: the expected strings are written by hand."""

import unicodedata
from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.formats import brackets, jsonl
from viborder.text import token_range, tokenize
from viborder.train.noise import FORMS, copies, written

TEXT = "Ngày 5/6, Công an huyện Hoà Bình và bà Thúy ở Đắk Lắk giữ 12,5Kg quý."
DOCUMENT = Document("d", TEXT, (Span(24, 32, "PLACE"), Span(46, 53, "PLACE"), Span(58, 64, "QUANTITY")))


@pytest.mark.parametrize(
    "form, text",
    [
        ("lower", "ngày 5/6, công an huyện hoà bình và bà thúy ở đắk lắk giữ 12,5kg quý."),
        ("capitals", "NGÀY 5/6, CÔNG AN HUYỆN HOÀ BÌNH VÀ BÀ THÚY Ở ĐẮK LẮK GIỮ 12,5KG QUÝ."),
        ("title", "Ngày 5/6, Công An Huyện Hoà Bình Và Bà Thúy Ở Đắk Lắk Giữ 12,5kg Quý."),
        ("no-marks", "Ngay 5/6, Cong an huyen Hoa Binh va ba Thuy o Dak Lak giu 12,5Kg quy."),
        ("lower-no-marks", "ngay 5/6, cong an huyen hoa binh va ba thuy o dak lak giu 12,5kg quy."),
        ("capitals-no-marks", "NGAY 5/6, CONG AN HUYEN HOA BINH VA BA THUY O DAK LAK GIU 12,5KG QUY."),
        ("tone-placement", "Ngày 5/6, Công an huyện Hòa Bình và bà Thuý ở Đắk Lắk giữ 12,5Kg quý."),
    ],
)
def test_forms_that_keep_every_character_in_its_place(form, text):
    copy = written(DOCUMENT, form)
    assert (copy.text, copy.spans) == (text, DOCUMENT.spans)


def test_lines_are_joined_and_are_never_broken_inside_a_span():
    document = Document("d", "Một\nhai ba", (Span(4, 10, "PLACE"),))
    assert written(document, "joined-lines").text == "Một hai ba"
    many = Document("d", "Công an " * 500, (Span(0, 3999, "AGENCY"),))
    assert written(many, "broken-lines").text.count("\n") <= 1  # the blank behind the span may break
    assert written(Document("d", "Công an " * 500), "broken-lines").text.count("\n") > 10


@pytest.mark.parametrize("form", FORMS)
def test_spans_move_with_their_text(form):
    """On real texts: NFC, whole tokens, and each span's letters are those of the original but for the noise."""
    documents = [*jsonl.read(Path("annotations/gold.jsonl")), *brackets.read(Path("train/genre/tuning.txt"))[:40]]
    changed = 0
    for document in documents:
        copy = written(document, form, seed=3)
        assert unicodedata.is_normalized("NFC", copy.text)
        tokens = tokenize(copy.text)
        for old, new in zip(document.spans, copy.spans, strict=True):
            assert token_range(tokens, new.start, new.end) is not None
            before, after = document.slice(old), copy.slice(new)
            assert abs(len(before) - len(after)) <= max(4, len(before) // 4)
            changed += before != after
    assert changed or form in ("joined-lines", "broken-lines")


def test_copies_bear_their_originals_id_and_do_not_depend_on_other_documents():
    documents = jsonl.read(Path("annotations/gold.jsonl"))
    found = copies(documents, {"lower": 1.0, "scanned": 0.5}, seed=1)
    assert {origin for origin, copy in found if copy.id.endswith("~lower")} == {document.id for document in documents}
    assert len({copy.id for _, copy in found} | {document.id for document in documents}) == len(found) + len(documents)
    alone = copies(documents[:1], {"lower": 1.0, "scanned": 0.5}, seed=1)
    assert alone == [pair for pair in found if pair[0] == documents[0].id]
