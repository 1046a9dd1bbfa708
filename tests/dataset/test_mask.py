from hypothesis import given
from hypothesis import strategies as st

from tests.formats.strategies import documents, with_private
from viborder.dataset.mask import Edit, People, dropped, fold, mask
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
    return [mask(each, people.edits(each)).text for each in given]


def test_birth_year_and_hamlet_go_with_the_name_and_offsets_follow() -> None:
    text = "Bắt Vàng A Sử, sinh năm 1974, trú tại bản Pha (xã Hùng Việt). Năm 1974, ở bản Pha."
    given = document("a", text, ["Vàng A Sử"], PLACE="xã Hùng Việt")
    people = People()
    people.meet(given)
    hidden = mask(given, people.edits(given))
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
    left = mask(given, dropped(given, people.edits(given)))
    assert left.text == "Công an họp. Ở Lào."
    assert [left.slice(span) for span in left.spans] == ["Lào"]


@given(st.text())
def test_folding_keeps_offsets(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(documents().map(with_private))
def test_masking_keeps_every_span_and_what_it_says(document: Document) -> None:
    people = People()
    people.meet(document)
    hidden = mask(document, edits := people.edits(document))
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
