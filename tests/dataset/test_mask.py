import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.strategies import documents, with_private
from viborder.annotate.hiding import Edit, hiding, unhidden
from viborder.annotate.private import People, fold
from viborder.dataset.mask import dropped, mask
from viborder.document import PRIVATE, Document, Span


def document(identity: str, text: str, private: list[str], **labels: str) -> Document:
    """A document in which every string of `labels` (LABEL=string) and of `private` is marked where it first stands."""
    spans = [Span(text.index(marked), text.index(marked) + len(marked), label) for label, marked in labels.items()]
    hidden = [Span(text.index(name), text.index(name) + len(name), PRIVATE) for name in private]
    return Document(identity, text, (), tuple(hidden)).with_spans(spans)


def masked(*given: Document) -> list[str]:
    people = People()
    for each in given:
        people.meet(each)
    return [mask(each, hiding(each, people)).text for each in given]


def test_birth_year_and_hamlet_go_with_the_name_and_offsets_follow() -> None:
    text = "Bắt Vàng A Sử, sinh năm 1974, trú tại bản Pha (xã Hùng Việt). Năm 1974, ở bản Pha."
    given = document("a", text, ["Vàng A Sử"], PLACE="xã Hùng Việt")
    people = People()
    people.meet(given)
    hidden = mask(given, hiding(given, people))
    assert (
        hidden.text == "Bắt [NGƯỜI-1], sinh năm [NĂM-SINH-1], trú tại [NƠI-Ở-1] (xã Hùng Việt). Năm 1974, ở [NƠI-Ở-1]."
    )
    assert [hidden.slice(span) for span in hidden.spans] == ["xã Hùng Việt"]
    assert hidden.private == ()


def test_one_person_has_one_stand_in_over_all_documents_whatever_case_and_tone_marks() -> None:
    first = document("a", "Bắt Đoàn Thị Tý. Tý khai.", ["Đoàn Thị Tý"])
    second = document("b", "Bắt Lò Văn A và ĐOÀN THỊ TÝ.", ["Lò Văn A"])
    third = document("c", "Đối tượng Đoan Thi Tý (1974) khai.", [])
    assert masked(first, second, third) == [
        "Bắt [NGƯỜI-1]. Tý khai.",
        "Bắt [NGƯỜI-2] và [NGƯỜI-1].",
        "Đối tượng [NGƯỜI-1] ([NĂM-SINH-1]) khai.",
    ]


def test_a_given_name_is_its_bearer_and_alone_it_is_masked_only_where_it_is_marked() -> None:
    text = "Đoàn Thị Uyên khai. Uyên nhận tội. Vải uyên ương."
    at = text.index("Uyên nhận")
    given = Document("a", text, (), (Span(0, 13, PRIVATE), Span(at, at + 4, PRIVATE)))
    assert masked(given) == ["[NGƯỜI-1] khai. [NGƯỜI-1] nhận tội. Vải uyên ương."]


def test_a_name_in_an_address_is_hidden_too() -> None:
    people = People()
    people.meet(document("a", "Bắt Đoàn Thị Tý.", ["Đoàn Thị Tý"]))
    assert (
        people.hidden("https://example.org/bat-doan-thi-ty-o-lang-son.html")
        == "https://example.org/bat-[NGƯỜI-1]-o-lang-son.html"
    )
    assert people.hidden("Đoàn, Thị, Tý") == "Đoàn, Thị, Tý"


def test_drop_takes_out_the_sentence_that_names_the_person() -> None:
    given = document("a", "Công an họp. Bắt Lò Văn A.\nẢnh: T.C\nỞ Lào.", ["Lò Văn A", "T.C"], PLACE="Lào")
    people = People()
    people.meet(given)
    left = mask(given, dropped(given, hiding(given, people)))
    assert left.text == "Công an họp. Ở Lào."
    assert [left.slice(span) for span in left.spans] == ["Lào"]


