"""Recipes: one YAML file a model. Unknown keys are refused, all problems are told at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from viborder.errors import Problem, ViborderError, fail
from viborder.files import read_text

KINDS = ("crf", "transformer")


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
    rerank: Annotated[int, AfterValidator(_several_or_none)] = Field(0, ge=0)
    copies: int = Field(0, ge=0)
    dropout: float = Field(0.0, ge=0, le=1)
    doubt: float = Field(0.05, ge=0, le=1)
    folds: int = Field(5, ge=0)
    vote_for: list[float] = Field([0.0], min_length=1)
    vote_against: list[float] = Field([0.0], min_length=1)
    c1: float = Field(0.05, ge=0)
    c2: float = Field(0.01, ge=0)
    iterations: int = Field(100, ge=1)
    seed: int = 0


def recipe_path(recipe: str | Path) -> Path:
    """The file of a recipe: a path, or the name of one that comes with viborder (`crf`).

    Raises ViborderError `recipe-missing` with the names that there are.
    """
    path = Path(recipe)
    if path.is_file():
        return path
    named = _folder() / f"{path.name.removesuffix('.yaml')}.yaml"
    if len(path.parts) == 1 and named.is_file():
        return named
    names = ", ".join(sorted(found.stem for found in _folder().glob("*.yaml")))
    raise fail(recipe, "recipe-missing", "no such file, and no recipe of this name", f"a YAML file, or one of {names}")


def _folder() -> Path:
    """Where the recipes are: in the package as it is installed, in `train/` of a checkout."""
    installed = Path(__file__).parent / "recipes"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "train"


def load_recipe(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """The keys and values of a recipe file, with `key=value` overrides (values as YAML) applied; `a.b=value` sets `b`
    inside `a`.

    Raises ViborderError: `recipe-malformed`, `override-malformed`.
    """
    import yaml

    try:
        content = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise fail(path, "recipe-malformed", f"not YAML: {message}", "`key: value` lines") from None
    if not isinstance(content, dict):
        raise fail(path, "recipe-malformed", "not a mapping of keys to values", "`key: value` lines")
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not key:
            raise fail(override, "override-malformed", "an override is `key=value`", "such as c2=0.1")
        *outer, last = key.split(".")
        inside = content
        for name in outer:
            inside = inside.setdefault(name, {})
            if not isinstance(inside, dict):
                raise fail(override, "override-malformed", f"`{name}` holds no keys", "one dot for each level")
        try:
            inside[last] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise fail(override, "override-malformed", "the value is not YAML", "quote it") from None
    return content


def kind_of(content: dict[str, Any], where: str) -> str:
    """The kind of a recipe, on which the meaning of its other keys depends. Raises ViborderError `recipe-kind`."""
    kind = content.get("kind")
    if kind not in KINDS:
        said = "no `kind`" if kind is None else f"no kind {kind!r}"
        raise fail(where, "recipe-kind", said, f"kind: one of {', '.join(KINDS)}")
    return str(kind)


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
