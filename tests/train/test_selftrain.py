"""Learning from texts that nobody has annotated: what is chosen, what it brings, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.train import learnable
from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.train import selftrain, train
from viborder.train.material import GUESSED
from viborder.train.selftrain import Round, brought, self_train

RECIPE = Path("train/crf.yaml")
QUICK = ("grammar=false", "genre=[]", "folds=0", "iterations=30", "copies=0")
PROSE = "Chiều cùng ngày, lực lượng chức năng đã kiểm tra, lập biên bản và bàn giao đối tượng theo đúng quy định của pháp luật."


def bare(documents: list[Document]) -> list[Document]:
    return [document.with_spans(()) for document in documents]


def named(documents: list[Document], name: str) -> list[Document]:
    return [Document(f"{name}-{document.id}", document.text, document.spans) for document in documents]


def test_it_never_ends_below_what_the_annotated_documents_give(tmp_path: Path) -> None:
    annotated, held = learnable.documents(3, seed=1), named(learnable.documents(8, seed=2), "held")
    unlabelled = named(bare(learnable.documents(20, seed=3)), "more")
    tagger, rounds = self_train(RECIPE, annotated, unlabelled, tmp_path / "model", held, QUICK)
    assert len(rounds) > 1 and rounds[1].sentences > 0
    assert rounds[1].sentences <= selftrain.MOST * selftrain._sentences(annotated) + len(unlabelled)
    assert (tmp_path / "model/model.json").exists() and tagger.labels
    plain = train(RECIPE, annotated, tmp_path / "plain", held, QUICK)
    if max(one.f1 for one in rounds) == rounds[0].f1:
        assert tagger.version == plain.version, "what helps nothing is left out"
    else:
        assert tagger.version != plain.version


def test_only_sentences_on_which_both_views_agree_and_are_sure_are_chosen() -> None:
    text = "An ở Lào.\nBình ở Nga.\nChi ở Mỹ.\nKhông có ai."
    sure = (Span(0, 2, "OFFICIAL", 0.99), Span(5, 8, "PLACE", 0.95), Span(10, 14, "OFFICIAL", 0.99))
    judge = Fixed([*sure, Span(28, 30, "PLACE", 0.5)])  # unsure of the third sentence
    learner = Fixed([*sure[:2], Span(28, 30, "PLACE", 0.9)])  # silent on the second
    (found,) = selftrain._agreed(learner, judge, [Document("a", text)], 10)
    assert (found.text, GUESSED in found.meta) == ("An ở Lào.", True)
    assert [(found.slice(span), span.label) for span in found.spans] == [("An", "OFFICIAL"), ("Lào", "PLACE")]


class Fixed:
    """A tagger that finds the same spans in every text."""

    version = ""

    def __init__(self, spans: list[Span]) -> None:
        self.labels = ["OFFICIAL", "PLACE"]
        self.spans = spans

    def tag(self, documents: object) -> list[Document]:
        assert isinstance(documents, list)
        return [document.with_spans(self.spans) for document in documents]


def test_guessed_documents_correct_nothing(tmp_path: Path) -> None:
    gold = jsonl.read(Path("annotations/gold.jsonl"))[:2]
    place = gold[0].with_spans(span for span in gold[0].spans if span.label != "PLACE")
    guessed = Document("guessed:x", place.text, place.spans, meta={GUESSED: "yes"})
    for name, documents in (("with", [*gold, guessed]), ("without", gold)):
        train(RECIPE, documents, tmp_path / name, overrides=["genre=[]", "iterations=2", "folds=0"])
    assert (tmp_path / "with/corrections.tsv").read_bytes() == (tmp_path / "without/corrections.tsv").read_bytes()
    assert (tmp_path / "with/outer.npz").read_bytes() != (tmp_path / "without/outer.npz").read_bytes()


def test_what_it_brought_is_said() -> None:
    assert brought([Round(0, 0.9), Round(40, 0.925), Round(60, 0.92)]) == (
        "unlabelled texts brought 2.5 points of F1 on held-out documents (90.0 to 92.5, 40 sentences learned from)"
    )
    assert "brought nothing (1 round, F1 90.0 without them): they were left out" in brought(
        [Round(0, 0.9), Round(40, 0.9)]
    )


def test_what_cannot_be_learned_from_is_refused_all_at_once(tmp_path: Path) -> None:
    held = [Document("held", f"{PROSE} Hai bên trao đổi tại cửa khẩu.")]
    english = (
        "The police of the province said on Monday that two men were held at the border with a large haul of drugs."
    )
    texts = [
        Document("a", " \n"),
        Document("b", english),
        Document("c", f"{PROSE} Hai bên trao đổi tại cửa khẩu ."),
        Document("d", "Công an tỉnh Cao Bằng"),
    ]
    with pytest.raises(ViborderError) as error:
        self_train(RECIPE, learnable.documents(2, seed=1), texts, tmp_path / "model", tests=held)
    assert [problem.rule for problem in error.value.problems] == [
        "unlabelled-empty",
        "unlabelled-foreign",
        "unlabelled-twin",
    ]
    assert not (tmp_path / "model").exists()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.txt").write_text(english, encoding="utf-8")
    command = ["train", "crf", "--unlabelled", str(tmp_path / "texts"), "--out", str(tmp_path / "model")]
    assert "unlabelled-foreign" in str(CliRunner().invoke(app, command).exception)
