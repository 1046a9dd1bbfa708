"""Errors and suspected label errors as files: one JSON object a line, each with its text and context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from viborder.document import Document
from viborder.eval.counting.leakage import leakage
from viborder.eval.counting.slices import slices
from viborder.eval.errors.by_rule import by_rule
from viborder.eval.errors.near import came_near, is_missed, near
from viborder.eval.errors.records import Record, error_records
from viborder.eval.errors.summary import describe
from viborder.eval.errors.suspects import suspects
from viborder.eval.show.tables import error_tables, leakage_line, near_table, rule_table, write_json_lines
from viborder.grammar.explain import Trace, traced


def write_errors(
    path: Path, gold: Sequence[Document], pred: Sequence[Document], train: Sequence[Document] | None = None
) -> int:
    """Write every error with the rules that propose it or, where it was missed, that came near; print what they are and
    which rules make them, and return their number.

    train: what was trained on, for seen mentions; what it shares with `gold` is said where they are different
    documents.
    """
    texts = {document.id: document.text for document in gold}
    records = error_records(gold, pred)
    error_tables(records, slices(gold, records, train))
    if train is not None and texts.keys().isdisjoint(document.id for document in train):
        leakage_line(leakage(train, gold))
    told = {identity: traced(text) for identity, text in texts.items()}
    rule_table(by_rule(records, {identity: found.made for identity, found in told.items()}))
    near_table(came_near(records, told))
    wrong = [
        describe(record, texts[record.document])
        | {"rules": _rules(record, told[record.document].made), "near": _near(record, told[record.document])}
        for record in records
        if _wrong(record)
    ]
    write_json_lines(path, wrong)
    return len(wrong)


def _wrong(record: Record) -> bool:
    return record.kind != "correct"


def _rules(record: Record, made: Mapping[tuple[int, int, str], str]) -> list[str]:
    """The rules and algorithms of the grammar that propose what was predicted, in order; none where it was learned."""
    found = (made.get((span.start, span.end, span.label)) for span in record.pred)
    return list(dict.fromkeys(name for name in found if name))


def _near(record: Record, told: Trace) -> list[dict[str, str]]:
    """What came near a missed span; none for other errors. No veto: the grammar proposes the span."""
    found = near(record.gold[0], told) if is_missed(record) else []
    return [{"rule": rule, "veto": veto} for rule, veto in found]


def write_suspects(path: Path, gold: Sequence[Document], pred: Sequence[Document]) -> int:
    """Write the suspected label errors, the most suspicious first, and return their number.

    Raises ViborderError `score-missing`.
    """
    texts = {document.id: document.text for document in gold}
    found = suspects(gold, pred)
    write_json_lines(path, [suspect.as_dict(texts[suspect.record.document]) for suspect in found])
    return len(found)
