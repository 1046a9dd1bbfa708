import json

import pytest

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval import score
from viborder.tags import SCHEMES, to_tags
from viborder.text import tokenize

TEXT = "Công an tỉnh Cao Bằng bắt giữ 10 bánh heroin tại huyện Trùng Khánh"


def document(*spans: tuple[int, int, str], identity: str = "a", text: str = TEXT) -> Document:
    return Document(identity, text, tuple(Span(*span) for span in spans))


def test_counts_under_the_four_schemas():
    # gold: AGENCY 0-21 with PLACE 8-21 inside, QUANTITY 30-37, DRUG 38-44, PLACE 49-66
    gold = document((0, 21, "AGENCY"), (8, 21, "PLACE"), (30, 37, "QUANTITY"), (38, 44, "DRUG"), (49, 66, "PLACE"))
    # identical; same range, other label; shorter; missed; spurious
    pred = document((0, 21, "AGENCY"), (8, 21, "AGENCY"), (30, 32, "QUANTITY"), (38, 44, "DRUG"), (22, 25, "DRUG"))
    result = score([gold], [pred]).as_json()["schemas"]
    keys = ("correct", "incorrect", "partial", "missed", "spurious")
    assert [result["strict"]["overall"][key] for key in keys] == [2, 2, 0, 1, 1]
    assert [result["exact"]["overall"][key] for key in keys] == [3, 1, 0, 1, 1]
    assert [result["partial"]["overall"][key] for key in keys] == [3, 0, 1, 1, 1]
    assert [result["type"]["overall"][key] for key in keys] == [3, 1, 0, 1, 1]
    assert result["partial"]["overall"]["precision"] == 3.5 / 5
    assert result["strict"]["types"]["PLACE"]["recall"] == 0 and result["exact"]["types"]["PLACE"]["recall"] == 1 / 2
    for schema in result.values():
        assert all(schema["overall"][key] == sum(own[key] for own in schema["types"].values()) for key in keys)


def test_as_dict_bears_the_keys_of_seqeval_and_is_plain_json():
    gold, pred = document((0, 21, "AGENCY"), (8, 21, "PLACE")), document((0, 21, "AGENCY"))
    found = score([gold], [pred]).as_dict()
    assert json.loads(json.dumps(found)) == {
        "AGENCY": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "number": 1},
        "PLACE": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "number": 1},
        "overall_precision": 1.0,
        "overall_recall": 0.5,
        "overall_f1": 2 / 3,
    }


def test_flat_scores_the_outermost():
    gold = document((0, 21, "AGENCY"), (8, 21, "PLACE"))
    pred = document((0, 21, "AGENCY"))
    assert score([gold], [pred], nested=False).micro().f1 == 1.0


def test_labels_and_exclude():
    gold, pred = document((0, 21, "AGENCY"), (8, 21, "PLACE")), document((8, 21, "PLACE"), (38, 44, "DRUG"))
    assert score([gold], [pred], labels=["PLACE"]).micro().f1 == 1.0
    assert score([gold], [pred], exclude=["AGENCY"]).labels == ("DRUG", "PLACE")


def test_documents_without_entities_count():
    empty = document(identity="b")
    result = score(
        [document((0, 21, "AGENCY")), empty], [document((0, 21, "AGENCY")), document((38, 44, "DRUG"), identity="b")]
    )
    assert result.counts.shape[0] == 2
    assert result.micro().precision == 0.5
    assert score([empty], [empty]).as_dict() == {"overall_precision": 0.0, "overall_recall": 0.0, "overall_f1": 0.0}


def test_prediction_in_any_order_of_documents():
    gold = [document((0, 21, "AGENCY")), document((8, 21, "PLACE"), identity="b")]
    assert score(gold, list(reversed(gold))).micro().f1 == 1.0


