"""What a linear tagger looks at: attributes of a token, joined by templates such as `lower[-1] lower[0]`.

The same templates make the feature strings that CRFsuite learns from and the tables that `viborder.train.crf.chain`
decodes with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viborder.errors import Problem

PAD = ""  # the token before and after every sentence
REACH = 3  # how far a template may look to either side, in tokens

BEFORE, AFTER = (
    -100,
    100,
)  # written `<` and `>`: the token before, and after, the run of capitalised (or other) tokens that this one is in

_PART = re.compile(r"([a-z]+\d?)\[([+-]?\d|<|>)\]")
_ENDS = {"<": BEFORE, ">": AFTER}

# Attributes of a token alone. Any other name in a template is a column: one value a position, made by whoever calls.
TOKEN_ATTRIBUTES = (
    "word",
    "lower",
    "shape",
    "pre1",
    "pre2",
    "pre3",
    "suf1",
    "suf2",
    "suf3",
    "plain",
    "number",
    "lexicon",
)


@dataclass(frozen=True, slots=True)
class Template:
    """A feature template: attributes at offsets from the token in question, their values joined."""

    name: str
    parts: tuple[tuple[str, int], ...]


def parse(names: Sequence[str], columns: Sequence[str], where: str, problems: list[Problem]) -> list[Template]:
    """Templates of their names.

    What is wrong goes to `problems`; `columns` are the attributes allowed beside those of a token.
    """
    known = {*TOKEN_ATTRIBUTES, *columns}
    found = []
    for name in names:
        matches = list(_PART.finditer(name))
        parts = [(match[1], _ENDS.get(match[2]) or int(match[2])) for match in matches]
        if " ".join(match[0] for match in matches) != name or not parts:
            problems.append(
                Problem(
                    where,
                    "template-malformed",
                    f"{name!r}",
                    "write it as `lower[-1] lower[0]`, one blank between parts",
                )
            )
            continue
        for attribute, offset in parts:
            if attribute not in known:
                problems.append(
                    Problem(
                        where, "template-unknown", f"no attribute {attribute!r} in {name!r}", f"one of {sorted(known)}"
                    )
                )
            if REACH < abs(offset) < AFTER:
                problems.append(
                    Problem(where, "template-too-far", f"{name!r} looks {offset} tokens away", f"at most {REACH}")
                )
        found.append(Template(name, tuple(parts)))
    return found


def attributes(word: str, lexicons: bool = False) -> dict[str, str]:
    """The attributes of a token, by name; one that does not apply is left out, and so is `lexicon` unless
    `lexicons`.
    """
    if word == PAD:
        return {"word": PAD, "lower": PAD, "shape": PAD}
    lower = word.lower()
    values = {"word": word, "lower": lower, "shape": shape(word)}
    if word.isalpha():
        values |= {"plain": _fold(lower), "pre1": lower[:1], "suf1": lower[-1:]}
        if len(lower) > 2:
            values |= {"pre2": lower[:2], "suf2": lower[-2:]}
        if len(lower) > 3:
            values |= {"pre3": lower[:3], "suf3": lower[-3:]}
    elif word[0].isdigit():
        values["number"] = re.sub(r"\d+", lambda run: str(min(len(run[0]), 5)), word)
    if lexicons:
        from viborder.grammar.view import classes

        values["lexicon"] = classes(word)
    return values


def shape(word: str) -> str:
    """The cast of a token: `Xx` for Lạng, `X` for TTXVN, `x` for tỉnh, `d` for 12, `d.d` for 1.056, a mark as it is."""
    kinds = ["X" if char.isupper() else "x" if char.isalpha() else "d" if char.isdigit() else char for char in word]
    runs = [kind for index, kind in enumerate(kinds) if index == 0 or kind != kinds[index - 1]]
    one = "1" if len(word) == 1 and word.isupper() else ""
    return "".join(runs[:6]) + one


def _fold(lower: str) -> str:
    """Without tone and vowel marks, for the many spellings of foreign names: hêrôin, heroin."""
    import unicodedata

    bare = "".join(char for char in unicodedata.normalize("NFD", lower) if not unicodedata.combining(char))
    return bare.replace("đ", "d")


def features(
    templates: Sequence[Template],
    values: Mapping[str, Sequence[str | None]],
    ends: Mapping[int, Sequence[int]],
    positions: Sequence[int],
) -> list[list[str]]:
    """The features of each position as strings: `lower[-1] lower[0]=công an`.

    values: by attribute or column, one for each token, None for nothing; padded by REACH at least on both sides of the
    positions.
    ends: for BEFORE and AFTER, where each position's token is found.
    """
    by_template = []
    for template in templates:
        parts = []
        for attribute, offset in template.parts:
            value, end = values[attribute], ends.get(offset)
            parts.append(
                [value[at + offset] for at in positions] if end is None else [value[end[at]] for at in positions]
            )
        if len(parts) == 1:
            by_template.append([None if value is None else f"{template.name}={value}" for value in parts[0]])
        else:
            joined = [None if None in some else " ".join(some) for some in zip(*parts, strict=True)]
            by_template.append([None if value is None else f"{template.name}={value}" for value in joined])
    return [[feature for feature in found if feature is not None] for found in zip(*by_template, strict=True)]
