"""Facts: which amount of which narcotic a sentence speaks of, and who seized it where the sentence says so."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from viborder.document import Document, Span, outermost
from viborder.errors import counted, fail
from viborder.files import new_file
from viborder.quantity import parse
from viborder.text import bare, sentences

# Units that no narcotic is counted in: cases, persons, money, lengths …
_MASSES = frozenset(("kg", "g", "mg", "t", "q", "yến", "lạng", "l", "ml"))
_PIECES = frozenset(
    "viên|bánh|gói|túi|tép|cục|bao|bao tải|bịch|bọc|can|hộp|thùng|kiện|chai|lọ|ống|khay|tút|liều|điếu|thỏi|cây|gốc|tờ|tem|quả|hũ|phân|chỉ"
    "|bình|ba lô|balo|va li|vali".split("|")
)
# What may stand between an amount and its narcotic, and between two amounts of the same narcotic.
_BEFORE_DRUG = re.compile(
    r"[\s“\"']*(?:(?:nghi|là|loại|chứa|gồm|chất|ma túy|ma tuý|nghi là|dạng|các|nilon|nylon|nén|có)[\s,“\"':]*)*\s*"
)
_BETWEEN = re.compile(r"\s*(?:,|và|cùng|;|,\s*và)?\s*")
# An amount after its narcotic, in brackets or said to be its weight: `12 bánh heroin (trọng lượng 4,2 kg)`, `số
# ketamine nặng 1,5 kg`.
_WEIGHS = r"(?:có\s+|với\s+)?(?:tổng\s+)?(?:trọng lượng|khối lượng|số lượng|nặng)\s+(?:là\s+)?"
_AFTER_DRUG = re.compile(rf"\s*(?:\(\s*(?:{_WEIGHS}|trị giá\s+)?|,?\s*{_WEIGHS})")
_SEIZES = re.compile(
    r"\b(?:thu giữ|tịch thu|thu được|thu|bắt giữ|bắt quả tang|bắt|phát hiện|tạm giữ|triệt phá)\b", re.IGNORECASE
)
_NOT_ACTING = re.compile(r"(?:của|tại|thuộc|cho|từ|theo|với|do|ở|đến)\s+(?:\S+\s+){0,3}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fact:
    """An amount of a narcotic. sentence: its number in the document, from 0. value: a decimal without an exponent, or
    None; the lower end of a range. upper: a range's other end, else None.

    agency: the body that seized it, or None where the sentence does not say.
    """

    document_id: str
    sentence: int
    amount: str
    value: str | None
    upper: str | None
    unit: str | None
    approximate: bool
    drug: str
    agency: str | None


COLUMNS = tuple(Fact.__dataclass_fields__)


def facts(documents: Iterable[Document]) -> Iterator[Fact]:
    """Drug–amount pairs within one sentence, in reading order; an amount goes with the narcotic that follows it."""
    for document in documents:
        spans = outermost(document.spans)
        for number, (start, end) in enumerate(sentences(document.text)):
            inside = [span for span in spans if start <= span.start and span.end <= end]
            yield from _in_sentence(document, number, start, inside)


def _in_sentence(document: Document, number: int, start: int, spans: Sequence[Span]) -> Iterator[Fact]:
    paired: set[Span] = set()
    for index, drug in enumerate(spans):
        if drug.label != "DRUG":
            continue
        amounts = _amounts_before(document.text, spans[:index], drug, paired)
        if index + 1 < len(spans) and _is_after(document.text, drug, spans[index + 1]):
            amounts.append(spans[index + 1])
        for span in amounts:
            paired.add(span)
            amount = parse(document.slice(span))
            said = amount.as_dict()
            agency = _seizer(document.text, start, [one for one in spans if one.label == "AGENCY"], span)
            yield Fact(
                document.id, number, document.slice(span), said["value"], said["upper"], amount.unit, amount.approximate,
                document.slice(drug), document.slice(agency) if agency else None,
            )  # fmt: skip


def _amounts_before(text: str, before: Sequence[Span], drug: Span, paired: set[Span]) -> list[Span]:
    """The amounts that lead up to the narcotic, joined by nothing but commas and `và`."""
    found: list[Span] = []
    reach, joint = drug.start, _BEFORE_DRUG
    for span in reversed(before):
        if (
            span.label != "QUANTITY"
            or span in paired
            or not _counts_drugs(text, span)
            or not joint.fullmatch(bare(text[span.end : reach]))
        ):
            break
        found.insert(0, span)
        reach, joint = span.start, _BETWEEN
    return found


def _is_after(text: str, drug: Span, following: Span) -> bool:
    if following.label != "QUANTITY" or not _counts_drugs(text, following):
        return False
    return _AFTER_DRUG.fullmatch(bare(text[drug.end : following.start])) is not None


def _counts_drugs(text: str, span: Span) -> bool:
    return parse(text[span.start : span.end]).unit in _MASSES | _PIECES


def _seizer(text: str, start: int, agencies: Sequence[Span], amount: Span) -> Span | None:
    """The first agency of the sentence that stands before a verb of seizing which stands before the amount."""
    for agency in agencies:
        if _NOT_ACTING.search(text[start : agency.start]):
            continue
        if _SEIZES.search(text[agency.end : amount.start]):
            return agency
    return None


def show(found: Sequence[Fact]) -> None:
    """Print facts as a table, one line each."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=f"{counted(len(found), 'amount')} of narcotics")
    for column in ("document", "sentence", "amount", "value", "unit", "narcotic", "seized by"):
        table.add_column(column, justify="right" if column in ("sentence", "value") else "left")
    for fact in found:
        ends = "–".join(end for end in (fact.value, fact.upper) if end)
        value = ("≈ " if fact.approximate and not fact.upper else "") + ends
        cells = (
            fact.document_id,
            str(fact.sentence),
            fact.amount,
            value,
            fact.unit or "",
            fact.drug,
            fact.agency or "",
        )
        table.add_row(*(escape(cell) for cell in cells))
    Console().print(table)


def write(path: Path, found: Iterable[Fact]) -> int:
    """Facts as `.csv` (with a header) or `.jsonl`; how many. Raises ViborderError `format-unknown`, `cannot-write`."""
    if path.suffix not in (".csv", ".jsonl"):
        raise fail(
            path,
            "format-unknown",
            f"facts are not written as {path.suffix or 'a file without an ending'}",
            "use .csv or .jsonl",
        )
    count = 0
    with new_file(path) as file:
        table = csv.writer(file, lineterminator="\n")
        if path.suffix == ".csv":
            table.writerow(COLUMNS)
        for fact in found:
            if path.suffix == ".csv":
                table.writerow(["" if value is None else value for value in asdict(fact).values()])
            else:
                file.write(json.dumps(asdict(fact), ensure_ascii=False) + "\n")
            count += 1
    return count
