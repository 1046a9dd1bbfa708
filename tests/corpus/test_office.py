"""Word documents, PDF and Notepad's UTF-16 become documents; of a folder the good files, each other one named."""

import io
import sys
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.corpus.collect import collect
from viborder.errors import ViborderError
from viborder.files import read_text
from viborder.formats import jsonl
from viborder.formats.sniff import refuse_other_than_text
from viborder.tag.texts import Reader

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TRACKED = f"""<w:p {WORD}><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>
<w:r><w:t xml:space="preserve">Bắt </w:t></w:r><w:del w:id="1"><w:r><w:delText>ba</w:delText></w:r></w:del>
<w:moveFrom w:id="2"><w:r><w:t>bốn</w:t></w:r></w:moveFrom>
<w:ins w:id="3"><w:r><w:t>hai người</w:t></w:r></w:ins><w:r><w:tab/><w:t>ở Lào</w:t><w:br/><w:t>hôm qua.</w:t></w:r></w:p>"""
BOX = f"""<w:p {WORD} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>Ảnh: </w:t></w:r>
<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>TTXVN</w:t></w:r></w:p></w:txbxContent>
</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>TTXVN</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
</mc:AlternateContent></w:r></w:p>"""


def word(path: Path, *paragraphs: str) -> None:
    """A document with paragraphs, or raw XML of some, and a table of two cells at the end."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for paragraph in paragraphs:
        if paragraph.startswith("<"):
            document.element.body.insert_element_before(docx.oxml.parse_xml(paragraph), "w:sectPr")
        else:
            document.add_paragraph(paragraph)
    if paragraphs:
        cells = document.add_table(rows=1, cols=2).rows[0].cells
        cells[0].text, cells[1].text = "Tang vật", "30 kg"
    document.save(path)


def pdf(path: Path, *pages: list[str]) -> None:
    """A PDF 1.4 of pages of lines, whose one-byte codes a ToUnicode table turns into letters."""
    letters = sorted({letter for page in pages for line in page for letter in line})
    table = "".join(f"<{code:02x}> <{ord(letter):04x}>\n" for code, letter in enumerate(letters, 1))
    cmap = f"begincmap\n1 begincodespacerange <00> <ff> endcodespacerange\n{len(letters)} beginbfchar\n{table}endbfchar\nendcmap"
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 4 0 R>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    ]
    for number, page in enumerate(pages):
        rows = "".join(f"<{''.join(f'{letters.index(c) + 1:02x}' for c in line)}> Tj T*\n" for line in page)
        shown = f"BT /F 12 Tf 14 TL 72 700 Td\n{rows}ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents {6 + 2 * number} 0 R>>",
            f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
        ]
    data, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(f"{len(data):010} 00000 n \n")
        data += f"{number} 0 obj\n{each}\nendobj\n"
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{''.join(places)}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF"
    path.write_bytes((data + end).encode("ascii"))


def test_paragraphs_of_a_word_document_are_lines_with_what_was_inserted_and_without_what_was_deleted(tmp_path):
    word(tmp_path / "a.docx", unicodedata.normalize("NFD", "Công an tỉnh Sơn La"), TRACKED, "", BOX)
    done = collect([tmp_path / "a.docx"], tmp_path / "documents.jsonl")
    assert done.added[0].text == (
        "Công an tỉnh Sơn La\nBắt hai người\tở Lào\nhôm qua.\n\nẢnh: \nTTXVN\nTang vật\n30 kg\n"
    )
    assert done.notes == [f"{tmp_path / 'a.docx'}: text normalised to NFC"]


def test_pages_of_a_pdf_are_joined_by_line_ends_and_those_without_text_are_told(tmp_path):
    pytest.importorskip("pypdf")
    pdf(tmp_path / "a.pdf", ["Công an tỉnh Điện Biên bắt ng-", "hi can."], [], ["Tối 12/4."])
    done = collect([tmp_path / "a.pdf"], tmp_path / "documents.jsonl")
    assert done.added[0].text == "Công an tỉnh Điện Biên bắt ng-\nhi can.\nTối 12/4.\n"
    assert done.notes == [f"{tmp_path / 'a.pdf'}: pages without text passed over: 2 (of 3)"]


@pytest.mark.parametrize("kind", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_notepad_is_read_as_utf_8_is(tmp_path, kind):
    text = "\ufeff" + unicodedata.normalize("NFD", "Công an tỉnh Cao Bằng") + "\r\nbắt 𝟐 người.\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode(kind))
    done = collect([tmp_path / "a.txt"], tmp_path / "documents.jsonl")
    assert done.added[0].text == "Công an tỉnh Cao Bằng\nbắt 𝟐 người.\n" and len(done.notes) == 2


@pytest.mark.parametrize("text", ["Công an tỉnh Cao Bằng\n", '{"id": "a", "text": "Công an tỉnh Cao Bằng\\n"}\n'])
def test_what_is_piped_in_utf_16_is_read_too(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-16"))))
    assert [document.text for document in Reader().documents([Path("-")])] == ["Công an tỉnh Cao Bằng\n"]


def test_json_in_utf_16_is_not_taken_for_a_text(tmp_path):
    (tmp_path / "a.txt").write_bytes('{"id": "a", "text": "Lào"}'.encode("utf-16"))
    with pytest.raises(ViborderError, match="text-holds-data"):
        refuse_other_than_text([tmp_path / "a.txt"])


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"\xff\xfeC\0o", "not-utf8"),  # half a unit at the end
        (b"\xff\xfe\x3d\xd8C\0", "not-utf8"),  # half a surrogate pair
        (b"\xff\xfe \0\n\0", "file-empty"),
    ],
)
def test_broken_utf_16_is_refused(tmp_path, data, rule):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(ViborderError) as error:
        read_text(tmp_path / "a.txt")
    assert [problem.rule for problem in error.value.problems] == [rule]


def test_of_a_folder_the_good_files_are_taken_and_each_other_one_is_named(tmp_path):
    pytest.importorskip("pypdf")
    folder, out = tmp_path / "texts", tmp_path / "documents.jsonl"
    (folder / "more").mkdir(parents=True)
    (folder / "good.txt").write_text("Công an tỉnh Cao Bằng bắt hai người.", encoding="utf-8")
    word(folder / "good2.DOCX", "Bộ đội biên phòng Hà Tĩnh thu giữ 30 kg ma túy.")
    word(folder / "blank.docx")
    pdf(folder / "scanned.pdf", [], [])
    for name in ("broken.docx", "broken.pdf", "empty.pdf", "a.xlsx", "b.jpg", "c.doc", "none", "latin.txt"):
        (folder / name).write_bytes(b"" if name == "empty.pdf" else b"PK\x03\x04 \xf4")
    for name in ("README.md", ".DS_Store", "~$good2.docx", "SHA256SUMS"):
        (folder / name).write_bytes(b"\xf4")
    found = CliRunner().invoke(app, ["collect", str(folder), "--out", str(out), "--strict"])
    assert isinstance(found.exception, ViborderError) and not out.exists()
    found = CliRunner().invoke(app, ["collect", str(folder), "--out", str(out)])
    assert isinstance(found.exception, ViborderError)
    assert [document.id for document in jsonl.read(out)] == ["good", "good2"]
    told = {(Path(problem.where).name, problem.rule) for problem in found.exception.problems}
    assert told == {
        ("a.xlsx", "format-unknown"),
        ("b.jpg", "format-unknown"),
        ("blank.docx", "document-without-text"),
        ("broken.docx", "document-unreadable"),
        ("broken.pdf", "document-unreadable"),
        ("c.doc", "format-unknown"),
        ("empty.pdf", "document-unreadable"),
        ("latin.txt", "not-utf8"),
        ("more", "format-unknown"),
        ("none", "format-unknown"),
        ("scanned.pdf", "document-without-text"),
    }


@pytest.mark.parametrize(("name", "module"), [("a.docx", "docx"), ("a.pdf", "pypdf")])
def test_a_library_that_is_not_there_names_its_extra(tmp_path, monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(ViborderError) as error:
        collect([tmp_path / name], tmp_path / "documents.jsonl")
    assert [(problem.rule, problem.hint) for problem in error.value.problems] == [
        ("extra-missing", "pip install 'viborder[texts]'")
    ]
