"""What holds of the grammar's proposals for any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viborder.grammar import propose
from viborder.labels import labels
from viborder.text import token_range, tokenize

WORDS = (
    "Công an tỉnh Cao Bằng và Quảng Tây huyện xã , . - – ( ) : / 5 10,2 kg viên hai heroin ma túy đá Đại tá Nguyễn Văn An ông Phó Giám đốc"
    " Bộ đội Biên phòng Phòng Cảnh sát các tổ QL8A TP . HCM \n CÔNG AN TTXVN C04 Lào Mi-an-ma H'leo của 2 nước"
).split(" ")


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_proposals_nest_and_keep_to_tokens(text: str) -> None:
    tokens = tokenize(text)
    spans = propose(text, tokens)
    assert spans == propose(text, tokens)
    assert {span.label for span in spans} <= {label.name for label in labels()}
    for span in spans:
        assert token_range(tokens, span.start, span.end), text[span.start : span.end]
        assert "\n" not in text[span.start : span.end]
    assert not any(one.crosses(other) for one in spans for other in spans)
    assert len({(span.start, span.end, span.label) for span in spans}) == len(spans)


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    propose(text, tokenize(text))
