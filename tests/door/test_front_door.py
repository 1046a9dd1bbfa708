"""`import viborder`: what it offers, on strings and paths, and what it costs."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import viborder

TEXT = "Công an tỉnh Cao Bằng bắt giữ 476.509 viên ma túy tổng hợp."
# By the annotation scheme: an agency with its place inside, a numeral with its unit, a class of narcotics.
SPANS = [
    ("AGENCY", "Công an tỉnh Cao Bằng"),
    ("PLACE", "tỉnh Cao Bằng"),
    ("QUANTITY", "476.509 viên"),
    ("DRUG", "ma túy tổng hợp"),
]


@pytest.fixture(scope="module")
def tagger():
    return viborder.load()


def said(document):
    return [(span.label, document.slice(span)) for span in document.spans]


def test_a_string_gives_a_document_with_scored_spans(tagger):
    document = tagger.tag(TEXT)
    assert said(document) == SPANS
    assert all(0 < span.score <= 1 for span in document.spans)
    first = document.spans[0]
    assert (first.label, first.start, first.end) == ("AGENCY", 0, 21)
    assert "meta" not in document.as_dict()
    assert document.as_dict()["spans"][1] == {
        "start": 8,
        "end": 21,
        "label": "PLACE",
        "text": "tỉnh Cao Bằng",
        "score": document.spans[1].score,
    }


def test_a_list_gives_a_list_and_an_iterable_is_read_lazily(tagger):
    assert [document.id for document in tagger.tag([TEXT, "Lạng Sơn"])] == ["text-1", "text-2"]
    assert tagger.tag([]) == []
    read = []

    def texts():
        for number in range(3):
            read.append(number)
            yield TEXT

    found = tagger.tag(texts())
    assert read == []
    assert said(next(found)) == SPANS


def test_documents_keep_id_and_metadata_and_lose_old_spans(tagger):
    given = viborder.Document("a", TEXT, (viborder.Span(0, 4, "DRUG"),), meta={"outlet": "X"})
    found = tagger.tag(given)
    assert (found.id, found.meta, said(found)) == ("a", {"outlet": "X"}, SPANS)
    assert said(tagger.tag([given])[0]) == SPANS


@pytest.mark.parametrize(
    "change", [lambda text: unicodedata.normalize("NFD", text), lambda text: "\r\n" + text + "\r\n"]
)
def test_decomposed_letters_and_other_line_ends_change_no_span(tagger, change):
    document = tagger.tag(change(TEXT))
    assert said(document) == SPANS
    assert document.meta["changes"]
    assert "changes" not in tagger.tag(TEXT).meta


@pytest.mark.parametrize("wrong", [3, None, b"Lao", Path("a.txt"), {"text": "Lao"}])
def test_what_is_no_text_is_a_type_error(tagger, wrong):
    with pytest.raises(TypeError, match="a string or a Document"):
        tagger.tag(wrong)
    with pytest.raises(TypeError, match="a string or a Document"):
        tagger.tag([wrong])


def test_a_document_shows_its_spans_in_a_notebook(tagger):
    page = tagger.tag("Lào < Việt Nam")._repr_html_()
    assert '<mark data-label="PLACE">Lào</mark>' in page
    assert "&lt;" in page


def test_given_tokens_are_kept(tagger):
    text = "Công an Lạng Sơn."
    given = viborder.Document("a", text, tokens=((0, 4), (5, 7), (8, 12), (13, 17)))  # the last token is `Sơn.`
    assert ("PLACE", "Lạng Sơn") in said(tagger.tag(text))
    assert ("PLACE", "Lạng Sơn") not in said(tagger.tag(given))


def test_paths_are_strings_or_paths_everywhere(tagger, tmp_path):
    folder = str(tagger.folder)
    assert viborder.load(folder).version == viborder.load(Path(folder)).version == tagger.version
    documents = viborder.read("annotations/gold.jsonl")
    for path in (str(tmp_path / "a.jsonl"), tmp_path / "b.jsonl"):
        viborder.write(path, documents)
        assert viborder.read(path) == documents
    a, b = str(tmp_path / "a.jsonl"), tmp_path / "b.jsonl"
    assert viborder.score(a, b).micro().f1 == 1.0
    assert viborder.score(documents, b).micro().gold == viborder.score(a, documents).micro().pred == 322
    assert list(viborder.compare(a, [a, b]).systems) == ["a", "b"]
    assert list(viborder.compare(a, {"one": documents, "two": b}).systems) == ["one", "two"]
    assert viborder.agree([a, b]).as_dict()["passes"] == ["a", "b"]


def test_what_a_format_cannot_hold_is_a_warning(tmp_path):
    with (
        pytest.warns(UserWarning, match="not kept: 6 private spans"),
        pytest.warns(UserWarning, match="not kept: 92 nested spans"),
    ):  # 322 spans, 230 of them outermost
        viborder.write(tmp_path / "gold.conll", viborder.read("annotations/gold.jsonl"))


def test_tag_sequences_are_scored():
    # Two gold names, one of them found: precision 1/1, recall 1/2, F1 2/3.
    scores = viborder.score([["B-X", "O", "B-X"]], [["B-X", "O", "O"]])
    assert scores.micro().f1 == pytest.approx(2 / 3)
    assert repr(scores).startswith("<Scores: F1 66.7%, precision 100.0%, recall 50.0%; 2 gold spans, 1 predicted")


@pytest.mark.parametrize("wrong", ["no-such-folder", "a/b/c", Path("a/b")])
def test_a_model_that_is_not_there_is_told(wrong):
    with pytest.raises(viborder.ViborderError, match="model-missing"):
        viborder.load(wrong)


def test_names_that_are_not_there_are_attribute_errors():
    with pytest.raises(AttributeError):
        viborder.nothing  # noqa: B018
    assert set(viborder.__all__) <= set(dir(viborder))
    assert all(getattr(viborder, name) is not None for name in viborder.__all__)


def test_little_is_imported():
    code = (
        "import sys, viborder; before = set(sys.modules); assert 'numpy' not in before, 'numpy';"
        f"viborder.load().tag({TEXT!r});"
        "heavy = {'torch', 'transformers', 'datasets', 'pyarrow', 'pandas', 'sklearn', 'scipy', 'rich', 'typer', 'pycrfsuite'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
