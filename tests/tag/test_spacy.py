"""`nlp.add_pipe("viborder")`."""

import unicodedata

import pytest

spacy = pytest.importorskip("spacy", reason="needs spaCy: pip install 'viborder[convert]'")
TEXT = "Công an tỉnh Cao Bằng bắt giữ 476.509 viên ma túy tổng hợp."


@pytest.fixture(scope="module")
def nlp():
    import viborder.tag.in_spacy  # noqa: F401  # what the entry point does after installation

    nlp = spacy.blank("xx")
    nlp.add_pipe("viborder")
    return nlp


def test_outermost_spans_are_entities_and_all_are_a_group(nlp):
    doc = nlp(TEXT)
    assert [(entity.label_, entity.text) for entity in doc.ents] == [
        ("AGENCY", "Công an tỉnh Cao Bằng"),
        ("QUANTITY", "476.509 viên"),
        ("DRUG", "ma túy tổng hợp"),
    ]
    assert [span.label_ for span in doc.spans["viborder"]] == ["AGENCY", "PLACE", "QUANTITY", "DRUG"]
    assert len(doc.spans["viborder"].attrs["scores"]) == 4


def test_a_border_inside_a_token_takes_the_whole_token(nlp):
    doc = nlp.make_doc("Bắt giữ 168,55Kg heroin.")  # spaCy has the amount and its unit as one token
    assert [span.text for span in nlp.get_pipe("viborder")(doc).ents] == ["168,55Kg", "heroin"]


def test_a_text_that_spacy_would_number_otherwise_is_refused(nlp):
    with pytest.raises(ValueError, match="NFC"):
        nlp(unicodedata.normalize("NFD", TEXT))
