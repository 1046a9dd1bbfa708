"""What `viborder score` and `viborder compare` do with files: each is read once, and one choice of spans holds for the
terminal, the JSON, the page and the lists of errors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from viborder.document import Document
from viborder.errors import counted, fail
from viborder.eval.counting import inputs
from viborder.eval.counting.inputs import Side
from viborder.eval.counting.scores import Scores
from viborder.eval.counting.scoring import Tags, score
from viborder.eval.other_scorers import modes
from viborder.eval.show.report import only, read_curve
from viborder.eval.show.report import write as write_report
from viborder.eval.show.score_tables import compare_table, report_table, score_table
from viborder.eval.show.tables import write_json
from viborder.eval.uncertainty.comparing import Comparison, compare
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.files import called
from viborder.formats import read, said


@dataclass(frozen=True, slots=True)
class Choice:
    """Which spans count, over which rows, and how files are read: the options that every output obeys."""

    nested: bool = True
    labels: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unit: str | None = None
    scheme: str | None = None
    source_format: str | None = None
    tag_column: str | None = None

    def of(self, documents: Iterable[Document]) -> list[Document]:
        """The documents with the chosen spans."""
        return only(list(documents), self.labels, self.exclude, self.nested)

    def scoring(self, gold: Side) -> dict[str, Any]:
        """The options of `score` and `compare`. Columns that mark no documents are scored by sentence, and it is
        said.
        """
        unit = self.unit
        if gold.sentences is not None and not gold.begins and unit == "document":
            print(f"{gold.path}: no -DOCSTART- lines: a sentence is the unit", file=sys.stderr)
            unit = "sentence"
        return {
            "nested": self.nested,
            "labels": list(self.labels) or None,
            "exclude": list(self.exclude),
            "unit": unit,
            "begins": gold.begins if unit != "sentence" else (),
        }


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where what was measured goes; None where it is not asked for. train: what was trained on, for seen mentions."""

    json: Path | None = None
    report: Path | None = None
    errors: Path | None = None
    suspects: Path | None = None
    train: Path | None = None
    curve: Sequence[Path] = ()
    note: str = ""


def score_files(gold: Path, pred: Path, choice: Choice, outputs: Outputs, mode: str | None = None) -> None:
    """Score a file of predictions, print the tables, and write what is asked for.

    mode: another scorer's numbers in place of ours. Raises ViborderError: `option-unused`, and what reading and scoring
    raise.
    """
    shown = outputs.report or outputs.errors or outputs.suspects
    annotated, tagged = _read([gold, pred], choice, whole=bool(mode or shown))
    result = None
    if mode:
        if choice.labels or choice.exclude or choice.unit:
            wrong = f"--mode {mode} knows no --labels, --exclude or --unit"
            raise fail("", "option-unused", wrong, "leave them out, or leave --mode out")
        truth, answer = (
            cast(Tags, one.scored) if one.sentences is not None else choice.of(one.documents())
            for one in (annotated, tagged)
        )
        found = modes.report(mode, truth, answer, choice.scheme or "IOB2")
        report_table(found, mode)
    else:
        result = score(annotated.scored, tagged.scored, scheme=choice.scheme, **choice.scoring(annotated))
        intervals = bootstrap(result)
        _warn_if_empty(result, gold)
        score_table(result, intervals)
        found = result.as_json() | {"intervals": intervals.as_json()}
    if outputs.json:
        write_json(outputs.json, found)
    if shown:
        documents, (answers,) = _chosen(annotated, [tagged], choice)
        trained = _trained(outputs, choice)
        if outputs.report:
            name = next(iter(called([pred])))
            _page(outputs, documents, {name: answers}, trained, {name: result} if result else None)
        _lists(outputs, documents, answers, trained)


def compare_files(gold: Path, preds: Sequence[Path], choice: Choice, outputs: Outputs, schema: str = "strict") -> None:
    """Compare files of predictions, print the tables, and write what is asked for.

    Raises ViborderError: `prediction-twice`, and what reading and comparing raise.
    """
    if len(set(preds)) < len(preds):
        twice = max(preds, key=list(preds).count)
        raise fail(twice, "prediction-twice", "the file is named twice", "name each system's file once")
    annotated, *tagged = _read([gold, *preds], choice, whole=bool(outputs.report))
    names = list(called(preds))
    systems = {name: side.scored for name, side in zip(names, tagged, strict=True)}
    result = compare(annotated.scored, systems, schema=schema, **choice.scoring(annotated))
    intervals = {name: bootstrap(scores) for name, scores in result.systems.items()}
    compare_table(result, intervals)
    if outputs.json:
        drawn = {name: one.as_json() for name, one in intervals.items()}
        write_json(outputs.json, result.as_json() | {"intervals": drawn})
    if outputs.report:
        documents, answers = _chosen(annotated, tagged, choice)
        shown = dict(zip(names, answers, strict=True))
        _page(outputs, documents, shown, _trained(outputs, choice), result.systems, result)


def _read(paths: Sequence[Path], choice: Choice, *, whole: bool) -> list[Side]:
    """What files hold, whole or as far as counting needs it; what was passed over is said."""
    sides = inputs.read(paths, choice.source_format, choice.tag_column, whole=whole)
    for side in sides:
        for kind, count in sorted((+side.lost).items()):
            print(f"{side.path}: {said(kind, count)}", file=sys.stderr)
    return sides


def _warn_if_empty(result: Scores, gold: Path) -> None:
    if not result.micro().gold:
        print(f"{gold}: warning gold-empty: no span to score in the gold file (its format, --labels)", file=sys.stderr)


def _chosen(gold: Side, preds: Sequence[Side], choice: Choice) -> tuple[list[Document], list[list[Document]]]:
    """Documents with the chosen spans. Sentences of columns have no ids but after their file: a prediction's bear those
    of the gold ones.
    """
    documents = choice.of(gold.documents())
    answers = [choice.of(side.documents()) for side in preds]
    if gold.sentences is not None:
        answers = [[replace(one, id=truth.id) for one, truth in zip(side, documents, strict=True)] for side in answers]
    return documents, answers


def _trained(outputs: Outputs, choice: Choice) -> list[Document] | None:
    return choice.of(read(outputs.train)) if outputs.train else None


def _page(
    outputs: Outputs,
    gold: Sequence[Document],
    systems: Mapping[str, Sequence[Document]],
    trained: Sequence[Document] | None,
    scores: Mapping[str, Scores] | None,
    comparison: Comparison | None = None,
) -> None:
    path = cast(Path, outputs.report)
    curve = {name: read_curve(file) for name, file in called(outputs.curve).items()}
    write_report(
        path,
        gold,
        systems,
        train=trained,
        curve=curve,
        title=f"{', '.join(systems)}: report",
        note=outputs.note,
        scores=scores,
        comparison=comparison,
    )
    print(f"report: {path}")


def _lists(
    outputs: Outputs, gold: Sequence[Document], pred: Sequence[Document], trained: Sequence[Document] | None
) -> None:
    from viborder.eval.errors.files import write_errors, write_suspects

    if outputs.errors:
        print(f"{counted(write_errors(outputs.errors, gold, pred, trained), 'error')}: {outputs.errors}")
    if outputs.suspects:
        print(f"{counted(write_suspects(outputs.suspects, gold, pred), 'suspected label error')}: {outputs.suspects}")
