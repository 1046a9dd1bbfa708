"""Encoders with random weights in local folders, file for file in the published formats, with a small vocabulary."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

SENTENCES = """Công an tỉnh Cao Bằng phối hợp với Công an Quảng Tây bắt giữ 3 đối tượng, thu 168,55Kg ma túy đá (Methamphetamine).
Đại tá Nguyễn Văn An, Phó Cục trưởng, trao đổi với 26 đoàn/147 cán bộ tại cửa khẩu quốc tế Cầu Treo ngày 12/3/2022.
Lực lượng chức năng thu giữ 476.509 viên ma túy tổng hợp và 10 bánh heroin ở huyện Tràng Định, tỉnh Lạng Sơn.
Hội nghị giao ban giữa Công an tỉnh Hà Tĩnh (Việt Nam) và Công an tỉnh Khăm Muồn (Lào) diễn ra sáng nay.""".split("\n")
SIZES = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 66,
    "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "type_vocab_size": 1,
}  # fmt: skip


def xlmr(folder: Path, words: list[str] | None = None, **sizes: Any) -> Path:
    """As xlm-roberta-base: `tokenizer.json` of a Unigram model with Metaspace, `config.json`, `model.safetensors`.

    words: what the vocabulary holds beside single characters; without it the vocabulary is learned from SENTENCES.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=160, special_tokens=special, unk_token="<unk>", show_progress=False)
    if words is None:
        tokenizer.train_from_iterator(SENTENCES, trainer)
    else:
        pieces = [("▁" + word, -1.0) for word in sorted(set(words))] + [
            (letter, -9.0) for letter in sorted(set("▁" + "".join(words)))
        ]
        tokenizer.model = models.Unigram([*((name, 0.0) for name in special), *pieces], unk_id=3)
    tokenizer.add_special_tokens(["<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "cls_token": "<s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
    }
    settings = {**names, "mask_token": "<mask>", "model_max_length": 512, "tokenizer_class": "XLMRobertaTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    config = XLMRobertaConfig(vocab_size=tokenizer.get_vocab_size(), **{**SIZES, **sizes})
    XLMRobertaForMaskedLM(config).save_pretrained(folder)
    return folder


def phobert(folder: Path, **sizes: Any) -> Path:
    """As vinai/phobert-base-v2: `vocab.txt` of `token freq`, `bpe.codes` of `a b freq`, `config.json`,
    `model.safetensors`.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import RobertaConfig, RobertaForMaskedLM

    words = [
        word
        for sentence in SENTENCES
        for word in sentence.replace("Công an", "Công_an").replace("ma túy", "ma_túy").split()
    ]
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.train_from_iterator(
        words, trainers.BpeTrainer(vocab_size=160, end_of_word_suffix="</w>", show_progress=False)
    )
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    folder.mkdir(parents=True)
    (folder / "bpe.codes").write_text(
        "".join(f"{a} {b} {1000 - rank}\n" for rank, (a, b) in enumerate(merges)), encoding="utf-8"
    )
    pieces = Counter(piece for word in words for piece in _phobert_pieces(tokenizer.encode(word).tokens))
    (folder / "vocab.txt").write_text(
        "".join(f"{piece} {count}\n" for piece, count in pieces.most_common()), encoding="utf-8"
    )
    # The published config has 258 positions for 256 subwords; here 66 for 64.
    config = RobertaConfig(vocab_size=len(pieces) + 5, tokenizer_class="PhobertTokenizer", **{**SIZES, **sizes})
    RobertaForMaskedLM(config).save_pretrained(folder)
    return folder


def _phobert_pieces(tokens: list[str]) -> list[str]:
    return [token.removesuffix("</w>") if token.endswith("</w>") else token + "" for token in tokens]
