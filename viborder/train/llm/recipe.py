"""The keys of a `kind: llm` recipe; train/llm.yaml explains each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from viborder.errors import Problem, ViborderError


class LlmRecipe(BaseModel):
    """How a language model is asked. Lengths are in code points, times in seconds, prices for a million tokens."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: Literal["llm"]
    model: str = ""
    guidelines: str = ""
    section: str = ""
    examples: int = Field(4, ge=0)
    longest: int = Field(1500, ge=100)
    samples: int = Field(1, ge=1)
    temperature: float = Field(0.0, ge=0, le=2)
    max_tokens: int = Field(4096, ge=1)
    mask: bool = False
    timeout: float = Field(120.0, gt=0)
    tries: int = Field(5, ge=1)
    at_once: int = Field(4, ge=1)
    cache: str = "build/llm"
    price_in: float = Field(0.0, ge=0)
    price_out: float = Field(0.0, ge=0)


def llm_recipe(content: dict[str, Any], where: str) -> LlmRecipe:
    """A checked recipe. Raises ViborderError `recipe-unknown-key`, `recipe-bad-value`, one problem a key."""
    try:
        return LlmRecipe.model_validate(content)
    except ValidationError as error:
        raise ViborderError([_problem(entry, where) for entry in error.errors()]) from None


def _problem(entry: Any, where: str) -> Problem:
    key = ".".join(str(part) for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        hint = f"one of {', '.join(LlmRecipe.model_fields)}"
        return Problem(where, "recipe-unknown-key", f"`{key}` is no key of an llm recipe", hint)
    return Problem(where, "recipe-bad-value", f"`{key}`: {entry['msg'].lower()}", f"it is {entry['input']!r:.60}")