@given(st.text())
def test_folding_keeps_offsets(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(documents().map(with_private))
def test_masking_keeps_every_span_and_what_it_says(document: Document) -> None:
    people = People()
    people.meet(document)
    hidden = mask(document, edits := hiding(document, people))
    touched = [
        span for span in document.spans if any(span.start < edit.end and edit.start < span.end for edit in edits)
    ]
    untouched = [span for span in document.spans if span not in touched]
    said = [hidden.slice(span) for span in hidden.spans]
    for span in untouched:
        said.remove(document.slice(span))
    assert len(hidden.spans) <= len(document.spans)
    assert not any(a.crosses(b) for a in hidden.spans for b in hidden.spans)


@given(documents(), st.data())
def test_any_edit_leaves_the_text_around_it(document: Document, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    hidden = mask(document, [Edit(start, end, "[X]")])
    assert hidden.text == document.text[:start] + "[X]" + document.text[end:]
    for span in hidden.spans:
        assert 0 <= span.start < span.end <= len(hidden.text)


@pytest.mark.parametrize(
    "spelt",
    [
        "Nguyễn Văn Tý",
        "NGUYỄN VĂN TÝ",
        "Nguyễn Văn Tí",  # i for y
        "Nguyen Van Ty",
        "Nguyễn\u200b Văn\u00adTý",
        "Nguyễn Văn T\u200bý",
        "Ngu\u00adyễn V\u2060ăn T\ufeffý",
        "NguyễnVănTý",
        "NGUYỄNVĂNTÝ",
        "nguyenvanty",
        "Nguyễn VănTý",
        "Nguyễn_Văn_Tý",
        "nguyen-van-ty",
        "Nguyễn\nVăn Tý",
        "Nguyễn V. Tý",  # a middle initial
        "Nguуễn Văn Tý",  # a Cyrillic у
        "Nguyễn Văn Tý",  # written with loose marks
    ],
)
def test_a_name_is_masked_however_it_is_spelt(spelt: str) -> None:
    people = People()
    people.meet(document("a", "Bắt Nguyễn Văn Tý.", ["Nguyễn Văn Tý"]))
    shown = Document("b", f"Đối tượng {spelt} khai.")
    assert mask(shown, hiding(shown, people)).text == "Đối tượng [NGƯỜI-1] khai."


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Nguyễn Văn Tý", "thẻ #NguyễnVănTý2024 và nguyenvanty88@mail.vn", "thẻ #[NGƯỜI-1]2024 và [NGƯỜI-1]88@mail.vn"),
        ("Nguyễn Văn Tý", "trang batnguyenvantyngay.html", "trang bat[NGƯỜI-1]ngay.html"),
        ("Lê Nam", "thẻ #lenam, @lenam, lenam@mail.vn", "thẻ #[NGƯỜI-1], @[NGƯỜI-1], [NGƯỜI-1]@mail.vn"),
        ("Lê Nam", "ảnh LêNam", "ảnh [NGƯỜI-1]"),
        ("Tô An", "toàn bộ, hoan hô, Tô A, An Tô", "toàn bộ, hoan hô, Tô A, An Tô"),  # a syllable of its own is no name
        ("Lê Nam", "le na m, lễ, năm", "le na m, lễ, năm"),
        ("T.C", "Ảnh: T. C; TC; tc", "Ảnh: [NGƯỜI-1]; TC; tc"),
        ("Đoàn Thị Tý", "Đoàn, Thị, Tý", "Đoàn, Thị, Tý"),
    ],
)
def test_joined_names_are_masked_and_other_words_are_not(name: str, text: str, expected: str) -> None:
    people = People()
    people.meet(document("a", f"Bắt {name}.", [name]))
    shown = Document("b", text)
    assert mask(shown, hiding(shown, people)).text == expected


def told(text: str, private: list[str], **labels: str) -> list[tuple[str, str]]:
    """(rule, the text at its place) of each warning."""
    given = document("a", text, private, **labels)
    return [(problem.rule, problem.where.partition('"')[2].rstrip('"')) for problem in unhidden(given, "f")]


PERSON = "Bắt Đoàn Thị Uyên, sinh năm 1974, ở bản Pha. "


def test_parts_of_a_name_that_nobody_marked_are_told() -> None:
    assert told(PERSON + "Uyên khai. Bị can Uyên và Đ.T.U, tức Đoàn Thị U.", ["Đoàn Thị Uyên"]) == [
        ("private-part-unmarked", "Uyên"),
        ("private-part-unmarked", "Uyên"),
        ("private-part-unmarked", "Đ.T.U"),
        ("private-part-unmarked", "Đoàn Thị U"),
    ]


