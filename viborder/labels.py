"""The labels, as `annotations/labels.yaml` lists them (the package carries the same file)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """A label: `entity` is false for PRIVATE, which is no entity type; `alone` is true where no other label may stand
    on the same range.

    Descriptions by language (`en`, `vi`); colour as `#RRGGBB`.
    """

    name: str
    description: dict[str, str]
    colour: str
    hotkey: str
    entity: bool = True
    alone: bool = False


@cache
def labels() -> tuple[Label, ...]:
    """Every label in the order of the file, PRIVATE included."""
    import yaml

    content: dict[str, Any] = yaml.safe_load(files("viborder").joinpath("labels.yaml").read_text(encoding="utf-8"))
    return tuple(Label(**entry) for entry in content["labels"])


def entity_types() -> tuple[str, ...]:
    """The names of the entity types, in the order of the file."""
    return tuple(label.name for label in labels() if label.entity)


def may_share(names: Iterable[str]) -> bool:
    """Whether these labels may stand together on one range."""
    return not any(label.alone and label.name in names for label in labels())


def in_order(names: Iterable[str]) -> list[str]:
    """Labels in the one order that datasets and models number them by: that of labels.yaml, then all others sorted."""
    listed = entity_types()
    return sorted(set(names), key=lambda name: (listed.index(name) if name in listed else len(listed), name))
