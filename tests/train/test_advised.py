"""An encoder with the grammar's vote: a model that has learned next to nothing shows what comes from the grammar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from viborder.document import Document, by_depth
from viborder.eval import score
from viborder.formats import jsonl
from viborder.train import load, train

pytest.importorskip("torch", reason="fine-tuning needs torch: pip install -c constraints.txt -e .[train]")
LEARN, DEV, TESTED = slice(1, 3), 4, 3
GOLD = jsonl.read(Path("annotations/gold.jsonl"))
UNTAUGHT = [
    "max_steps=1",
    "from_scratch.hidden_size=32",
    "from_scratch.num_attention_heads=2",
    "from_scratch.intermediate_size=32",
    "grammar=true",
]


def no_vietnam(document: Document) -> Document:
    """An annotator's habit: `Việt Nam` is no PLACE."""
    return document.with_spans(span for span in document.spans if document.slice(span) != "Việt Nam")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("advised") / "model"
    learn = [no_vietnam(document) for document in GOLD[LEARN]]
    train(Path("train/tiny.yaml"), learn, out, dev=[no_vietnam(GOLD[DEV])], overrides=UNTAUGHT)
    return out


def test_the_grammar_votes_and_corrections_are_followed_at_every_depth(folder: Path) -> None:
    tested = no_vietnam(GOLD[TESTED])
    assert "Việt Nam" in [GOLD[TESTED].slice(span) for span in GOLD[TESTED].spans]
    tagger = load(folder)
    (found,) = tagger.tag([tested.with_spans([])])
    assert score([tested], [found]).micro().f1 > 0.9, "the grammar has 1.0 on this article"
    assert len(by_depth(found.spans)) > 1
    assert "Việt Nam" not in [found.slice(span) for span in found.spans]
    assert all(0 < (span.score or 0) < 1 for span in found.spans)


def test_votes_are_tuned_on_the_documents_held_out_and_kept_in_the_folder(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert card["tuned"]["vote_for"] > 0 and card["tuned"]["vote_against"] > 0, "the encoder knows nothing"
    assert {"corrections.tsv", "model.safetensors"} <= set(card["files"])
    assert "Việt Nam" in (folder / "corrections.tsv").read_text(encoding="utf-8")


def test_without_the_vote_it_finds_next_to_nothing(folder: Path) -> None:
    from viborder.train.encoder.tagger import TransformerTagger

    tagger = load(folder)
    assert isinstance(tagger, TransformerTagger)
    alone = TransformerTagger(tagger.reader, tagger.predict, "", tagger.batch_size)
    (found,) = alone.tag([GOLD[TESTED].with_spans([])])
    assert score([GOLD[TESTED]], [found]).micro().f1 < 0.2
