import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from viborder.annotate.adjudicate import Decision, merge, questions, read_decisions, write_decisions
from viborder.annotate.ask import ask
from viborder.annotate.check import check_document
from viborder.annotate.disputes import disputes
from viborder.annotate.open_questions import write_questions
from viborder.annotate.settle import open_passes, settle_at_terminal
from viborder.document import PRIVATE, Document, Span, by_id
from viborder.errors import ViborderError
from viborder.formats import jsonl

TEXT = "Công an tỉnh Cao Bằng bắt Nguyễn Văn A"
AGENCY, PLACE, BARE = Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"), Span(13, 21, "PLACE")
PERSON, OFFICIAL = Span(26, 38, PRIVATE), Span(26, 38, "OFFICIAL")


def passes(**spans):
    made = {}
    for name, marked in spans.items():
        private = tuple(span for span in marked if span.label == PRIVATE)
        made[name] = by_id([Document("d", TEXT, tuple(span for span in marked if span.label != PRIVATE), private)])
    return made


def decide(span, label, said):
    return Decision("d", span.start, span.end, TEXT[span.start : span.end], said, label, "because")


def test_what_all_say_is_no_question():
    asked = questions(passes(a=[AGENCY, PLACE, PERSON], b=[AGENCY, BARE, OFFICIAL]))
    assert [(one.text, dict(one.passes)) for one in asked] == [
        ("tỉnh Cao Bằng", {"a": "PLACE", "b": None}),
        ("Cao Bằng", {"a": None, "b": "PLACE"}),
        ("Nguyễn Văn A", {"a": "PRIVATE", "b": "OFFICIAL"}),
    ]
    assert asked[0].before + asked[0].text + asked[0].after == TEXT


def test_decisions_make_gold():
    two = passes(a=[AGENCY, PLACE, PERSON], b=[AGENCY, BARE, OFFICIAL])
    decided = [
        question.answer(label) for question, label in zip(questions(two), ("PLACE", None, "PRIVATE"), strict=True)
    ]
    gold, problems = merge(two, decided[:2])
    assert gold == [] and [problem.rule for problem in problems] == ["question-open"]
    (document,), problems = merge(two, decided)
    assert (document.spans, document.private, problems) == ((AGENCY, PLACE), (PERSON,), [])


def test_a_decision_is_final_even_where_all_agree_and_where_nobody_marked():
    two = passes(a=[AGENCY], b=[AGENCY])
    decided = [decide(AGENCY, None, {"a": "AGENCY", "b": "AGENCY"}), decide(PLACE, "PLACE", {"a": None, "b": None})]
    assert merge(two, decided)[0][0].spans == (PLACE,)


def test_what_cannot_be_gold_is_told():
    two = passes(a=[AGENCY], b=[AGENCY])
    stale = Decision("d", 8, 21, "another text", {}, "PLACE")
    assert [problem.rule for problem in merge(two, [stale])[1]] == ["decision-stale"]
    for start, end in ((len(TEXT), len(TEXT) + 9), (90, 99), (5, 5), (9, 3)):
        nowhere = Decision("d", start, end, "", {}, None)
        assert [problem.rule for problem in merge(two, [nowhere])[1]] == ["decision-stale"]
    gold, (problem,) = merge(two, [Decision("e", 0, 6, "Bộ Công", {}, None)] * 2)
    assert len(gold) == 1 and (problem.rule, problem.severity) == ("decision-unused", "warning")
    assert "id=e" in problem.where and problem.message.startswith("2 decisions")
    crossing = decide(Span(8, 25, "PLACE"), "PLACE", {})
    gold, problems = merge(two, [crossing])
    assert gold == [] and "span-crosses-span" in {problem.rule for problem in problems}
    other = {"a": two["a"], "b": by_id([Document("d", TEXT + "!")])}
    with pytest.raises(ViborderError, match="text-differs"):
        questions(other)


def test_a_document_needs_as_many_passes_as_asked_for():
    one = passes(a=[AGENCY])
    assert merge(one, []) == ([], [])
    assert merge(one, [], least=1)[0][0].spans == (AGENCY,)


