"""Characters to subwords and back, for a fast and a slow tokenizer in their published formats."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.train import encoders
from viborder.document import Span, by_depth, in_order
from viborder.text import Range, tokenize
from viborder.train.encoder.alignment import Encoding, encode, from_layers, sentence_windows, to_layers, windows
from viborder.train.encoder.examples import lower_capitals
from viborder.train.encoder.words import segment, split_at

pytest.importorskip("torch", reason="fine-tuning needs torch: pip install -c constraints.txt -e .[train]")

PIECES = st.sampled_from(
    [*" ".join(encoders.SENTENCES).split(), "🚔", "👮🏽‍♀️", "ma\u200btúy", "\ufeff", "\u00a0", "\n\n", " \n", "\t", "(", "),", "”.", "/",
     "_", "<mask>", "</s>", unicodedata.normalize("NFD", "Cửa khẩu Tân Thanh"), "đ" * 300, "7" * 90, "ﬁ", "①", "ế"]
)  # fmt: skip
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "  "])), max_size=30).map(
    lambda parts: "".join(a + b for a, b in parts)
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("encoders")
    made: dict[str, Path] = {"xlmr": encoders.xlmr(folder / "xlmr"), "phobert": encoders.phobert(folder / "phobert")}
    return {name: AutoTokenizer.from_pretrained(path) for name, path in made.items()}


@pytest.fixture(params=["xlmr", "phobert"])
def tokenizer(request: pytest.FixtureRequest, tokenizers: dict[str, Any]) -> Any:
    return tokenizers[request.param]


def units_of(text: str, tokenizer: Any) -> list[Range]:
    return tokenize(text) if tokenizer.is_fast else segment(text)


@st.composite
def nested(draw: st.DrawFn, units: list[Range]) -> tuple[Span, ...]:
    """Spans over whole units, up to three deep: ranges, some with a range inside, some of these with another."""
    spans = set()
    position = 0
    while position < len(units) and draw(st.booleans()):
        first = draw(st.integers(position, len(units) - 1))
        last = draw(st.integers(first, min(first + 6, len(units) - 1)))
        position = last + 1
        for _ in range(draw(st.integers(1, 3))):
            spans.add(Span(units[first][0], units[last][1], draw(st.sampled_from(["AGENCY", "PLACE"]))))
            first = draw(st.integers(first, last))
            last = draw(st.integers(first, last))
    return in_order(spans)


def test_fast_and_slow(tokenizers: dict[str, Any]) -> None:
    assert tokenizers["xlmr"].is_fast
    assert not tokenizers["phobert"].is_fast
    assert type(tokenizers["phobert"]).__name__ == "PhobertTokenizer"


@QUICK
@given(data=st.data(), text=TEXTS)
def test_spans_come_back_through_subwords(data: st.DataObject, text: str, tokenizer: Any) -> None:
    units = units_of(text, tokenizer)
    spans = data.draw(nested(units))
    encoding = encode(tokenizer, text, units)
    assert encoding.first == sorted(set(encoding.first)), "each unit has a subword of its own"
    assert len(encoding.first) == len(units)
    rows = to_layers(units, spans, depth=max(1, len(by_depth(spans))))
    for row in rows:  # a tag lies on the first subword; read it back from there
        on_subwords = dict(zip(encoding.first, row, strict=True))
        assert [on_subwords[index] for index in encoding.first] == row
    assert from_layers(units, rows, [[1.0] * len(units)] * len(rows)) == spans


@QUICK
@given(
    st.lists(
        st.sampled_from([word for word in " ".join(encoders.SENTENCES).split() if len(tokenize(word)) == 1]),
        max_size=40,
    )
)
def test_fast_subwords_are_the_tokenizers_own(tokenizers: dict[str, Any], words: list[str]) -> None:
    text = " ".join(words)
    encoding = encode(tokenizers["xlmr"], text, tokenize(text))
    joint = tokenizers["xlmr"](words, is_split_into_words=True, add_special_tokens=False)
    assert encoding.ids == tokenizers["xlmr"](text, add_special_tokens=False)["input_ids"]
    assert encoding.first == [joint.word_to_tokens(index).start for index in range(len(words))]


def test_slow_subwords_are_those_of_the_segmented_text(tokenizers: dict[str, Any]) -> None:
    tokenizer = tokenizers["phobert"]
    for text in encoders.SENTENCES:
        words = segment(text)
        joint = " ".join(text[start:end].replace(" ", "_") for start, end in words)
        assert encode(tokenizer, text, words).ids == tokenizer(joint, add_special_tokens=False)["input_ids"]


def test_a_known_text_by_hand(tokenizers: dict[str, Any]) -> None:
    text = "26 đoàn/147 cán bộ"
    encoding = encode(tokenizers["xlmr"], text, tokenize(text))
    assert [text[start:end] for start, end in encoding.units] == ["26", "đoàn", "/", "147", "cán", "bộ"]
    subwords = tokenizers["xlmr"].convert_ids_to_tokens(encoding.ids)
    assert "".join(subwords).replace("▁", " ").split() == ["26", "đoàn/147", "cán", "bộ"]
    # A number's first subword may be a lone mark of the blank before it, as it is for `pipeline`.
    assert [subwords[index].replace("▁", " ")[:2] for index in encoding.first][:2] == [" ", " đ"]


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 50), st.data())
def test_windows_cover_everything_once(lengths: list[int], size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    first = [sum(lengths[:index]) for index in range(len(lengths))]
    encoding = Encoding([(index, index + 1) for index in range(len(lengths))], list(range(sum(lengths))), first)
    found = windows(encoding, size, overlap)
    assert [unit for window in found for unit in range(window.first, window.last)] == list(range(len(lengths)))
    for window in found:
        assert window.end - window.begin <= size
        assert all(window.begin <= first[unit] < window.end for unit in range(window.first, window.last))


def test_a_unit_is_decided_where_it_has_more_context() -> None:
    encoding = Encoding([(index, index + 1) for index in range(10)], list(range(10)), list(range(10)))
    assert [(w.begin, w.end, w.first, w.last) for w in windows(encoding, size=6, overlap=2)] == [
        (0, 6, 0, 5),
        (4, 10, 5, 10),
    ]


def test_inner_rows_that_cross_are_dropped() -> None:
    units = [(0, 1), (2, 3), (4, 5)]
    rows = [["B-AGENCY", "I-AGENCY", "O"], ["O", "B-PLACE", "I-PLACE"], ["B-PLACE", "O", "O"]]
    spans = from_layers(units, rows, [[0.9, 0.7, 1.0]] * 3)
    assert spans == (Span(0, 3, "AGENCY"), Span(0, 1, "PLACE"))
    assert spans[0].score == pytest.approx(0.8)


def test_words_are_ranges_of_the_raw_text() -> None:
    text = "Công an bắt 3 đối tượng ở Tp. Hồ_Chí Minh."
    joined = "Công_an bắt 3 đối_tượng ở Tp . Hồ _ Chí_Minh ."
    words = [text[start:end] for start, end in segment(text, lambda _: joined)]
    assert words == ["Công an", "bắt", "3", "đối tượng", "ở", "Tp", ".", "Hồ", "_", "Chí Minh", "."]


def test_a_segmenter_that_respells_moves_no_offset() -> None:
    text = "thu ma tuý đá ở Lào"
    words = [text[start:end] for start, end in segment(text, lambda _: "thu ma_túy đá ở_Lào")]
    assert words == ["thu", "ma", "tuý", "đá", "ở", "Lào"]


@QUICK
@given(text=TEXTS)
def test_words_hold_every_token_once(text: str) -> None:
    tokens = tokenize(text)
    words = segment(text)
    assert sorted({start for start, _ in words}) == [start for start, _ in words]
    assert [max(start for start, _ in words if start <= token) for token, _ in tokens] == sorted(
        start for start, end in words for token, _ in tokens if start <= token < end
    )


def test_a_word_across_a_border_is_cut_and_counted() -> None:
    text = "Công an Hà Tĩnh"
    assert split_at(text, [(0, 7), (8, 15)], [Span(5, 15, "AGENCY"), Span(8, 15, "PLACE")]) == (
        [(0, 4), (5, 7), (8, 15)],
        1,
    )


def test_windows_of_whole_sentences_hold_as_many_as_fit() -> None:
    text = "An b c. Đi e. Gi h i k l m. No."
    units = tokenize(text)  # 4, 3, 7 and 2 tokens
    encoding = Encoding(units, list(range(len(units))), list(range(len(units))))
    found = sentence_windows(text, encoding, size=7, overlap=2)
    assert [(w.begin, w.end, w.first, w.last) for w in found] == [(0, 7, 0, 7), (7, 14, 7, 14), (14, 16, 14, 16)]
    found = sentence_windows(text, encoding, size=5, overlap=2)  # the third is too long, and goes through two windows
    assert [(w.begin, w.end) for w in found] == [(0, 4), (4, 7), (7, 12), (10, 14), (14, 16)]
    assert [unit for w in found for unit in range(w.first, w.last)] == list(range(16)), "each unit is decided once"


def test_sentences_in_capitals_are_read_in_lower_case() -> None:
    text = "BẮT GIỮ ĐỐI TƯỢNG. Công an TP. HCM. ANTT"
    assert lower_capitals(text) == "bắt giữ đối tượng. Công an TP. HCM. ANTT", "four letters are a name, no headline"
    assert len(lower_capitals("İSTANBUL ĐÃ ĐẾN")) == len("İSTANBUL ĐÃ ĐẾN")  # the small form of İ has two code points
