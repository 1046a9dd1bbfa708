"""Our files read by the tools they are for, and theirs by us."""

import csv
import json
from collections import Counter
from pathlib import Path

import cassis
import pandas
import spacy
from spacy.tokens import Doc, DocBin

from viborder.document import Document, Span, outermost
from viborder.formats import jsonl, read, write

GOLD = jsonl.read(Path("annotations/gold.jsonl"))
HARD = Document(
    "hard", "👩‍👩‍👧 Lào\n\n“V02” 😀 Cao Bằng", (Span(6, 9, "PLACE"), Span(12, 15, "AGENCY"), Span(19, 27, "PLACE"))
)


def test_spacy_reads_our_docbin(tmp_path: Path) -> None:
    write(tmp_path / "gold.spacy", [*GOLD, HARD])
    docs = list(DocBin().from_disk(tmp_path / "gold.spacy").get_docs(spacy.blank("xx").vocab))
    for document, doc in zip([*GOLD, HARD], docs, strict=True):
        assert doc.text == document.text
        flat = [(document.slice(span), span.label) for span in outermost(document.spans)]
        assert [(entity.text, entity.label_) for entity in doc.ents] == flat
        assert sorted((span.text, span.label_) for span in doc.spans["sc"]) == sorted(
            (document.slice(s), s.label) for s in document.spans
        )


def test_a_docbin_of_spacys_own_is_read(tmp_path: Path) -> None:
    doc = spacy.blank("xx")("Công an tỉnh Cao Bằng họp.")
    doc.set_ents([doc.char_span(0, 21, "AGENCY")])
    DocBin(docs=[doc, Doc(doc.vocab, words=["Lào"])]).to_disk(tmp_path / "theirs.spacy")
    first, second = read(tmp_path / "theirs.spacy")
    assert (first.id, first.text, first.spans) == ("theirs-00000", doc.text, (Span(0, 21, "AGENCY"),))
    assert (second.text, second.spans) == ("Lào ", ())


def test_cassis_reads_our_cas_and_its_offsets_are_utf16(tmp_path: Path) -> None:
    write(tmp_path / "cas", [HARD], "cas")
    system = cassis.load_typesystem((tmp_path / "cas/TypeSystem.xml").read_text(encoding="utf-8"))
    xmi = (tmp_path / "cas/hard.xmi").read_text(encoding="utf-8")
    cas = cassis.load_cas_from_xmi(xmi, typesystem=system)
    entities = cas.select("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
    assert [(entity.get_covered_text(), entity.value) for entity in entities] == [
        ("Lào", "PLACE"),
        ("V02", "AGENCY"),
        ("Cao Bằng", "PLACE"),
    ]
    begin = len(HARD.text[:19].encode("utf-16-le")) // 2
    assert f'begin="{begin}"' in xmi


def test_pandas_reads_our_csv(tmp_path: Path) -> None:
    write(tmp_path / "gold.csv", GOLD)
    frame = pandas.read_csv(tmp_path / "gold.csv")
    assert list(frame["label"].dropna().value_counts().sort_index().items()) == [
        *(("AGENCY", 99), ("DRUG", 9), ("OFFICIAL", 14), ("PLACE", 160), ("PRIVATE", 6), ("QUANTITY", 40))
    ]
    assert list(frame[frame["label"].isna()]["text"]) == [document.text for document in GOLD]


def test_brat_offsets_are_code_points_and_pieces_part_at_line_ends(tmp_path: Path) -> None:
    write(tmp_path / "brat", [Document("a", "😀 Công an\nLào", (Span(2, 13, "AGENCY"),))])
    assert (tmp_path / "brat/a.ann").read_text(encoding="utf-8") == "T1\tAGENCY 2 9;10 13\tCông an Lào\n"


def test_prodigys_tokens_make_up_the_text(tmp_path: Path) -> None:
    write(tmp_path / "p.jsonl", [HARD], "prodigy")
    task = json.loads((tmp_path / "p.jsonl").read_text(encoding="utf-8"))
    assert "".join(token["text"] + " " * token["ws"] for token in task["tokens"]) == HARD.text
    for span in task["spans"]:
        first, last = task["tokens"][span["token_start"]], task["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])


def test_a_label_studio_export_is_read(tmp_path: Path) -> None:
    # the shape of an export by Label Studio 1.23: a cancelled annotation, two that stand, a choice beside the spans,
    # `text` that is off
    def region(start: int, end: int, label: str) -> dict[str, object]:
        value = {"start": start, "end": end, "text": "??", "labels": [label]}
        return {
            "id": f"r{start}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "origin": "manual",
            "value": value,
        }

    choice = {"from_name": "document", "to_name": "text", "type": "choices", "value": {"choices": ["nothing"]}}
    task = {
        "id": 7,
        "data": {"text": "Lào và Việt Nam, T.C", "doc_id": "d1"},
        "annotations": [
            {"id": 1, "was_cancelled": True, "updated_at": "2026-03-03T00:00:00Z", "result": [region(4, 6, "DRUG")]},
            {"id": 2, "was_cancelled": False, "updated_at": "2026-01-01T00:00:00Z", "result": [region(0, 3, "AGENCY")]},
            {
                "id": 3,
                "was_cancelled": False,
                "updated_at": "2026-02-02T00:00:00Z",
                "result": [region(7, 15, "PLACE"), region(17, 20, "PRIVATE"), choice],
            },
        ],
        "predictions": [{"result": [region(0, 3, "DRUG")]}],
    }
    (tmp_path / "export.json").write_text(json.dumps([task]), encoding="utf-8")
    lost: Counter[str] = Counter()
    (document,) = read(tmp_path / "export.json", lost=lost)
    assert (document.id, document.spans, document.private) == (
        "d1",
        (Span(7, 15, "PLACE"),),
        (Span(17, 20, "PRIVATE"),),
    )
    assert +lost == {
        "further annotations of a task": 1,
        "regions that are no spans": 1,
        "regions whose own text differs from the slice that was taken": 2,
    }


def test_doccanos_newer_export_is_read(tmp_path: Path) -> None:
    entities = [{"id": 1, "label": "PLACE", "start_offset": 0, "end_offset": 3}]
    (tmp_path / "d.jsonl").write_text(
        json.dumps({"id": 12, "text": "Lào", "entities": entities, "relations": [], "Comments": []}), encoding="utf-8"
    )
    assert read(tmp_path / "d.jsonl", "doccano") == [Document("12", "Lào", (Span(0, 3, "PLACE"),))]


def test_csv_is_what_python_reads(tmp_path: Path) -> None:
    write(tmp_path / "h.csv", [HARD])
    with (tmp_path / "h.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [HARD.text, "Lào", "V02", "Cao Bằng"]
