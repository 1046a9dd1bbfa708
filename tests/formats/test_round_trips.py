"""What goes out comes back: by property over hard texts, and for the gold itself."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.formats.strategies import corpus, with_private
from viborder.document import Document, Span
from viborder.formats import jsonl, read, write

GOLD = jsonl.read(Path("annotations/gold.jsonl"))
# format → (ending, layers that it cannot hold)
HELD = {
    "jsonl": (".jsonl", set()),
    "labelstudio": (".json", set()),
    "brat": ("", {"meta", "scores"}),
    "cas": ("", {"meta", "scores"}),
    "spacy": (".spacy", set()),
    "doccano": (".jsonl", {"scores"}),
    "prodigy": (".jsonl", set()),
    "csv": (".csv", {"meta"}),
}
NOT_XML = "\f\v\x1c"  # white space that XML cannot hold; `xml-character` says so


def scored(document: Document) -> Document:
    """The same with a score on every span, and metadata."""
    spans = [replace(span, score=(index + 1) / 8) for index, span in enumerate(document.spans)]
    return replace(document.with_spans(spans), meta={"outlet": "QNO", "date": None})


def without(document: Document, layers: set[str]) -> Document:
    spans = tuple(replace(span, score=None) for span in document.spans) if "scores" in layers else document.spans
    return replace(document, spans=spans, meta={} if "meta" in layers else document.meta)


def alike(one: Document, other: Document) -> bool:
    scores = [[span.score for span in document.spans] for document in (one, other)]
    return one == other and dict(one.meta) == dict(other.meta) and scores[0] == scores[1]


@pytest.mark.parametrize("format", HELD)
@settings(max_examples=40, deadline=None)
@given(corpus(), st.booleans(), st.booleans())
def test_documents_come_back(
    tmp_path_factory: pytest.TempPathFactory, format: str, documents: list[Document], hidden: bool, rich: bool
) -> None:
    ending, missing = HELD[format]
    assume(format != "cas" or not any(mark in document.text for document in documents for mark in NOT_XML))
    path = tmp_path_factory.mktemp(format) / f"all{ending}"
    given_ = [scored(each) if rich else each for each in (map(with_private, documents) if hidden else documents)]
    lost = write(path, given_, format)
    back = {document.id: document for document in read(path, format)}
    assert len(back) == len(given_)
    for document in given_:
        assert alike(back[document.id], without(document, missing)), (document, back[document.id])
    expected = Counter(
        {
            "metadata fields": sum(len(each.meta) for each in given_) if "meta" in missing else 0,
            "scores": sum(span.score is not None for each in given_ for span in each.spans)
            if "scores" in missing
            else 0,
        }
    )
    assert lost == +expected


@pytest.mark.parametrize("format", HELD)
def test_the_gold_comes_back(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"gold{HELD[format][0]}"
    assert write(path, GOLD, format) == {}
    assert sorted(read(path, format), key=lambda document: document.id) == sorted(
        GOLD, key=lambda document: document.id
    )


def test_a_format_is_told_by_its_ending_or_by_what_a_folder_holds(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.conll", "a.json", "brat", "cas", "a.spacy", "a.csv"):
        write(tmp_path / name, GOLD, "cas" if name == "cas" else None)
        assert len(read(tmp_path / name)) == 5
    assert write(tmp_path / "texts", GOLD, "text") == {"spans": 322, "private spans": 6}
    assert [document.text for document in read(tmp_path / "texts")] == [document.text for document in GOLD]


def test_spans_of_one_label_share_it(tmp_path: Path) -> None:
    gold = Document("a", "Lào và Lào", (Span(0, 3, "PLACE"), Span(7, 10, "PLACE")))
    write(tmp_path / "gold.jsonl", [gold])
    (one,) = read(tmp_path / "gold.jsonl")
    assert one == gold
    assert len({id(span.label) for span in one.spans}) == 1


def test_html_shows_nested_marks(tmp_path: Path) -> None:
    text = "Công an <tỉnh> Lào"
    spans = (Span(0, 18, "AGENCY"), Span(8, 14, "PLACE"), Span(10, 18, "DRUG"))
    assert write(tmp_path / "a.html", [Document("a", text, spans)]) == {"crossing spans": 1}
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<mark data-label="AGENCY">Công an <mark data-label="PLACE">&lt;tỉnh&gt;</mark> Lào</mark></article>' in page
