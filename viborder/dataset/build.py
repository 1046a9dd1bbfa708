"""Corpus and gold become a dataset folder: Parquet and a card, byte for byte the same from the same input.

    data/documents.parquet            one row a document
    data/sentences-0.parquet … -4     one row a sentence; part k holds the documents that fold k tests on
    README.md                         the card; its YAML tells `load_dataset` where the configs lie

One document is held at a time; what is kept of every document is its id and its place in the gold file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from viborder.dataset import card, schema
from viborder.document import Document
from viborder.errors import Problem, ViborderError
from viborder.files import new_folder
from viborder.formats import jsonl

ROWS = 4096  # rows held before they are written


def build(corpus: Path, gold: Path, out: Path) -> dict[str, int]:
    """Write the dataset folder; returns the number of rows of each file. Raises ViborderError with every error that `check` finds."""
    from viborder.annotate.check import check

    problems = [problem for problem in check([gold], corpus)[0] if problem.severity == "error"]
    if problems:
        raise ViborderError(problems)
    with new_folder(out) as folder:
        (folder / "data").mkdir()
        rows = _write(folder, numbered(corpus, gold))
        (folder / "README.md").write_text(card.card(rows), encoding="utf-8")
    return rows


def numbered(corpus: Path, gold: Path) -> Iterator[tuple[int, Document]]:
    """(fold, gold document with the corpus's metadata), in the order of the corpus.

    The fold is the document's place in the corpus modulo five, so that a corpus that grows leaves every document in its fold.
    """
    problems: list[Problem] = []
    places = _places(gold)
    with gold.open("rb") as file:
        for index, (_, source) in enumerate(jsonl.scan(corpus, problems)):
            if source.id in places:
                file.seek(places[source.id])
                document = jsonl.from_record(json.loads(file.readline()), str(gold), problems)
                if document is not None:
                    yield index % schema.FOLDS, replace(document, meta=source.meta)
    if problems:
        raise ViborderError(problems)


def _places(path: Path) -> dict[str, int]:
    """The byte offset of each document's line, by id."""
    places = {}
    with path.open("rb") as file:
        offset = 0
        for line in file:
            if line.strip():
                places[json.loads(line)["id"]] = offset
            offset += len(line)
    return places


def _write(folder: Path, documents: Iterable[tuple[int, Document]]) -> dict[str, int]:
    tables = {"documents": Table(folder / "data/documents.parquet", "documents")}
    for fold in range(schema.FOLDS):
        tables[f"sentences-{fold}"] = Table(folder / f"data/sentences-{fold}.parquet", "sentences")
    for fold, document in documents:
        tables["documents"].add([schema.document_row(document, fold)])
        tables[f"sentences-{fold}"].add(schema.sentence_rows(document))
    return {name: table.close() for name, table in tables.items()}


class Table:
    """A Parquet file that rows are added to; a batch of them is held at a time."""

    def __init__(self, path: Path, config: str) -> None:
        import pyarrow.parquet as parquet

        self.schema = schema.features(config).arrow_schema
        self.writer = parquet.ParquetWriter(path, self.schema, compression="zstd")
        self.held: list[schema.Row] = []
        self.rows = 0

    def add(self, rows: Iterable[schema.Row]) -> None:
        """Add rows."""
        self.held.extend(rows)
        if len(self.held) >= ROWS:
            self._flush()

    def close(self) -> int:
        """Write what is held and end the file; returns the number of rows."""
        self._flush()
        self.writer.close()
        return self.rows

    def _flush(self) -> None:
        import pyarrow

        self.rows += len(self.held)
        table: Any = pyarrow.Table.from_pylist(self.held, schema=self.schema)
        self.writer.write_table(table)
        self.held = []
