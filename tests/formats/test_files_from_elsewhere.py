"""Files as other tools, spreadsheets and people write them: read right, or refused with their place; never in
silence.
"""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.eval.counting import inputs
from viborder.formats import read, write


def refused(path: Path, *arguments, **options) -> list[tuple[str, str]]:
    with pytest.raises(ViborderError) as caught:
        read(path, *arguments, **options)
    return [(problem.rule, problem.where.replace(str(path), "")) for problem in caught.value.problems]


def spans_of(document: Document) -> list[tuple[str, str]]:
    return [(document.slice(span), span.label) for span in document.spans]


# --- columns -------------------------------------------------------------------------------------------------------


def columns(tmp_path: Path, text: str, name: str = "a.conll") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


@pytest.mark.parametrize(
    ("text", "tokens", "tags"),
    [
        ("#VietNam B-PLACE\nthắng O\n\n", ["#VietNam", "thắng"], ["B-PLACE", "O"]),  # a hashtag is a token
        ("# O\n1 B-QUANTITY\n\n", ["#", "1"], ["O", "B-QUANTITY"]),
        ("#VietNam\tB-PLACE\nthắng\tO\n\n", ["#VietNam", "thắng"], ["B-PLACE", "O"]),
        ("thắng O\n#VietNam B-PLACE\n\n", ["thắng", "#VietNam"], ["O", "B-PLACE"]),
        ("# sent_id = B-25\nHà\tB-PLACE\n\n", ["Hà"], ["B-PLACE"]),  # comments whose last word looks like a tag
        ("# sent_id = B-25\nHà B-PLACE\n\n", ["Hà"], ["B-PLACE"]),
        ("# newdoc id = O\nHà B-PLACE\n\n", ["Hà"], ["B-PLACE"]),
        ("# a remark\nHà B-PLACE\n\n", ["Hà"], ["B-PLACE"]),
        (
            "thu O\n1\u00a0000 B-QUANTITY\nkg I-QUANTITY\n",
            ["thu", "1\u00a0000", "kg"],
            ["O", "B-QUANTITY", "I-QUANTITY"],
        ),
        ("1\u2009000 N B-QUANTITY\n", ["1\u2009000"], ["B-QUANTITY"]),  # a thin blank parts no columns
        ("a\u2028b O\n", ["a\u2028b"], ["O"]),
        ("\u00a0\tO\nHà\tB-PLACE\n", ["\u00a0", "Hà"], ["O", "B-PLACE"]),  # a token of a no-break space alone
        ("Công an\tO\nHà Nội\tB-PLACE\n\n", ["Công an", "Hà Nội"], ["O", "B-PLACE"]),  # a blank between tabs
        ("Hà   B-PLACE\nNội \t I-PLACE\n", ["Hà", "Nội"], ["B-PLACE", "I-PLACE"]),
        ("<s>\nHà B-PLACE\n</s>\n", ["Hà"], ["B-PLACE"]),
        ("EU NNP I-NP I-ORG\n", ["EU"], ["I-ORG"]),  # chunks beside entities, as in CoNLL-2003
    ],
)
def test_one_reader_for_documents_and_for_scores(tmp_path: Path, text: str, tokens: list[str], tags: list[str]) -> None:
    path = columns(tmp_path, text)
    sides = inputs.read([path, path])
    assert [tag for sentence in sides[0].scored for tag in sentence] == tags
    (document,) = read(path)
    assert document.text == " ".join(tokens)
    assert len(document.spans) == sum((tag[0] in "BI" and tag[:2] != "I-") or tag == "I-ORG" for tag in tags)


def test_given_tokens_are_kept(tmp_path: Path) -> None:
    (document,) = read(columns(tmp_path, "Công an\tO\nHà_Nội,\tO\n63kg\tB-QUANTITY\n"))
    assert [document.text[slice(*token)] for token in document.tokens] == ["Công", "an", "Hà_Nội,", "63kg"]
    write(tmp_path / "own.conll", [document])
    assert read(tmp_path / "own.conll")[0].tokens is None  # its `# text` says how the text stood


def test_words_joined_by_underscores_are_read_as_their_syllables_and_counted(tmp_path: Path) -> None:
    lost: Counter[str] = Counter()
    (document,) = read(columns(tmp_path, "ở O\nHà_Nội B-PLACE\nvà O\n__ O\na_1 O\n_ O\n"), None, lost)
    assert document.text == "ở Hà Nội và __ a 1 _" and spans_of(document) == [("Hà Nội", "PLACE")]
    assert lost == {"words joined by _, read as their syllables": 2}


