"""A fine-tuned transformer as a tagger, used like every other model: texts in, nested spans with scores out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import fail
from viborder.labels import in_order
from viborder.train.encoder.examples import Examples, Reader, collate, merge, read
from viborder.train.encoder.sources import load_tokenizer
from viborder.train.folder import check_all, expect, seal

FORMAT = "viborder-transformer"
FORMAT_VERSION = 1
ONNX = "model.onnx"
_DOCUMENTS = 256  # read ahead, so that windows of the same length meet in a batch

# (input_ids, attention_mask) [batch, position] → (label, its probability) [batch, position, level], all numpy arrays
Predict = Callable[[Any, Any], tuple[Any, Any]]


class TransformerTagger:
    """Labels, version, and `tag`; the prediction itself is torch's or ONNX Runtime's."""

    def __init__(self, reader: Reader, predict: Predict, version: str, batch_size: int) -> None:
        self.reader = reader
        self.predict = predict
        self.version = version
        self.batch_size = batch_size
        self.labels = in_order(label[2:] for label in reader.labels if label != "O")

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Documents with nested spans, each with a `score`, in the order given. Texts are NFC.

        Windows go through the model in order of length, so that little is padding.
        """
        stream = iter(documents)
        while chunk := list(islice(stream, _DOCUMENTS)):
            examples = read(self.reader, chunk)
            for document, spans in zip(chunk, merge(self.reader, examples, self._best(examples)), strict=True):
                yield document.with_spans(spans)

    def _best(self, examples: Examples) -> Iterator[tuple[int, Any, Any]]:
        rows = sorted(examples.rows, key=lambda row: len(row["input_ids"]), reverse=True)
        for begin in range(0, len(rows), self.batch_size):
            some = rows[begin : begin + self.batch_size]
            batch = collate(some, self.reader.tokenizer.pad_token_id)
            labels, probabilities = self.predict(batch["input_ids"], batch["attention_mask"])
            for row, *best in zip(some, labels.tolist(), probabilities.tolist(), strict=True):
                yield row["window"], *best


def torch_predict(model: Any) -> Predict:
    """Predictions of a `TokenTagger`, on the device where it is."""
    import torch

    device = next(model.parameters()).device
    model.eval()

    def predict(input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
        with torch.inference_mode():
            logits = model(input_ids.to(device), attention_mask.to(device))["logits"].float()
            probabilities, labels = logits.softmax(-1).max(-1)
        return labels.cpu().numpy(), probabilities.cpu().numpy()

    return predict


def onnx_predict(path: Path) -> Predict:
    """Predictions of an exported model by ONNX Runtime. Raises ViborderError `onnxruntime-missing`."""
    import numpy as np
    import torch

    try:
        import onnxruntime
    except ImportError:
        raise fail(
            path, "onnxruntime-missing", "ONNX Runtime is not installed", "pip install 'viborder[train,onnx]'"
        ) from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = torch.get_num_threads()
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # waiting threads would take the others' cores
    session = onnxruntime.InferenceSession(str(path), options)

    def predict(input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
        (logits,) = session.run(["logits"], {"input_ids": input_ids.numpy(), "attention_mask": attention_mask.numpy()})
        grown = np.exp(logits - logits.max(-1, keepdims=True))
        return logits.argmax(-1), grown.max(-1) / grown.sum(-1)

    return predict


def write_card(folder: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """Write `model.json`, by which every verb knows the folder; `version` is a hash of all that is in it."""
    return seal(folder, card, (FORMAT, FORMAT_VERSION))


def load_transformer(folder: Path, card: Mapping[str, Any]) -> TransformerTagger:
    """The tagger of a model folder that `train` or `export` wrote.

    Raises ViborderError `model-foreign` (another version's), `model-damaged`, `tokenizer-not-loaded`.
    """
    expect(folder, card, (FORMAT, FORMAT_VERSION))
    check_all(folder, card)
    from viborder.train.encoder.progress import quiet

    quiet()
    reading = card["reading"]
    reader = Reader(load_tokenizer(str(folder)), **reading)
    predict = onnx_predict(folder / ONNX) if (folder / ONNX).exists() else torch_predict(load_model_folder(folder))
    return TransformerTagger(reader, predict, card["version"], card["batch_size"])


def load_model_folder(folder: Path) -> Any:
    """The `TokenTagger` of a folder, on the GPU where there is one. Raises ViborderError `model-damaged`."""
    import torch
    from transformers import AutoModelForTokenClassification

    from viborder.train.encoder.heads import load_inner

    try:
        flat, told = AutoModelForTokenClassification.from_pretrained(folder, output_loading_info=True)
        model = load_inner(flat, folder)
    except Exception as error:  # whatever a damaged file makes the libraries raise
        message = str(error).strip().split("\n")[0][:300]
        raise fail(
            folder, "model-damaged", message or type(error).__name__, "copy the folder again, or train it again"
        ) from None
    if told["missing_keys"]:
        raise fail(
            folder, "model-damaged", f"no weights for {', '.join(sorted(told['missing_keys'])[:3])}", "train it again"
        )
    return model.to("cuda" if torch.cuda.is_available() else "cpu")
