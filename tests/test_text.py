"""Tokens, sentences and normal form."""

import itertools
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viborder.formats import jsonl
from viborder.grammar import propose
from viborder.text import Remembered, cut, normalise, sentences, token_range, tokenize, trim

VIETNAMESE = st.text(alphabet='aăâđươnghtiếắộẹ ảÁĐ0123456789.,/-–:;()!?…"“”\n\t 🚓x̣', max_size=80)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("26 đoàn/147 cán bộ", "26 đoàn / 147 cán bộ"),
        ("168,55Kg Hêrôin; 476.509 viên", "168,55 Kg Hêrôin ; 476.509 viên"),
        ("thu 567.800.000đ.", "thu 567.800.000 đ ."),
        ("phòng, chống", "phòng , chống"),
        ("C04, QL8A và V02", "C04 , QL8A và V02"),
        ("Covid-19…", "Covid - 19 …"),
        ("hội đàm..., rồi", "hội đàm ... , rồi"),
        ("(QNO) - 21/12", "( QNO ) - 21 / 12"),
        ("a_b", "a _ b"),
        ("½kg, 2½ kg", "½ kg , 2 ½ kg"),
    ],
)
def test_tokens(text, tokens):
    assert " ".join(text[start:end] for start, end in tokenize(text)) == tokens


@given(VIETNAMESE)
def test_tokens_cover_everything_but_white_space(text):
    ranges = tokenize(text)
    assert [c for start, end in ranges for c in text[start:end]] == [c for c in text if not c.isspace()]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))


INVISIBLE = ("\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff")


@pytest.mark.parametrize("mark", INVISIBLE)
def test_invisible_characters_cut_no_word(mark):
    """UAX 29, WB4: nothing is broken before or after a Format character; U+200B is found inside words as well."""
    text = f"{mark}Công{mark} an tỉnh Tha{mark}nh {mark}Hóa, 1.{mark}056 kg{mark}."
    starts, ends, words = cut(text)
    assert words == ["Công", "an", "tỉnh", "Thanh", "Hóa", ",", "1.056", "kg", "."]
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == [
        "Công", "an", "tỉnh", f"Tha{mark}nh", "Hóa", ",", f"1.{mark}056", "kg", ".",
    ]  # fmt: skip
    assert [text[a:b] for a, b in sentences(text)] == [text[1:]]


@pytest.mark.parametrize("mark", INVISIBLE)
def test_the_grammar_reads_through_invisible_characters(mark):
    text = f"Công {mark}an tỉnh Tha{mark}nh Hóa thu 2 k{mark}g hero{mark}in."
    found = [(text[span.start : span.end].replace(mark, ""), span.label) for span in propose(text, tokenize(text))]
    assert found == [
        ("Công an tỉnh Thanh Hóa", "AGENCY"), ("tỉnh Thanh Hóa", "PLACE"), ("2 kg", "QUANTITY"), ("heroin", "DRUG"),
    ]  # fmt: skip


def test_what_is_not_seen_is_no_sentence():
    assert sentences("\u200b\n\ufeff \n") == []
    assert sentences("Họ về.\u200b Sau đó") == [(0, 6), (8, 14)]


def test_every_gold_border_is_a_token_border_and_no_gold_span_crosses_a_sentence():
    for document in jsonl.read(Path("annotations/gold.jsonl")):
        tokens, parts = tokenize(document.text), sentences(document.text)
        for span in (*document.spans, *document.private):
            assert token_range(tokens, span.start, span.end), document.slice(span)
            assert any(start <= span.start and span.end <= end for start, end in parts), document.slice(span)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Công an TP. Lạng Sơn bắt giữ. Sau đó họ về.", ["Công an TP. Lạng Sơn bắt giữ.", "Sau đó họ về."]),
        ("Đ/c Nguyễn V. An nói… Rồi đi!", ["Đ/c Nguyễn V. An nói…", "Rồi đi!"]),
        ("Ngày 5.8.2023 họ đến. Ảnh: T.C\nHết", ["Ngày 5.8.2023 họ đến.", "Ảnh: T.C", "Hết"]),
        ("1. Công an xã\n2. Công an huyện", ["1. Công an xã", "2. Công an huyện"]),
        ("gồm: Sùng Tả; Bách Sắc.", ["gồm: Sùng Tả; Bách Sắc."]),
        ('Ông nói: "Xong." Rồi về.', ['Ông nói: "Xong."', "Rồi về."]),
        ("hình sự… Đã tổ chức 3 đoàn", ["hình sự…", "Đã tổ chức 3 đoàn"]),
        ("chờ... đến sáng. ", ["chờ... đến sáng."]),
        ("  \n \n", []),
        ("Mục lục ......5. Hết", ["Mục lục ......5.", "Hết"]),
        ("1. TP. Lạng Sơn", ["1. TP. Lạng Sơn"]),
        ("12. Ông nói", ["12. Ông nói"]),
        ("họ có 12. Ông nói", ["họ có 12.", "Ông nói"]),
    ],
)
def test_sentences(text, parts):
    assert [text[start:end] for start, end in sentences(text)] == parts


@given(VIETNAMESE)
def test_sentences_cover_everything_but_white_space(text):
    parts = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in parts) == "".join(text.split())
    assert all(trim(text, start, end) == (start, end) for start, end in parts)


def test_normalise_says_what_it_did():
    decomposed = unicodedata.normalize("NFD", "Cao Bằng")
    assert normalise(decomposed + "\r\n") == ("Cao Bằng\n", ["line ends changed to \\n", "text normalised to NFC"])
    assert normalise("Cao Bằng\n") == ("Cao Bằng\n", [])


def test_what_is_remembered_of_strings_has_an_end() -> None:
    remembered = Remembered(len)
    assert list(map(remembered.__getitem__, map(str, range(100_000)))) == [
        len(str(number)) for number in range(100_000)
    ]
    assert remembered["x" * 1_000] == 1_000 and "x" * 1_000 not in remembered
    assert len(remembered) <= 1 << 15
