"""Where an encoder and its tokenizer come from: a folder or the Hub, or built on the spot; and what may be wrong
with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from viborder.errors import counted, fail
from viborder.text import tokenize
from viborder.train.encoder.recipe import FinetuneRecipe, Scratch

SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
# The tokens of `viborder.text.tokenize`, as the regular expressions of the tokenizers library write them.
_TOKEN = r"[^\W\d_][^\W_]*(?:[\u0300-\u036f]+[^\W_]*)*|\d+(?:[.,]\d+)*|\.{2,}|\S"


def load_tokenizer(source: str, revision: str = "main") -> Any:
    """The tokenizer of a folder or a Hub id. Raises ViborderError `tokenizer-not-loaded`."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(source, revision=revision)
    except Exception as error:  # whatever a foreign file makes the library raise
        raise fail(source, "tokenizer-not-loaded", _why(source, error), _reach(source)) from None


def load_model(source: str, labels: Sequence[str], recipe: FinetuneRecipe) -> Any:
    """An encoder with a token-classification head for these tags, new unless the checkpoint has one for the same tags.

    Of its layers the first `num_hidden_layers` are taken where the recipe has that key.

    Raises ViborderError `no-token-classification`, `labels-differ`, `model-not-loaded`, `recipe-bad-value`.
    """
    from transformers import AutoConfig, AutoModelForTokenClassification

    try:
        config = AutoConfig.from_pretrained(source, revision=recipe.model_revision)
    except Exception as error:
        raise fail(source, "model-not-loaded", _why(source, error), _reach(source)) from None
    if type(config) not in AutoModelForTokenClassification._model_mapping:
        hint = "take an encoder such as roberta, xlm-roberta, bert, deberta-v2"
        raise fail(
            source, "no-token-classification", f"`{config.model_type}` models have no token-classification head", hint
        )
    has_head = any("ForTokenClassification" in name for name in config.architectures or [])
    theirs = [config.id2label[index] for index in range(config.num_labels)]
    if has_head and theirs != list(labels) and not recipe.ignore_mismatched_sizes:
        message = f"the checkpoint tags {_names(theirs)}, the data {_names(labels)}"
        raise fail(source, "labels-differ", message, "ignore_mismatched_sizes=true puts a new head on it")
    depth = getattr(config, "num_hidden_layers", 0)
    if recipe.num_hidden_layers and recipe.num_hidden_layers > depth:
        said = f"`num_hidden_layers`: {recipe.num_hidden_layers}, and the encoder has {counted(depth, 'layer')}"
        raise fail(source, "recipe-bad-value", said, "give no more")
    shallow = {"num_hidden_layers": recipe.num_hidden_layers} if recipe.num_hidden_layers else {}
    numbered = {"id2label": dict(enumerate(labels)), "label2id": {label: index for index, label in enumerate(labels)}}
    try:
        model, told = AutoModelForTokenClassification.from_pretrained(
            source,
            revision=recipe.model_revision,
            num_labels=len(labels),
            ignore_mismatched_sizes=has_head,
            dtype="float32",  # weights kept in half precision are trained in full; mixed_precision casts where it can
            output_loading_info=True,
            **shallow,
            **numbered,
        )
    except Exception as error:
        raise fail(source, "model-not-loaded", _why(source, error), _reach(source)) from None
    missing = sorted(name for name in told["missing_keys"] if name.startswith(f"{model.base_model_prefix}."))
    if missing:  # transformers would train them from random numbers
        said = f"it holds no weights for {counted(len(missing), 'part')} of the encoder, such as {missing[0]}"
        raise fail(source, "model-not-loaded", said, _reach(source))
    return model


