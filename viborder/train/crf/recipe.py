"""The keys of a `kind: crf` recipe. Unknown keys are refused, all problems are told at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from viborder.errors import Problem, ViborderError
from viborder.train.noise import known_forms


def _several_or_none(folds: int) -> int:
    if folds == 1:
        raise ValueError("one fold leaves nothing to learn from: 0, or 2 and more")
    return folds


class CrfRecipe(BaseModel):
    """How a linear-chain CRF is trained. See train/crf.yaml, which explains each key."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: Literal["crf"]
    templates: list[str] = Field(min_length=1)
    inside: list[str] = Field(min_length=1)
    scheme: Literal["IOB2", "IOBES"] = "IOB2"
    grammar: bool | str = True
    corrections: bool = True
    genre: list[str] = []
    known: bool = False
    networks: int = Field(0, ge=0)
    encoder: str | None = None
    rerank: Annotated[int, AfterValidator(_several_or_none)] = Field(0, ge=0)
    copies: int = Field(0, ge=0)
    noise: Annotated[dict[str, Annotated[float, Field(ge=0, le=1, strict=False)]], AfterValidator(known_forms)] = {}
    dropout: float = Field(0.0, ge=0, le=1)
    doubt: float = Field(0.05, ge=0, le=1)
    folds: int = Field(5, ge=0)
    vote_for: list[float] = Field([0.0], min_length=1)
    vote_against: list[float] = Field([0.0], min_length=1)
    trust: list[float] = Field([0.0], min_length=1)
    c1: float = Field(0.05, ge=0)
    c2: float = Field(0.01, ge=0)
    iterations: int = Field(100, ge=1)
    seed: int = 0


def crf_recipe(content: dict[str, Any], where: str) -> CrfRecipe:
    """A checked recipe. Raises ViborderError `recipe-unknown-key`, `recipe-bad-value`, one problem a key."""
    try:
        return CrfRecipe.model_validate(content)
    except ValidationError as error:
        raise ViborderError([_problem(entry, where) for entry in error.errors()]) from None


RENAMED = {"speech": "vote_for", "silence": "vote_against"}  # keys of recipes that were written before the change


def _problem(entry: Any, where: str) -> Problem:
    key = ".".join(str(part) for part in entry["loc"])
    if key in RENAMED:
        hint = f"write `{RENAMED[key]}` in its place; the values mean the same"
        return Problem(where, "recipe-unknown-key", f"`{key}` has a new name", hint)
    if entry["type"] == "extra_forbidden":
        hint = f"one of {', '.join(CrfRecipe.model_fields)}"
        return Problem(where, "recipe-unknown-key", f"`{key}` is no key of a CRF recipe", hint)
    return Problem(where, "recipe-bad-value", f"`{key}`: {entry['msg'].lower()}", f"it is {entry['input']!r:.60}")
