"""What the default tagger promises: the same bytes, legal nesting, clear errors, nothing half-written."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document, Span
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.train import load, train
from viborder.train.augment import augmented
from viborder.train.crf.known import find_known, lengths_of
from viborder.train.crossval import crossval

GOLD = Path("annotations/gold.jsonl")
RECIPE = Path("train/crf.yaml")
QUICK = ("iterations=15", "copies=0", "folds=2", "genre=[]")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "crf"
    train(RECIPE, jsonl.read(GOLD), folder, overrides=QUICK)
    return folder


def rules(error: pytest.ExceptionInfo[ViborderError]) -> list[str]:
    return [problem.rule for problem in error.value.problems]


def test_same_input_same_model_same_bytes(model: Path, tmp_path: Path) -> None:
    train(RECIPE, jsonl.read(GOLD), tmp_path / "again", overrides=QUICK)
    assert sorted(path.name for path in model.iterdir()) == [
        "README.md",
        "corrections.tsv",
        "inside.features.txt",
        "inside.npz",
        "known.tsv",
        "model.json",
        "outer.features.txt",
        "outer.npz",
    ]
    for path in model.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_a_known_mention_ends_where_the_text_ends() -> None:
    known = {("lao", "bảo"): "PLACE", ("lao", "bảo", "mới"): "PLACE"}
    assert find_known(["đến", "Lao", "Bảo"], known, lengths_of(known)) == [(1, 3, "PLACE")]


def test_tags_do_not_depend_on_the_company(model: Path) -> None:
    documents = jsonl.read(GOLD)
    together = list(load(model).tag(documents))
    alone = [found for document in documents for found in load(model).tag([document])]
    assert [[(span, span.score) for span in found.spans] for found in together] == [
        [(span, span.score) for span in found.spans] for found in alone
    ]


def test_spans_nest_and_never_cross(model: Path) -> None:
    for found in load(model).tag(jsonl.read(GOLD)):
        assert not any(one.crosses(other) for one in found.spans for other in found.spans)
        assert all(
            0 <= (span.score or -1) <= 1 and found.slice(span).strip() == found.slice(span) for span in found.spans
        )
        assert len(set(found.spans)) == len(found.spans)


def test_crossval_leaves_the_document_out(tmp_path: Path) -> None:
    documents = jsonl.read(GOLD)[:3]
    found = list(crossval(RECIPE, documents, out=tmp_path, overrides=QUICK))
    assert [document.id for document in found] == [document.id for document in documents]
    for document in documents:
        card = json.loads((tmp_path / document.id / "model.json").read_text())
        assert card["documents"] == [other.id for other in documents if other is not document]


def test_empty_and_odd_texts(model: Path) -> None:
    texts = ["", " \n ", "a", "Công an", "🙂", "\n\n1.\n"]
    found = list(load(model).tag([Document(str(number), text) for number, text in enumerate(texts)]))
    assert [document.text for document in found] == texts


def test_recipe_problems_come_all_at_once(tmp_path: Path) -> None:
    recipe = tmp_path / "bad.yaml"
    recipe.write_text("kind: crf\ntemplates: ['word[0]']\ninside: ['word[0]']\ncolour: red\nc1: much\n")
    with pytest.raises(ViborderError) as error:
        train(recipe, jsonl.read(GOLD), tmp_path / "out", overrides=["c2=-1"])
    assert sorted(rules(error)) == ["recipe-bad-value", "recipe-bad-value", "recipe-unknown-key"]
    assert not (tmp_path / "out").exists()


def test_an_old_name_of_a_key_is_told_with_the_new_one(tmp_path: Path) -> None:
    with pytest.raises(ViborderError, match=r"`speech` has a new name \(write `vote_for`"):
        train(RECIPE, jsonl.read(GOLD), tmp_path / "out", overrides=["speech=[2.0]"])


@pytest.mark.parametrize(
    ("override", "rule"),
    [
        ("c2", "override-malformed"),
        ("templates=[word]", "template-malformed"),
        ("templates=['wrd[0]']", "template-unknown"),
        ("kind=svm", "recipe-kind"),
    ],
)
def test_bad_overrides(tmp_path: Path, override: str, rule: str) -> None:
    with pytest.raises(ViborderError) as error:
        train(RECIPE, jsonl.read(GOLD)[:1], tmp_path / "out", overrides=[override])
    assert rules(error) == [rule]


def test_documents_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(ViborderError) as error:
        train(RECIPE, [Document("a", "Lào")], tmp_path / "out")
    assert rules(error) == ["nothing-to-learn"]
    with pytest.raises(ViborderError) as error:
        train(RECIPE, [Document("a", "Lào", (Span(0, 2, "PLACE"),))], tmp_path / "out")
    assert rules(error) == ["span-splits-token"]


def test_damaged_and_foreign_models(model: Path, tmp_path: Path) -> None:
    def broken(name: str, data: bytes) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for path in model.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / name).write_bytes(data)
        return folder

    cases = [
        (tmp_path / "none", "model-missing"),
        (GOLD, "model-missing"),
        (broken("outer.npz", (model / "outer.npz").read_bytes()[:-1]), "model-damaged"),
        (broken("outer.features.txt", b"x\n"), "model-damaged"),
        (broken("model.json", b'{"format": "viborder-crf"'), "model-damaged"),
    ]
    for folder, rule in cases:
        with pytest.raises(ViborderError) as error:
            load(folder)
        assert rules(error) == [rule], folder
    (tmp_path / "foreign").mkdir()
    for content in (
        '{"a": 1}',
        '{"format": "spacy", "format_version": 1}',
        json.dumps({"format": "viborder-crf", "format_version": 99}),
    ):
        (tmp_path / "foreign" / "model.json").write_text(content)
        with pytest.raises(ViborderError) as error:
            load(tmp_path / "foreign")
        assert rules(error) == ["model-foreign"]


def test_tag_normalises_and_says_so(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Co\u0302ng an ti\u0309nh Cao Ba\u0306\u0300ng\r\nđã đến.".encode())
    result = CliRunner().invoke(app, ["tag", str(model), str(tmp_path / "a.txt")])
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record["id"] == "a"
    assert record["text"] == "Công an tỉnh Cao Bằng\nđã đến."
    assert all(record["text"][span["start"] : span["end"]] == span["text"] for span in record["spans"])
    assert "a: text normalised to NFC" in result.stderr
    piped = CliRunner().invoke(app, ["tag", str(model), "-"], input="Công an tỉnh Cao Bằng\nđã đến.")
    assert json.loads(piped.stdout)["spans"] == record["spans"]


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.txt", b"", "file-empty"),
        ("a.txt", b"\xff\xfe", "not-utf8"),
        ("a.txt", b"x" * (50 << 20), "file-too-large"),
        ("a.jsonl", b'{"id": "a", "text": "b"', "json-broken"),
        ("a.jsonl", b'{"id": "a"}\n', "text-missing"),
        ("a.jsonl", b"x" * (50 << 20), "line-too-long"),
        ("a.conll", b"\n\n", "file-empty"),
    ],
)
def test_bad_input_to_tag(model: Path, tmp_path: Path, name: str, data: bytes, rule: str) -> None:
    (tmp_path / name).write_bytes(data)
    out = tmp_path / ("out.conll" if name.endswith("conll") else "out.jsonl")
    result = CliRunner().invoke(app, ["tag", str(model), str(tmp_path / name), "-o", str(out)])
    assert isinstance(result.exception, ViborderError)
    assert [problem.rule for problem in result.exception.problems] == [rule]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_id_stands_once_among_all_inputs(model: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text("Lào")
    (tmp_path / "b" / "a.txt").write_text("Lào")
    (tmp_path / "c.jsonl").write_text('{"id": "a", "text": "Lào"}\n')
    inputs = [str(tmp_path / name) for name in ("a.txt", "b", "c.jsonl")]
    result = CliRunner().invoke(app, ["tag", str(model), *inputs, "-o", str(tmp_path / "out.jsonl")])
    assert isinstance(result.exception, ViborderError)
    assert [(problem.where, problem.rule) for problem in result.exception.problems] == [
        (f"{tmp_path}/b/a.txt id=a", "id-twice"),
        (f"{tmp_path}/c.jsonl:1 id=a", "id-twice"),
    ]
    kept = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in kept] == ["a"]  # the sound one is done
    strict = CliRunner().invoke(app, ["tag", str(model), *inputs, "--strict", "-o", str(tmp_path / "none.jsonl")])
    assert isinstance(strict.exception, ViborderError) and not (tmp_path / "none.jsonl").exists()


def test_conll_keeps_its_tokens(model: Path, tmp_path: Path) -> None:
    source = "# id = x\nCông\tO\nan\tO\ntỉnh\tO\nCao\tO\nBằng\tO\n\nCOVID-19\tO\n#\tO\n\n"
    (tmp_path / "a.conll").write_text(source)
    result = CliRunner().invoke(app, ["tag", str(model), str(tmp_path / "a.conll"), "-o", str(tmp_path / "b.conll")])
    assert result.exit_code == 0, result
    lines = (tmp_path / "b.conll").read_text().split("\n")
    assert [line.split("\t")[0] for line in lines] == [line.split("\t")[0] for line in source.split("\n")]
    assert lines[1] == "Công\tB-AGENCY"


def test_any_label_set(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("Hà B-LOC\nNội I-LOC\nmưa O\n\nHuế B-LOC\nnắng O\n\n" * 5)
    command = [
        "train",
        str(RECIPE),
        "--train",
        str(tmp_path / "a.conll"),
        "--out",
        str(tmp_path / "model"),
        "grammar=false",
    ]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result
    assert load(tmp_path / "model").labels == ["LOC"]
    command = ["tag", str(tmp_path / "model"), str(tmp_path / "a.conll"), "-o", str(tmp_path / "b.conll")]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert (tmp_path / "b.conll").read_text().startswith("Hà\tB-LOC\nNội\tI-LOC\nmưa\tO\n\n")


def test_an_id_with_a_tilde_is_an_id_like_any_other(tmp_path: Path) -> None:
    """Copies with other names stand beside documents whose ids look like those of copies; the model is the same."""
    documents = jsonl.read(GOLD)[:2]
    named = [replace(document, id=f"{documents[0].id}~{number}") for number, document in enumerate(documents)]
    kept = ("iterations=10", "copies=1", "folds=0", "genre=[]", "known=true")
    for name, some in (("plain", documents), ("tilde", named)):
        train(RECIPE, some, tmp_path / name, overrides=(*kept, "dropout=0.0"))
    plain, tilde = (load(tmp_path / name) for name in ("plain", "tilde"))
    assert len((tmp_path / "tilde" / "outer.features.txt").read_text()) > 10_000
    for one, other in zip(plain.tag(documents), tilde.tag(documents), strict=True):
        assert len(other.spans) > 0.9 * len(one.spans) > 0


def test_copies_have_ids_of_their_own_and_tokens_where_the_text_has_some() -> None:
    text = "Thu 14 kg ở Lạng Sơn ."
    spans = (Span(4, 9, "QUANTITY"), Span(12, 20, "PLACE"))
    given = Document("a", text, spans, tokens=tuple(match.span() for match in re.finditer(r"\S+", text)))
    (origin, copy), (other, twin) = augmented([given, replace(given, id="a~1")], 1, 0)
    assert (origin, other) == ("a", "a~1")
    assert len({"a", "a~1", copy.id, twin.id}) == 4
    for made in (copy, twin):
        assert [made.text[slice(*token)] for token in made.tokens or ()] == made.text.split()
