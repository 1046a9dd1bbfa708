"""The graph of a fine-tuned model as ONNX Runtime runs it fastest on a CPU: operators fused, then weights of eight bits."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

from viborder.errors import fail

FUSED = ("bert", "roberta", "xlm-roberta")  # the encoders whose operators ONNX Runtime's tool for BERT knows


def write_graph(tagger: Any, inputs: tuple[Any, Any], longest: int, path: Path, where: Path) -> None:
    """Write the graph of a `TokenTagger` to `path`: (input_ids, attention_mask) [row, position] → logits.

    inputs: what the model is traced with. longest: subwords of a row at most. Whoever calls compares its results with
    torch's: the older exporter, whose graphs can be fused, gives wrong logits for some encoders without an error.
    Raises ViborderError `onnx-missing`.
    """
    names = {"input_names": ["input_ids", "attention_mask"], "output_names": ["logits"]}
    try:
        with warnings.catch_warnings(action="ignore"):
            if tagger.config.model_type in FUSED:
                _fused(tagger, inputs, path, names)
            else:
                _plain(tagger, inputs, longest, path, names)
    except ImportError as error:
        hint = "pip install 'viborder[train,onnx]'"
        raise fail(where, "onnx-missing", f"{error.name} is not installed", hint) from None


def _plain(tagger: Any, inputs: tuple[Any, Any], longest: int, path: Path, names: dict[str, Any]) -> None:
    import torch

    rows, length = torch.export.Dim("rows", min=1), torch.export.Dim("length", min=2, max=longest)
    shape = {0: rows, 1: length}
    graph = torch.onnx.export(
        tagger, inputs, **names, dynamic_shapes=(shape, shape), dynamo=True, verbose=False
    )  # fmt: skip
    graph.save(str(path))


def _fused(tagger: Any, inputs: tuple[Any, Any], path: Path, names: dict[str, Any]) -> None:
    """With one operator for each attention, for the embeddings and for each GELU.

    Additions and normalisations stay apart: ONNX Runtime's operator for both takes three times as long.
    """
    import onnx  # noqa: F401  the older exporter wants it, and says so in another way
    import torch
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    tagger.flat.set_attn_implementation("eager")
    axes = {name: {0: "rows", 1: "length"} for name in (*names["input_names"], *names["output_names"])}
    traced = path.with_suffix(".traced")
    torch.onnx.export(tagger, inputs, str(traced), **names, dynamic_axes=axes, dynamo=False, opset_version=17)
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
    options.enable_bias_gelu = False  # quantised, the matrix before it adds the bias at no cost
    shape = {"num_heads": tagger.config.num_attention_heads, "hidden_size": tagger.config.hidden_size}
    optimize_model(str(traced), "bert", **shape, optimization_options=options, opt_level=0).save_model_to_file(
        str(path)
    )
    traced.unlink()


def quantise(path: Path) -> None:
    """Weights of eight bits, each column of a matrix with a scale of its own; activations are quantised as they come.

    The heads, which are small, stay as they are. One bit is left free (`reduce_range`), or sums of products overflow
    on CPUs without instructions for such sums (VNNI).
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.with_suffix(".float")
    path.rename(whole)
    columns = {weights.name: weights.dims[-1] for weights in onnx.load(whole).graph.initializer if weights.dims}
    heads = [
        node.name for node in onnx.load(whole).graph.node if any(columns.get(name, 99) < 32 for name in node.input[:2])
    ]
    logging.disable(logging.WARNING)  # it asks for a pre-processing that changes nothing here
    try:
        quantize_dynamic(
            whole,
            path,
            op_types_to_quantize=["MatMul", "Gemm", "Gather", "Attention", "EmbedLayerNormalization"],
            nodes_to_exclude=heads,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # the tool knows no types of fused operators
        )
    finally:
        logging.disable(logging.NOTSET)
    whole.unlink()
