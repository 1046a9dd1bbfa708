"""A fine-tuned transformer as a tagger, used like every other model: texts in, nested spans with scores out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from viborder.document import Document, Span
from viborder.errors import fail
from viborder.labels import in_order
from viborder.text import Range
from viborder.train.encoder.alignment import to_layers
from viborder.train.encoder.examples import Examples, Reader, collate, merge, read
from viborder.train.encoder.paths import best_of_row, softmax, transitions
from viborder.train.encoder.sources import load_tokenizer
from viborder.train.encoder.words import split_at
from viborder.train.folder import check_all, expect, seal
from viborder.train.token_spans import ScoredSpan, TokenSpan, in_tokens
from viborder.train.tokenized import TokenizedText
from viborder.train.tuning import Tuned
from viborder.train.votes import Advice, read_advice

FORMAT = "viborder-transformer"
FORMAT_VERSION = 1
ONNX = "model.onnx"
_DOCUMENTS = 256  # read ahead, so that windows of the same length meet in a batch

# (input_ids, attention_mask) [batch, position] → logits [batch, position, level, label], all numpy arrays
Predict = Callable[[Any, Any], Any]


class TransformerTagger:
    """Labels, version, and `tag`; the prediction itself is torch's or ONNX Runtime's.

    remembered: by subwords, logits of windows that are read again and again, as in tuning; None: none is kept.
    advice, tuned: the grammar's proposals, and what its vote on them counts; none unless the recipe asks for them.
    """

    def __init__(
        self,
        reader: Reader,
        predict: Predict,
        version: str,
        batch_size: int,
        advice: Advice | None = None,
        tuned: Tuned | None = None,
    ) -> None:
        self.reader = reader
        self.predict = predict
        self.version = version
        self.batch_size = batch_size
        self.transitions = transitions(reader.labels)
        self.labels = in_order(label[2:] for label in reader.labels if label != "O")
        self.advice, self.tuned = advice or Advice(), tuned or Tuned()
        self.remembered: dict[tuple[int, ...], Any] | None = None

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Documents with nested spans, each with a `score`, in the order given. Texts are NFC.

        Windows go through the model in order of length, so that little is padding.
        """
        stream = iter(documents)
        while chunk := list(islice(stream, _DOCUMENTS)):
            yield from self._advised(chunk) if self.advice.proposer else self.tag_alone(chunk)

    def tag_alone(self, documents: Sequence[Document]) -> Iterator[Document]:
        """What the encoder finds without the grammar."""
        examples = read(self.reader, documents)
        found = merge(self.reader, examples, self._best(examples, self.logits(examples)))
        for document, spans in zip(documents, found, strict=True):
            yield document.with_spans(spans)

    def _advised(self, documents: Sequence[Document]) -> Iterator[Document]:
        texts = self.advice.read(documents)
        found = self.tag_texts(texts, self.advice.proposals(documents, texts))
        for document, text, scored in zip(documents, texts, found, strict=True):
            yield document.with_spans(
                Span(text.starts[first], text.ends[last - 1], label, score) for (first, last, label), score, _ in scored
            )

    def tag_texts(
        self, texts: Sequence[TokenizedText], proposals: Sequence[Sequence[TokenSpan]]
    ) -> list[list[ScoredSpan]]:
        """The spans of each text, in its tokens, with calibrated scores. proposals: the grammar's, by text.

        Units are cut at the borders of proposals. At each depth of nesting the proposals of that depth have a vote.
        """
        revised = self.advice.revised(texts, proposals)
        said = [self._proposed(text, found) for text, found in zip(texts, revised, strict=True)]
        documents = [text.document for text in texts]
        units = [
            split_at(document.text, self.reader.units(document), spans)[0]
            for document, spans in zip(documents, said, strict=True)
        ]
        examples = read(self.reader, documents, units)
        codes = [self._codes(one, spans) for one, spans in zip(units, said, strict=True)]
        found = merge(self.reader, examples, self._best(examples, self._voted(examples, codes)))
        return [self._scored(*one) for one in zip(texts, found, said, strict=True)]

    def _proposed(self, text: TokenizedText, proposals: Sequence[TokenSpan]) -> list[Span]:
        """Proposals of the labels that the model has, in code points."""
        return [
            Span(text.starts[first], text.ends[last - 1], label)
            for first, last, label in proposals
            if label in self.labels
        ]

    def _codes(self, units: list[Range], proposed: Sequence[Span]) -> Any:
        """The code of the proposed tag, [unit, level]."""
        code = {tag: number for number, tag in enumerate(self.reader.labels)}
        rows = to_layers(units, proposed, self.reader.depth)
        return np.array([[code[tag] for tag in row] for row in rows], dtype=np.int64).T

    def _scored(self, text: TokenizedText, found: Sequence[Span], proposed: Sequence[Span]) -> list[ScoredSpan]:
        agrees = np.array([span in proposed for span in found], dtype=bool)
        spans = in_tokens(text.ranges, found)
        chances = np.array([span.score for span in found], dtype=np.float64)
        chances = self.advice.believed(chances, text.words, spans, self.tuned)
        scores = self.tuned.calibration.applied(chances, agrees).tolist()
        return list(zip(spans, scores, agrees.tolist(), strict=True))

    def _voted(self, examples: Examples, codes: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """(row, log-probabilities with the grammar's votes). codes: of the proposed tags, by document."""
        for row, logits in self.logits(examples):
            number, window = examples.places[row]
            units = range(window.first, window.last)
            positions = self.reader.positions(examples, row)
            scores = np.log(softmax(logits) + 1e-12)
            for level in range(self.reader.depth):
                block = scores[positions, level]
                self.advice.vote(block, codes[number][units, level], self.reader.labels, self.tuned)
                scores[positions, level] = block
            yield row, scores

    def _best(self, examples: Examples, rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any, Any]]:
        """(row, the tags [position, level] of the best sequence, their probabilities)."""
        for row, logits in rows:
            yield row, *best_of_row(logits, self.reader.positions(examples, row), self.transitions)

    def logits(self, examples: Examples) -> Iterator[tuple[int, Any]]:
        """(row, logits [position, level, label]), the longest rows first, so that little is padding."""
        kept = self.remembered
        rows = sorted(examples.rows, key=lambda row: len(row["input_ids"]), reverse=True)
        if kept is not None:
            for row in rows:
                if tuple(row["input_ids"]) in kept:
                    yield row["window"], kept[tuple(row["input_ids"])]
            rows = [row for row in rows if tuple(row["input_ids"]) not in kept]
        for begin in range(0, len(rows), self.batch_size):
            some = rows[begin : begin + self.batch_size]
            batch = collate(some, self.reader.tokenizer.pad_token_id)
            for row, logits in zip(some, self.predict(batch["input_ids"], batch["attention_mask"]), strict=True):
                if kept is not None:
                    kept[tuple(row["input_ids"])] = logits
                yield row["window"], logits


def torch_predict(model: Any) -> Predict:
    """Predictions of a `TokenTagger`, on the device where it is."""
    import torch

    device = next(model.parameters()).device
    model.eval()

    def predict(input_ids: Any, attention_mask: Any) -> Any:
        with torch.inference_mode():
            return model(input_ids.to(device), attention_mask.to(device))["logits"].float().cpu().numpy()

    return predict


def onnx_predict(path: Path) -> Predict:
    """Predictions of an exported model by ONNX Runtime. Raises ViborderError `onnxruntime-missing`."""
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
    # its operator for an addition and a normalisation takes three times as long as its two operators for them
    session = onnxruntime.InferenceSession(str(path), options, disabled_optimizers=["SkipLayerNormFusion"])

    def predict(input_ids: Any, attention_mask: Any) -> Any:
        (logits,) = session.run(["logits"], {"input_ids": input_ids.numpy(), "attention_mask": attention_mask.numpy()})
        return logits

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
    return TransformerTagger(reader, predict, card["version"], card["batch_size"], *read_advice(folder, card))


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