def learn_tokenizer(texts: Iterable[str], scratch: Scratch) -> Any:
    """A WordPiece tokenizer whose pieces are the frequent tokens of the texts, and every character for the rest.

    It cuts a text into the tokens of `viborder.text.tokenize`. The same texts give the same tokenizer, which the
    trainers of the
    tokenizers library do not promise: they break ties by the order of a hash table.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    counts = Counter(text[start:end] for text in texts for start, end in tokenize(text))
    characters = sorted({character for word in counts for character in word})
    always = [*SPECIAL.values(), *characters, *(f"##{character}" for character in characters)]
    frequent = [word for word, count in counts.items() if count >= scratch.min_frequency and len(word) > 1]
    pieces = (
        always + sorted(frequent, key=lambda word: (-counts[word], word))[: max(0, scratch.vocab_size - len(always))]
    )
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    learned = Tokenizer(models.WordPiece(vocabulary, unk_token=SPECIAL["unk_token"]))
    learned.pre_tokenizer = pre_tokenizers.Split(Regex(_TOKEN), behavior="removed", invert=True)
    learned.decoder = decoders.WordPiece()
    ends = [(SPECIAL[name], vocabulary[SPECIAL[name]]) for name in ("cls_token", "sep_token")]
    learned.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=learned, model_max_length=scratch.max_position_embeddings, **SPECIAL
    )


def random_model(scratch: Scratch, tokenizer: Any, labels: Sequence[str]) -> Any:
    """A small ModernBERT encoder with random weights (the caller sets the seed) and a head for these tags.

    Its rotary positions and its layers that look at neighbours alone learn from little data what stands next to what. A
    BERT of the same size, with learned absolute positions, takes far longer.
    """
    from transformers import AutoModelForTokenClassification, ModernBertConfig

    ends = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("pad", "cls", "sep")}
    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        **ends,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        embedding_dropout=scratch.dropout,
        mlp_dropout=scratch.dropout,
        attention_dropout=scratch.dropout,
        classifier_dropout=scratch.dropout,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        **scratch.model_dump(exclude={"vocab_size", "min_frequency", "dropout"}),
    )
    return AutoModelForTokenClassification.from_config(config)


def window_size(model: Any, recipe: FinetuneRecipe, where: str) -> int:
    """How many subwords fit into a window beside the two special tokens. Raises ViborderError `max-seq-length`."""
    limit = getattr(model.config, "max_position_embeddings", None)
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            limit = module.num_embeddings - module.padding_idx - 1  # RoBERTa's positions begin after the padding index
    if limit and recipe.max_seq_length > limit:
        hint = f"max_seq_length={limit}"
        raise fail(
            where,
            "max-seq-length",
            f"the encoder takes {limit} subwords, the recipe asks for {recipe.max_seq_length}",
            hint,
        )
    return recipe.max_seq_length - 2


def _names(labels: Sequence[str]) -> str:
    return ", ".join(sorted({label.split("-", 1)[-1] for label in labels} - {"O"})) or "nothing"


def _reach(source: str) -> str:
    if Path(source).exists():
        return "a folder with config.json, weights and the tokenizer's files"
    hint = "a folder on this machine, or a Hub id with the Hub in reach (HF_TOKEN for a private one)"
    return f"no folder of this name is here: {hint}; train/build_e5.py builds one without the Hub"


# What an encoder's folder holds, and the names that it may have there.
_PARTS = {
    "config.json": ("config.json",),
    "tokenizer": ("tokenizer.json", "vocab.*", "*.model"),
    "weights": ("*.safetensors", "*.bin", "*.onnx"),
}


def _why(source: str, error: Exception) -> str:
    """Why nothing could be loaded: what the folder lacks, or else what the library says."""
    folder = Path(source)
    if folder.is_file():
        return "it is a file, not a folder"
    if folder.is_dir():
        gone = [part for part, names in _PARTS.items() if not any(next(folder.glob(name), None) for name in names)]
        if gone:
            return f"it is no encoder: the folder holds no {', no '.join(gone)}"
    elif source.startswith(("/", ".", "~")) or source.count("/") > 1:  # no Hub id
        return "no such folder"
    return (str(error).strip() or type(error).__name__).split("\n")[0][:300]
