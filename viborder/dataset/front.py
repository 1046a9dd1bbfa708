"""The YAML at the head of the card: what `load_dataset` and the Hub read."""

from __future__ import annotations

from typing import Any

from viborder.dataset import schema

Sizes = dict[str, dict[str, int]]  # table → rows, bytes in memory and of the file
MADE_UP = {"synthetic": "train", "synthetic-development": "validation", "synthetic-blind": "test"}  # table → split
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def front_matter(facts: dict[str, Any], machine: bool) -> dict[str, Any]:
    """The card's fields. facts: what `stats.json` holds. machine: whether language models made the annotations."""
    sentences = facts["sentences"]
    return {
        "pretty_name": "Viborder",
        "language": ["vi"],
        "license": "other",
        "license_name": "annotations-cc-by-4.0-texts-their-publishers",
        "license_link": "LICENSE",
        "multilinguality": ["monolingual"],
        "annotations_creators": ["machine-generated" if machine else "expert-generated"],
        "language_creators": ["found"],
        "source_datasets": ["original"],
        "task_categories": ["token-classification"],
        "task_ids": ["named-entity-recognition"],
        "size_categories": [next((name for limit, name in SIZES if sentences < limit), "n>1M")],
        "tags": ["nested-ner", "vietnamese", "news", "police", "border", "drugs"],
        "configs": configs(facts["tables"]),
        "dataset_info": dataset_info(facts),
    }


def configs(tables: Sizes) -> list[dict[str, Any]]:
    """Where each config's splits lie; the first is the default."""
    found: list[dict[str, Any]] = []
    for name, splits in splits_of(tables).items():
        files = [
            {"split": split, "path": [f"data/{part}.parquet" for part in parts]} for split, parts in splits.items()
        ]
        found.append({"config_name": name, **({} if found else {"default": True}), "data_files": files})
    return found


def splits_of(tables: Sizes) -> dict[str, dict[str, list[str]]]:
    """Config → split → tables.

    `fold_k` tests on part k of the sentences and trains on the other parts; empty parts are left out.
    """
    parts = {
        fold: f"sentences-{fold}" for fold in range(schema.FOLDS) if tables.get(f"sentences-{fold}", {}).get("rows")
    }
    found: dict[str, dict[str, list[str]]] = {"sentences": {"train": list(parts.values())}} if parts else {}
    found |= {name: {"train": [name]} for name in ("documents", "passes") if name in tables}
    made_up = {split: [table] for table, split in MADE_UP.items() if table in tables}
    if made_up:
        found["synthetic"] = made_up
    for fold, part in parts.items():
        if others := [other for other in parts.values() if other != part]:
            found[f"fold_{fold}"] = {"train": others, "test": [part]}
    return found


def dataset_info(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Features and number of examples of each config and split; the folds' features are those of `sentences`. Every
    config is listed: datasets before 4 cannot read the `List` that Parquet files name, and takes the features from
    here.
    """
    tables, text = facts["tables"], facts["text"] == "keep"
    return [
        {
            "config_name": name,
            "features": schema.yaml_columns("sentences" if name.startswith("fold_") else name, text),
            "splits": [{"name": split, **_size(tables, parts)} for split, parts in splits.items()],
            "download_size": _sum(tables, splits, "file_bytes"),
            "dataset_size": _sum(tables, splits, "bytes"),
        }
        for name, splits in splits_of(tables).items()
    ]


def _sum(tables: Sizes, splits: dict[str, list[str]], what: str) -> int:
    return sum(tables[part][what] for parts in splits.values() for part in parts)


def _size(tables: Sizes, parts: list[str]) -> dict[str, int]:
    return {
        "num_bytes": sum(tables[part]["bytes"] for part in parts),
        "num_examples": sum(tables[part]["rows"] for part in parts),
    }
