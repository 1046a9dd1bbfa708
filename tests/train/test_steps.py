"""A training is long enough for few documents, and says so where it taught nothing."""

from pathlib import Path

import pytest

from tests.train import learnable
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.train import train
from viborder.train.encoder.steps import batch_size, epochs, not_learned

FEW = "windows=sentences noise.lower=1 lower_capitals=true per_device_train_batch_size=auto head_learning_rate=0.01".split()


def test_few_windows_get_more_epochs() -> None:
    assert epochs(30, 600, 22, 8) == 200  # 22 windows in batches of 8 are 3 steps an epoch
    assert epochs(30, 600, 5000, 8) == 30  # 625 steps an epoch are enough
    assert epochs(2.5, 0, 22, 8) == 2.5


def test_a_model_that_does_not_find_its_own_documents_is_told_apart() -> None:
    gold = learnable.documents(3, seed=1)
    empty = [document.with_spans([]) for document in gold]
    assert not_learned(gold, gold, "a.yaml", steps=9, nested=True) == []
    (problem,) = not_learned(gold, empty, "a.yaml", steps=9, nested=True)
    assert (problem.rule, problem.severity) == ("training-not-learned", "warning")
    assert "after 9 steps the model finds 0 spans in 3 documents" in problem.message


def test_a_training_of_two_steps_says_that_it_taught_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    train("tiny", learnable.documents(4, seed=1), tmp_path / "model", overrides=["max_steps=2", "copies=2", *FEW])
    said = capfd.readouterr().err
    assert "training-not-learned" in said
    assert "4 documents, 8 copies with other names, 4 in other forms" in said


def test_a_batch_leaves_steps_enough_in_an_epoch() -> None:
    assert [batch_size(windows, 1) for windows in (22, 319, 320, 640, 1280, 10**5)] == [4, 4, 8, 16, 32, 32]
    assert batch_size(640, at_once=2) == 8  # two processes take twice as many a step


def test_a_label_that_is_never_found_is_told_though_the_others_are() -> None:
    text = "Hà Nội " * 30
    places = [Span(at, at + 6, "PLACE") for at in range(0, 140, 7)]
    drugs = [Span(at, at + 6, "DRUG") for at in range(140, 210, 7)]
    gold = [Document("a", text, (*places, *drugs))]
    found = [gold[0].with_spans(places)]  # recall 20 of 30, precision 1: F1 80
    (problem,) = not_learned(gold, found, "a.yaml", steps=9, nested=True)
    assert (problem.rule, problem.severity) == ("training-not-learned", "warning")
    assert "DRUG (F1 0.0, 10 spans)" in problem.message
    rare = [Document("a", text, (*places, *drugs[:5]))]
    (problem,) = not_learned(rare, found, "a.yaml", steps=9, nested=True)
    assert "DRUG (F1 0.0, 5 spans)" in problem.message
    few = [gold[0].with_spans([*places, *drugs[:9]])]  # one that is not found says nothing
    assert not_learned(gold, few, "a.yaml", steps=9, nested=True) == []


def test_the_head_has_a_rate_of_its_own_and_what_is_frozen_none() -> None:
    pytest.importorskip("torch")
    import torch

    from viborder.train.encoder.heads import TokenTagger, freeze, set_head_rate
    from viborder.train.encoder.recipe import FinetuneRecipe, Scratch
    from viborder.train.encoder.sources import learn_tokenizer, random_model

    scratch = Scratch(vocab_size=100, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8)
    flat = random_model(scratch, learn_tokenizer(["một hai ba"], scratch), ["O", "B-PLACE", "I-PLACE"])
    recipe = FinetuneRecipe(kind="transformer", from_scratch=scratch, freeze_word_embeddings=True, freeze_layers=1)
    freeze(flat, recipe, "a.yaml")
    model = TokenTagger(flat, depth=2)
    still = {
        name.split(".layers.")[-1][0]
        for name, one in flat.base_model.named_parameters(prefix="m")
        if not one.requires_grad
    }
    assert still == {"0", "m"}, "the embeddings and the lowest layer"
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-4)
    set_head_rate(optimizer, model, 1e-3)
    rate = {id(one): group["lr"] for group in optimizer.param_groups for one in group["params"]}
    assert rate[id(model.inner[0].weight)] == rate[id(flat.classifier.weight)] == 1e-3
    assert {rate[id(one)] for one in flat.base_model.parameters() if one.requires_grad} == {1e-4}
    with pytest.raises(ViborderError, match="2, and the encoder has 2 layers"):
        freeze(flat, recipe.model_copy(update={"freeze_layers": 2}), "a.yaml")
