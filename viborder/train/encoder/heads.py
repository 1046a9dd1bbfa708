"""The model that is trained: an encoder with its flat head, and one linear head more for each inner level; and its
loss.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from viborder.errors import counted, fail
from viborder.train.encoder.recipe import FinetuneRecipe

INNER = "inner"  # the sub-folder of a model folder that only viborder reads
IGNORED = -100  # the label of positions without one, as in torch and transformers


class TokenTagger(nn.Module):  # type: ignore[misc]
    """A standard `AutoModelForTokenClassification` for the outermost spans, and `depth - 1` heads for the levels
    inside them.
    """

    # Trainer would otherwise take the loss of *ForTokenClassification as normalised over accumulated batches and
    # processes.
    accepts_loss_kwargs = False

    def __init__(self, flat: Any, depth: int) -> None:
        super().__init__()
        self.flat = flat
        self.config = flat.config
        dropout = getattr(flat.config, "classifier_dropout", None)
        self.dropout = nn.Dropout(getattr(flat.config, "hidden_dropout_prob", 0.1) if dropout is None else dropout)
        self.inner = nn.ModuleList(nn.Linear(flat.config.hidden_size, flat.config.num_labels) for _ in range(depth - 1))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, window: Tensor | None = None) -> dict[str, Tensor]:
        """Logits, [batch, position, level, label].

        `window` names the rows for whoever evaluates; the model does not look at it.
        """
        output = self.flat(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=len(self.inner) > 0)
        rows = [output.logits]
        for head in self.inner:
            rows.append(head(self.dropout(output.hidden_states[-1])))
        return {"logits": torch.stack(rows, dim=2)}


class Loss:
    """Cross-entropy over every labelled position of every level, each counted once.

    Trainer calls it with the number of labels of the whole step, over accumulated batches and processes, so that the
    loss is the same however a step is cut up. weight: [level, label] or None. focal_gamma: Lin et al. 2017, "Focal Loss
    for Dense Object Detection".
    """

    def __init__(self, weight: Tensor | None = None, focal_gamma: float = 0.0, label_smoothing: float = 0.0) -> None:
        self.weight = weight
        self.focal_gamma = focal_gamma
        self.label_smoothing = label_smoothing

    def __call__(
        self, outputs: dict[str, Tensor], labels: Tensor, num_items_in_batch: Tensor | int | None = None
    ) -> Tensor:
        """The loss of `labels` [batch, position, level], summed and divided by `num_items_in_batch` (by its own
        count without).
        """
        logits = outputs["logits"].float().flatten(0, 2)
        targets = labels.flatten()
        losses = cross_entropy(
            logits, targets, ignore_index=IGNORED, reduction="none", label_smoothing=self.label_smoothing
        )
        if self.focal_gamma:
            chosen = logits.log_softmax(-1).gather(1, targets.clamp(min=0)[:, None]).squeeze(1).exp()
            losses = losses * (1 - chosen) ** self.focal_gamma
        if self.weight is not None:
            levels = torch.arange(labels.shape[2], device=labels.device).expand(labels.shape).flatten()
            losses = losses * self.weight.to(labels.device)[levels, targets.clamp(min=0)]
        count = (targets != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        return losses.sum() / torch.as_tensor(count, device=losses.device).clamp(min=1)


def freeze(flat: Any, recipe: FinetuneRecipe, where: str) -> None:
    """Keep the word embeddings, or all embeddings and the lowest layers, as they are, where the recipe says so.

    Raises ViborderError `recipe-bad-value` where that leaves no layer to train.
    """
    if recipe.freeze_word_embeddings:
        flat.get_input_embeddings().weight.requires_grad_(False)
    if not recipe.freeze_layers:
        return
    layers: Any = next((part for part in flat.base_model.modules() if isinstance(part, nn.ModuleList)), [])
    if recipe.freeze_layers >= len(layers):
        said = f"`freeze_layers`: {recipe.freeze_layers}, and the encoder has {counted(len(layers), 'layer')}"
        raise fail(where, "recipe-bad-value", said, "give fewer")
    for part in (flat.base_model.embeddings, *layers[: recipe.freeze_layers]):
        part.requires_grad_(False)


def set_head_rate(optimizer: Any, model: TokenTagger, rate: float) -> None:
    """Give the heads, which begin at random, a learning rate of their own; the encoder keeps the recipe's."""
    body = {id(parameter) for parameter in model.flat.base_model.parameters()}
    for group in list(optimizer.param_groups):
        heads = [parameter for parameter in group["params"] if id(parameter) not in body]
        group["params"] = [parameter for parameter in group["params"] if id(parameter) in body]
        if heads:
            optimizer.add_param_group({**group, "params": heads, "lr": rate})


def class_weights(kind: str, rows: Sequence[Sequence[Sequence[int]]], n_labels: int) -> Tensor | None:
    """[level, label] weights by how rare a label is: 1/count ("balanced") or its square root ("sqrt"); None for "none".

    rows: for each window, for each position, the label of each level. Scaled so that the mean over all labelled
    positions is 1, which leaves the learning rate its meaning; a label that never occurs weighs 1.
    """
    if kind == "none":
        return None
    labels = torch.tensor([position for window in rows for position in window])
    weights = torch.ones(labels.shape[1], n_labels)
    for level in range(labels.shape[1]):
        counts = torch.bincount(labels[:, level][labels[:, level] != IGNORED], minlength=n_labels).float()
        raw = counts.clamp(min=1) ** (-1.0 if kind == "balanced" else -0.5)
        weights[level] = torch.where(counts > 0, raw * counts.sum() / (raw * counts).sum(), 1.0)
    return weights


def save(model: TokenTagger, folder: Path) -> None:
    """The flat head as any transformers folder; the inner heads beside it in `inner/`."""
    from safetensors.torch import save_file

    model.flat.save_pretrained(folder)
    if model.inner:
        (folder / INNER).mkdir()
        save_file(
            {name: value.detach().cpu().contiguous() for name, value in model.inner.state_dict().items()},
            folder / INNER / "heads.safetensors",
        )
        (folder / INNER / "config.json").write_text(
            json.dumps({"depth": len(model.inner) + 1}) + "\n", encoding="utf-8"
        )


def load_inner(flat: Any, folder: Path) -> TokenTagger:
    """A flat model with the inner heads of its folder, if it has some."""
    from safetensors.torch import load_file

    inner = folder / INNER
    if not inner.is_dir():
        return TokenTagger(flat, depth=1)
    model = TokenTagger(flat, json.loads((inner / "config.json").read_text(encoding="utf-8"))["depth"])
    model.inner.load_state_dict(load_file(inner / "heads.safetensors"))
    return model
