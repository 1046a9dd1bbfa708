"""The card: README.md of a dataset folder, generated whole."""

from __future__ import annotations

from typing import Any

from viborder.dataset import schema


def card(rows: dict[str, int]) -> str:
    """The card of a package with so many rows in each file."""
    import yaml

    head = yaml.safe_dump({"language": ["vi"], "configs": configs(rows)}, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{head}---\n"


def configs(rows: dict[str, int]) -> list[dict[str, Any]]:
    """Where each config's splits lie. `fold_k` tests on part k of the sentences and trains on the other parts; empty parts are left out."""
    parts = {fold: f"data/sentences-{fold}.parquet" for fold in range(schema.FOLDS) if rows[f"sentences-{fold}"]}
    found: list[dict[str, Any]] = [
        {"config_name": "sentences", "default": True, "data_files": [{"split": "train", "path": list(parts.values())}]},
        {"config_name": "documents", "data_files": [{"split": "train", "path": "data/documents.parquet"}]},
    ]
    for fold, part in parts.items():
        if others := [other for other in parts.values() if other != part]:
            files = [{"split": "train", "path": others}, {"split": "test", "path": part}]
            found.append({"config_name": f"fold_{fold}", "data_files": files})
    return found
