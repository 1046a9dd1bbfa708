"""An annotator at work: real server, real backend, real Chromium.

Set VIBORDER_SCREENSHOTS to a folder to keep what it sees.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.labelstudio.conftest import GOLD, PASSWORD, REPOSITORY
from tests.labelstudio.test_serve import PASSWORD as BACKEND_PASSWORD
from tests.labelstudio.test_serve import Backend
from viborder.document import PRIVATE, Document, Span, by_id, in_order
from viborder.formats import jsonl
from viborder.labels import labels
from viborder.labelstudio import guidelines
from viborder.labelstudio.adjudicate import push_conflicts, settle_on_server
from viborder.labelstudio.connect import connect
from viborder.labelstudio.everywhere import everywhere
from viborder.labelstudio.interface import find_project
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push

# The screen's rectangle of text[start:end] of the article, by the text nodes that show it.
PLACE_OF = """([start, end]) => {
  const root = [...document.querySelectorAll('.lsf-htx-richtext')].pop();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const nodes = []; let length = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) { nodes.push([node, length]); length += node.data.length; }
    else if (node.tagName === 'BR') length += 1;  // a line end of the text
  }
  const at = offset => { const [node, first] = nodes.findLast(([, first]) => first <= offset); return [node, offset - first]; };
  const range = document.createRange();
  range.setStart(...at(start)); const [last, inside] = at(end - 1); range.setEnd(last, inside + 1);
  last.parentElement.scrollIntoView({block: 'center'});
  const boxes = [...range.getClientRects()], first = boxes[0], final = boxes[boxes.length - 1];
  return [first.left + 1, first.top + first.height / 2, final.right - 1, final.top + final.height / 2];
}"""


GUIDELINES = REPOSITORY / "annotations" / "GUIDELINES.md"
HOTKEYS = {label.name: label.hotkey for label in labels()}
# state → [style of the outline, what lies over the colour] of a highlight in that state
LOOKS = """Object.fromEntries(['agreed', 'disputed', 'doubted'].map(state => {
  const look = getComputedStyle(document.querySelector(`.htx-highlight[class*="-${state}-"]`));
  return [state, [look.outlineStyle, look.backgroundImage]];
}))"""
WORK = {"x": 240, "y": 90, "width": 1040, "height": 560}  # the part of the window that matters


class Annotator:
    """Hands and eyes of an annotator."""

    def __init__(self, browser, url, email, text):
        self.page = browser.new_page(viewport={"width": 1280, "height": 860})
        self.url, self.text = url, text
        self.page.goto(f"{url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda address: "/user/login" not in address)

    def open(self, project, task):
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        self.page.wait_for_selector(".htx-highlight", timeout=60_000)
        self.page.wait_for_timeout(500)

    def select(self, span):
        # JavaScript counts UTF-16 units; the texts here have nothing outside the basic plane
        left, top, right, bottom = self.page.evaluate(PLACE_OF, [span.start, span.end])
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, bottom)
        self.page.mouse.move(right, bottom)
        self.page.mouse.up()

    def mark(self, span, hotkey):
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press(hotkey)
        self.select(span)

    def click(self, span):
        self.page.evaluate(PLACE_OF, [span.start, span.start + 2])
        self.page.wait_for_timeout(400)  # it scrolls there
        left, top, *_ = self.page.evaluate(PLACE_OF, [span.start, span.start + 2])
        self.page.mouse.click(left + 2, top)
        self.page.wait_for_timeout(400)

    def press(self, key):
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(400)

    def settings(self, *names):
        """Turn on what is off by default in every browser."""
        self.page.get_by_test_id("bottombar-settings-button").click()
        for name in names:
            switch = self.page.locator(f'xpath=//*[text()="{name}"]/following::input[@type="checkbox"][1]')
            switch.evaluate("one => one.click()")
        self.page.wait_for_timeout(400)
        self.shot("settings", clip={"x": 356, "y": 100, "width": 568, "height": 480})
        self.page.keyboard.press("Escape")
        self.page.get_by_text("Labeling Interface Settings").wait_for(state="hidden", timeout=5000)

    def highlights(self):
        return self.page.locator(".htx-highlight").count()

    def wait_for_highlights(self, more_than):
        deadline = time.monotonic() + 20
        while self.highlights() <= more_than:
            assert time.monotonic() < deadline, "no new highlight"
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(600)
        return self.highlights()

    def shot(self, name, **where):
        folder = os.environ.get("VIBORDER_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", **where)


@pytest.fixture(scope="module")
def gold():
    return jsonl.read(GOLD)


@dataclass
class Work:
    """What there is to mend in the suggestions for an article."""

    deleted: Span  # a suggestion that is wrong
    moved: Span  # one that will get another border
    border: Span  # that border
    relabelled: Span  # one that will get another label
    inner: Span  # a span that is missing inside another
    names: list[Span]  # a name that is missing several times


def work(article, suggested):
    missing = [one for one in article.spans if one not in suggested]
    flat = [one for one in suggested if not any(one != other and one.overlaps(other) for other in suggested)]
    wrong = [one for one in flat if one not in article.spans] or flat[:1]
    alone = [one for one in missing if not any(one.overlaps(other) for other in suggested)]
    (name, label), _ = Counter((article.slice(one), one.label) for one in alone if one.label != "QUANTITY").most_common(
        1
    )[0]
    inside = [one for one in missing if any(other.contains(one) and other in article.spans for other in suggested)]
    inner = next(one for one in inside if not any(one.crosses(other) or one.contains(other) for other in suggested))
    names = [one for one in alone if (article.slice(one), one.label) == (name, label)]
    apart = [one for one in flat if one != wrong[0] and one.label != "DRUG" and not one.overlaps(inner)]
    other = apart[0]
    moved = next(one for one in apart[1:] if " " in article.slice(one) and "\n" not in article.slice(one))
    border = replace(moved, end=moved.start + article.slice(moved).rindex(" "))
    return Work(wrong[0], moved, border, other, inner, names)


def the_guidelines_are_one_click_away(lan, guide):
    """From a label to its rules, and by a few letters to the rule that is sought."""
    with lan.page.expect_popup() as opened:
        lan.page.locator(f"a[href='{guide}#PLACE']").first.click()
    page = opened.value
    page.set_viewport_size({"width": 1100, "height": 700})
    page.wait_for_selector("#PLACE-2", state="attached")
    assert page.url == f"{guide}#PLACE"
    assert 0 < page.locator("#PLACE").bounding_box()["y"] < 300
    page.fill("#filter", "ban chi huy")  # typed without marks
    assert page.locator("#A11").is_visible() and page.locator("#A11-2").is_visible()
    assert not page.locator("#A2").is_visible() and not page.locator("#DRUG").is_visible()
    if os.environ.get("VIBORDER_SCREENSHOTS"):
        page.fill("#filter", "")
        page.evaluate("location.hash = '#QUANTITY'; location.hash = '#PLACE'")
        page.screenshot(path=Path(os.environ["VIBORDER_SCREENSHOTS"]) / "guidelines.png")
    page.close()


def test_an_annotator_at_work(studio, browser, tmp_path, gold):
    article = gold[3]
    text = article.text
    # A backend that knows one other article and no grammar leaves an annotator something to do.
    served = Backend(tmp_path / "state", gold[4:], ["grammar=false", "genre=[]"])
    try:
        project = push(studio.owner, "browser", [Document("live", text)], {}, "", Plan(test_share=0)).project
        connect(studio.owner, "browser", served.url, BACKEND_PASSWORD, served.learner)
        (task,) = studio.owner.tasks(project)
        lan = Annotator(browser, studio.server.url, "lan@viborder.local", text)
        guide = guidelines.serve_beside(guidelines.page(GUIDELINES), 0)
        assert guidelines.link(studio.owner, "browser", guide) == guide
        lan.open(project, task["id"])
        lan.settings("Show region labels", "Keep label selected after creating a region")
        lan.shot("suggestions", clip=WORK)
        the_guidelines_are_one_click_away(lan, guide)

        # the suggestions stand on the right words
        tagged, version = served.learner.tag(Document("live", text))
        suggested = tagged.spans
        (prediction,) = studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["predictions"]
        assert prediction["model_version"] == version and len(suggested) > 8
        assert {entry["id"] for entry in prediction["result"]} == {
            f"{one.start}-{one.end}-{one.label}" for one in suggested
        }
        pieces = lan.page.evaluate("[...document.querySelectorAll('.htx-highlight')].map(one => one.textContent)")
        innermost = [one for one in suggested if not any(one != other and one.contains(other) for other in suggested)]
        assert all(text[one.start : one.end] in pieces for one in innermost)

        # a wrong suggestion is deleted
        todo = work(article, suggested)
        lan.click(todo.deleted)
        lan.press("Backspace")
        lan.press("Escape")  # puts down the label that stays in the hand
        before = lan.highlights()
        lan.select(todo.inner)
        assert lan.highlights() == before  # nothing is in the hand: no phantom

        # a wrong border, as the guide says: click, Backspace, select at once, Escape
        lan.click(todo.moved)
        lan.press("Backspace")
        before = lan.highlights()
        lan.select(todo.border)
        lan.wait_for_highlights(before)
        lan.shot("border", clip=WORK)
        lan.press("Escape")

        # a span inside another, with hotkey and mouse
        before = lan.highlights()
        lan.mark(todo.inner, HOTKEYS[todo.inner.label])
        after = lan.wait_for_highlights(before)
        lan.shot("nested", clip=WORK)

        # label one, get all
        drawn = todo.names[0]
        assert len(todo.names) > 1
        lan.page.get_by_text("Auto-Annotation").click()
        lan.press(HOTKEYS[todo.inner.label])
        lan.mark(drawn, HOTKEYS[drawn.label])
        lan.wait_for_highlights(after + 1)
        lan.page.wait_for_timeout(1000)
        lan.shot("get-all", clip=WORK)
        lan.press(HOTKEYS[drawn.label])

        # another label for a suggestion, a doubt about the whole, and off it goes
        lan.click(todo.relabelled)
        lan.press(HOTKEYS["DRUG"])
        lan.press("u")
        lan.press("7")
        remark = lan.page.get_by_placeholder("Ghi chú cả bài")
        remark.fill("ảnh mờ")
        remark.press("Enter")
        lan.page.wait_for_timeout(300)
        lan.page.evaluate("document.activeElement.blur()")
        lan.page.keyboard.press("Control+Enter")
        lan.page.get_by_text("Update", exact=True).wait_for()
        found = pull(studio.owner, "browser", tmp_path / "passes", by_id([Document("live", text)])).documents["lan"][0]
        others = everywhere(text, drawn, [*suggested, todo.border, drawn, todo.inner])
        assert {*todo.names} <= {drawn, *others}
        wanted = {*suggested, todo.inner, todo.border, drawn, *others, replace(todo.relabelled, label="DRUG")} - {
            todo.deleted,
            todo.moved,
            todo.relabelled,
        }
        assert set(found.spans) == wanted
        about = found.meta["annotation"]
        assert about["model"] == version and about["minutes"] > 0 and about["unsure"] and about["note"] == "ảnh mờ"
        fates = {"kept": len(suggested) - 3, "moved": 1, "relabelled": 1, "deleted": 1, "added": 2 + len(others)}
        assert about["suggestions"] == fates
        assert served.learner.wait() and served.learner.version != version  # and it has been learned from
    finally:
        served.stop()


def test_an_adjudicator_sees_who_said_what(studio, browser, tmp_path, gold):
    article = gold[3]
    half = [span for span in article.spans if span.label != "QUANTITY"][:6]
    about = {"start": half[5].start, "end": half[5].end, "label": half[5].label, "note": "lấy cả từ đứng trước?"}
    other = replace(
        article.with_spans(set(article.spans) - {half[1], half[4]}), meta={"annotation": {"notes": [about]}}
    )
    passes = {"lan": by_id([article]), "minh": by_id([other])}
    push_conflicts(studio.owner, "see", passes)
    project = find_project(studio.owner, "see")["id"]
    (task,) = studio.owner.tasks(project)
    minh = Annotator(browser, studio.server.url, "minh@viborder.local", article.text)
    minh.open(project, task["id"])
    said = minh.page.get_by_text("lan: PLACE · minh: nothing").or_(minh.page.get_by_text("lan: AGENCY · minh: nothing"))
    assert said.count() >= 1
    looks = minh.page.evaluate(LOOKS)
    assert looks["disputed"][0] == "solid" and looks["agreed"][0] == "none" and "gradient" in looks["agreed"][1]
    assert looks["doubted"][0] == "dotted"
    minh.shot("adjudicate", clip=WORK)


FIRST = "Công an tỉnh Cao Bằng bắt Nguyễn Văn A tại huyện Trùng Khánh, thu 2 kg heroin. Đại tá Trần Văn Nam chỉ huy."
SECOND = "Đồn Biên phòng Nậm Cắn cùng Công an huyện Kỳ Sơn thu 30 gam ma túy đá."


def of(text, *marked):
    return {Span(text.index(words), text.index(words) + len(words), label) for label, words in marked}


def test_a_lead_adjudicates_by_mouse_and_keyboard(studio, browser, tmp_path, monkeypatch):
    """Disputes of border and label, a missed span, a note, and a span that both got wrong in the same way."""
    alike = of(FIRST, ("AGENCY", "Công an tỉnh Cao Bằng"), ("PLACE", "huyện Trùng Khánh"), ("QUANTITY", "2 kg"))
    wrong, right = of(FIRST, ("OFFICIAL", "Đại tá Trần Văn Nam")), of(FIRST, ("OFFICIAL", "Trần Văn Nam"))
    lan = alike | wrong | of(FIRST, ("PLACE", "tỉnh Cao Bằng"), ("DRUG", "heroin"))
    minh = alike | wrong | of(FIRST, ("PLACE", "Cao Bằng"), ("OFFICIAL", "Nguyễn Văn A"))
    (person,) = of(FIRST, (PRIVATE, "Nguyễn Văn A"))
    (body,) = of(SECOND, ("AGENCY", "Đồn Biên phòng Nậm Cắn"))
    other = {body} | of(SECOND, ("QUANTITY", "30 gam"), ("DRUG", "ma túy đá"))
    missed = of(SECOND, ("AGENCY", "Công an huyện Kỳ Sơn"))
    note = {"start": body.start, "end": body.end, "label": body.label, "note": "cả tên cửa khẩu?"}
    passes = {
        "lan": [Document("one", FIRST, in_order(lan), (person,)), Document("two", SECOND, in_order(other | missed))],
        "minh": [
            Document("one", FIRST, in_order(minh)),
            Document("two", SECOND, in_order(other), (), {"annotation": {"notes": [note]}}),
        ],
    }
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.server.token)
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    settle_on_server(passes, log, out, 2, "by hand")
    project = find_project(studio.owner, "by hand")["id"]
    numbers = {task["data"]["doc_id"]: task["id"] for task in studio.owner.tasks(project)}
    lead = Annotator(browser, studio.server.url, "minh@viborder.local", FIRST)
    lead.open(project, numbers["one"])
    before = lead.highlights()
    lead.click(person)
    lead.press(HOTKEYS[PRIVATE])  # of the two labels the other was filled in
    lead.press("Escape")
    (slip,) = wrong
    lead.click(slip)
    lead.press("Backspace")
    assert lead.highlights() == before - 1
    lead.press("Control+z")  # a way back
    assert lead.highlights() == before
    lead.click(slip)
    lead.press("Backspace")
    (meant,) = right
    lead.mark(meant, HOTKEYS["OFFICIAL"])
    lead.wait_for_highlights(before - 1)
    lead.press("Control+Enter")
    lead.page.wait_for_timeout(1500)
    lead.open(project, numbers["two"])
    lead.press("Control+Enter")
    lead.page.wait_for_timeout(1500)
    settle_on_server(passes, log, out, 2, "by hand")
    gold = by_id(jsonl.read(out))
    assert {*gold["one"].spans} == alike | right | of(FIRST, ("PLACE", "tỉnh Cao Bằng"), ("DRUG", "heroin"))
    assert gold["one"].private == (person,)
    assert {*gold["two"].spans} == other | missed
