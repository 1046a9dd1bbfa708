"""Other forms of writing: found per sentence, restored, read. Expected sentences are written by hand."""

import re
from pathlib import Path

import pytest

from viborder.annotate.private import People
from viborder.dataset.traces import in_file, traces_of
from viborder.document import Document
from viborder.formats import brackets, jsonl
from viborder.grammar.explained import lines
from viborder.publish.checks import private_people
from viborder.shipped import FOLDER
from viborder.text import cut
from viborder.train import forms, load
from viborder.train.explain import of_grammar
from viborder.train.forms.detect import Form
from viborder.train.forms.learn import inputs_hash, texts
from viborder.train.noise import written
from viborder.train.token_spans import f1
from viborder.train.tokenized import tokenized

GOLD = Path("annotations/gold.jsonl")
ORDINARY = "Công an tỉnh Lạng Sơn bắt giữ Nguyễn Văn Hải, thu 2 kg heroin tại huyện Văn Lãng."


def read(text):
    document = Document("d", text)
    found, runs = forms.restored(document, tokenized(document))
    return found, [form for _, _, form in runs]


@pytest.mark.parametrize("form", ["lower", "capitals", "title", "no-marks", "lower-no-marks", "capitals-no-marks"])
def test_a_sentence_in_another_form_is_read_as_ordinary_writing(form):
    text = written(Document("d", ORDINARY), form).text
    found, lost = read(text)
    assert found.words == cut(ORDINARY)[2]
    assert lost == [Form(form != "no-marks", "no-marks" in form)]
    assert [text[start:end] for start, end in found.ranges] == cut(text)[2]


@pytest.mark.parametrize(
    "text",
    [
        ORDINARY,
        "TAND, VKSND, UBND, CSGT, BĐBP, PC04",  # abbreviations are no capitals text
        "Ảnh: Nguyễn Văn An - Lê Thị Bình - Trần Văn Cường",  # names alone are no title case
        "Việt Nam - Lào - Campuchia - Trung Quốc",
        "The police of Lang Son handed over four suspects.",  # English has no marks to restore
        "Savannakhet, Vientiane, Champasak, Phnom Penh",
        "thu 2 kg",  # too short to tell
        "",
    ],
)
def test_what_is_ordinary_is_not_touched(text):
    document = Document("d", text)
    assert forms.read(document) == tokenized(document)


def test_the_five_articles_are_read_as_they_are():
    for document in jsonl.read(GOLD):
        assert forms.read(document).words == tokenized(document).words


def test_the_form_is_found_per_sentence_and_sentences_in_lower_case_fall_apart():
    text = f"BẮT HAI ĐỐI TƯỢNG BUÔN MA TÚY\n{ORDINARY}\ncông an bắt an. bình bỏ trốn sang lào. an khai"
    found, lost = read(text)
    assert lost == [Form(True, False)] * 2
    lines = [
        words for first, last in zip(found.breaks, found.breaks[1:], strict=False) if (words := found.words[first:last])
    ]
    assert lines[0] == "Bắt hai đối tượng buôn ma túy".split()
    assert lines[1] == cut(ORDINARY)[2]
    assert len(lines) == 5 and "Lào" in lines[3]


def test_short_lines_follow_their_document():
    text = "cong an tinh lang son bat giu hai doi tuong buon ma tuy\nlang son"
    found, _ = read(text)
    assert found.words[-2:] == ["Lạng", "Sơn"]


def test_an_explanation_says_what_a_sentence_was_read_as():
    text = "cong an tinh lang son bat giu hai doi tuong"
    told = of_grammar(text)
    assert told["restored"][0] == {
        "start": 0,
        "end": len(text),
        "text": text,
        "lost": ["case", "marks"],
        "read": "Công an tỉnh Lạng Sơn bắt giữ hai đối tượng",
    }
    assert ("cong an tinh lang son", "AGENCY") in {(span["text"], span["label"]) for span in told["spans"]}
    assert next(iter(lines(told))).startswith('[0:43] has lost case and marks, read as "Công an')
    assert of_grammar(ORDINARY)["restored"] == []


def test_given_tokens_keep_their_borders_and_lines():
    text = "công an tỉnh lạng sơn bắt giữ 2 đối tượng."
    tokens = tuple(match.span() for match in re.finditer(r"\S+", text))
    found = forms.read(Document("d", text, tokens=tokens))
    assert found.ranges == list(tokens)
    assert found.words[:5] == ["Công", "an", "tỉnh", "Lạng", "Sơn"]


@pytest.mark.parametrize("form, least", [("lower", 0.90), ("capitals", 0.93), ("title", 0.90), ("no-marks", 0.85)])
def test_held_out_sentences_in_other_forms(form, least):
    """heldout.txt is learned from by nothing here."""
    gold = [written(document, form) for document in brackets.read(Path("train/genre/heldout.txt"))]
    found = load(FOLDER).tag([document.with_spans([]) for document in gold])
    assert f1((set(new.spans), set(old.spans)) for new, old in zip(found, gold, strict=True)) >= least


def test_the_counts_are_made_from_what_is_in_the_repository():
    """The made-up texts grow in small steps; how many of them were learned from is said, and not held."""
    inputs = inputs_hash(texts())
    for path in forms.COUNTS.iterdir():
        head = path.read_text(encoding="utf-8").partition("\n")[0]
        assert head.startswith(f"# inputs {inputs} and "), "run `make model` and commit viborder/train/forms/counts"


def test_no_private_person_is_in_the_counts():
    people, problems = private_people(GOLD)
    assert isinstance(people, People) and people.numbers and not problems
    traces = traces_of(jsonl.read(GOLD), people, parts=False)
    assert not [told for path in forms.COUNTS.iterdir() for told in in_file(path, traces)]
