"""The traps of fine-tuning: a loss that grows with accumulation or processes, runs that are killed, checkpoints that
rot, bad input.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.train import encoders, learnable
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.files import sole
from viborder.train import train

pytest.importorskip("torch", reason="fine-tuning needs torch: pip install -c constraints.txt -e .[train]")
TINY = Path("train/tiny.yaml")
SMALL = [
    "from_scratch.hidden_size=32",
    "from_scratch.num_attention_heads=2",
    "from_scratch.intermediate_size=32",
    "logging_steps=1",
]
EXACT = [*SMALL, "from_scratch.dropout=0", "group_by_length=false", "max_steps=3"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from viborder.formats import jsonl

    path = tmp_path_factory.mktemp("data") / "train.jsonl"
    jsonl.write(path, learnable.documents(24, seed=1))
    return path


def losses(folder: Path) -> list[float]:
    history = json.loads((folder / "training_log.json").read_text(encoding="utf-8"))
    return [entry["loss"] for entry in history if "loss" in entry]


def script(*arguments: str, processes: int = 1) -> list[str]:
    launcher = (
        ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)] if processes > 1 else []
    )
    return [sys.executable, *launcher, "train/finetune.py", str(TINY), *arguments]


def test_the_loss_is_the_same_however_a_step_is_cut_up(data: Path, tmp_path: Path) -> None:
    documents = learnable.documents(24, seed=1)
    train(TINY, documents, tmp_path / "whole", overrides=[*EXACT, "per_device_train_batch_size=8"])
    halves = ["per_device_train_batch_size=4", "gradient_accumulation_steps=2"]
    train(TINY, documents, tmp_path / "accumulated", overrides=[*EXACT, *halves])
    command = script(
        *EXACT, "per_device_train_batch_size=4", f"--train={data}", f"--out={tmp_path / 'two'}", processes=2
    )
    subprocess.run(command, env=ENVIRONMENT, check=True, timeout=300)
    whole = losses(tmp_path / "whole")
    assert len(whole) == 3
    assert whole[0] > 1.5, "about ln 9 for nine tags, untrained"
    assert losses(tmp_path / "accumulated") == pytest.approx(whole, abs=2e-4)
    assert losses(tmp_path / "two") == pytest.approx(whole, abs=2e-4)


def test_a_killed_run_goes_on_from_its_last_whole_checkpoint(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, held = tmp_path / "model", tmp_path / "model.checkpoints"
    settings = [*SMALL, "max_steps=40", "save_steps=5", "save_total_limit=8", "group_by_length=false"]
    process = subprocess.Popen(script(*settings, f"--train={data}", f"--out={out}"), env=ENVIRONMENT)
    while not (held / "checkpoint-15" / "checksums.json").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists(), "nothing half-written"
    whole = sorted(int(path.parent.name.split("-")[1]) for path in held.glob("*/checksums.json"))
    rotten = held / f"checkpoint-{whole[-1]}" / "model.safetensors"
    rotten.write_bytes(rotten.read_bytes()[:-9] + b"\0" * 9)

    train(TINY, learnable.documents(24, seed=1), out, overrides=settings)
    told = capfd.readouterr().err
    assert f"checkpoint-{whole[-1]} is damaged (model.safetensors has changed)" in told
    assert f"going on from checkpoint-{whole[-2]}" in told
    assert not held.exists()

    train(TINY, learnable.documents(24, seed=1), tmp_path / "straight", overrides=settings)
    assert losses(out) == pytest.approx(losses(tmp_path / "straight"), abs=1e-4)


def test_checkpoints_of_other_data_are_not_taken_up(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from viborder.train.encoder.checkpoints import open_folder

    held = tmp_path / "model.checkpoints"
    open_folder(held, {"recipe": "other"}, resume=True)
    (held / "checkpoint-1").mkdir()
    train(TINY, learnable.documents(4, seed=1), tmp_path / "model", overrides=[*SMALL, "max_steps=1"])
    assert "checkpoints of another run removed" in capfd.readouterr().err


def test_stopping_early_looks_at_inner_documents_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = [
        *SMALL,
        "max_steps=30",
        "save_steps=2",
        "early_stopping_patience=1",
        "validation_split=0.25",
        "learning_rate=1e-9",
    ]
    train(TINY, learnable.documents(8, seed=1), tmp_path / "model", overrides=settings)
    assert "held out of the training documents" in capfd.readouterr().err
    history = json.loads((tmp_path / "model" / "training_log.json").read_text(encoding="utf-8"))
    scored = [entry for entry in history if "eval_overall_f1" in entry]
    assert [entry["step"] for entry in scored] == [2, 4], "no better at 4 than at 2, so it stops"
    assert {"eval_overall_precision", "eval_overall_recall", "eval_PLACE_f1", "eval_loss"} <= scored[0].keys()
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "6 documents with" in card
    assert "On the 2 documents by which the checkpoint was chosen" in card


@pytest.mark.parametrize(
    "settings", [["class_weight=sqrt"], ["class_weight=balanced", "focal_gamma=2"], ["label_smoothing_factor=0.1"]]
)
def test_class_imbalance_options_train(settings: list[str], tmp_path: Path) -> None:
    train(TINY, learnable.documents(8, seed=1), tmp_path / "model", overrides=[*SMALL, "max_steps=2", *settings])
    assert all(0 < loss < 20 for loss in losses(tmp_path / "model"))


def test_weights_and_focal_loss_by_hand() -> None:
    import torch

    from viborder.train.encoder.heads import IGNORED, Loss, class_weights

    rows = [[[0, 0], [0, 0], [0, 0], [1, 0], [IGNORED, IGNORED]]]
    # Level 0: three O and one B, so 1/count is 1/3 and 1; the mean over the four positions, 1/2, becomes 1: 2/3 and 2.
    # type: ignore[union-attr]
    assert class_weights("balanced", rows, 2).tolist() == [pytest.approx([2 / 3, 2]), pytest.approx([1, 1])]
    logits = torch.zeros(1, 5, 2, 2)
    labels = torch.tensor(rows)
    ln2 = 0.6931472
    assert float(Loss()({"logits": logits}, labels)) == pytest.approx(ln2)
    assert float(Loss(focal_gamma=2)({"logits": logits}, labels)) == pytest.approx(ln2 / 4)  # (1 - 1/2)²
    assert float(Loss()({"logits": logits}, labels, 16)) == pytest.approx(
        ln2 / 2
    )  # eight labels of the sixteen of a whole step


@pytest.mark.parametrize(("name", "segmentation"), [("xlmr", "syllable"), ("phobert", "word")])
def test_published_formats_train_tag_and_load(name: str, segmentation: str, tmp_path: Path) -> None:
    from viborder.train import load

    source = getattr(encoders, name)(tmp_path / name)
    recipe = Path("train/xlmr.yaml" if name == "xlmr" else "train/phobert.yaml")
    settings = [f"model_name_or_path={source}", "max_seq_length=64", "stride=16", "max_steps=2"]
    tagger = train(recipe, [*learnable.documents(6, seed=1), LONG], tmp_path / "model", overrides=settings)
    again = load(tmp_path / "model")
    assert again.version == tagger.version
    documents = [LONG, *learnable.documents(3, seed=2), Document("blank", "\n")]
    assert list(tagger.tag(documents)) == list(again.tag(documents))
    assert f"over {segmentation}s" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert " 0 gold spans were lost" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_a_model_of_full_width_takes_a_step(tmp_path: Path) -> None:
    width = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
    source = encoders.phobert(tmp_path / "phobert", **width, max_position_embeddings=258)
    settings = [f"model_name_or_path={source}", "max_steps=1", "per_device_train_batch_size=1", "save_steps=2"]
    train(Path("train/phobert.yaml"), learnable.documents(1, seed=1), tmp_path / "model", overrides=settings)
    assert (tmp_path / "model" / "model.safetensors").stat().st_size > 85_000_000 * 4, (
        "85 million parameters beside the embeddings"
    )


def test_a_segment_across_a_training_border_is_cut_and_counted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = encoders.phobert(tmp_path / "phobert")
    text = "Công an tỉnh Hà Nam."
    crossed = Document("crossed", text, (Span(0, 4, "AGENCY"), Span(8, 19, "PLACE")))  # `Công an` is one word to pyvi
    settings = [f"model_name_or_path={source}", "max_seq_length=64", "stride=16", "max_steps=1"]
    train(Path("train/phobert.yaml"), [crossed], tmp_path / "model", overrides=settings)
    assert "1 unit cut at gold borders, 0 gold spans lost" in capfd.readouterr().err


LONG = Document("long", " ".join(encoders.SENTENCES * 3), (Span(0, 20, "AGENCY"), Span(8, 20, "PLACE")))


def test_every_shipped_recipe_is_sound() -> None:
    from viborder.train.encoder.recipe import finetune_recipe
    from viborder.train.recipe import load_recipe

    recipes = {
        path.name: content
        for path in Path("train").glob("*.yaml")
        if (content := load_recipe(path))["kind"] == "transformer"
    }
    assert set(recipes) == {
        "tiny.yaml",
        "e5.yaml",
        "xlmr.yaml",
        "xlmr-large.yaml",
        "phobert.yaml",
        "phobert-large.yaml",
    }
    for name, content in recipes.items():
        finetune_recipe(content, name)
    assert (
        finetune_recipe({**recipes["xlmr.yaml"], "learning_rate": "3e-5"}, "").learning_rate == 3e-5
    )  # what YAML makes of 3e-5


def test_recipes_of_pretrained_encoders_learn_from_few_documents() -> None:
    """The keys by which five articles are enough: with these 63 windows are 600 steps in small batches."""
    from viborder.train.encoder.recipe import finetune_recipe
    from viborder.train.recipe import load_recipe

    for name in ("e5", "xlmr", "xlmr-large", "phobert", "phobert-large"):
        path = Path(f"train/{name}.yaml")
        recipe = finetune_recipe(load_recipe(path, ["model_name_or_path=build/e5-small"]), str(path))
        assert recipe.model_name_or_path == "build/e5-small"
        assert recipe.windows == "sentences"
        assert recipe.max_seq_length <= 128
        assert recipe.per_device_train_batch_size == "auto"
        assert recipe.min_steps >= 600
        assert recipe.head_learning_rate is not None
        assert recipe.head_learning_rate >= 5 * recipe.learning_rate
        assert 0 < recipe.warmup_steps < 1, "a share of the steps, whatever their number"
        assert recipe.freeze_word_embeddings
        assert (recipe.segmentation == "word") == name.startswith("phobert")


def test_all_that_is_wrong_with_a_recipe_is_told_at_once(tmp_path: Path) -> None:
    wrong = ["num_train_epochs=many", "learning_rate=-1", "warmup_ratio=0.1", "from_scratch.hidden_sise=64", "nested=3"]
    with pytest.raises(ViborderError) as told:
        train(TINY, learnable.documents(2, seed=1), tmp_path / "model", overrides=wrong)
    rules = sorted((problem.rule, problem.message.split("`")[1]) for problem in told.value.problems)
    assert rules == [
        ("recipe-bad-value", "learning_rate"),
        ("recipe-bad-value", "nested"),
        ("recipe-bad-value", "num_train_epochs"),
        ("recipe-unknown-key", "from_scratch.hidden_sise"),
        ("recipe-unknown-key", "warmup_ratio"),
    ]
    assert any("hidden_size" in problem.hint for problem in told.value.problems)
    with pytest.raises(ViborderError, match="noise: no form upside-down; one of lower, capitals"):
        train(TINY, learnable.documents(2, seed=1), tmp_path / "model", overrides=["noise.upside-down=1"])


def bad(
    tmp_path: Path,
    rule: str,
    recipe: str = "train/xlmr.yaml",
    documents: list[Document] | None = None,
    **overrides: Any,
) -> ViborderError:
    settings = [f"{key}={value}" for key, value in overrides.items()]
    with pytest.raises(ViborderError) as told:
        train(Path(recipe), documents or learnable.documents(2, seed=1), tmp_path / "model", overrides=settings)
    assert [problem.rule for problem in told.value.problems] == [rule]
    assert told.value.problems[0].hint
    assert not (tmp_path / "model").exists()
    return told.value


def test_a_model_without_a_token_classification_head(tmp_path: Path) -> None:
    encoders.xlmr(tmp_path / "vision")
    (tmp_path / "vision" / "config.json").write_text('{"model_type": "vit"}', encoding="utf-8")
    bad(tmp_path, "no-token-classification", model_name_or_path=tmp_path / "vision")


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("Lào", encoding="utf-8")
    bare = encoders.xlmr(tmp_path / "bare")
    (bare / "model.safetensors").unlink()
    for name, rule, said in (
        ("empty", "tokenizer-not-loaded", "the folder holds no config.json, no tokenizer, no weights"),
        ("bare", "model-not-loaded", "the folder holds no weights"),
        ("none", "tokenizer-not-loaded", "no such folder"),
        ("file.txt", "tokenizer-not-loaded", "a file, not a folder"),
    ):
        assert said in str(bad(tmp_path, rule, model_name_or_path=tmp_path / name))
    assert not (tmp_path / "model.checkpoints").exists()


def test_an_encoder_without_some_of_its_weights(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    source = encoders.xlmr(tmp_path / "xlmr")
    weights = load_file(source / "model.safetensors")
    gone = [name for name in weights if ".layer.1.output.dense" in name]
    save_file({name: value for name, value in weights.items() if name not in gone}, source / "model.safetensors")
    told = bad(tmp_path, "model-not-loaded", model_name_or_path=source, max_seq_length=64, stride=16)
    assert f"no weights for {len(gone)} parts of the encoder" in str(told)


def test_labels_that_differ_from_the_checkpoints(tmp_path: Path) -> None:
    source = encoders.xlmr(tmp_path / "xlmr")
    small = ["max_seq_length=64", "stride=16", "max_steps=1"]
    train(
        Path("train/xlmr.yaml"),
        learnable.documents(2, seed=1),
        tmp_path / "first",
        overrides=[f"model_name_or_path={source}", *small],
    )
    other = [Document("other", "Lào", (Span(0, 3, "COUNTRY"),))]
    settings: dict[str, Any] = {
        "model_name_or_path": tmp_path / "first",
        "max_seq_length": 64,
        "stride": 16,
        "max_steps": 1,
    }
    told = bad(tmp_path, "labels-differ", documents=other, **settings)
    assert "COUNTRY" in str(told)
    assert "AGENCY" in str(told)
    overrides = [f"model_name_or_path={tmp_path / 'first'}", *small, "ignore_mismatched_sizes=true"]
    assert train(Path("train/xlmr.yaml"), other, tmp_path / "model", overrides=overrides).labels == ["COUNTRY"]


def test_windows_longer_than_the_encoder_takes(tmp_path: Path) -> None:
    told = bad(tmp_path, "max-seq-length", model_name_or_path=encoders.xlmr(tmp_path / "xlmr"))
    assert "takes 64 subwords" in str(told)  # 66 positions, two of them before the first subword


def test_documents_without_spans(tmp_path: Path) -> None:
    bad(tmp_path, "no-spans", recipe="train/tiny.yaml", documents=[Document("1", "không có gì")])


def test_a_learning_rate_that_blows_up(tmp_path: Path) -> None:
    bad(
        tmp_path,
        "diverged",
        recipe="train/tiny.yaml",
        learning_rate="1e30",
        max_steps=3,
        max_grad_norm=0,
        warmup_steps=0,
    )


def test_memory_that_runs_out_says_what_to_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from viborder.train.encoder.heads import TokenTagger

    monkeypatch.setattr(TokenTagger, "forward", lambda *_, **__: torch.empty(1 << 55))  # torch's own error
    assert "per_device_train_batch_size" in str(bad(tmp_path, "out-of-memory", recipe="train/tiny.yaml"))


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))  # every larger file fails as on a full disk
    try:
        bad(tmp_path, "disk-full", recipe="train/tiny.yaml", max_steps=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_another_training_into_the_same_folder(tmp_path: Path) -> None:
    with sole(tmp_path / "model.checkpoints"):
        bad(tmp_path, "folder-in-use", recipe="train/tiny.yaml", max_steps=1)
    assert list((tmp_path / "model.checkpoints").iterdir()) == []


def test_the_folder_goes_to_the_hub_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    from tests.publish.hub_server import TOKEN, Hub

    hub = Hub()
    server = hub.start()
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    settings = [*SMALL, "max_steps=1", "push_to_hub=true", "hub_model_id=someone/tiny"]
    train(TINY, learnable.documents(2, seed=1), tmp_path / "model", overrides=settings)
    server.shutdown()
    server.server_close()
    repo = hub.repos["models", "someone/tiny"]
    assert repo.private, "hub_private_repo is true unless the recipe says otherwise"
    assert {
        "README.md",
        "config.json",
        "model.json",
        "model.safetensors",
        "tokenizer.json",
        "inner/heads.safetensors",
    } <= repo.files.keys()
    assert repo.files["README.md"] == (tmp_path / "model" / "README.md").read_bytes()
    assert TOKEN.encode() not in b"".join(repo.files.values())


def test_a_folder_that_names_a_private_person_stays_here(tmp_path: Path) -> None:
    from viborder.train.encoder.model_card import push

    text = "Bắt Đoàn Thị Uyên."
    (tmp_path / "vocab.txt").write_text("bắt\nĐOÀN_THỊ_UYEN 3\n", encoding="utf-8")
    with pytest.raises(ViborderError) as told:
        push(tmp_path, "someone/model", [Document("a", text, private=(Span(4, 17, "PRIVATE"),))], private=True)
    assert told.value.problems[0].rule == "private-name"
    assert told.value.problems[0].where == f"{tmp_path / 'vocab.txt'}:2"


def test_without_torch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "viborder.train.encoder.finetune", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    told = bad(tmp_path, "extra-missing", recipe="train/tiny.yaml")
    assert told.problems[0].hint == "pip install 'viborder[train]'"  # what a user of the wheel can type


def test_a_schedule_that_trainer_does_not_know(tmp_path: Path) -> None:
    bad(tmp_path, "recipe-bad-value", recipe="train/tiny.yaml", lr_scheduler_type="steps")


def test_the_example_for_two_machines_is_one_that_accelerate_reads() -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file("train/accelerate/two-machines.yaml")
    assert (config.num_machines, config.num_processes, config.machine_rank) == (2, 8, 0)


def test_weights_kept_in_half_precision_are_trained_in_full(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    from viborder.train.encoder.recipe import finetune_recipe
    from viborder.train.encoder.sources import load_model

    folder = encoders.xlmr(tmp_path / "whole")
    AutoModel.from_pretrained(folder).half().save_pretrained(tmp_path / "half")
    recipe = finetune_recipe({"kind": "transformer", "model_name_or_path": str(tmp_path / "half")}, "x")
    model = load_model(str(tmp_path / "half"), ["O", "B-P", "I-P"], recipe)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_an_encoder_is_taken_with_its_first_layers_alone(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    from viborder.train.encoder.recipe import finetune_recipe
    from viborder.train.encoder.sources import load_model

    folder = encoders.xlmr(tmp_path / "whole")
    whole = AutoModel.from_pretrained(folder)
    depth = whole.config.num_hidden_layers
    content = {"kind": "transformer", "model_name_or_path": str(folder), "num_hidden_layers": depth - 1}
    model = load_model(str(folder), ["O", "B-P", "I-P"], finetune_recipe(content, "x"))
    layers = model.base_model.encoder.layer
    assert len(layers) == model.config.num_hidden_layers == depth - 1
    assert all(map(torch.equal, layers[0].parameters(), whole.encoder.layer[0].parameters()))
    with pytest.raises(ViborderError, match=f"{depth + 1}, and the encoder has {depth} layers"):
        load_model(str(folder), ["O"], finetune_recipe({**content, "num_hidden_layers": depth + 1}, "x"))