SPANS = st.sets(st.sampled_from([AGENCY, PLACE, BARE, OFFICIAL]))


@given(SPANS, SPANS)
def test_answering_every_question_with_one_pass_gives_that_pass(first, second):
    two = passes(a=first, b=second)
    decided = [question.answer(question.passes["a"]) for question in questions(two)]
    assert not questions(two, decided)
    gold, problems = merge(two, decided)
    assert not [problem for problem in problems if problem.severity == "error"]
    assert set(gold[0].spans) == first


def test_the_log_is_written_and_read_and_checked(tmp_path):
    log = tmp_path / "decisions.jsonl"
    decided = [decide(PLACE, "PLACE", {"a": "PLACE", "b": None}), decide(AGENCY, None, {"a": "AGENCY", "b": None})]
    write_decisions(log, decided)
    assert read_decisions(log) == sorted(decided, key=lambda one: one.start)
    assert list(json.loads(log.read_text().splitlines()[0])) == [
        "id",
        "start",
        "end",
        "text",
        "passes",
        "decision",
        "reason",
    ]
    assert read_decisions(tmp_path / "none.jsonl") == []
    line = log.read_text().splitlines()[0]
    log.write_text("\n".join([line, line, "{", "[]", line.replace("null", '"PERSON"')]))
    with pytest.raises(ViborderError) as caught:
        read_decisions(log)
    found = [problem.rule for problem in caught.value.problems]
    assert found == ["decision-twice", "decision-malformed", "decision-malformed", "decision-malformed"]


def typed(monkeypatch, *answers):
    """A console at which these lines are typed."""
    lines = iter(answers)

    def read(*_):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    return Console(file=io.StringIO(), width=200)


def test_the_form_at_the_terminal(monkeypatch):
    asked = disputes(passes(a=[AGENCY, PLACE, PERSON], b=[AGENCY, BARE, OFFICIAL]))
    kept = []
    console = typed(monkeypatch, "?", "1", "the head of one name", "nothing", "")
    assert ask(asked, kept.extend, kept.clear, console) == 2
    assert [(one.text, one.decision, one.reason) for one in kept] == [
        ("tỉnh Cao Bằng", "PLACE", "the head of one name"),
        ("Cao Bằng", None, "the head of one name"),
        ("Nguyễn Văn A", None, ""),
    ]
    shown = console.file.getvalue()
    assert "PLACE “tỉnh Cao Bằng”  (a)" in shown and "PLACE “Cao Bằng”  (b)" in shown
    assert "OFFICIAL  (b)" in shown and "PRIVATE  (a)" in shown
    assert "Công an ⟨tỉnh ⟨Cao Bằng⟩⟩ bắt ⟨Nguyễn Văn A⟩" in shown  # whoever sees no colours sees what is disputed
    kept.clear()
    assert ask(asked, kept.extend, kept.clear, typed(monkeypatch, "s", "1", "")) == 1
    assert [(one.text, one.decision) for one in kept] == [("Nguyễn Văn A", "OFFICIAL")]
    assert ask(asked, kept.extend, kept.clear, typed(monkeypatch, "q")) == 0
    assert ask(asked, kept.extend, kept.clear, typed(monkeypatch)) == 0


def test_a_border_that_nobody_marked_and_no_border_without_its_words(monkeypatch):
    (border, _) = disputes(passes(a=[AGENCY, PLACE, PERSON], b=[AGENCY, BARE, OFFICIAL]))
    kept = []
    console = typed(monkeypatch, "place", "place: Hà Nội", "drug: Cao", "")
    assert ask([border], kept.extend, kept.clear, console) == 1
    assert [(one.text, one.decision) for one in kept] == [
        ("tỉnh Cao Bằng", None),
        ("Cao Bằng", None),
        ("Cao", "DRUG"),
    ]
    assert "more than one border" in console.file.getvalue() and "do not stand there" in console.file.getvalue()