def test_another_bearer_of_the_name_and_a_marked_span_are_not_told() -> None:
    assert told(PERSON + "Lê Thị Uyên, Uyên Hưng, vải uyên ương, ở Uyên.", ["Đoàn Thị Uyên"], PLACE="Uyên Hưng") == [
        ("private-part-unmarked", "Uyên")  # the last one
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        *("0912 345 678", "0912.345.678", "+84 912345678", "(024) 3825 1234"),  # phones
        *("uyen.74@mail.com.vn", "https://example.org/u?id=1", "facebook.com/uyen.doan", "@uyendoan"),
        *("29A-123.45", "12B1-234.56", "98C-01234"),  # plates of cars and motorcycles
        "001174012345",  # an identity card has 12 digits and begins with 0
    ],
)
def test_identifiers_are_told_by_their_shape(identifier: str) -> None:
    assert told(f"Liên hệ {identifier} để biết.", []) == [("identifier-unmasked", identifier)]


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("số CMND 012345678 cấp năm 2010", "012345678"),
        ("CCCD số: 001174012345.", "001174012345"),
        ("hộ chiếu số B1234567 của", "B1234567"),
        ("tài khoản ngân hàng số 1903 4567 8901 234 của", "1903 4567 8901 234"),
        ("sinh ngày 5 tháng 3 năm 1974 tại", "5 tháng 3 năm 1974"),
        ("sinh năm một nghìn chín trăm bảy mươi tư tại", "một nghìn chín trăm bảy mươi tư"),
        ("SN: 05/03/1974 tại", "05/03/1974"),
        ("Sinh ngày mồng một tháng hai tại", "mồng một tháng hai"),
    ],
)
def test_identifiers_are_told_by_the_words_before_them(text: str, identifier: str) -> None:
    assert told(text, []) == [("identifier-unmasked", identifier)]


@pytest.mark.parametrize(
    "text",
    [
        "Thu 476.509 viên, 168,55 kg và 567.800.000đ, từ năm 2018 - 2023, Quyết định 0123/QĐ, QL8A, C04, mốc 1024.",
        "Ngày 12/3/2022, lúc 09 giờ 30, 26 đoàn/147 cán bộ, 1.056 đối tượng, tỷ lệ 12,5 %, số 12 Luật.",
        "Công an 12 tỉnh bắt 1974 người; sinh hoạt, sinh sống; tài khoản mạng xã hội.",
    ],
)
def test_amounts_dates_and_roads_are_no_identifiers(text: str) -> None:
    assert told(text, []) == []


def test_mask_identifiers_hides_what_is_told() -> None:
    text = PERSON + "Uyên ở BẢN PHA, gọi 0912 345 678, xe 29A-123.45. Đ.T.U khai ở số nhà 5 đường Lê Lợi, số nhà 12/3."
    given = document("a", text, ["Đoàn Thị Uyên"])
    people = People()
    people.meet(given)
    assert mask(given, hiding(given, people, identifiers=True)).text == (
        "Bắt [NGƯỜI-1], sinh năm [NĂM-SINH-1], ở [NƠI-Ở-1]. [NGƯỜI-1] ở [NƠI-Ở-1], gọi [SỐ-ĐIỆN-THOẠI], "
        "xe [BIỂN-SỐ]. [NGƯỜI-1] khai ở [SỐ-NHÀ] đường Lê Lợi, [SỐ-NHÀ]."
    )


@pytest.mark.parametrize(
    "unit", ["bản 1 ", "@", "a.", "0", "sinh ngày ", "\u200b", "Lò ", "sinh năm một ", "x@y.", "tài khoản "]
)
def test_every_word_of_a_long_line_is_looked_at_once(unit: str) -> None:
    """Work grows in proportion: counted by the calls that Python makes, since a busy machine makes clocks lie."""
    people = People()
    people.meet(document("a", "Bắt Lò Văn A.", ["Lò Văn A"]))

    def calls(times: int) -> int:
        count = 0

        def tick(*_: object) -> None:
            nonlocal count
            count += 1

        shown = document("b", "Lò Văn A " + unit * times, ["Lò Văn A"])
        sys.setprofile(tick)
        try:
            hiding(shown, people, identifiers=True)
        finally:
            sys.setprofile(None)
        return count

    assert calls(2_000) < 2.5 * calls(1_000) + 1_000
