"""A fine-tuned model as ONNX: a model folder of its own, which every verb uses like the first."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from viborder.errors import fail
from viborder.files import new_folder
from viborder.train.encoder.graph import quantise, write_graph
from viborder.train.encoder.paths import softmax
from viborder.train.encoder.tagger import (
    FORMAT,
    ONNX,
    load_model_folder,
    onnx_predict,
    torch_predict,
    write_card,
)
from viborder.train.folder import read_card

TOLERANCE = 1e-4  # between probabilities


def export(model: Path, out: Path, *, int8: bool = False) -> float:
    """Write `out`, a model folder with `model.onnx` in place of the weights; the inner levels are outputs of the same
    graph.

    int8: weights of eight bits, about a quarter of the size and twice as fast on a CPU; its spans are not always the
    same, so score it.

    Returns the largest difference between torch's and ONNX Runtime's probabilities, on inputs of other shapes than the
    one traced.
    Raises ViborderError `model-foreign`, `onnx-missing`, `onnx-differs` (by more than 0.0001, before the weights are
    quantised); then nothing is written.
    """
    card = read_card(model)
    if card["format"] != FORMAT:
        raise fail(
            model,
            "model-foreign",
            "only fine-tuned transformers are exported",
            "give a folder made with `kind: transformer`",
        )
    tagger = load_model_folder(model).to("cpu").eval()
    longest = card["reading"]["size"] + 2
    with new_folder(out) as folder:
        write_graph(tagger, _inputs(tagger, 3, 12), longest, folder / ONNX, model)
        difference = _largest_difference(tagger, folder / ONNX, longest)
        if difference > TOLERANCE:
            raise fail(
                model,
                "onnx-differs",
                f"probabilities differ by {difference:.2g} from torch's",
                "serve the folder with torch",
            )
        if int8:
            quantise(folder / ONNX)
            difference = _largest_difference(tagger, folder / ONNX, longest)
        for path in model.iterdir():
            if (
                path.is_file()
                and path.suffix != ".safetensors"
                and path.name not in ("model.json", "training_log.json")
            ):
                shutil.copy(path, folder)
        if (model / "grammar").is_dir():  # a grammar of one's own
            shutil.copytree(model / "grammar", folder / "grammar")
        kept = {
            key: value for key, value in card.items() if key not in ("format", "format_version", "version", "files")
        }
        write_card(folder, {**kept, "exported_from": card["version"]})
    return difference


def _largest_difference(tagger: Any, path: Path, longest: int) -> float:
    return max(_difference(tagger, path, rows, length) for rows, length in ((1, 3), (2, 17), (5, longest)))


def _inputs(tagger: Any, rows: int, length: int) -> tuple[Any, Any]:
    """Random subwords, half of the last row padding."""
    import torch

    ids = torch.randint(5, tagger.config.vocab_size, (rows, length), generator=torch.Generator().manual_seed(length))
    mask = torch.ones_like(ids)
    mask[-1, length - length // 2 :] = 0
    return ids, mask


def _difference(tagger: Any, path: Path, rows: int, length: int) -> float:
    inputs = _inputs(tagger, rows, length)
    ours, theirs = (softmax(predict(*inputs)).max(-1) for predict in (torch_predict(tagger), onnx_predict(path)))
    return float(abs(ours - theirs)[inputs[1].numpy() == 1].max())
