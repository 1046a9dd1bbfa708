"""The laws of the package's rules, asked through `propose`; and the sentences that the grammar was mended on."""

from __future__ import annotations

from pathlib import Path

from viborder.document import Document, Span
from viborder.errors import Problem
from viborder.formats import brackets
from viborder.grammar import laws, propose, standard
from viborder.grammar.lexicon import packaged
from viborder.text import tokenize

GENRE = Path(__file__).parents[2] / "train/genre"
EXAMPLES = Path(__file__).with_name("examples")


def _propose(text: str) -> list[Span]:
    return propose(text, tokenize(text))


def test_rules_are_right() -> None:
    problems: list[Problem] = []
    records = standard.check(problems)
    assert records
    assert problems == []


def test_every_example_holds_and_every_record_is_needed() -> None:
    problems: list[Problem] = []
    rules = packaged().rules
    laws.check(rules.records, _propose, brackets.LABELS, rules.without, problems)
    assert problems == []


def _differences(document: Document) -> set[str]:
    wanted = {(span.start, span.end, span.label) for span in (*document.spans, *document.private)}
    found = {(span.start, span.end, span.label) for span in _propose(document.text)}
    return {
        f"{sign} {label} {document.text[start:end]}"
        for sign, some in (("-", wanted - found), ("+", found - wanted))
        for start, end, label in some
    }


# Sentences of which the grammar reads something otherwise: what it misses (-) and what it finds wrongly (+).
EXCEPTIONS: dict[str, set[str]] = {
    "Nhóm tác giả Lê Hà": {"- PRIVATE Trung Kiên"},
    "Số ketamin, nấm ảo giác": {'- PRIVATE Tèo "sẹo"'},
    "Tại vùng biển Phú Quốc, trước 6 casino": {"- PRIVATE M.Nhật", "- PRIVATE T.Lam"},
    "Ông Phan Hữu Toàn, Chủ tịch": {"+ PRIVATE Sao Mai"},
    "VKSND tỉnh Điện Biên truy tố Mùa A Dinh": {"+ PRIVATE Dinh"},
    "Nhóm của Cường đã thuê": {"- PRIVATE Cường"},
}


def test_sentences_hold_but_for_the_listed_exceptions() -> None:
    documents = [document for name in ("adversarial", "tuning") for document in brackets.read(GENRE / f"{name}.txt")]
    expected = {
        document.id: found
        for document in documents
        for begin, found in EXCEPTIONS.items()
        if document.text.startswith(begin)
    }
    assert len(expected) == len(EXCEPTIONS)
    assert {document.id: found for document in documents if (found := _differences(document))} == expected


def test_examples_of_the_algorithms_hold() -> None:
    documents = [document for path in sorted(EXAMPLES.glob("*.txt")) for document in brackets.read(path)]
    assert documents
    assert {document.id: found for document in documents if (found := _differences(document))} == {}
