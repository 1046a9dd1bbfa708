"""A fine-tuned encoder that votes beside the outer chain of a CRF, as recurrent networks do (`network.py`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viborder.errors import fail
from viborder.train.crf.batch import same_tag
from viborder.train.decode import Floats
from viborder.train.tokenized import TokenizedText

if TYPE_CHECKING:
    from viborder.train.encoder.tagger import TransformerTagger

FOLDER = "encoder"  # where it stands in the CRF's model folder
_LEAST = 1e-9  # the probability that no tag falls below: one voice of several does not forbid


class Encoder:
    """folder: the model folder of an encoder. tagger: what it holds. Made by `read_encoder`."""

    def __init__(self, folder: Path, tagger: TransformerTagger) -> None:
        self.folder, self.tagger = folder, tagger

    def log_chances(self, texts: Sequence[TokenizedText], tags: Sequence[str]) -> Floats:
        """The logarithms of the probabilities of tags (tokens of all texts × tags) of the outermost spans, each token's
        by itself. A tag of IOBES gets that of the one which stands for it in IOB2.
        """
        from viborder.train.encoder.examples import read
        from viborder.train.encoder.paths import softmax

        reader = self.tagger.reader
        examples = read(reader, [text.document for text in texts], [text.ranges for text in texts])
        said = [np.zeros((len(text.words), len(reader.labels)), dtype=np.float32) for text in texts]
        for row, logits in self.tagger.logits(examples):
            number, window = examples.places[row]
            chances = softmax(logits[reader.positions(examples, row), 0])
            said[number][window.first : window.last] = np.log(chances + _LEAST)
        found: Floats = np.concatenate(said)[:, [same_tag(tag, reader.labels) for tag in tags]]
        return found

    def contents(self) -> dict[str, bytes]:
        """The files of its folder, as they stand in that of the CRF."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {f"{FOLDER}/{path.relative_to(self.folder).as_posix()}": path.read_bytes() for path in files}


def read_encoder(folder: Path, labels: Collection[str], where: str) -> Encoder:
    """The encoder of a model folder. where: what names it, for messages.

    Raises ViborderError: `encoder-unfit` where it is no encoder or marks other labels; what is wrong with the folder.
    """
    from viborder.train import load
    from viborder.train.encoder.tagger import TransformerTagger

    tagger = load(folder)
    hint = "name a model that `viborder train` made from a recipe of kind transformer, with the same labels"
    if not isinstance(tagger, TransformerTagger):
        raise fail(where, "encoder-unfit", f"the model in {folder} is no encoder", hint)
    if set(tagger.labels) != set(labels):
        said = f"the encoder in {folder} marks {', '.join(tagger.labels)}, not {', '.join(labels)}"
        raise fail(where, "encoder-unfit", said, hint)
    return Encoder(folder, tagger)