def test_ranges_that_exclude_each_other_are_one_question_and_nested_ones_are_two():
    long, short = Span(0, 21, "AGENCY"), Span(0, 12, "AGENCY")
    (one,) = disputes(passes(a=[long], b=[short]))
    assert [(question.start, question.end) for question in one.questions] == [(0, 21), (0, 12)]
    assert len(disputes(passes(a=[AGENCY, PLACE], b=[]))) == 2  # a marks both: each may be right without the other
    assert len(disputes(passes(a=[AGENCY], b=[PLACE]))) == 2  # a place inside a body: both may be right
    assert len(disputes(passes(a=[Span(0, 12, "AGENCY")], b=[Span(8, 21, "PLACE")]))) == 1  # they cross: one at most


def test_equal_disputes_are_decided_once_and_a_way_back(monkeypatch):
    text = "bắt ở Lào hôm qua. Họ bị bắt ở Lào hôm qua. Từ Lào về."
    places = [Span(at, at + 3, "PLACE") for at in (6, 31, 47)]
    two = {"a": by_id([Document("d", text, tuple(places))]), "b": by_id([Document("d", text)])}
    kept = []
    back = lambda made: [kept.remove(one) for one in made]  # noqa: E731
    console = typed(monkeypatch, "1", "in general", "", "b", "nothing", "no", "", "1", "", "")
    assert ask(disputes(two), kept.extend, back, console) == 3
    assert sorted((one.start, one.decision, one.reason) for one in kept) == [
        (6, None, "no"),
        (31, None, "no"),
        (47, "PLACE", ""),
    ]
    shown = console.file.getvalue()
    assert shown.count("decided alike in 1 more place") == 2
    assert "the same words were decided before: nothing in 2" in shown
    kept.clear()
    assert (
        ask(disputes(two), kept.extend, back, typed(monkeypatch, "1", "", "n", "nothing", "", "1", "", "b", "?")) == 2
    )
    assert [(one.start, one.decision) for one in kept] == [(6, "PLACE"), (31, None)]  # the end of the input came then


def noted(name, spans, *notes, **more):
    meta = {"annotation": {"notes": [{"start": s.start, "end": s.end, "label": s.label, "note": n} for s, n in notes]}}
    meta["annotation"] |= more
    return by_id([Document("d", TEXT, spans, (), meta)])


def test_a_doubt_asks_where_all_agree_and_stays_in_the_log(monkeypatch, tmp_path, capsys):
    two = {
        "lan": noted("lan", (AGENCY, PLACE), (AGENCY, "is it a name?"), unsure=True),
        "minh": noted("minh", (AGENCY, PLACE)),
    }
    whole, agency = disputes(two)
    assert (whole.state, whole.notes, whole.options()) == ("doubted", {"lan": "unsure"}, [])
    assert (agency.state, agency.text) == ("doubted", "Công an tỉnh Cao Bằng")
    assert [problem.rule for problem in merge(two, [])[1]] == ["question-open"]
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    named = {name: list(documents.values()) for name, documents in two.items()}
    typed(monkeypatch, "", "read it again", "1", "rule A1")
    settle_at_terminal(named, log, out, 2)
    shown = capsys.readouterr().out
    assert "lan notes: is it a name?" in shown and "Công an tỉnh Cao Bằng?" in shown and "the whole document" in shown
    assert [(one.end, one.decision, one.reason, dict(one.notes)) for one in read_decisions(log)] == [
        (21, "AGENCY", "rule A1", {"lan": "is it a name?"}),
        (0, None, "read it again", {"lan": "unsure"}),
    ]
    assert jsonl.read(out)[0].spans == (AGENCY, PLACE)
    questions_file = tmp_path / "questions.md"
    write_questions(open_passes(named), read_decisions(log), questions_file)
    asked = questions_file.read_text()
    assert "is it a name?" in asked and "rule A1" in asked and "d [0:21]" in asked and "read it again" in asked
    write_questions(open_passes(named), [], questions_file)
    assert "**2 open**" in questions_file.read_text()


