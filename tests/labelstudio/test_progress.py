from io import StringIO

from rich.console import Console

from viborder.document import PRIVATE, Document, Span
from viborder.labelstudio import learned, tables
from viborder.labelstudio.judge import Pulled
from viborder.labelstudio.progress import agreement_by_day, by_day, by_label


def made(identity, moment, minutes, *spans):
    suggestions = {"kept": 1, "moved": 1, "relabelled": 0, "deleted": 2, "added": 0}
    about = {"created_at": f"{moment}T12:00:00Z", "updated_at": "2027", "minutes": minutes, "suggestions": suggestions}
    return Document(identity, "Công an tỉnh Cao Bằng", spans, meta={"annotation": about})


AGENCY, PLACE = Span(0, 21, "AGENCY"), Span(8, 21, "PLACE")
PASSES = {
    "lan": [made("a", "2026-03-01", 2.0, AGENCY, PLACE), made("b", "2026-03-01", 4.0, PLACE)],
    "minh": [made("a", "2026-03-02", 0.0, AGENCY), made("b", "2026-03-03", 0.0)],
}


def test_a_row_a_day_and_annotator():
    first, *others = by_day(PASSES)
    # 3 spans in 6 minutes are 30 an hour; of each document's suggestions 1 was moved and 2 deleted
    assert list(first.values()) == ["2026-03-01", "lan", 2, 3, 6, 3.0, 30]
    assert [(row["day"], row["annotator"], row["spans_an_hour"]) for row in others] == [
        ("2026-03-02", "minh", None),
        ("2026-03-03", "minh", None),
    ]
    assert by_label(PASSES) == [{"label": "AGENCY", "lan": 1, "minh": 1}, {"label": "PLACE", "lan": 2, "minh": 0}]


def test_a_day_is_whole_on_a_terminal_of_80_columns():
    console = Console(width=80, record=True, file=StringIO())
    console.print(tables._rows("by day", by_day(PASSES)))
    shown = console.export_text()
    assert "2026-03-01" in shown and "corrections" in shown and "…" not in shown


def test_the_spans_of_a_pass_are_those_that_its_fates_count():
    suggestions = {"kept": 1, "moved": 0, "relabelled": 0, "deleted": 0, "added": 1}
    about = {"updated_at": "2026", "minutes": 1.0, "suggestions": suggestions}
    document = Document("a", "Công an tỉnh Cao Bằng", (AGENCY,), (Span(8, 21, PRIVATE),), meta={"annotation": about})
    console = Console(width=80, record=True, file=StringIO())
    console.print(tables._passes(Pulled({"lan": [document]})))
    assert console.export_text().split("lan")[1].split("│")[1:4] == [" 1    ", " 2     ", " 1    "]


def test_agreement_counts_from_the_day_on_which_both_had_submitted():
    # a: one span of two and one is the same, 2 * 1 / (2 + 1); b: none of one and none
    assert [(row["day"], row["f1"], row["documents"]) for row in agreement_by_day(PASSES)] == [
        ("2026-03-02", 2 / 3, 1),
        ("2026-03-03", 0.0, 1),
    ]


def test_what_was_learned_is_said_and_kept(tmp_path):
    document = Document("a", "Công an tỉnh Cao Bằng", (AGENCY, PLACE))
    assert learned.corrections(document, document.with_spans((AGENCY, Span(13, 21, "PLACE")))) == 1
    assert learned.corrections(document, document.with_spans(())) == 2
    lesson = learned.note(tmp_path, {"a": 1, "b": 0}, 1.83, "v2")
    assert str(lesson).endswith("learned a (1 correction), b (0 corrections) in 1.8 s: model v2 suggests now")
    with (tmp_path / learned.FILE).open("a") as file:
        file.write("{cut")
    assert list(learned.lessons(tmp_path)) == [lesson]