VLSP = "Công\tN\tB-NP\tB-ORG\tO\nan\tN\tI-NP\tI-ORG\tO\nHà\tNp\tI-NP\tI-ORG\tB-LOC\nNội\tNp\tI-NP\tI-ORG\tI-LOC\n"


def test_two_columns_of_entity_tags_are_refused_until_one_is_named(tmp_path: Path) -> None:
    path = columns(tmp_path, VLSP)
    assert refused(path) == [("conll-two-tag-columns", "")]
    assert spans_of(read(path, tag_column="4")[0]) == [("Công an Hà Nội", "ORG")]
    assert spans_of(read(path, tag_column="5")[0]) == [("Hà Nội", "LOC")]
    assert spans_of(read(path, tag_column="4,5")[0]) == [("Công an Hà Nội", "ORG"), ("Hà Nội", "LOC")]
    assert refused(path, tag_column="6")[0] == ("conll-columns", ":1")
    assert refused(path, tag_column="eins")[0][0] == "tag-column"
    with pytest.raises(ViborderError, match="conll-two-tag-columns"):
        inputs.read([path, path])
    assert inputs.read([path, path], tag_column="4")[0].scored == [["B-ORG", "I-ORG", "I-ORG", "I-ORG"]]


@pytest.mark.parametrize(("tag", "label"), [("b-PER", "PER"), ("B_PER", "PER"), ("u-per", "per"), ("S-PER", "PER")])
def test_tags_in_other_letters_are_read(tmp_path: Path, tag: str, label: str) -> None:
    assert spans_of(read(columns(tmp_path, f"An {tag}\nđi o\n"))[0]) == [("An", label)]


def test_the_comments_of_universal_dependencies_are_read(tmp_path: Path) -> None:
    text = (
        "# sent_id = 1\n# text = Hà Nội, đẹp\nHà\tB-PLACE\nNội\tI-PLACE\n,\tO\nđẹp\tO\n\n# text = Huế\nHuế\tB-PLACE\n"
    )
    one, two = read(columns(tmp_path, text))
    assert one.text == "Hà Nội, đẹp" and spans_of(one) == [("Hà Nội", "PLACE")] and two.text == "Huế"
    apart = "# text = Hà Huế\nHà\tO\nNội\tO\n"
    assert refused(columns(tmp_path, apart, "b.conll")) == [("conll-text-differs", ":1")]
    assert refused(columns(tmp_path, '# id = a\n# text = "Hà\nHà\tO\n', "c.conll")) == [("conll-comment", ":1")]


@pytest.mark.parametrize("name", ["a.CONLL", "a.tsv", "a.bio", "a.iob2", "a.conllu", "a.conll.gz", "a.Tsv.GZ"])
def test_endings_of_columns(tmp_path: Path, name: str) -> None:
    data = "Huế\tB-PLACE\n".encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.lower().endswith("gz") else data)
    assert spans_of(read(tmp_path / name)[0]) == [("Huế", "PLACE")]


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"id": "a", "text": "b"}\n' * 100)[:-9])
    assert refused(tmp_path / "a.jsonl.gz")[0][0] == "file-unreadable"
    (tmp_path / "b.json.gz").write_bytes(b"no archive")
    assert refused(tmp_path / "b.json.gz")[0][0] == "file-unreadable"


# --- Label Studio --------------------------------------------------------------------------------------------------

REGION = {"type": "labels", "value": {"start": 0, "end": 6, "text": "Hà Nội", "labels": ["PLACE"]}}


def export(tmp_path: Path, **task) -> Path:
    (tmp_path / "e.json").write_text(json.dumps([{"data": {"text": "Hà Nội"}} | task]), encoding="utf-8")
    return tmp_path / "e.json"


@pytest.mark.parametrize(
    ("task", "count", "lost"),
    [
        ({"annotations": [], "predictions": [286]}, 0, {"predictions given as ids only": 1}),
        ({"annotations": [7, 8]}, 0, {"annotations given as ids only": 2}),
        ({"annotations": [{"result": [REGION]}], "predictions": [286]}, 1, {"predictions given as ids only": 1}),
        ({"completions": [{"result": [REGION]}]}, 1, {}),
        ({"completions": [{"result": [REGION], "was_cancelled": True}], "predictions": [{"result": [REGION]}]}, 1, {}),
        ({"annotations": None, "predictions": None}, 0, {}),
        ({"annotations": [{"result": None}]}, 0, {}),
        ({"annotations": [{"result": [{"value": {"labels": None}}]}]}, 0, {"regions that are no spans": 1}),
        ({"annotations": [{"result": [7]}]}, 0, {"regions that are no spans": 1}),
    ],
)
def test_label_studio_exports_of_all_ages(tmp_path: Path, task: dict, count: int, lost: dict) -> None:
    found: Counter[str] = Counter()
    (document,) = read(export(tmp_path, **task), None, found)
    assert len(document.spans) == count and +found == lost