def test_a_note_that_is_none_is_told():
    for notes in (
        [{"start": 0, "end": 99, "note": "outside"}],
        [{"start": 0.5, "end": 3, "note": ""}],
        [3],
        7,
        {"a": 1},
    ):
        broken = by_id([Document("d", TEXT, meta={"annotation": {"notes": notes}})])
        with pytest.raises(ViborderError, match="note-malformed"):
            questions({"lan": broken, "minh": broken})
    words = by_id([Document("d", TEXT, meta={"annotation": {"notes": "a bad scan"}})])
    assert [one.notes for one in questions({"lan": words, "minh": words})] == [
        dict.fromkeys(("lan", "minh"), "a bad scan")
    ]


def test_two_labels_on_one_range_are_asked_and_never_filled_in():
    both = [BARE, Span(13, 21, "AGENCY")]
    two = passes(a=both, b=both)
    (one,) = disputes(two)
    assert one.state == "disputed"
    assert [spans for spans, _ in one.options()] == [(Span(13, 21, "AGENCY"),), (BARE,)]
    assert merge(two, [])[0] == []
    assert merge(two, one.answer([BARE]))[0][0].spans == (BARE,)
    told = [
        problem for problem in check_document(Document("d", TEXT, tuple(both)), "f") if "two-labels" in problem.rule
    ]
    assert [(problem.rule, problem.severity) for problem in told] == [("span-two-labels", "warning")]


def test_answers_are_kept_at_once_and_the_gold_follows(monkeypatch, tmp_path, capsys):
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    before = Document("before", "Lào", (Span(0, 3, "PLACE"),))
    jsonl.write(out, [before])
    named = {
        name: list(documents.values()) for name, documents in passes(a=[AGENCY, PLACE], b=[AGENCY, OFFICIAL]).items()
    }
    typed(monkeypatch, "drug", "", "q")
    settle_at_terminal(named, log, out, 2)
    assert [one.decision for one in read_decisions(log)] == ["DRUG"]
    assert jsonl.read(out) == [before]
    said = capsys.readouterr()
    assert "warning question-open: 1 range without a decision" in said.err and "error" not in said.err
    assert said.out.splitlines()[-1] == f"0 documents settled, 1 waits for decisions; {out} has 1"
    typed(monkeypatch, "official", "why not")
    settle_at_terminal(named, log, out, 2)
    assert capsys.readouterr().out.splitlines()[-1] == f"1 document settled, 0 wait for decisions; {out} has 2"
    gold = jsonl.read(out)
    assert gold[0] == before and gold[1].spans == (AGENCY, Span(8, 21, "DRUG"), OFFICIAL)
    with pytest.raises(ViborderError, match="passes-too-few"):
        settle_at_terminal({"a": []}, log, out, 2)


@pytest.mark.parametrize("value", [["a"], {"a": 1}, None, 7])
def test_a_decision_whose_id_is_no_string_is_told(tmp_path: Path, value: object) -> None:
    log = tmp_path / "decisions.jsonl"
    write_decisions(log, [decide(PLACE, "PLACE", {"a": "PLACE", "b": None})])
    log.write_text(json.dumps(json.loads(log.read_text()) | {"id": value}), encoding="utf-8")
    with pytest.raises(ViborderError, match="decision-malformed"):
        read_decisions(log)


def test_two_who_adjudicate_at_once_keep_each_others_decisions(monkeypatch, tmp_path):
    """Between the reading of the log and an answer, another run writes its own answer and another document's gold."""
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    named = {
        name: list(documents.values()) for name, documents in passes(a=[AGENCY, PLACE], b=[AGENCY, OFFICIAL]).items()
    }
    other = Document("other", "Lào", (Span(0, 3, "PLACE"),))

    def answered(found, keep, take_back):
        one, two = [question.answer(None, "") for dispute in found for question in dispute.questions]
        write_decisions(log, [one])
        jsonl.write(out, [other])
        keep([two])
        assert [decision.place for decision in read_decisions(log)] == sorted([one.place, two.place])
        take_back([two])
        assert [decision.place for decision in read_decisions(log)] == [one.place]
        keep([two])
        return 1

    monkeypatch.setattr("viborder.annotate.ask.ask", answered)
    settle_at_terminal(named, log, out, 2)
    assert [document.id for document in jsonl.read(out)] == ["other", "d"]
