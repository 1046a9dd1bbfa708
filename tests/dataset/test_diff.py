from pathlib import Path

from hypothesis import given

from tests.formats.strategies import documents
from viborder.dataset.diff import counts, diff
from viborder.dataset.package import read
from viborder.document import Document, Span
from viborder.formats import jsonl

TEXT = "Công an Lào và Việt Nam"


def told(old: list[Document], new: list[Document]) -> list[str]:
    return [str(change) for change in diff(old, new)]


def test_each_kind_of_change_is_told_with_its_place() -> None:
    old = Document("a", TEXT, (Span(0, 11, "AGENCY"), Span(8, 11, "PLACE"), Span(15, 19, "PLACE")))
    new = Document("a", TEXT, (Span(0, 11, "OFFICIAL"), Span(15, 23, "PLACE"), Span(12, 14, "DRUG")))
    assert told([old, Document("b", "x")], [new, Document("c", "y")]) == [
        'relabelled: id=a [0:11] "Công an Lào" OFFICIAL (was AGENCY)',
        'moved: id=a [15:23] "Việt Nam" PLACE (was [15:19] "Việt")',
        'removed: id=a [8:11] "Lào" PLACE',
        'added: id=a [12:14] "và" DRUG',
        "document added: id=c",
        "document removed: id=b",
    ]


def test_where_the_text_changed_spans_are_compared_by_what_they_say() -> None:
    old = Document("a", TEXT, (Span(8, 11, "PLACE"), Span(15, 23, "PLACE")))
    new = Document("a", "Ở Lào", (Span(2, 5, "PLACE"),))
    assert told([old], [new]) == ["text changed: id=a", 'removed: id=a [15:23] "Việt Nam" PLACE']


@given(documents(), documents())
def test_changes_turn_the_old_spans_into_the_new(old: Document, new: Document) -> None:
    new = Document(old.id, old.text, tuple(span for span in new.spans if span.end <= len(old.text)))
    changes = diff([old], [new])
    spans = (set(old.spans) - {change.old for change in changes}) | {change.new for change in changes if change.new}
    assert spans == set(new.spans)
    assert counts(diff([new], [new])) == {}


def test_a_package_is_compared_with_a_file(built: Path) -> None:
    masked = read(built)
    changes = diff(jsonl.read(Path("annotations/gold.jsonl")), masked)
    assert counts(changes) == {"text changed": 3, "added": 1, "removed": 1}  # the hamlet, which masking renames