@pytest.mark.parametrize(
    "task",
    [{"annotations": {"result": []}}, {"annotations": ["x"]}, {"annotations": [{"result": {}}]}, {"predictions": 3}],
)
def test_label_studio_records_of_another_shape_are_refused_with_their_place(tmp_path: Path, task: dict) -> None:
    assert refused(export(tmp_path, **task)) == [("record-malformed", " task 0 id=e-00000")]


def test_offsets_in_utf16_units_are_refused(tmp_path: Path) -> None:
    region = {"type": "labels", "value": {"start": 5, "end": 13, "text": "Cao Bằng", "labels": ["PLACE"]}}
    path = export(tmp_path, data={"text": "💩 ở Cao Bằng."}, annotations=[{"result": [region]}])
    assert refused(path) == [("span-text-differs", ' task 0 id=e-00000 [5:13] "ao Bằng."')]
    region["value"] |= {"start": 4, "end": 12, "text": " Cao\\nBằng"}  # the browser's text of a drawn region
    assert (
        len(read(export(tmp_path, data={"text": "💩 ở Cao Bằng."}, annotations=[{"result": [region]}]))[0].spans) == 1
    )


def test_a_text_under_another_key_is_named(tmp_path: Path) -> None:
    path = export(tmp_path, data={"noi_dung": "Hà Nội"}, annotations=[{"result": [REGION]}])
    with pytest.raises(ViborderError, match="--text-key noi_dung"):
        read(path)
    assert spans_of(read(path, text_key="noi_dung")[0]) == [("Hà Nội", "PLACE")]
    (tmp_path / "a.csv").write_text("id,start,end,label,text\na,0,3,,Lào\n", encoding="utf-8")
    assert refused(tmp_path / "a.csv", text_key="x")[0][0] == "option-unused"


# --- JSON Lines of other tools -------------------------------------------------------------------------------------


def json_lines(tmp_path: Path, *records) -> Path:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (tmp_path / "d.jsonl").write_text(text, encoding="utf-8")
    return tmp_path / "d.jsonl"


@pytest.mark.parametrize(
    ("format", "record", "rule"),
    [
        ("doccano", {"annotations": [{"label": 2, "start_offset": 0, "end_offset": 6}]}, "labels-are-ids"),
        ("doccano", {"label": [[0, 6, 2]]}, "labels-are-ids"),
        ("doccano", {"entities": [{"label": 2, "start_offset": 0, "end_offset": 6}]}, "labels-are-ids"),
        ("doccano", {"meta": "{}"}, "record-malformed"),
        ("doccano", {"label": {"0": 6}}, "record-malformed"),
        ("prodigy", {"spans": ["x"]}, "record-malformed"),
        ("prodigy", {"spans": {"start": 0}}, "record-malformed"),
        ("prodigy", {"meta": [1]}, "record-malformed"),
    ],
)
def test_records_of_another_shape_are_refused(tmp_path: Path, format: str, record: dict, rule: str) -> None:
    assert [found for found, _ in refused(json_lines(tmp_path, {"text": "Hà Nội"} | record), format)] == [rule]


def test_what_doccano_and_prodigy_hold_beside_is_counted(tmp_path: Path) -> None:
    lost: Counter[str] = Counter()
    records = [{"id": 1, "text": "a", "comments": 3}, {"id": 2, "text": "b", "comments": ["x", "y"], "label": None}]
    assert [document.id for document in read(json_lines(tmp_path, *records), "doccano", lost)] == ["1", "2"]
    assert +lost == {"comments": 3}
    old = {
        "id": 1,
        "text": "Hà Nội",
        "annotations": [{"label": "PLACE", "start_offset": 0, "end_offset": 6, "user": 1}],
    }
    assert spans_of(read(json_lines(tmp_path, old), "doccano")[0]) == [("Hà Nội", "PLACE")]


