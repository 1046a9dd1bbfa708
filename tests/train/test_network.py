"""The networks beside a CRF: numpy gives what PyTorch gives, they see further than a CRF, and their folder is whole
or refused.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.train.learnable import far
from viborder.document import Document
from viborder.errors import ViborderError
from viborder.train import load, train
from viborder.train.crf.chain import Types
from viborder.train.crf.network import Networks, row_of

torch = pytest.importorskip(
    "torch", reason="networks are learned with torch: pip install -c constraints.txt -e .[train]"
)

RECIPE = Path("train/conll.yaml")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    from viborder.train.crf import learn_network

    easier = {
        "SIZE": 16,
        "HIDDEN": 16,
        "STEPS": 120,
        "PASSES": 1,
        "RATE": 2e-2,
        "DROPOUT": 0.0,
        "HIDE_WORD": 0.0,
        "SHARE": 1.0,
    }
    for name, value in easier.items():
        monkeypatch.setattr(learn_network, name, value)


def test_numpy_gives_what_pytorch_gives() -> None:
    from viborder.train.crf.learn_network import _Tagger

    torch.manual_seed(1)
    sentences = [["Bộ", "Y", "tế"], ["12"], ["nơi", "Bộ", "lạ", "đến", "."]]
    types = Types()
    ids = np.array(types.add([word for words in sentences for word in words]))
    attributes = sorted(
        {f"{name}={value}" for own in types.attributes[1:] for name, value in own.items() if value != "lạ"}
    )
    tagger = _Tagger(len(attributes) + 1, 5)
    lengths = np.array([len(words) for words in sentences])
    found = Networks(attributes, [tagger.weights()]).log_chances(types, ids, np.cumsum(lengths) - lengths, lengths)
    numbers = {attribute: number for number, attribute in enumerate(attributes, 1)}
    at = 0
    for words in sentences:
        rows = torch.tensor(
            [row_of(numbers, types.attributes[number]) for number in ids[at : at + len(words)].tolist()]
        )
        with torch.no_grad():
            states, _ = tagger.lstm(tagger.embed(rows)[None])
            expected = torch.log_softmax(tagger.out(states[0]), 1).numpy()
        np.testing.assert_allclose(found[at : at + len(words)], expected, atol=1e-5)
        at += len(words)


def right(model: Path, documents: list[Document]) -> float:
    found = load(model).tag([Document(document.id, document.text) for document in documents])
    return sum(set(one.spans) == set(other.spans) for one, other in zip(documents, found, strict=True)) / len(documents)


@pytest.mark.usefixtures("small")
def test_networks_see_the_whole_sentence_and_are_the_same_bytes_again(tmp_path: Path) -> None:
    documents, others = far(100, 1, 3), far(50, 2, 3)
    train(RECIPE, documents, tmp_path / "crf", others)
    assert right(tmp_path / "crf", others) < 0.8  # a coin, and what the words between happen to say
    for name in ("one", "again"):
        train(RECIPE, documents, tmp_path / name, others, ["networks=1", "c2=1.0"])
    assert right(tmp_path / "one", others) > 0.9
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
    weights = tmp_path / "one" / "networks.npz"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ViborderError) as error:
        load(tmp_path / "one")
    assert [problem.rule for problem in error.value.problems] == ["model-damaged"]


def test_without_torch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "viborder.train.crf.learn_network", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ViborderError) as error:
        train(RECIPE, far(2, 1, 3), tmp_path / "out", overrides=["networks=1"])
    assert [problem.rule for problem in error.value.problems] == ["extra-missing"]
    assert not (tmp_path / "out").exists()