@pytest.mark.parametrize(
    ("gold", "pred", "rules"),
    [
        ([document()], [document(identity="b")], ["ids-differ", "ids-differ"]),
        ([document()], [document(), document()], ["id-twice"]),
        ([document()], [document(text="Công an")], ["text-differs"]),
        ([document()], [document((60, 70, "PLACE"))], ["span-outside-text"]),
        ([document((0, 3, ""))], [document()], ["label-empty"]),
        ([document()], [Document("a", TEXT, (Span(0, 4, "PLACE", float("nan")),))], ["score-not-a-number"]),
    ],
)
def test_what_cannot_be_compared_is_refused(gold, pred, rules):
    with pytest.raises(ViborderError) as caught:
        score(gold, pred)
    assert [problem.rule for problem in caught.value.problems] == rules


def test_tags_of_any_scheme_give_the_scores_of_the_documents():
    tokens = tokenize(TEXT)
    gold, pred = (
        [Span(0, 21, "AGENCY"), Span(49, 66, "PLACE")],
        [Span(0, 21, "AGENCY"), Span(55, 66, "PLACE"), Span(38, 44, "DRUG")],
    )
    whole = score([Document("0", TEXT, tuple(gold))], [Document("0", TEXT, tuple(pred))])
    for scheme in SCHEMES:
        found = score([to_tags(tokens, gold, scheme)], [to_tags(tokens, pred, scheme)], scheme=scheme)
        assert found.illegal == {"gold": (), "pred": ()}
        assert (found.counts == whole.counts).all() and found.labels == whole.labels


def test_illegal_transitions_are_listed_by_sequence_and_token():
    found = score([["B-X", "I-X"], ["O"]], [["B-X", "I-Y"], ["I-X"]])
    assert found.illegal == {"gold": (), "pred": ((0, 1), (1, 0))}
    assert found.as_json()["illegal"] == {"gold": [], "pred": [[0, 1], [1, 0]]}
    assert found.as_dict()["overall_accuracy"] == 1 / 3


def test_rows_are_sentences_where_asked_for():
    text = "Công an tỉnh Cao Bằng. Huyện Trùng Khánh."
    gold = Document("a", text, (Span(0, 21, "AGENCY"), Span(23, 40, "PLACE")))
    found = score([gold], [gold.with_spans(gold.spans[:1])], unit="sentence")
    assert found.ids == ("a#1", "a#2")
    assert [found.by_row()[name].recall for name in found.ids] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("gold", "pred", "options", "rule", "says"),
    [
        ([["O"], ["O", "O"]], [["O"], ["O"]], {}, "lengths-differ", "sequence 1"),
        ([["O"]], [], {}, "lengths-differ", "1 gold sequence"),
        ([["O", "O"]], [["O", "PLACE"]], {}, "tag-unknown", "sequence 0, token 1.*PLACE"),
        ([["O"]], [[None]], {}, "tag-unknown", "not a string"),
        ([["B-X"]], [["O"]], {"scheme": "IOB3"}, "scheme-unknown", "IOB3"),
        ([["O"]], [["S-X"]], {"scheme": "IOB2"}, "tag-unknown", "S-X"),
        ([["O"]], [["O"]], {"unit": "page"}, "unit-unknown", "page"),
        ([["O"]], [document()], {}, "kinds-differ", "documents"),
    ],
)
def test_tags_that_cannot_be_scored_are_refused(gold, pred, options, rule, says):
    with pytest.raises(ViborderError, match=says) as caught:
        score(gold, pred, **options)
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_the_data_in_the_signature_are_the_gold_ones():
    gold, pred = document((0, 21, "AGENCY"), (8, 21, "PLACE")), document((38, 44, "DRUG"))
    hashes = {score([gold], [side], nested=nested).data for side in (gold, pred) for nested in (True, False)}
    assert len(hashes) == 1 and score([pred], [gold]).data not in hashes
    tags, others = [["B-X", "O"]], [["B-Y", "B-X"]]
    assert score(tags, others).data == score(tags, tags, exclude=["X"]).data != score(others, tags).data


def test_more_tags_than_a_byte_counts():
    tags = [[f"B-{number}", f"I-{number}", "O"] for number in range(300)]
    found = score(tags, [*tags[:299], ["O", "O", "O"]])
    assert len(found.labels) == 300 and found.micro().recall == 299 / 300
