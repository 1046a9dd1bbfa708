"""What a visitor of the card wants first: an example row, the columns, how to load them, what the splits are."""

from __future__ import annotations

import json
from typing import Any

from viborder.dataset import schema
from viborder.dataset.front import splits_of

_MOST_TOKENS = 24  # of an example
_SENTENCES = {
    "id": "document and number of the sentence",
    "document_id": "`id` in `documents`",
    "tokens": "syllables, numbers with their separators, single marks",
    "ner_tags": "IOB2 of the outermost spans: ",
    "starts": "where each token begins in the document's text",
    "ends": "where it ends",
}
_DOCUMENTS = {
    "id": "stem of the source file",
    "sha256": "SHA-256 of `text` in UTF-8",
    "text": "NFC, line ends `\\n`",
    "spans": "`start`, `end`, `label`, `depth` (0 is outermost), `text`; nested ones too",
    "quantities": "`start`, `end`, `value`, `unit`, `approximate` of each QUANTITY",
    "characters": "length of the text",
    "private": "where private persons are named",
    "hidden": "all ranges that tell who they are; in the text that is hashed `[…]` stands for each",
    "fold": "the fold that tests on it, 0–4",
    "outlet … licence": "what is known of the source: outlet, date, province, partner_country, source, licence",
}
_PASSES = {
    "document_id": "`id` in `documents`",
    "annotator": "who made the pass",
    "spans": "as in `documents`",
}
_SYNTHETIC = {
    "id": "`synthetic-` and the number of its draw card",
    "text": "a text that a language model made up",
    "spans": "as in `documents`",
    "register, era, form": "what kind of text it is, of which years, and how it is written",
}
_LOAD = """\
`PATH` is this folder, or the dataset's name on the Hub.

```python
from datasets import load_dataset

sentences = load_dataset(PATH, split="train")               # tokens and flat tags
names = sentences.features["ner_tags"].feature.names        # ["O", "B-AGENCY", …]
print([names[tag] for tag in sentences[0]["ner_tags"]])
documents = load_dataset(PATH, "documents", split="train")  # texts with nested spans
```

```python
import pandas as pd  # on the Hub: "hf://datasets/USER/NAME/data/documents.parquet"

documents = pd.read_parquet(f"{PATH}/data/documents.parquet")
```

```sql
-- DuckDB; on the Hub: 'hf://datasets/USER/NAME/data/sentences-*.parquet'
SELECT document_id, len(tokens) FROM 'data/sentences-*.parquet';
SELECT id, unnest(spans, recursive := true) FROM 'data/documents.parquet';
```

All configs open offline from a folder, streaming too."""
_STAND_OFF = """\
This is a stand-off release: spans and hashes without the texts. Whoever has the texts puts it together again:

```
viborder restore THIS_FOLDER FOLDER_OF_TEXTS --out restored
```

A text whose length or hash differs is refused. `documents` and `passes` open with `load_dataset(PATH, "documents")`, with
`pandas.read_parquet` and in DuckDB as they are."""


class Example:
    """The sentence that the card shows: the first of a fitting length with the most kinds of entities."""

    def __init__(self) -> None:
        self.row: schema.Row | None = None
        self.kinds = 1

    def offer(self, rows: list[schema.Row]) -> None:
        """Look at the sentences of a document."""
        for row in rows:
            if len(row["tokens"]) <= _MOST_TOKENS:
                kinds = len({(tag + 1) // 2 for tag in row["ner_tags"] if tag})
                if kinds > self.kinds:
                    self.row, self.kinds = row, kinds

    def text(self) -> str:
        """The row, with names for tags."""
        if self.row is None:
            return "A row of `documents` has spans as `{start: 9, end: 43, label: AGENCY, depth: 0}`: half-open code points."
        names = schema.class_names()
        lines = [
            f' "{name}": {json.dumps(self.row[name], ensure_ascii=False)}'
            for name in ("id", "document_id", "tokens", "ner_tags")
        ]
        shown = "{\n" + ",\n".join(lines) + "\n}"
        tags = " ".join(names[tag] for tag in self.row["ner_tags"])
        return f"```json\n{shown}\n```\n\nThe tags by name: `{tags}`."


def columns(facts: dict[str, Any]) -> str:
    """A table of the columns of each config."""
    names = ", ".join(f"{number} {name}" for number, name in enumerate(schema.class_names()))
    whole = facts["text"] == "keep"
    left_out = ("characters", "private", "hidden") if whole else ("text", "quantities")
    tables = {"sentences": _SENTENCES | {"ner_tags": _SENTENCES["ner_tags"] + names}} if whole else {}
    tables["documents"] = {name: said for name, said in _DOCUMENTS.items() if name not in left_out}
    if not whole:
        tables["documents"]["sha256"] = "SHA-256 of the text without its `hidden` ranges"
    if "passes" in facts["tables"]:
        tables["passes"] = _PASSES
    if "synthetic" in facts["tables"]:
        tables["synthetic"] = _SYNTHETIC
    rows = [(f"`{config}`", f"`{name}`", said) for config, each in tables.items() for name, said in each.items()]
    lines = [("config", "column", "what"), ("---",) * 3, *rows]
    note = "Offsets are half-open ranges of Unicode code points into the document's text."
    if whole:
        note += (
            " The texts stand in `documents` alone: a sentence is `text[starts[0]:ends[-1]]` of its document, and tokens joined by "
            "blanks are not what was written."
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{note}"


def loading(facts: dict[str, Any]) -> str:
    """How to open the package."""
    return _STAND_OFF if facts["text"] == "omit" else _LOAD


def splits(facts: dict[str, Any]) -> str:
    """A table of configs and splits with their rows."""
    tables = facts["tables"]
    found = {
        config: {split: sum(tables[part]["rows"] for part in parts) for split, parts in each.items()}
        for config, each in splits_of(tables).items()
    }
    names = [name for name in ("train", "validation", "test") if any(name in rows for rows in found.values())]
    lines = [f"| config | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    lines += [
        f"| `{config}` | {' | '.join(_rows(rows.get(name)) for name in names)} |" for config, rows in found.items()
    ]
    note = (
        "There is no official split. `fold_0` … `fold_4` are for cross-validation: no document is in both `train` and `test`, and a "
        "document stays in its fold when the corpus grows."
    )
    return "\n".join(lines) + (f"\n\n{note}" if any(name.startswith("fold_") for name in found) else "")


def _rows(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"
