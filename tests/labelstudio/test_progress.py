from viborder.document import Document, Span
from viborder.labelstudio import learned
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
    assert str(lesson).endswith("learned a (1 corrections), b (0 corrections) in 1.8 s: model v2 suggests now")
    with (tmp_path / learned.FILE).open("a") as file:
        file.write("{cut")
    assert list(learned.lessons(tmp_path)) == [lesson]
