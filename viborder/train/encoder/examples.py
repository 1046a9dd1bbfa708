"""Documents as what a model takes: windows of subwords with their tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from viborder.document import Document, Span, by_depth
from viborder.text import Range, sentences, token_range, tokenize
from viborder.train.encoder.alignment import (
    Encoding,
    Window,
    encode,
    from_layers,
    sentence_windows,
    to_layers,
    windows,
)
from viborder.train.encoder.heads import IGNORED
from viborder.train.encoder.words import segment, split_at


@dataclass(frozen=True, slots=True)
class Examples:
    """What is trained on, and what was counted on the way.

    rows: one a window: `input_ids`, `attention_mask`, `labels` [position, level] and `window`, its index. encodings,
    places: the encoding of each document, and for each row its document's index and its window.
    cut: units cut at a gold border. lost: gold spans that do not come back from their tags; 0, or something is wrong.
    """

    rows: list[dict[str, Any]]
    encodings: list[Encoding]
    places: list[tuple[int, Window]]
    cut: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """How texts are read: by which tokenizer, in which units, through windows of which size (subwords) and overlap.

    sentences: whether a window holds whole sentences. lower_capitals: whether the encoder is given sentences in
    capitals in lower case, since capitals shatter into many subwords; offsets stay.
    """

    tokenizer: Any
    segmentation: str
    size: int
    overlap: int
    labels: list[str]  # tags in the order of the model's outputs
    depth: int
    sentences: bool = False
    lower_capitals: bool = False

    def encode(self, text: str, units: list[Range]) -> Encoding:
        """The subwords of a text, and where each unit begins among them."""
        return encode(self.tokenizer, lower_capitals(text) if self.lower_capitals else text, units)

    def windows(self, text: str, encoding: Encoding) -> list[Window]:
        """The windows of a text, as the recipe says."""
        if self.sentences:
            return sentence_windows(text, encoding, self.size, self.overlap)
        return windows(encoding, self.size, self.overlap)

    def units(self, document: Document) -> list[Range]:
        """The ranges that get one tag each: syllable tokens, words, or the tokens that the document came in."""
        if document.tokens is not None:
            return list(document.tokens)
        return segment(document.text) if self.segmentation == "word" else tokenize(document.text)

    def row(self, encoding: Encoding, window: Window, index: int) -> dict[str, Any]:
        """A window with its special tokens, without labels."""
        begin, end = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        ids = [begin, *encoding.ids[window.begin : window.end], end]
        return {"input_ids": ids, "attention_mask": [1] * len(ids), "window": index}

    def position(self, encoding: Encoding, window: Window, unit: int) -> int:
        """Where in a row the label of a unit stands: at its first subword, after the special token that begins the
        row.
        """
        return encoding.first[unit] - window.begin + 1

    def positions(self, examples: Examples, row: int) -> list[int]:
        """Where in a row the labels of the units stand that are decided there."""
        number, window = examples.places[row]
        return [self.position(examples.encodings[number], window, unit) for unit in range(window.first, window.last)]


def lower_capitals(text: str) -> str:
    """The text with each sentence that is in capitals throughout in lower case, character by character.

    A sentence in capitals has six letters or more, none of them small.
    """
    parts = []
    at = 0
    for start, end in sentences(text):
        letters = [letter for letter in text[start:end] if letter.lower() != letter.upper()]
        shouted = len(letters) >= 6 and not any(letter.islower() for letter in letters)
        parts += [text[at:start], _small(text[start:end]) if shouted else text[start:end]]
        at = end
    return "".join([*parts, text[at:]])


def _small(text: str) -> str:
    """Lower case, but for the few letters whose small form is longer."""
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def read(reader: Reader, documents: Sequence[Document], units: Sequence[list[Range]] | None = None) -> Examples:
    """Documents to be tagged. units: of each; without them what the text alone gives."""
    examples = Examples([], [], [])
    for number, document in enumerate(documents):
        encoding = reader.encode(document.text, units[number] if units else reader.units(document))
        examples.encodings.append(encoding)
        for window in reader.windows(document.text, encoding):
            examples.rows.append(reader.row(encoding, window, len(examples.rows)))
            examples.places.append((number, window))
    return examples


def learn_from(reader: Reader, documents: Sequence[Document], *, cut: bool = True) -> Examples:
    """Documents with their gold as labels.

    cut: whether units are cut at gold borders (for training), so that no gold span is lost. Without it (for evaluation)
    a span whose border lies inside a unit gets no labels and counts as lost.
    """
    found = Examples([], [], [])
    cuts = lost = 0
    for number, document in enumerate(documents):
        units = reader.units(document)
        gold = [span for layer in by_depth(document.spans)[: reader.depth] for span in layer]
        if cut:
            units, across = split_at(document.text, units, gold)
            cuts += across
        tags = to_layers(units, [span for span in gold if token_range(units, span.start, span.end)], reader.depth)
        lost += len(set(gold) - set(from_layers(units, tags, [[1.0] * len(units)] * reader.depth)))
        encoding = reader.encode(document.text, units)
        found.encodings.append(encoding)
        for window in reader.windows(document.text, encoding):
            found.rows.append(_labelled(reader, encoding, window, tags, len(found.rows)))
            found.places.append((number, window))
    return replace(found, cut=cuts, lost=lost)


def _labelled(
    reader: Reader, encoding: Encoding, window: Window, tags: Sequence[Sequence[str]], index: int
) -> dict[str, Any]:
    row = reader.row(encoding, window, index)
    labels = [[IGNORED] * reader.depth for _ in row["input_ids"]]
    for unit in range(window.first, window.last):
        labels[reader.position(encoding, window, unit)] = [
            reader.labels.index(tags[level][unit]) for level in range(reader.depth)
        ]
    return {**row, "labels": labels}


def merge(
    reader: Reader, examples: Examples, best: Iterable[tuple[int, Sequence[Sequence[int]], Sequence[Sequence[float]]]]
) -> list[tuple[Span, ...]]:
    """The spans of each document from the best labels of its windows, in any order.

    best: (row, label of [position, level], its probability). Each unit is read in the one window that decides it.
    """
    tags = [[["O"] * len(encoding.units) for _ in range(reader.depth)] for encoding in examples.encodings]
    scores = [[[0.0] * len(encoding.units) for _ in range(reader.depth)] for encoding in examples.encodings]
    outside = reader.labels.index("O")
    for row, labels, probabilities in best:
        number, window = examples.places[row]
        encoding = examples.encodings[number]
        for unit in range(window.first, window.last):
            position = reader.position(encoding, window, unit)
            for level, label in enumerate(labels[position]):
                if label != outside:  # most levels of most units are
                    tags[number][level][unit] = reader.labels[label]
                    scores[number][level][unit] = float(probabilities[position][level])
    return [
        from_layers(encoding.units, row, score)
        for encoding, row, score in zip(examples.encodings, tags, scores, strict=True)
    ]


def collate(rows: Sequence[dict[str, Any]], pad_token_id: int) -> dict[str, Any]:
    """Rows as tensors [batch, longest], padded on the right."""
    import torch

    longest = max(len(row["input_ids"]) for row in rows)
    batch: dict[str, Any] = {
        "input_ids": torch.tensor(
            [row["input_ids"] + [pad_token_id] * (longest - len(row["input_ids"])) for row in rows]
        ),
        "attention_mask": torch.tensor(
            [row["attention_mask"] + [0] * (longest - len(row["input_ids"])) for row in rows]
        ),
        "window": torch.tensor([row["window"] for row in rows]),
    }
    if "labels" in rows[0]:
        depth = len(rows[0]["labels"][0])
        padding = [[IGNORED] * depth]
        batch["labels"] = torch.tensor([row["labels"] + padding * (longest - len(row["labels"])) for row in rows])
    return batch
