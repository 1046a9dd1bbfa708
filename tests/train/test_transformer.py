"""Fine-tuning end to end with tiny.yaml: a task that can be learned is learned, and the folder works wherever a
model folder does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.train import encoders, learnable
from viborder.document import Document, Span, by_depth, outermost
from viborder.errors import ViborderError
from viborder.eval import score
from viborder.text import tokenize
from viborder.train import Tagger, load, train

pytest.importorskip("torch", reason="fine-tuning needs torch: pip install -c constraints.txt -e .[train]")
pytestmark = pytest.mark.usefixtures("one_thread")
TINY = Path("train/tiny.yaml")
UNSEEN = learnable.documents(30, seed=2)


def learn(out: Path) -> Tagger:
    return train(TINY, learnable.documents(60, seed=1), out, overrides=["num_train_epochs=20"])


def f1(tagger: Tagger) -> float:
    bare = [document.with_spans([]) for document in UNSEEN]
    return score(UNSEEN, list(tagger.tag(bare))).micro().f1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "tiny"
    learn(out)
    return out


@pytest.fixture(scope="module")
def tagger(folder: Path) -> Tagger:
    return load(folder)


def test_the_generated_task_is_learned(tagger: Tagger) -> None:
    assert f1(tagger) > 0.95
    assert tagger.labels == ["AGENCY", "OFFICIAL", "PLACE", "QUANTITY"]


def test_an_off_by_one_in_the_labels_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from viborder.train.encoder import examples

    right = examples._labelled

    def shifted(*arguments: Any) -> dict[str, Any]:
        row = right(*arguments)
        return {**row, "labels": [*row["labels"][-1:], *row["labels"][:-1]]}

    monkeypatch.setattr(examples, "_labelled", shifted)
    assert f1(learn(tmp_path / "planted")) < 0.5


def test_an_off_by_one_in_the_characters_is_noticed(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    from viborder.train.encoder import examples

    right = examples.from_layers
    monkeypatch.setattr(
        examples, "from_layers", lambda units, *rest: right([(start + 1, end + 1) for start, end in units], *rest)
    )
    assert f1(tagger) < 0.5


def test_inner_spans_are_found_and_can_be_switched_off(folder: Path, tagger: Tagger, tmp_path: Path) -> None:
    found = list(tagger.tag(document.with_spans([]) for document in UNSEEN))
    assert any(len(by_depth(document.spans)) == 2 for document in found)
    assert all(0 < span.score <= 1 for document in found for span in document.spans if span.score is not None)
    flat = train(TINY, learnable.documents(4, seed=1), tmp_path / "flat", overrides=["max_steps=2", "nested=false"])
    assert not (tmp_path / "flat" / "inner").exists()
    assert all(len(by_depth(document.spans)) <= 1 for document in flat.tag(UNSEEN))


def test_long_and_empty_texts_lose_nothing(tagger: Tagger) -> None:
    text = "\n".join(document.text for document in UNSEEN)
    (whole,) = tagger.tag([Document("long", text)])
    assert len(text.split()) > 1000, "several windows of 128 subwords"
    gold, position = [], 0
    for document in UNSEEN:
        gold += [Span(position + span.start, position + span.end, span.label) for span in document.spans]
        position += len(document.text) + 1
    assert score([Document("long", text, tuple(gold))], [whole]).micro().f1 > 0.95
    assert [document.spans for document in tagger.tag([Document("a", ""), Document("b", " \n\n")])] == [(), ()]


def test_the_flat_head_serves_in_transformers_own_pipeline(folder: Path, tagger: Tagger) -> None:
    from transformers import pipeline

    serve = pipeline("token-classification", model=str(folder), aggregation_strategy="first")
    texts = [" ".join(document.text.replace(".", " .").split()) for document in UNSEEN]
    assert max(len(text.split()) for text in texts) < 100, "the pipeline truncates"
    tagged = list(tagger.tag(Document(str(at), text) for at, text in enumerate(texts)))
    alike = 0
    for text, document in zip(texts, tagged, strict=True):
        theirs = {(entity["start"], entity["end"], entity["entity_group"]): entity["score"] for entity in serve(text)}
        ours = {(span.start, span.end, span.label): span.score for span in outermost(document.spans)}
        assert theirs == pytest.approx(ours, abs=1e-5)
        alike += len(ours)
    assert alike > 50


def test_a_published_tokenizer_serves_in_the_pipeline(tmp_path: Path) -> None:
    from transformers import pipeline

    texts = [" ".join(document.text[a:b] for a, b in tokenize(document.text)) for document in UNSEEN]
    words = ["," if word[0].isdigit() else word for text in texts for word in text.split()] + list("0123456789")
    source = encoders.xlmr(tmp_path / "xlmr", words, max_position_embeddings=130)
    settings = [
        f"model_name_or_path={source}",
        "windows=overlapping",  # the pipeline reads a text of many sentences at once
        "max_seq_length=128",
        "freeze_word_embeddings=false",  # they are random here
        "per_device_train_batch_size=8",
        "max_steps=30",
        "learning_rate=3e-3",
        "nested=false",
    ]
    tagger = train(Path("train/xlmr.yaml"), learnable.documents(60, seed=1), tmp_path / "model", overrides=settings)
    serve = pipeline("token-classification", model=str(tmp_path / "model"), aggregation_strategy="first")
    # The mark of a blank standing alone (`▁` `4` for ` 4`) would make two words of one in the pipeline.
    assert not any("▁" in serve.tokenizer.tokenize(text) for text in texts)
    tagger.transitions[:] = 0  # the pipeline takes the best tag of each word alone
    found = 0
    for document in tagger.tag(Document(text, text) for text in texts):
        theirs = {(entity["start"], entity["end"], entity["entity_group"]) for entity in serve(document.text)}
        assert theirs == {(span.start, span.end, span.label) for span in document.spans}
        found += len(theirs)
    assert found > 5


def test_config_names_the_labels(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["label2id"] == {name: int(index) for index, name in config["id2label"].items()}
    assert config["id2label"]["0"] == "O"
    assert config["architectures"] == ["ModernBertForTokenClassification"]


def test_the_card_tells_what_was_run(folder: Path) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    spans = sum(len(document.spans) for document in learnable.documents(60, seed=1))
    assert f"60 documents with {spans} spans" in card
    assert "0 gold spans were lost" in card
    assert "20.0 epochs" in card
    assert json.loads((folder / "model.json").read_text(encoding="utf-8"))["data"] in card


def test_given_tokens_are_tagged_as_they_are(tagger: Tagger) -> None:
    text = "Công an tỉnh Hà Nam bắt giữ 147viên tại Lạng Sơn ."
    tokens = tuple(match.span() for match in re.finditer(r"\S+", text))
    (document,) = tagger.tag([Document("1", text, tokens=tokens)])
    starts = {0, *(at + 1 for at, character in enumerate(text) if character == " ")}
    assert document.spans
    assert all(span.start in starts and (span.end == len(text) or text[span.end] == " ") for span in document.spans)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "inner/heads.safetensors"])
def test_a_damaged_folder_is_refused(folder: Path, tmp_path: Path, file: str) -> None:
    import shutil

    copy = shutil.copytree(folder, tmp_path / "copy")
    data = (copy / file).read_bytes()
    (copy / file).write_bytes(data[: len(data) // 2])
    with pytest.raises(ViborderError, match=r"model-damaged|tokenizer-not-loaded"):
        load(copy)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_onnx_gives_the_same_spans(folder: Path, tagger: Tagger, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="export needs onnx: pip install -c constraints.txt -e .[train,onnx]")
    from viborder.train.encoder.export import TOLERANCE, export

    assert export(folder, tmp_path / "onnx") < TOLERANCE
    assert not (tmp_path / "onnx" / "model.safetensors").exists()
    bare = [document.with_spans([]) for document in UNSEEN]
    for ours, theirs in zip(tagger.tag(bare), load(tmp_path / "onnx").tag(bare), strict=True):
        assert theirs.spans == ours.spans
        assert [span.score for span in theirs.spans] == pytest.approx(
            [span.score for span in ours.spans], abs=TOLERANCE
        )


def test_the_operators_of_an_encoder_like_bert_are_fused_and_say_the_same(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="export needs onnx: pip install -c constraints.txt -e .[train,onnx]")
    from viborder.train.encoder.export import TOLERANCE, export

    source = encoders.xlmr(tmp_path / "xlmr")
    settings = [f"model_name_or_path={source}", "max_seq_length=64", "stride=16", "max_steps=1"]
    train(Path("train/xlmr.yaml"), learnable.documents(2, seed=1), tmp_path / "model", overrides=settings)
    assert export(tmp_path / "model", tmp_path / "onnx") < TOLERANCE  # with padding, and of other lengths than traced
    kinds = [node.op_type for node in onnx.load(tmp_path / "onnx" / "model.onnx").graph.node]
    assert (kinds.count("Attention"), kinds.count("Softmax")) == (2, 0)  # the encoder has two layers
    export(tmp_path / "model", tmp_path / "int8", int8=True)
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("QAttention") == 2
    plain = [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm")]
    assert plain, "the heads are not quantised"
    assert {path.name for path in (tmp_path / "int8").iterdir()}.isdisjoint({"model.traced", "model.float"})


def test_weights_of_eight_bits_find_nearly_the_same_in_half_the_size(
    folder: Path, tagger: Tagger, tmp_path: Path
) -> None:
    pytest.importorskip("onnxscript", reason="export needs onnx: pip install -c constraints.txt -e .[train,onnx]")
    from viborder.eval import score
    from viborder.train.encoder.export import export

    export(folder, tmp_path / "int8", int8=True)
    files = {path.name: path.stat().st_size for path in (tmp_path / "int8").iterdir()}
    assert "model.float" not in files
    assert files["model.onnx"] < (folder / "model.safetensors").stat().st_size / 2
    bare = [document.with_spans([]) for document in UNSEEN]
    whole, eighth = list(tagger.tag(bare)), list(load(tmp_path / "int8").tag(bare))
    assert score(whole, eighth).micro().f1 > 0.95