@pytest.mark.parametrize("format", ["doccano", "prodigy"])
def test_an_id_that_stands_twice_is_refused(tmp_path: Path, format: str) -> None:
    record = {"id": 5, "text": "Hà Nội", "meta": {"id": "5"}}
    assert refused(json_lines(tmp_path, record, record), format) == [("id-twice", " id=5")]


@pytest.mark.parametrize("format", ["jsonl", "doccano", "prodigy"])
def test_half_a_surrogate_pair_is_refused(tmp_path: Path, format: str) -> None:
    (tmp_path / "s.jsonl").write_text('{"id": "a", "text": "Hà Nội \\ud83d"}\n', encoding="utf-8")
    assert refused(tmp_path / "s.jsonl", format)[0][0] == "text-not-unicode"


# --- DocBin --------------------------------------------------------------------------------------------------------


def docbin(tmp_path: Path, *ids, group: list[tuple[int, int]] | None = None) -> Path:
    made = []
    for identity in ids:
        doc = spacy.blank("xx")("Hà Nội và Huế")
        doc.ents = [doc.char_span(0, 6, "PLACE")]
        doc.user_data["id"] = identity
        if group is not None:
            doc.spans["sc"] = [doc.char_span(*span, "PLACE") for span in group]
        made.append(doc)
    DocBin(docs=made, store_user_data=True).to_disk(tmp_path / "s.spacy")
    return tmp_path / "s.spacy"


@pytest.mark.parametrize(
    ("group", "texts", "lost"),
    [
        (None, ["Hà Nội"], {}),
        ([], ["Hà Nội"], {}),
        ([(10, 13)], ["Huế"], {"entities of doc.ents beside the group sc": 1}),
        ([(0, 6), (10, 13)], ["Hà Nội", "Huế"], {}),
    ],
)
def test_entities_and_the_span_group_of_a_docbin(tmp_path: Path, group, texts: list[str], lost: dict) -> None:
    found: Counter[str] = Counter()
    (document,) = read(docbin(tmp_path, "a", group=group), None, found)
    assert [document.slice(span) for span in document.spans] == texts and +found == lost


def test_ids_of_a_docbin_are_strings_that_stand_once(tmp_path: Path) -> None:
    (document,) = read(docbin(tmp_path, 7))
    write(tmp_path / "o.jsonl", [document])
    assert read(tmp_path / "o.jsonl")[0].id == "7"
    assert refused(docbin(tmp_path, 7, "7")) == [("id-twice", " id=7")]


# --- CSV -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", list('\u2028\u2029\u0085\f\v\x1c\x1d\n\t\u00a0,"'))
def test_csv_keeps_every_character(tmp_path: Path, mark: str) -> None:
    document = Document("a", f"Hà Nội{mark}ở Cao Bằng", (Span(0, 6, "PLACE"), Span(9, 17, "PLACE")))
    write(tmp_path / "u.csv", [document])
    assert read(tmp_path / "u.csv") == [document]


def test_csv_of_a_spreadsheet(tmp_path: Path) -> None:
    head = "id,start,end,label,text,score\na,0,6,,Hà Nội,\n"
    path = tmp_path / "k.csv"
    lost: Counter[str] = Counter()
    path.write_text(head + ",,,,,\n" + 'a,0,6,PLACE,Hà Nội,"0,93"\n, , ,,,\n', encoding="utf-8")
    (document,) = read(path, None, lost)
    assert document.spans[0].score == 0.93 and +lost == {"blank rows": 2}
    rows = ["a,0,6,PLACE,Hà Nội,hoch", "a,²,6,PLACE,Hà Nội,", ",0,6,PLACE,Hà Nội,", "a,0,6,PLACE,Hà Nội,1e999999"]
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    assert [rule for rule, _ in refused(path)] == ["csv-row", "csv-row", "id-missing", "csv-row"]


# --- folders -------------------------------------------------------------------------------------------------------


def test_folders_are_read_in_any_case_and_subfolders_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in/sub").mkdir(parents=True)
    for name in ("a.txt", "b.TXT", "sub/c.txt"):
        (tmp_path / "in" / name).write_text("Lào", encoding="utf-8")
    lost: Counter[str] = Counter()
    assert [document.id for document in read(tmp_path / "in", None, lost)] == ["a", "b"]
    assert +lost == {"subfolders that were not read": 1}
    (tmp_path / "outer/in").mkdir(parents=True)
    assert refused(tmp_path / "outer") == [("folder-empty", "")]
