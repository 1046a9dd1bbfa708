"""Lists that others keep: what of them is found, and where."""

from __future__ import annotations

import pytest

from viborder.formats.brackets import parse
from viborder.grammar import propose
from viborder.grammar.keys import keys_of, longest
from viborder.grammar.lexicon import packaged
from viborder.text import tokenize


def test_there_were_63_provinces_and_no_name_is_listed_by_hand_too() -> None:
    assert len(packaged().phrases("vn-province")) == 63  # Resolution 15/2008/QH12, until 30 June 2025
    made = {tuple(keys_of(name)) for name in packaged().phrases("vn-province", "vn-district", "cldr-country")}
    by_hand = packaged().phrases("country", "region", "province", "district", "commune", "gate", "site", "city")
    assert [name for name in by_hand if tuple(keys_of(name)) in made] == []


def test_a_name_that_is_a_word_too_is_found_after_its_word_only() -> None:
    keys = [*keys_of("Thống Nhất"), "\n"]
    assert longest(packaged().gazetteer[0], keys, 0) is None
    assert longest(packaged().worded, keys, 0) == (2, True)


@pytest.mark.parametrize(
    "marked",
    [
        "Tàu cập cảng ở [P Djibouti] hôm qua.",  # CLDR
        "Đoàn về [P huyện Thống Nhất] và trở lại.",  # a district that is a word too
        "Sinh ra ở [P xã Ayun] năm ấy.",
        "Qua [P xã Mường Và], [P huyện Sốp Cộp] rồi về.",
        "Người dân [P xã Tà Xi Láng] đã báo tin.",  # since July 2025 in Lào Cai
    ],
)
def test_listed_names(marked: str) -> None:
    document = parse(marked)
    found = {(span.start, span.end, span.label) for span in propose(document.text, tokenize(document.text))}
    assert found == {(span.start, span.end, span.label) for span in document.spans}
