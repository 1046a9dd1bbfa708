import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from viborder.annotate.adjudicate import Decision, merge, questions, read_decisions, write_decisions
from viborder.annotate.ask import ask
from viborder.annotate.settle import settle_at_terminal
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
    asked = questions(passes(a=[AGENCY, PLACE, PERSON], b=[AGENCY, BARE, OFFICIAL]))
    kept = []
    console = typed(monkeypatch, "?", "1", "the head of one name", "s", "nothing", "")
    assert ask(asked, kept.append, console) == 2
    assert [(one.text, one.decision, one.reason) for one in kept] == [
        ("tỉnh Cao Bằng", "PLACE", "the head of one name"),
        ("Nguyễn Văn A", None, ""),
    ]
    shown = console.file.getvalue()
    assert "PLACE  (a)" in shown and "nothing  (b)" in shown
    assert ask(asked, kept.append, typed(monkeypatch, "q")) == 0
    assert ask(asked, kept.append, typed(monkeypatch)) == 0


def test_answers_are_kept_at_once_and_the_gold_follows(monkeypatch, tmp_path, capsys):
    log, out = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    before = Document("before", "Lào", (Span(0, 3, "PLACE"),))
    jsonl.write(out, [before])
    named = {name: list(documents.values()) for name, documents in passes(a=[AGENCY, PLACE], b=[AGENCY, BARE]).items()}
    typed(monkeypatch, "drug", "", "q")
    settle_at_terminal(named, log, out, 2)
    assert [one.decision for one in read_decisions(log)] == ["DRUG"]
    assert jsonl.read(out) == [before]
    typed(monkeypatch, "place", "why not")
    settle_at_terminal(named, log, out, 2)
    assert capsys.readouterr().out.splitlines()[-1] == f"1 documents settled, 0 wait; {out} has 2"
    gold = jsonl.read(out)
    assert gold[0] == before and gold[1].spans == (AGENCY, Span(8, 21, "DRUG"), BARE)
    with pytest.raises(ViborderError, match="passes-too-few"):
        settle_at_terminal({"a": []}, log, out, 2)
