"""Corpus and annotations become a dataset folder, byte for byte the same from the same input.

    data/documents.parquet            one row a document: text, nested spans, metadata
    data/sentences-0.parquet … -4     one row a sentence; part k holds the documents that fold k tests on
    data/passes.parquet               one row a document and annotator
    data/synthetic*.parquet           one row a made-up text; never mixed with the others
    README.md                         the card; its YAML tells `load_dataset` where the configs lie
    stats.json croissant.json CHANGELOG.md annotators.yaml CITATION.cff LICENSE SHA256SUMS

One document is held at a time; what is kept of every document is its id, its place in the file and its counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from viborder.annotate.hiding import hiding, warnings
from viborder.annotate.left import candidates, left
from viborder.annotate.private import People
from viborder.dataset import card, croissant, schema
from viborder.dataset.front import Sizes, splits_of
from viborder.dataset.guide import Example
from viborder.dataset.mask import dropped, mask
from viborder.dataset.sources import Material, annotators, dotted, material, versions
from viborder.dataset.statistics import Statistics
from viborder.document import by_depth
from viborder.errors import Problem, ViborderError, fail, place
from viborder.files import new_folder, read_text, sha256_of
from viborder.formats import jsonl
from viborder.text import sentences, tokenize

PRIVATE_MODES = ("mask", "keep", "drop")
TEXT_MODES = ("keep", "omit")
HELD = {"documents": 128, "synthetic": 128, "passes": 128, "sentences": 4096}  # rows held before they are written
LOOSE = 128  # of them as Python objects, which take some ten times the memory of Arrow's columns
SHOW_PROGRESS = 1000  # documents


def build(
    corpus: Path,
    annotations: Path,
    out: Path,
    private: str = "mask",
    text: str = "keep",
    results: Path | None = None,
    *,
    identifiers: bool = False,
    contact: str = card.CONTACT,
    links: Mapping[str, str] | None = None,
    synthetic: Path | None = None,
    warn: Callable[[Problem], None] = lambda problem: None,
    problems: list[Problem] | None = None,
) -> dict[str, Any]:
    """Write the dataset folder; returns what `stats.json` holds.

    annotations: a folder with gold.jsonl and CHANGELOG.md, and with passes/*.jsonl and annotators.yaml where there are
    passes.
    private: `mask` puts stand-ins for private persons, `keep` leaves them, `drop` takes out the sentences that name
    them.
    text: `omit` makes a stand-off release, spans with hashes of the whole texts, which `viborder restore` puts back
    together.
    results: eval/results.jsonl, whose figures the card shows.
    identifiers: hide given names alone, initials, numbers and addresses of private persons too.
    contact: how the card says that something is taken down. links: what the card names elsewhere → its address.
    synthetic: a folder with train.jsonl, development.jsonl and blind.jsonl, made-up texts for a config of their own;
    one in which words read like a hidden name is left out.
    warn: told what of private persons stays. problems: a list for what is wrong with single documents, while the others
    are built. Raises ViborderError: without such a list every error that `check` finds, and `mode-unknown`,
    `folder-not-empty`, `version-missing`, `version-backwards`, `annotator-unknown`, `private-name-in-id`.
    """
    _known("private", private, PRIVATE_MODES)
    _known("text", text, TEXT_MODES)
    if out.is_dir() and any(out.iterdir()) and not (out / "SHA256SUMS").exists():
        raise fail(
            out, "folder-not-empty", "there is something in the folder that is no dataset", "name another folder"
        )
    gold, passes = annotations / "gold.jsonl", sorted((annotations / "passes").glob("*.jsonl"))
    checked = material(corpus, gold, passes, problems)
    made_up = _made_up(synthetic) if synthetic else {}
    changelog = read_text(annotations / "CHANGELOG.md")
    version, date = versions(changelog, str(annotations / "CHANGELOG.md"))[0]
    who = annotators(annotations / "annotators.yaml", [path.stem for path in passes])
    with new_folder(out) as folder:
        statistics, tables, texts, example = _write_data(folder / "data", checked, private, text, identifiers, warn)
        hidden = checked.people if private != "keep" or text == "omit" else People()
        sizes, left_out = _write_made_up(folder / "data", made_up, hidden)
        tables |= sizes
        facts: dict[str, Any] = {"version": dotted(version), "date": date, "private": private, "text": text}
        facts["identifiers"] = "hidden" if (identifiers and private != "keep") or text == "omit" else "kept"
        facts |= {"synthetic_left_out": left_out} if made_up else {}
        facts |= (
            {"configs": list(splits_of(tables)), "tables": tables}
            | statistics.as_dict()
            | _agreement(passes, checked.bad)
        )
        _write_json(folder / "stats.json", facts)
        (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
        if who:
            (folder / "annotators.yaml").write_bytes((annotations / "annotators.yaml").read_bytes())
        (folder / "LICENSE").write_text(card.RIGHTS, encoding="utf-8")
        (folder / "CITATION.cff").write_text(card.citation(facts), encoding="utf-8")
        (folder / "README.md").write_text(
            card.card(facts, who, changelog, card.results_text(results), texts, example.text(), contact, links),
            encoding="utf-8",
        )
        _write_json(folder / "croissant.json", croissant.metadata(facts, folder))
        (folder / "SHA256SUMS").write_text(checksums(folder), encoding="utf-8")
    return facts


def checksums(folder: Path) -> str:
    """A line a file as `sha256sum` writes them, in the order of their names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def _known(what: str, mode: str, modes: tuple[str, ...]) -> None:
    if mode not in modes:
        raise fail(f"--{what}", "mode-unknown", f"no mode {mode!r}", f"one of {', '.join(modes)}")


def _agreement(passes: list[Path], bad: set[str]) -> dict[str, Any]:
    """Agreement of the passes pair by pair; nothing where there are fewer than two."""
    from viborder.eval import agree

    if len(passes) < 2:
        return {}
    sound = {path.stem: [one for where, one in jsonl.scan(path, []) if where not in bad] for path in passes}
    found = agree(sound).as_dict()
    kept = (
        "passes",
        "documents",
        "tokens",
        "pairs",
        "krippendorff_alpha",
        "unitizing_alpha",
    )  # the conflicts quote texts
    return {"agreement": {name: found[name] for name in kept}}


def _write_data(
    folder: Path, checked: Material, private: str, text: str, identifiers: bool, warn: Callable[[Problem], None]
) -> tuple[Statistics, Sizes, list[dict[str, Any]], Example]:
    from rich.console import Console
    from rich.progress import track

    statistics, whole, people = Statistics(), text == "keep", checked.people
    warned = private == "mask" and whole and not identifiers
    texts: list[dict[str, Any]] = []
    example = Example()
    with ExitStack() as stack:
        for indexed in (checked.gold, *checked.passes):
            indexed.open(stack)
        tables = _tables(stack, folder, bool(checked.passes), whole)
        number = len(checked.gold.lines)
        console, few = Console(stderr=True), number < SHOW_PROGRESS
        for fold, where, document in track(
            checked.documents(), "build", number, console=console, disable=few, transient=True
        ):
            masked = private != "keep" or not whole
            found = candidates(document) if masked else []
            edits = hiding(document, people, identifiers or not whole, found) if masked else []
            hidden = [(edit.start, edit.end) for edit in edits]
            if private == "drop" and whole:
                edits = dropped(document, edits)
            shown = mask(document, edits) if whole else document
            if masked:
                _nameless(document.id, people)
                stays = left(found, hidden) if whole else []
                statistics.left.update(each.kind for each in stays)
                for problem in warnings(document, where, stays) if warned else ():
                    warn(problem)
                shown = replace(
                    shown, meta={name: people.hidden(value) if value else value for name, value in shown.meta.items()}
                )
            tokens, bounds = tokenize(shown.text), sentences(shown.text)
            layers = by_depth(shown.spans)
            statistics.add(shown, tokens, bounds, layers)
            if len(texts) < card.LISTED:
                texts.append({"id": shown.id, **shown.meta})
            tables["documents"].add([schema.document_row(shown, fold, whole, () if whole else hidden, layers)])
            if whole:
                rows = list(schema.sentence_rows(shown, tokens, bounds, layers))
                example.offer(rows)
                tables[f"sentences-{fold}"].add(rows)
            for indexed in checked.passes:
                if (seen := indexed.get(document.id)) is not None:
                    shown_pass = mask(seen, edits) if whole else seen
                    tables["passes"].add([schema.pass_row(shown_pass, indexed.path.stem, whole)])
        sizes = {name: table.close() for name, table in tables.items()}
    statistics.persons = len(people.numbers)
    return statistics, sizes, texts, example


def _made_up(folder: Path) -> dict[str, Path]:
    """The file of each table of made-up texts. Raises with every error that `check` finds in them."""
    from viborder.annotate.check import check

    names = {"synthetic": "train", "synthetic-development": "development", "synthetic-blind": "blind"}
    files = {table: folder / f"{name}.jsonl" for table, name in names.items() if (folder / f"{name}.jsonl").exists()}
    if errors := [problem for problem in check([*files.values()], None)[0] if problem.severity == "error"]:
        raise ViborderError(errors)
    return files


def _write_made_up(folder: Path, files: dict[str, Path], hidden: People) -> tuple[Sizes, int]:
    """(sizes of the tables, how many texts are left out): where words that sound like the name of a person who is
    hidden stand in a text that somebody made up, nobody can tell that it is another.
    """
    sizes, left_out = {}, 0
    with ExitStack() as stack:
        for name, path in files.items():
            table = Table(stack, folder / f"{name}.parquet", schema.arrow_schema("synthetic"), HELD["synthetic"])
            documents = jsonl.read(path)
            kept = [document for document in documents if not any(hidden.occurrences(document.text))]
            left_out += len(documents) - len(kept)
            table.add(map(schema.synthetic_row, kept))
            sizes[name] = table.close()
    return sizes, left_out


def _nameless(identity: str, people: People) -> None:
    if any(people.occurrences(identity)):
        said = "the id holds the name of a private person, and an id is published"
        raise fail(place("", identity), "private-name-in-id", said, "collect the text under another file name or id")


def _tables(stack: ExitStack, folder: Path, passes: bool, text: bool) -> dict[str, Table]:
    # Arrow's own pool keeps some 30 MB that nobody uses. It is chosen when pyarrow is imported, which a build does here.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    folder.mkdir()
    configs = {"documents": "documents"}
    if text:
        configs |= {f"sentences-{fold}": "sentences" for fold in range(schema.FOLDS)}
    if passes:
        configs["passes"] = "passes"
    return {
        name: Table(stack, folder / f"{name}.parquet", schema.arrow_schema(config, text), HELD[config])
        for name, config in configs.items()
    }


def _write_json(path: Path, value: Any) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)  # piece by piece: it may hold a row for every document
        file.write("\n")


class Table:
    """A Parquet file that rows are added to; a batch of them is held at a time, most of it as columns."""

    def __init__(self, stack: ExitStack, path: Path, arrow_schema: Any, most: int) -> None:
        import pyarrow.parquet as parquet

        self.path, self.schema = path, arrow_schema
        self.writer = stack.enter_context(parquet.ParquetWriter(path, self.schema, compression="zstd"))
        self.loose: list[schema.Row] = []
        self.held: list[Any] = []  # tables
        self.most, self.count = most, 0
        self.rows = self.bytes = 0

    def add(self, rows: Iterable[schema.Row]) -> None:
        """Add rows."""
        self.loose.extend(rows)
        if self.count + len(self.loose) >= self.most:
            self._flush()
        elif len(self.loose) >= LOOSE:
            self._tidy()

    def close(self) -> dict[str, int]:
        """Write what is held and end the file; returns the number of rows, of bytes in memory as Arrow counts them,
        and of the bytes of the file.
        """
        self._flush()
        self.writer.close()
        return {"rows": self.rows, "bytes": self.bytes, "file_bytes": self.path.stat().st_size}

    def _tidy(self) -> None:
        import pyarrow

        self.held.append(pyarrow.Table.from_pylist(self.loose, schema=self.schema))
        self.count += len(self.loose)
        self.loose = []

    def _flush(self) -> None:
        import pyarrow

        self._tidy()
        table = pyarrow.concat_tables(self.held).combine_chunks()
        self.rows += self.count
        self.bytes += table.nbytes
        self.writer.write_table(table)
        self.held, self.count = [], 0
        del table
        pyarrow.default_memory_pool().release_unused()  # or it stays with the process, some 0.5 kB a document
