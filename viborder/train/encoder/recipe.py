"""The keys of a `kind: transformer` recipe. They bear the names that Hugging Face gives them, wherever it has one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from viborder.errors import Problem, ViborderError
from viborder.repo_id import fault
from viborder.train.noise import FORMS

# YAML 1.1 reads `3e-5` as a string; people write it, so strings that are numbers pass here.
Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=False, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=False, ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=False, ge=0, lt=1)]
Whole = Annotated[int, Field(ge=1)]


class Scratch(BaseModel):
    """An encoder built on the spot: a tokenizer learned from the training documents, random weights (names as in
    ModernBertConfig).
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    vocab_size: int = Field(2000, ge=100)
    min_frequency: Whole = 3
    hidden_size: Whole = 128
    num_hidden_layers: Whole = 3
    num_attention_heads: Whole = 4
    intermediate_size: Whole = 256
    max_position_embeddings: int = Field(256, ge=8)
    local_attention: Whole = 16
    dropout: Share = 0.1

    @model_validator(mode="after")
    def _divisible(self) -> Scratch:
        if self.hidden_size % self.num_attention_heads:
            raise ValueError("hidden_size must be a multiple of num_attention_heads")
        return self


class FinetuneRecipe(BaseModel):
    """How a transformer is fine-tuned. train/xlmr.yaml explains each key."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, protected_namespaces=())

    kind: Literal["transformer"]
    # the encoder: a Hub id or a folder, or one from scratch
    model_name_or_path: str | None = None
    model_revision: str = "main"
    ignore_mismatched_sizes: bool = False
    num_hidden_layers: Whole | None = None
    from_scratch: Scratch | None = None
    # what it reads and what it learns
    segmentation: Literal["syllable", "word"] = "syllable"
    max_seq_length: int = Field(256, ge=8)
    stride: int = Field(64, ge=0)
    windows: Literal["overlapping", "sentences"] = "overlapping"
    lower_capitals: bool = False
    copies: int = Field(0, ge=0)
    noise: dict[str, Annotated[float, Field(strict=False, ge=0, le=1)]] = {}
    nested: bool = True
    class_weight: Literal["none", "balanced", "sqrt"] = "none"
    focal_gamma: NotNegative = 0.0
    label_smoothing_factor: Share = 0.0
    # the grammar's side
    grammar: bool | str = False
    corrections: bool = True
    vote_for: list[NotNegative] = Field([8.0, 4.0, 2.0, 0.0], min_length=1)
    vote_against: list[NotNegative] = Field([4.0, 2.0, 0.0], min_length=1)
    doubt: Share = 0.05
    # Trainer
    num_train_epochs: Positive = 3.0
    max_steps: int = -1
    min_steps: int = Field(0, ge=0)
    per_device_train_batch_size: Whole | Literal["auto"] = 8
    per_device_eval_batch_size: Whole = 32
    gradient_accumulation_steps: Whole = 1
    group_by_length: bool = True
    learning_rate: Positive = 5e-5
    head_learning_rate: Positive | None = None
    freeze_word_embeddings: bool = False
    freeze_layers: int = Field(0, ge=0)
    lr_scheduler_type: str = "linear"
    warmup_steps: NotNegative = 0.1
    weight_decay: NotNegative = 0.01
    max_grad_norm: NotNegative = 1.0
    optim: str = "adamw_torch"
    mixed_precision: Literal["auto", "no", "bf16", "fp16"] = "auto"
    gradient_checkpointing: bool = False
    torch_compile: bool = False
    use_cpu: bool = False
    num_threads: Whole | None = None
    seed: int = 42
    full_determinism: bool = False
    # looking at it while it runs
    save_steps: Positive = 0.1
    save_total_limit: int = Field(2, ge=2)
    logging_steps: Positive = 0.05
    early_stopping_patience: int = Field(0, ge=0)
    validation_split: Share = 0.0
    report_to: list[str] = []
    run_name: str | None = None
    resume: bool = True
    # the Hub
    push_to_hub: bool = False
    hub_model_id: str | None = None
    hub_private_repo: bool = True

    @model_validator(mode="after")
    def _together(self) -> FinetuneRecipe:
        if (self.model_name_or_path is None) == (self.from_scratch is None):
            raise ValueError("give either model_name_or_path or from_scratch")
        if self.num_hidden_layers and self.from_scratch:
            raise ValueError("num_hidden_layers of an encoder from scratch stands under from_scratch")
        if self.stride >= self.max_seq_length - 2:
            raise ValueError("stride must be smaller than max_seq_length less the two special tokens")
        if unknown := sorted(set(self.noise) - set(FORMS)):
            raise ValueError(f"noise: no form {', '.join(unknown)}; one of {', '.join(FORMS)}")
        if self.early_stopping_patience and not self.validation_split:
            raise ValueError(
                "early_stopping_patience needs validation_split: the share of the training documents to stop by"
            )
        if self.push_to_hub and not self.hub_model_id:
            raise ValueError("push_to_hub needs hub_model_id")
        if self.hub_model_id and (said := fault(self.hub_model_id, owner_needed=False)):
            raise ValueError(f"hub_model_id {self.hub_model_id!r:.60}: {said}")
        return self


def finetune_recipe(content: dict[str, Any], where: str) -> FinetuneRecipe:
    """A checked recipe.

    Raises ViborderError `recipe-unknown-key`, `recipe-bad-value`, one problem a key, all at once.
    """
    try:
        return FinetuneRecipe.model_validate(content)
    except ValidationError as error:
        raise ViborderError([_problem(entry, where) for entry in error.errors()]) from None


def _problem(entry: Any, where: str) -> Problem:
    key = ".".join(str(part) for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        import difflib

        near = difflib.get_close_matches(key.split(".")[-1], [*FinetuneRecipe.model_fields, *Scratch.model_fields], n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else "train/xlmr.yaml lists the keys"
        return Problem(where, "recipe-unknown-key", f"`{key}` is no key of a transformer recipe", hint)
    message = entry["msg"].removeprefix("Value error, ").lower()
    return Problem(
        where,
        "recipe-bad-value",
        f"`{key}`: {message}" if key else message,
        f"it is {entry['input']!r:.60}" if key else "",
    )
