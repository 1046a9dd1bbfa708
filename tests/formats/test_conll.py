from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from tests.formats.strategies import corpus
from viborder.document import Document, Span, outermost
from viborder.errors import ViborderError
from viborder.formats import jsonl, read, write
from viborder.text import sentences

GOLD = Path("annotations/gold.jsonl")


@given(corpus())
def test_texts_and_outermost_spans_come_back(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.conll"
    write(path, documents)
    back = read(path)
    for before, after in zip(documents, back, strict=True):
        assert (before.id, before.text) == (after.id, after.text)
        bounds = [end for _, end in sentences(before.text)[:-1]]
        kept = [span for span in outermost(before.spans) if not any(span.start < end < span.end for end in bounds)]
        assert list(after.spans) == kept


def test_the_gold_comes_back_flat_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    gold = jsonl.read(GOLD)
    lost = write(tmp_path / "gold.conll", gold)
    flat = [document.with_spans(outermost(document.spans)) for document in gold]
    assert lost == {
        "nested spans": sum(len(g.spans) - len(f.spans) for g, f in zip(gold, flat, strict=True)),
        "private spans": sum(len(g.private) for g in gold),
    }
    assert read(tmp_path / "gold.conll") == [replace(document, private=()) for document in flat]


def test_white_space_at_the_ends_of_a_span_is_cut_and_counted(tmp_path: Path) -> None:
    document = Document("a", "ở Lào .", (Span(1, 6, "PLACE"), Span(5, 6, "PLACE")))
    assert write(tmp_path / "a.conll", [document]) == {"white space at the ends of spans": 2}
    assert read(tmp_path / "a.conll")[0].spans == (Span(2, 5, "PLACE"),)


def test_metadata_comes_back(tmp_path: Path) -> None:
    document = Document("a", "Lào.", (Span(0, 3, "PLACE"),), meta={"outlet": "QNO", "date": None})
    write(tmp_path / "a.conll", [document])
    assert dict(read(tmp_path / "a.conll")[0].meta) == {"outlet": "QNO", "date": None}


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        # CoNLL-2003 with its four columns and document marks; IOB1, where an entity may begin with I-
        (
            ["-DOCSTART- -X- O O", "", "EU NNP I-NP I-ORG", "rejects VBZ I-VP O", "", "Peter NNP I-NP I-PER"],
            ["EU rejects\nPeter"],
        ),
        (
            ["EU S-ORG", "", "Bản B-PER", "Nhàn E-PER"],
            ["EU", "Bản Nhàn"],
        ),  # IOBES, no document marks: one document a sentence
        (
            ["EU E-ORG", "Bản I-PER", "Nhàn E-PER", "Peter E-PER"],
            ["EU Bản Nhàn Peter"],
        ),  # IOE2, two of a type side by side
        (["EU U-ORG", "Bản B-PER", "Thị I-PER", "Nhàn L-PER"], ["EU Bản Thị Nhàn"]),  # BILOU
        (["# global.columns = TOKEN TAG", "#\tO", "EU\tB-ORG"], ["# EU"]),  # a token `#` is no comment
    ],
)
def test_files_from_elsewhere(tmp_path: Path, lines: list[str], texts: list[str]) -> None:
    (tmp_path / "x.conll").write_text("\n".join(lines), encoding="utf-8")
    documents = read(tmp_path / "x.conll")
    assert [document.text for document in documents] == texts
    found = Counter(document.slice(span) for document in documents for span in document.spans)
    assert found["EU"] == 1
    assert all(name in {"EU", "Peter", "Bản Nhàn", "Bản Thị Nhàn"} for name in found)


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.conll"
    path.write_text(
        '# id = a\n# text = "Lào ta"\nLào\tB-PLACE\nmình\tO\n\nmột\nhai\tB-\nba\tX-PLACE\n\n# id = a\nx\tO\n',
        encoding="utf-8",
    )
    with pytest.raises(ViborderError) as caught:
        read(path)
    found = {(problem.where.removeprefix(f"{path}:"), problem.rule) for problem in caught.value.problems}
    assert found == {
        ("1", "conll-text-differs"),
        ("6", "conll-columns"),
        ("7", "conll-tag"),
        ("8", "conll-tag"),
        ("10", "id-twice"),
    }
