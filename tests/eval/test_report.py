"""The report page: nothing in a text can become markup, nothing is loaded, and what it shows is what was counted."""

import base64
import hashlib
import json
import os
import re
import shutil
from html.parser import HTMLParser

import pytest

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval import score
from viborder.eval.errors.records import error_records
from viborder.eval.show import report
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl

EVIL = '</script><script>document.title="owned"</script><img src=x onerror=document.title="owned"> <!-- \u2028 & 😀 Công an tỉnh Lào'
AT = EVIL.index("Công an")
GOLD = [
    Document(
        "evil <title>", EVIL, (Span(AT, AT + 16, "AGENCY"), Span(AT + 8, AT + 16, "PLACE"), Span(0, 9, "MARK<b>"))
    ),
    Document("empty", "Không có gì."),
]
PRED = [
    Document(
        "evil <title>",
        EVIL,
        (Span(AT, AT + 16, "AGENCY", 0.9), Span(AT + 13, AT + 16, "PLACE", 0.8), Span(4, 11, "DRUG", 0.7)),
    ),
    Document("empty", "Không có gì.", (Span(0, 5, "PLACE", 0.6),)),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "page.html"
    points = [{"documents": 1, "f1": 0.5, "low": 0.3, "high": 0.6}, {"documents": 2, "f1": 0.7}]
    report.write(
        path,
        GOLD,
        {"one": PRED, "<two>": []},
        train=GOLD,
        curve={"one": points},
        title="A <title> & more",
        note="Tuned on <these>.",
    )
    return path


def data(page):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)[1]
    )


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_no_text_becomes_markup_and_nothing_is_loaded(page):
    parser = Elements()
    parser.feed(page.read_text())
    tags = [tag for tag, _ in parser.seen]
    assert (tags.count("script"), tags.count("img"), tags.count("link"), tags.count("iframe")) == (2, 0, 0, 0)
    assert not [
        attributes for _, attributes in parser.seen if "src" in attributes or attributes.get("href", "#")[0] != "#"
    ]
    assert re.findall(r"https?://[^\"']*", page.read_text()) == [
        "http://www.w3.org/2000/svg"
    ]  # a namespace, not an address
    assert "<title>A &lt;title&gt; &amp; more</title>" in page.read_text()


def test_the_data_come_back_as_they_were(page):
    documents = data(page)["documents"]
    assert [document["text"] for document in documents] == [document.text for document in GOLD]
    assert documents[0]["gold"] == [[0, 9, "MARK<b>"], [AT, AT + 16, "AGENCY"], [AT + 8, AT + 16, "PLACE"]]


def test_the_policy_allows_this_style_and_script_alone(page):
    text = page.read_text()
    for element in ("style", "script"):
        content = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in text


def test_the_numbers_are_the_scorer_s(page):
    system = data(page)["systems"][0]
    expected = score(GOLD, PRED)
    assert (system["overall"]["f1"], system["overall"]["gold"]) == (expected.micro().f1, 4 - 1)
    assert (system["overall"]["low"], system["overall"]["high"]) == bootstrap(expected).f1()
    assert data(page)["comparison"]["pairs"][0]["difference"] == pytest.approx(-expected.micro().f1)
    assert system["overall"]["flat"]["f1"] == score(GOLD, PRED, nested=False).micro().f1
    assert {row["name"]: row["f1"] for row in system["types"]} == {
        label: rates.f1 for label, rates in expected.by_type().items()
    }
    assert len(system["records"]) == sum(record.kind != "correct" for record in error_records(GOLD, PRED)) == 4


def test_a_document_that_a_system_lacks_is_missed_and_said_to_be_unread(page):
    system = data(page)["systems"][1]
    assert system["kinds"] == {"unread": 3}
    assert system["overall"]["r"] == 0


def test_suspects_need_scores(page, tmp_path):
    assert data(page)["suspects"] is not None
    report.write(
        tmp_path / "page.html",
        GOLD,
        {"none": [d.with_spans(Span(s.start, s.end, s.label) for s in d.spans) for d in PRED]},
    )
    assert data(tmp_path / "page.html")["suspects"] is None


def test_folds_of_several_documents_have_scores_of_their_own(tmp_path):
    texts = [Document(str(n), "Lào và Lào", (Span(0, 3, "PLACE"),)) for n in range(4)]
    answers = texts[:2] + [text.with_spans([]) for text in texts[2:]]
    report.write(tmp_path / "page.html", texts, {"all": answers}, folds={"0": 0, "1": 0, "2": 1, "3": 1})
    assert [(row["name"], row["f1"]) for row in data(tmp_path / "page.html")["systems"][0]["folds"]] == [
        ("0", 1.0),
        ("1", 0.0),
    ]


