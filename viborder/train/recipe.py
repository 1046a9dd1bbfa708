"""Recipes: one YAML file a model; its `kind` says which package learns by it, and knows its other keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from viborder.document import Document
from viborder.errors import fail
from viborder.files import parse_yaml, read_text

# short names of the kinds that come with viborder; any other kind is the name of a package that Python can import
KINDS = {"crf": "viborder.train.crf", "transformer": "viborder.train.encoder", "llm": "viborder.train.llm"}


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
    if path.exists() or path.is_symlink():
        return path  # a pipe is read; what else it is, its reader says
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
    try:
        content = parse_yaml(read_text(path))
    except ValueError as error:
        raise fail(path, "recipe-malformed", f"not YAML: {error!s:.300}", "`key: value` lines") from None
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
            inside[last] = parse_yaml(value)
        except ValueError:
            raise fail(override, "override-malformed", "the value is not YAML", "quote it") from None
    return content


class Kind(Protocol):
    """A kind of learner: a package with these two functions."""

    def train(
        self,
        recipe: dict[str, Any],
        documents: Sequence[Document],
        out: Path,
        dev: Sequence[Document] | None,
        *,
        where: str,
    ) -> Any:
        """Learn from documents, write the model folder (`viborder.train.folder.write_folder`) and return its tagger.

        recipe: the keys of the recipe, for the kind to check. dev: documents to tune on, or None. where: the recipe's
        file, for messages.
        """

    def load(self, folder: Path, card: Mapping[str, Any]) -> Any:
        """The tagger of a model folder. card: what its `model.json` holds."""


def kind_of(content: Mapping[str, Any], where: str) -> Kind:
    """The kind that a recipe names. Raises ViborderError `recipe-kind`."""
    name = content.get("kind")
    found = None
    if isinstance(name, str) and all(part.isidentifier() for part in name.split(".")):
        package = KINDS.get(name, name)
        try:
            found = import_module(package)
        except ModuleNotFoundError as error:
            if not f"{package}.".startswith(f"{error.name}."):
                raise  # the package is there, and something that it needs is not
    if not (callable(getattr(found, "train", None)) and callable(getattr(found, "load", None))):
        said = "no `kind`" if name is None else f"no kind {name!r}"
        hint = f"kind: {', '.join(KINDS)}, or a package that Python can import (PYTHONPATH=. for one in this folder), with `train` and `load`"
        raise fail(where, "recipe-kind", said, hint)
    return cast(Kind, found)
