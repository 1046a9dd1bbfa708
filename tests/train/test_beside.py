"""An encoder that votes beside a CRF: it sees what the CRF cannot, and the CRF's folder holds it whole."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.train.learnable import far
from tests.train.test_network import right
from viborder.errors import ViborderError
from viborder.train import load, train
from viborder.train.crf.beside import read_encoder
from viborder.train.tokenized import tokenized

pytest.importorskip("torch", reason="fine-tuning needs torch: pip install -c constraints.txt -e .[train]")
RECIPE = Path("train/conll.yaml")
QUICK = [
    *(f"from_scratch.{key}" for key in ("hidden_size=32", "num_attention_heads=2", "intermediate_size=32")),
    *("nested=false", "max_steps=40", "learning_rate=5e-3", "per_device_train_batch_size=16"),
]
LEARN, OTHERS = far(100, 1, 3), far(50, 2, 3)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("beside") / "encoder"
    train(Path("train/tiny.yaml"), LEARN, out, overrides=QUICK)
    return out


def test_it_sees_the_whole_sentence_and_stands_in_the_folder(
    encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(RECIPE, LEARN, tmp_path / "crf", OTHERS)
    assert right(tmp_path / "crf", OTHERS) < 0.8  # a coin, and what the words between happen to say
    copy = shutil.copytree(encoder, tmp_path / "encoder")
    for name, dev in (("tuned", OTHERS), ("untuned", None)):
        train(RECIPE, LEARN, tmp_path / name, dev, [f"encoder={copy}", "c2=1.0"])
    assert "nothing is tuned" in capsys.readouterr().err  # the encoder may know what is held out
    shutil.rmtree(copy)
    for name in ("tuned", "untuned"):
        assert right(tmp_path / name, OTHERS) > 0.9
    weights = tmp_path / "tuned" / "encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ViborderError) as error:
        load(tmp_path / "tuned")
    assert [problem.rule for problem in error.value.problems] == ["model-damaged"]


def test_what_it_says_is_probabilities_of_the_spans_that_it_finds_alone(encoder: Path) -> None:
    beside = read_encoder(encoder, ["MENTION"], "")
    texts = [tokenized(document) for document in OTHERS]
    said = beside.log_chances(texts, ["O", "B-MENTION", "I-MENTION", "E-MENTION", "S-MENTION"])
    assert said.shape == (sum(len(text.words) for text in texts), 5)
    assert np.allclose(np.exp(said[:, :3]).sum(axis=1), 1, atol=1e-4)
    assert (said[:, 1] == said[:, 4]).all() and (said[:, 2] == said[:, 3]).all()  # `S-` begins, `E-` goes on
    last = np.cumsum([len(text.words) for text in texts]) - 1
    found = list(beside.tagger.tag([document.with_spans([]) for document in OTHERS]))
    assert [bool(one.spans) for one in found] == (said[last, 1] > said[last, 0]).tolist()


@pytest.mark.parametrize("unfit", ["a CRF", "other labels", "nothing"])
def test_what_is_no_fit_encoder_is_refused_before_anything_is_written(
    unfit: str, encoder: Path, tmp_path: Path
) -> None:
    documents = far(4, 1, 1)
    folder = {"a CRF": tmp_path / "crf", "nothing": tmp_path / "nowhere"}.get(unfit, encoder)
    if unfit == "a CRF":
        train(RECIPE, documents, folder, overrides=["folds=0"])
    if unfit == "other labels":
        documents = [
            document.with_spans([replace(span, label="OTHER") for span in document.spans]) for document in documents
        ]
    with pytest.raises(ViborderError) as error:
        train(RECIPE, documents, tmp_path / "out", overrides=[f"encoder={folder}"])
    assert [problem.rule for problem in error.value.problems] == [
        "model-missing" if unfit == "nothing" else "encoder-unfit"
    ]
    assert not (tmp_path / "out").exists()