def test_other_texts_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ViborderError, match="text-differs"):
        report.write(tmp_path / "page.html", GOLD, {"other": [PRED[0], Document("empty", "Khác.")]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("gold", "systems"), [([], {"one": []}), (GOLD, {})])
def test_nothing_to_report_is_said(tmp_path, gold, systems):
    with pytest.raises(ViborderError, match="nothing-to-report"):
        report.write(tmp_path / "page.html", gold, systems)


def test_the_verb_writes_the_page_and_the_suspects(tmp_path, capsys):
    gold, pred, page, suspects = (
        tmp_path / name for name in ("gold.jsonl", "pred.jsonl", "page.html", "suspects.jsonl")
    )
    jsonl.write(gold, GOLD)
    jsonl.write(pred, PRED)
    with pytest.raises(SystemExit) as left:
        app(
            [
                "score",
                str(gold),
                str(pred),
                "--report",
                str(page),
                "--suspects",
                str(suspects),
                "--train",
                str(gold),
                "--exclude",
                "DRUG",
            ]
        )
    assert left.value.code == 0
    assert data(page)["systems"][0]["name"] == "pred"
    assert [label["name"] for label in data(page)["labels"]] == ["AGENCY", "PLACE", "MARK<b>"]
    assert str(page) in capsys.readouterr().out
    assert {json.loads(line)["kind"] for line in suspects.read_text().rstrip("\n").split("\n")} <= {
        "boundary",
        "spurious",
        "type_boundary",
    }


def test_the_verb_writes_every_error(tmp_path, capsys):
    gold, pred, train, errors = (
        tmp_path / name for name in ("gold.jsonl", "pred.jsonl", "train.jsonl", "errors.jsonl")
    )
    jsonl.write(gold, GOLD)
    jsonl.write(pred, PRED)
    jsonl.write(train, [Document("other", "Không có gì. Lào", (Span(13, 16, "PLACE"),))])
    with pytest.raises(SystemExit) as left:
        app(["score", str(gold), str(pred), "--errors", str(errors), "--train", str(train)])
    assert left.value.code == 0
    assert len(errors.read_text().rstrip("\n").split("\n")) == 4
    printed = capsys.readouterr().out
    assert (
        "left short" in printed and "unseen" in printed and "Of 1 test sentence 0 stand in the training set" in printed
    )


@pytest.fixture(scope="module")
def browser():
    path = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not path:
        assert not os.environ.get("CI"), "CI needs a browser"
        pytest.skip("no browser: install Chromium to see the page drawn")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser, page):
    """The page in a browser, on a phone in the dark; an error in its script fails the test."""
    tab = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce")
    complaints = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(page.as_uri())
    yield tab
    assert complaints == []
    tab.close()


def test_a_browser_draws_it(tab):
    assert tab.title() == "A <title> & more"  # the script in the text did not run
    assert tab.locator("article.error").count() == 4
    assert tab.locator("img").count() == 0
    sections = [section.get_attribute("id") for section in tab.locator("section").all()]
    assert sections == [
        "scores",
        "systems",
        "by-document",
        "curve",
        "slices",
        "errors",
        "documents",
        "suspects",
        "leakage",
    ]
    assert tab.locator("p.note").inner_text() == "Tuned on <these>."
    assert tab.evaluate("document.documentElement.scrollWidth") == 390  # nothing sticks out


def test_spans_are_drawn_on_their_words(tab):
    """Offsets are code points: those after the emoji must not slip."""
    words = [part.inner_text() for part in tab.locator('#document-text .seg[title*="gold AGENCY"]').all()]
    assert "".join(re.sub(r"^[^\w]", "", word) for word in words) == "Công an tỉnh Lào"
    tab.get_by_label("Prediction").check()
    assert tab.locator('#document-text .seg[title*="PLACE: boundary"]').inner_text() == "Lào"


def test_errors_are_filtered_and_found_in_their_document(tab):
    tab.locator(".kinds button", has_text="boundary").click()
    assert tab.locator("#error-count").inner_text() == "1 error of 4"
    tab.locator("#filter-kind").select_option("")
    tab.locator("#filter-text").fill("CÔNG AN TỈNH")
    assert tab.locator("#error-count").inner_text() == "1 error of 4"
    tab.locator("#error-list a").click()
    pin = tab.locator("#document-text .pin.k-boundary")
    assert pin.evaluate("pin => pin === document.activeElement")
    tab.keyboard.press("Enter")
    assert "left short" in tab.locator("#document-text .error").inner_text()
    tab.locator("#system").select_option(label="<two>")
    assert "never read" in tab.locator("#errors .kinds").inner_text()
