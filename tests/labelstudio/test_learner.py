"""The tagger that learns while people annotate, with the real default recipe."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.labelstudio.conftest import GOLD, RECIPE
from tests.test_full_disk import fails_at
from viborder.document import PRIVATE, Document, Span
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.labelstudio.learned import lessons
from viborder.labelstudio.learner import Learner

QUICK = ["folds=0", "copies=0"]
LINE = "Tối qua, đội Mũ Xanh thu giữ ba bánh zilana tại bến Đá Vàng."
TAUGHT = Document("taught", LINE, (Span(LINE.index("zilana"), LINE.index("zilana") + 6, "DRUG"),))


@pytest.fixture(scope="module")
def gold():
    return jsonl.read(GOLD)


@pytest.fixture
def learner(tmp_path, gold):
    made = []

    def make(base=gold[:2], recipe=RECIPE):
        made.append(Learner(tmp_path / "state", recipe, base, QUICK))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def labels(learner, document):
    return {(span.start, span.end, span.label) for span in learner.tag(document)[0].spans}


def test_what_is_submitted_is_learned_and_the_new_version_serves(learner, gold, tmp_path, capsys):
    one = learner()
    assert one.wait() and one.version
    before = one.version
    wanted = {(span.start, span.end, span.label) for span in gold[4].spans}
    assert one.submit(gold[4], 7, "2026-01-01T00:00:00Z")
    assert one.wait()
    assert one.version != before
    assert len(wanted & labels(one, replace(gold[4], spans=()))) > 0.9 * len(wanted)
    (lesson,) = lessons(tmp_path / "state")  # it is said and kept; the first training is no lesson
    assert list(lesson.articles) == [gold[4].id] and lesson.version == one.version
    assert f"learned {gold[4].id} (" in capsys.readouterr().err


def test_a_part_of_an_article_is_learned_once(tmp_path):
    known = Document("known", "Ở Lào.\nÔng A ở Mỹ.", (Span(2, 5, "PLACE"), Span(14, 16, "PLACE")))
    one = Learner(tmp_path / "state", RECIPE, [known], QUICK)
    part = Document("known", "Ông A ở Mỹ.", (Span(8, 10, "AGENCY"),), (Span(4, 5, PRIVATE),))
    assert one.submit(part, 1, "2026-01-01T00:00:00Z", 7) and one.submit(part.with_spans(()), 2, "2026-01-02", 7)
    assert one.submit(Document("known", "khác"), 3, "2026-01-03", 3)  # not what stands there: a document of its own
    assert [(found.id, found.text, found.spans, found.private) for found in one.documents()] == [
        ("known", known.text, (Span(2, 5, "PLACE"),), (Span(11, 12, PRIVATE),)),
        ("known [3:7]", "khác", (), ()),
    ]


def test_what_was_kept_and_cannot_be_read_is_told_and_the_rest_is_learned(tmp_path, capsys):
    one = Learner(tmp_path / "state", RECIPE, [], QUICK)
    assert one.submit(TAUGHT, 1, "2026-01-01")
    for name, data in (("a-2.json", b"{"), ("a-3.json", b"\xff\x00"), ("a-4.json", b'{"updated_at": 5}')):
        (tmp_path / "state/submitted" / name).write_bytes(data)
    assert one.documents() == one.documents() == [TAUGHT]
    assert capsys.readouterr().err.count("submitted-unreadable") == 3


def test_a_disk_that_is_full_when_an_annotation_is_submitted(tmp_path, monkeypatch):
    """The call is refused, so that Label Studio's next asking brings it again; what was kept before is there still."""
    one = Learner(tmp_path / "state", RECIPE, [], QUICK)
    assert one.submit(TAUGHT, 1, "2026-01-01")
    before = {path.name: path.read_bytes() for path in one._submitted.iterdir()}
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", fails_at(1))
        with pytest.raises(ViborderError, match="disk-full"):
            one.submit(replace(TAUGHT, spans=()), 1, "2026-01-02")
    assert {path.name: path.read_bytes() for path in one._submitted.iterdir()} == before
    assert one.documents() == [TAUGHT]


def test_what_is_corrected_in_one_article_is_suggested_in_the_next(learner):
    line = "Zilana nào? Ba viên zilana rơi ở chợ."
    asked = Document("asked", line)
    one = learner()
    assert one.wait()
    start = line.index("zilana")
    assert (start, start + 6, "DRUG") not in labels(one, asked)
    assert one.submit(TAUGHT, 8, "2026-01-01T00:00:00Z")
    assert one.wait()
    assert (start, start + 6, "DRUG") in labels(one, asked)


def test_the_newest_state_of_an_annotation_counts(learner):
    one = learner([])
    assert one.submit(TAUGHT, 1, "2026-01-02T00:00:00Z")
    assert not one.submit(TAUGHT.with_spans(()), 1, "2026-01-01T00:00:00Z")  # an older state that arrives late
    assert one.documents() == [TAUGHT]
    other = TAUGHT.with_spans([Span(0, 8, "PLACE")])
    assert one.submit(other, 2, "2026-01-03T00:00:00Z")  # a second annotator, later
    assert one.documents() == [other]
    one.withdraw([2])
    assert one.documents() == [TAUGHT]
    one.withdraw([1])
    assert one.documents() == []


def test_an_annotation_of_a_base_document_takes_its_place(learner, gold):
    one = learner()
    changed = gold[0].with_spans(())
    one.submit(changed, 3, "2026-01-01T00:00:00Z")
    assert {document.id: document.spans for document in one.documents()} == {gold[0].id: (), gold[1].id: gold[1].spans}


def test_a_training_that_is_killed_is_done_again_and_the_old_model_serves(learner, gold):
    one = learner()
    assert one.wait()
    before, trained = one.version, one.trainings
    one.submit(gold[3], 1, "2026-01-01T00:00:00Z")
    deadline = time.monotonic() + 20
    while one.child is None or one.child.poll() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    one.child.kill()
    while one.trainings == trained:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert one.failure.rule == "training-failed"
    assert one.version == before and one.tag(gold[3])[1] == before
    while one.version == before:
        assert time.monotonic() < deadline + 40
        time.sleep(0.05)
    assert one.failure is None


def test_a_restart_serves_the_last_model_and_learns_what_it_missed(learner, tmp_path):
    one = learner()
    assert one.wait()
    before = one.version
    one.stop()
    again = learner()
    assert again.version == before  # at once, before any training
    assert again.wait() and again.trainings == 0
    again.stop()
    # killed between the receipt of an annotation and its training: the file is there, the model is not
    kept = {"updated_at": "2026-01-01T00:00:00Z", "document": jsonl.to_record(TAUGHT)}
    (tmp_path / "state" / "submitted" / "0123-9.json").write_text(json.dumps(kept))
    third = learner()
    assert third.version == before
    assert third.wait() and third.version != before


def test_a_model_that_was_destroyed_is_made_anew(learner, tmp_path):
    one = learner()
    assert one.wait()
    before = one.version
    one.stop()
    for path in (tmp_path / "state" / "models").rglob("*.npz"):
        path.write_bytes(b"rubbish")
    again = learner()
    assert again.wait() and again.version == before and again.trainings == 1


def test_a_recipe_that_fails_is_told_and_nothing_stops(learner, tmp_path, gold):
    recipe = tmp_path / "wrong.yaml"
    recipe.write_text("kind: nonsense\n")
    one = learner(recipe=recipe)
    deadline = time.monotonic() + 30
    while one.failure is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert one.version == ""
    assert one.tag(gold[0])[0].spans == ()
