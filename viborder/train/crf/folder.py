"""What a CRF's model folder holds: words and features as text, weights as plain arrays."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as array_format

from viborder.errors import ViborderError
from viborder.train.crf.beside import FOLDER, Encoder, read_encoder
from viborder.train.crf.chain import Weights
from viborder.train.crf.known import Known
from viborder.train.crf.network import Network, Networks
from viborder.train.crf.rerank import Reranker
from viborder.train.crf.span_features import Strings
from viborder.train.folder import checked, damaged, expect, write_folder
from viborder.train.tuning import read_tuned
from viborder.train.votes import Advice, read_advice

FORMAT = "viborder-crf"
FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True)
class Learned:
    """What training brings forth, but for what is tuned: the chains by name, and what stands beside them."""

    chains: Mapping[str, Weights]
    known: Known
    advice: Advice
    networks: Networks | None = None
    encoder: Encoder | None = None
    reranker: Reranker | None = None


def write_model(folder: Path, card: Mapping[str, Any], learned: Learned) -> dict[str, Any]:
    """Write a model folder; it appears whole or not at all. Returns what `model.json` holds. The same model gives the
    same bytes.

    card: what is known of the model; `chains` (the tags of each) is added to it.
    """
    contents = {
        "known.tsv": "".join(f"{label}\t{' '.join(mention)}\n" for mention, label in learned.known.items()).encode(),
        **learned.advice.contents(read_tuned(card["tuned"])),
    }
    for name, weights in learned.chains.items():
        contents[f"{name}.features.txt"] = "".join(feature + "\n" for feature in weights.features).encode()
        contents[f"{name}.npz"] = _arrays(weights)
    if learned.networks:
        contents["networks.attributes.txt"] = "".join(
            attribute + "\n" for attribute in learned.networks.attributes
        ).encode()
        contents["networks.npz"] = _network_arrays(learned.networks)
    if learned.encoder:
        contents |= learned.encoder.contents()
    if learned.reranker:
        strings = learned.reranker.strings
        rows = [
            (label, count, strings.occurrences[string], string)
            for (string, label), count in sorted(strings.labels.items())
        ]
        contents["spans.strings.tsv"] = "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()
        contents["spans.weights.tsv"] = "".join(
            f"{weight}\t{name}\n" for name, weight in sorted(learned.reranker.weights.items())
        ).encode()
    card = {**card, "chains": {name: weights.tags for name, weights in learned.chains.items()}}
    return write_folder(folder, card, contents, (FORMAT, FORMAT_VERSION))


def read_learned(folder: Path, card: Mapping[str, Any]) -> Learned:
    """What was learned, checked against the checksums.

    Raises ViborderError `model-foreign` where the folder is of another format or version, `model-damaged` where a file
    is not as written.
    """
    expect(folder, card, (FORMAT, FORMAT_VERSION))
    try:
        rows = [line.split("\t") for line in _lines(folder, card, "known.tsv")]
        known = {tuple(mention.split(" ")): label for label, mention in rows}
        advice, _ = read_advice(folder, card)
        chains = {name: _chain(folder, card, name) for name in card["chains"]}
        beside = _networks(folder, card), _encoder(folder, card)
        return Learned(chains, known, advice, *beside, _reranker(folder, card))
    except ViborderError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from None


def _chain(folder: Path, card: Mapping[str, Any], name: str) -> Weights:
    arrays = _arrays_of(checked(folder, card, f"{name}.npz"))
    parts = (arrays[key] for key in ("indptr", "indices", "values", "transitions"))
    return Weights(card["chains"][name], _lines(folder, card, f"{name}.features.txt"), *parts)


def _networks(folder: Path, card: Mapping[str, Any]) -> Networks | None:
    if "networks.npz" not in card["files"]:
        return None
    arrays = _arrays_of(checked(folder, card, "networks.npz"))
    count = len(arrays) // len(fields(Network))
    members = [Network(*(arrays[f"{number}.{field.name}"] for field in fields(Network))) for number in range(count)]
    return Networks(_lines(folder, card, "networks.attributes.txt"), members)


def _encoder(folder: Path, card: Mapping[str, Any]) -> Encoder | None:
    if f"{FOLDER}/model.json" not in card["files"]:
        return None
    checked(folder, card, f"{FOLDER}/model.json")
    return read_encoder(folder / FOLDER, card["labels"], str(folder))


def _reranker(folder: Path, card: Mapping[str, Any]) -> Reranker | None:
    if "spans.weights.tsv" not in card["files"]:
        return None
    rows = [line.split("\t") for line in _lines(folder, card, "spans.strings.tsv")]
    labels = {(string, label): int(count) for label, count, _, string in rows}
    marked: Counter[str] = Counter()
    for (string, _), count in labels.items():
        marked[string] += count
    strings = Strings(labels, marked, {string: int(occurrences) for _, _, occurrences, string in rows})
    weights = (line.split("\t") for line in _lines(folder, card, "spans.weights.tsv"))
    return Reranker({name: float(weight) for weight, name in weights}, strings)


def _lines(folder: Path, card: Mapping[str, Any], name: str) -> list[str]:
    text = checked(folder, card, name).decode()  # other line ends, such as U+2028, may stand in a word
    return text.removesuffix("\n").split("\n") if text else []


def _arrays_of(data: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of an .npz file. They are laid over its bytes, so that nothing is unpacked or made room for that the
    file does not hold. Raises ValueError.
    """
    found = {}
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.compress_type != ZIP_STORED:
                    raise ValueError(f"{member.filename} is packed")
                held = io.BytesIO(archive.read(member))
                version = array_format.read_magic(held)  # type: ignore[no-untyped-call]
                if version != (1, 0):
                    raise ValueError(f"{member.filename} is of another version")
                shape, by_columns, kind = array_format.read_array_header_1_0(held)  # type: ignore[no-untyped-call]
                flat = np.frombuffer(held.read(), kind, count=math.prod(map(abs, shape)))
                found[member.filename.removesuffix(".npy")] = flat.reshape(shape, order="F" if by_columns else "C")
    except (BadZipFile, EOFError, RuntimeError, MemoryError) as error:  # RuntimeError: encrypted, or a kind not known
        raise ValueError(f"not arrays: {error}") from None
    return found


def _arrays(weights: Weights) -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        indptr=weights.indptr,
        indices=weights.indices.astype(np.int16),
        values=weights.values,
        transitions=weights.transitions,
    )
    return buffer.getvalue()


def _network_arrays(networks: Networks) -> bytes:
    arrays = {
        f"{number}.{field.name}": getattr(member, field.name)
        for number, member in enumerate(networks.members)
        for field in fields(Network)
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()
