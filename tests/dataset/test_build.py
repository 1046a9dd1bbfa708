import hashlib
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import datasets
import mlcroissant
import pytest
import yaml

from tests.dataset.conftest import ANNOTATIONS, CORPUS
from viborder.corpus.collect import collect
from viborder.dataset import schema
from viborder.dataset.build import build
from viborder.dataset.sources import annotators, material
from viborder.document import Document, Span, outermost
from viborder.errors import Problem, ViborderError
from viborder.formats import jsonl
from viborder.publish.checks import dataset_problems

GOLD = ANNOTATIONS / "gold.jsonl"


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_input_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "again")
    assert digests(built) == digests(tmp_path / "again")


def test_sha256sum_accepts_the_checksums(built: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=built, check=True)


@pytest.mark.parametrize(("private", "text"), [("mask", "keep"), ("keep", "keep"), ("drop", "keep"), ("mask", "omit")])
def test_load_dataset_opens_every_config_as_stats_json_says(tmp_path: Path, private: str, text: str) -> None:
    facts = build(CORPUS, ANNOTATIONS, tmp_path / "d", private, text)
    path = str(tmp_path / "d")
    names = datasets.get_dataset_config_names(path)
    assert names == facts["configs"] == json.loads((tmp_path / "d/stats.json").read_text(encoding="utf-8"))["configs"]
    for name in names:
        whole = datasets.load_dataset(path, name)
        streamed = datasets.load_dataset(path, name, streaming=True)
        assert {split: list(rows) for split, rows in whole.items()} == {
            split: list(rows) for split, rows in streamed.items()
        }
    documents = datasets.load_dataset(path, "documents", split="train")
    assert len(documents) == facts["documents"] == 5
    assert Counter(span["label"] for row in documents for span in row["spans"]) == {
        label: counts["spans"] for label, counts in facts["by_label"].items()
    }
    if text == "keep":
        assert len(datasets.load_dataset(path, split="train")) == facts["sentences"]


def test_the_card_names_the_features_of_every_config(built: Path) -> None:
    """datasets before 4 cannot read those in the Parquet files (eval/benchmarks/readers.py tries it for real)."""
    import yaml

    head = yaml.safe_load((built / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert [info["config_name"] for info in head["dataset_info"]] == [item["config_name"] for item in head["configs"]]
    features = {info["config_name"]: info["features"] for info in head["dataset_info"]}
    assert all(features[f"fold_{number}"] == features["sentences"] for number in range(5))
    sizes = {info["config_name"]: info["download_size"] for info in head["dataset_info"]}
    for config, paths in (("documents", ["documents"]), ("fold_0", [f"sentences-{fold}" for fold in range(5)])):
        assert sizes[config] == sum((built / f"data/{path}.parquet").stat().st_size for path in paths)
    assert all(
        info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"]) for info in head["dataset_info"]
    )


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("config", ["documents", "passes", "synthetic", "sentences"])
def test_the_columns_are_what_datasets_makes_of_them(config: str, text: bool) -> None:
    features = datasets.Features.from_dict(schema.columns(config, text))
    assert features.to_dict() == schema.columns(config, text)
    assert schema.arrow_schema(config, text).equals(features.arrow_schema, check_metadata=True)
    assert schema.yaml_columns(config, text) == features._to_yaml_list()


def test_a_build_does_without_what_takes_memory_to_import(tmp_path: Path) -> None:
    lines = (
        "import sys",
        "from pathlib import Path",
        "from viborder.dataset.build import build",
        f"build(Path({str(CORPUS)!r}), Path({str(ANNOTATIONS)!r}), Path({str(tmp_path / 'd')!r}))",
        "print(sorted({'datasets', 'torch'} & set(sys.modules)))",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_sentences_carry_iob2_of_the_outermost_spans(tmp_path: Path) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "d", private="keep")
    rows = datasets.load_dataset(str(tmp_path / "d"), split="train")  # the default config
    names = rows.features["ner_tags"].feature.names
    gold = {document.id: document for document in jsonl.read(GOLD)}
    begun = sum(names[tag].startswith("B-") for row in rows for tag in row["ner_tags"])
    assert begun == sum(len(outermost(document.spans)) for document in gold.values())
    for row in rows:
        text = gold[row["document_id"]].text
        assert row["tokens"] == [text[start:end] for start, end in zip(row["starts"], row["ends"], strict=True)]


def test_a_fold_tests_on_one_document_and_trains_on_the_others(built: Path) -> None:
    tested = []
    for fold in range(5):
        splits = datasets.load_dataset(str(built), f"fold_{fold}")
        test = set(splits["test"]["document_id"])
        assert len(test) == 1
        assert not test & set(splits["train"]["document_id"])
        tested.extend(test)
    assert sorted(tested) == sorted(document.id for document in jsonl.read(GOLD))


def test_mlcroissant_accepts_the_metadata_and_reads_by_it(built: Path) -> None:
    dataset = mlcroissant.Dataset(jsonld=str(built / "croissant.json"))
    assert not dataset.metadata.issues.errors and not dataset.metadata.issues.warnings
    rows = list(dataset.records("records-documents"))
    gold = jsonl.read(GOLD)
    assert [row["records-documents/id"].decode() for row in rows] == [document.id for document in gold]
    spans = [[span["records-documents/spans/start"] for span in row["records-documents/spans"]] for row in rows]
    assert spans[2] == [span.start for span in gold[2].spans]  # nobody is masked in this one


def plain(text: str) -> str:
    marks = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return " ".join(marks.casefold().replace("đ", "d").split())


@pytest.mark.parametrize(("private", "text"), [("mask", "keep"), ("drop", "keep"), ("mask", "omit")])
def test_no_private_name_is_anywhere_in_the_package(tmp_path: Path, private: str, text: str) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "d", private, text)
    gold = jsonl.read(GOLD)
    names = {plain(document.slice(span)) for document in gold for span in document.private}
    assert len(names) == 4
    for path in (tmp_path / "d").rglob("*"):
        if path.suffix == ".parquet":
            content = json.dumps(datasets.Dataset.from_parquet(str(path)).to_list(), ensure_ascii=False)
            content += " " + " ".join(
                token for row in datasets.Dataset.from_parquet(str(path)) for token in row.get("tokens", ())
            )
        elif path.is_file():
            content = path.read_text(encoding="utf-8")
        else:
            continue
        for name in names | {"sinh nam 1974", "ban nhan"}:
            assert name not in plain(content), (path, name)


def test_a_name_in_the_source_of_a_text_is_hidden(tmp_path: Path) -> None:
    address = "https://example.org/truy-na-doan-thi-uyen.html"
    collect([Path("seeds")], tmp_path / "c.jsonl", {"source": address})
    for text in ("keep", "omit"):
        build(tmp_path / "c.jsonl", ANNOTATIONS, tmp_path / text, text=text)
        rows = datasets.load_dataset(str(tmp_path / text), "documents", split="train")
        assert set(rows["source"]) == {"https://example.org/truy-na-[NGƯỜI-1].html"}
        assert "doan-thi-uyen" not in (tmp_path / text / "README.md").read_text(encoding="utf-8")


def copy_of(tmp_path: Path) -> Path:
    shutil.copytree(ANNOTATIONS, tmp_path / "annotations")
    return tmp_path / "annotations"


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("gold.jsonl", '"label": "DRUG"', '"label": "DRUGS"', "label-unknown"),
        ("CHANGELOG.md", "## 0.1.0 — 2026-11-21", "## next", "version-missing"),
        ("CHANGELOG.md", "## 0.1.0 — 2026-11-21", "## 0.1.0", "version-undated"),
        ("CHANGELOG.md", "## 0.1.0", "## 0.1.0 — 2026-11-22\n\n## 0.1.0", "version-backwards"),
        ("annotators.yaml", "lm-b:", "lm-z:", "annotator-unknown"),
        ("annotators.yaml", "kind: language model,", "", "annotators-malformed"),
    ],
)
def test_faulty_annotations_make_no_package(tmp_path: Path, name: str, old: str, new: str, rule: str) -> None:
    path = copy_of(tmp_path) / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ViborderError) as caught:
        build(CORPUS, tmp_path / "annotations", tmp_path / "out")
    assert {problem.rule for problem in caught.value.problems} == {rule}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations"]


def test_a_document_keeps_its_fold_when_the_corpus_grows(tmp_path: Path) -> None:
    annotations = copy_of(tmp_path)
    corpus = tmp_path / "documents.jsonl"
    collect([Path("seeds")], corpus)
    (tmp_path / "000.txt").write_text(
        "Công an tỉnh Điện Biên họp.", encoding="utf-8"
    )  # before the others in the alphabet
    collect([tmp_path / "000.txt"], corpus)
    gold = jsonl.read(GOLD)
    jsonl.write(annotations / "gold.jsonl", [Document("000", "Công an tỉnh Điện Biên họp."), *gold])
    build(corpus, annotations, tmp_path / "grown")
    folds = {
        row["id"]: row["fold"] for row in datasets.load_dataset(str(tmp_path / "grown"), "documents", split="train")
    }
    assert folds == {document.id: fold for fold, document in enumerate(gold)} | {"000": 0}


def test_the_citation_is_the_versions(built: Path) -> None:
    cited = yaml.safe_load((built / "CITATION.cff").read_text(encoding="utf-8"))
    facts = json.loads((built / "stats.json").read_text(encoding="utf-8"))
    assert (cited["type"], cited["version"], str(cited["date-released"])) == (
        "dataset",
        facts["version"],
        facts["date"],
    )


def test_quantities_carry_their_values(built: Path) -> None:
    rows = datasets.load_dataset(str(built), "documents", split="train")
    said = {
        row["text"][amount["start"] : amount["end"]]: (amount["value"], amount["unit"], amount["approximate"])
        for row in rows
        for amount in row["quantities"]
    }
    assert said["168,55Kg"] == (168.55, "kg", False)
    assert said["567.800.000đ"] == (567_800_000, "VND", False)
    assert said["hơn 23.000 lượt"] == (23_000, "lượt", True)
    assert len(said) == 40


def test_the_card_shows_the_published_figures_with_their_intervals(tmp_path: Path) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "d", results=Path("eval/results.jsonl"))
    line = json.loads(Path("eval/results.jsonl").read_text(encoding="utf-8").splitlines()[0])
    row = next(
        row
        for row in (tmp_path / "d/README.md").read_text(encoding="utf-8").splitlines()
        if row.startswith(f"| {line['system']} | {line['task']} |")
    )
    assert (
        f"{100 * line['value']:.1f}" in row
        and f"{100 * line['interval'][0]:.1f} – {100 * line['interval'][1]:.1f}" in row
    )
    section = (tmp_path / "d/README.md").read_text(encoding="utf-8").partition("## Results\n")[2].partition("\n## ")[0]
    assert 5 < section.count("\n| ") < 12  # a table that is read in a minute


def test_a_folder_that_is_no_dataset_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(ViborderError, match="folder-not-empty"):
        build(CORPUS, ANNOTATIONS, tmp_path)
    assert (tmp_path / "mine.txt").exists()


def test_the_card_says_who_annotated_and_whether_it_was_reviewed(built: Path, tmp_path: Path) -> None:
    said = "not yet been reviewed by a Vietnamese-speaking annotator"
    assert said in (built / "README.md").read_text(encoding="utf-8")
    assert "no Vietnamese speaker has reviewed it" in (built / "README.md").read_text(encoding="utf-8")
    path = copy_of(tmp_path) / "annotators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("reviewed: false", "reviewed: true"), encoding="utf-8")
    build(CORPUS, tmp_path / "annotations", tmp_path / "out")
    assert said not in (tmp_path / "out/README.md").read_text(encoding="utf-8")


def test_the_card_loads_the_package_as_it_says(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (built / "README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(built)
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(code, {"PATH": str(built)})
    shown = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
    (row,) = (row for row in datasets.load_dataset(str(built), split="train") if row["id"] == shown["id"])
    assert {name: row[name] for name in shown} == shown
    configs = set(re.findall(r"^\| `(\w+)` \| [\d,]+ \|", text, re.MULTILINE))
    assert configs == set(datasets.get_dataset_config_names(str(built)))


@pytest.mark.parametrize("text", ["keep", "omit"])
def test_the_card_tells_every_column(tmp_path: Path, text: str) -> None:
    build(CORPUS, ANNOTATIONS, tmp_path / "d", text=text)
    told = re.findall(
        r"^\| `(\w+)` \| `([\w …]+)` \|", (tmp_path / "d/README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    for config in ("sentences", "documents", "passes") if text == "keep" else ("documents", "passes"):
        columns = set(datasets.load_dataset(str(tmp_path / "d"), config, split="train").column_names)
        meta = {"outlet", "date", "province", "partner_country", "source", "licence"}
        assert {name for where, name in told if where == config} - {"outlet … licence"} == columns - meta


def test_the_card_says_what_is_hidden_and_whom_to_ask(built: Path, tmp_path: Path) -> None:
    links = {"Paper": "https://example.org/paper", "Model": "https://example.org/model"}
    card = (built / "README.md").read_text(encoding="utf-8")
    assert "What is not hidden" in card and "here it found none" in card and "taken down" in card
    build(CORPUS, ANNOTATIONS, tmp_path / "kept", private="keep", contact="write to data@example.org", links=links)
    card = (tmp_path / "kept/README.md").read_text(encoding="utf-8")
    assert "this package names 4 private persons" in card and "write to data@example.org" in card
    assert "\n- Paper: <https://example.org/paper>\n- Model: <https://example.org/model>\n" in card


def test_agreement_that_is_whole_is_one_line(built: Path) -> None:
    section = (built / "README.md").read_text(encoding="utf-8").partition("## Agreement\n")[2].partition("\n## ")[0]
    assert "agree on all 322 spans" in section and "|" not in section


def test_the_licence_of_the_annotations_is_not_said_to_be_that_of_the_texts(built: Path) -> None:
    cited = yaml.safe_load((built / "CITATION.cff").read_text(encoding="utf-8"))
    croissant = json.loads((built / "croissant.json").read_text(encoding="utf-8"))
    assert "license" not in cited and "texts of the articles remain their publishers'" in cited["abstract"]
    assert len(croissant["license"]) == 2 and "publishers" in croissant["license"][1]


def test_croissant_tells_the_folds(built: Path) -> None:
    rows = list(mlcroissant.Dataset(jsonld=str(built / "croissant.json")).records("splits"))
    told = {(row["splits/config"], row["splits/split"]) for row in rows}
    assert told == {
        (name, split)
        for name in datasets.get_dataset_config_names(str(built))
        for split in datasets.get_dataset_split_names(str(built), name)
    }


def test_made_up_texts_are_a_config_of_their_own(tmp_path: Path) -> None:
    made_up = tmp_path / "synthetic"
    made_up.mkdir()
    text = "Công an xã Na Hôm thu 3 kg."
    spans = (Span(0, 17, "AGENCY"), Span(8, 17, "PLACE"), Span(22, 26, "QUANTITY"))
    for number, split in enumerate(("train", "development", "blind")):
        meta = {"register": "R04", "era": "before 2015", "form": "clean"}
        jsonl.write(made_up / f"{split}.jsonl", [Document(f"synthetic-00{number}", text, spans, meta=meta)])
    facts = build(CORPUS, ANNOTATIONS, tmp_path / "d", synthetic=made_up)
    found = datasets.load_dataset(str(tmp_path / "d"), "synthetic")
    assert {split: rows["id"] for split, rows in found.items()} == {
        "train": ["synthetic-000"],
        "validation": ["synthetic-001"],
        "test": ["synthetic-002"],
    }
    assert [(span["label"], span["text"], span["depth"]) for span in found["train"][0]["spans"]] == [
        ("AGENCY", "Công an xã Na Hôm", 0),
        ("PLACE", "xã Na Hôm", 1),
        ("QUANTITY", "3 kg", 0),
    ]
    assert found["train"][0]["register"] == "R04"
    assert facts["documents"] == 5  # never counted with the gold
    assert len(datasets.load_dataset(str(tmp_path / "d"), "documents", split="train")) == 5
    card = (tmp_path / "d/README.md").read_text(encoding="utf-8")
    assert "## Made-up texts" in card
    assert "no figure\nmeasured on them stands for real texts" in card
    mlcroissant.Dataset(jsonld=tmp_path / "d/croissant.json")


def test_what_readme_says_to_build_may_be_published(tmp_path: Path) -> None:
    """Made-up texts in which words read like a hidden name (`Việt đứng`, `viết đúng`) stay out of the package."""
    facts = build(CORPUS, ANNOTATIONS, tmp_path / "d", synthetic=CORPUS.parent / "synthetic")
    assert facts["synthetic_left_out"] == 2
    assert "read like a hidden name: 2 texts." in (tmp_path / "d/README.md").read_text(encoding="utf-8")
    assert dataset_problems(tmp_path / "d", GOLD) == []


def test_made_up_texts_are_checked(tmp_path: Path) -> None:
    made_up = tmp_path / "synthetic"
    made_up.mkdir()
    jsonl.write(
        made_up / "train.jsonl", [Document("synthetic-000", "Xã Na Hôm", (Span(0, 3, "PLACE"), Span(1, 9, "PLACE")))]
    )
    with pytest.raises(ViborderError, match="span"):
        build(CORPUS, ANNOTATIONS, tmp_path / "d", synthetic=made_up)
    assert not (tmp_path / "d").exists()


def test_one_bad_document_is_one_error_and_the_others_are_built(tmp_path: Path) -> None:
    """The first line of the gold is broken JSON, the second has a label that is none."""
    folder = tmp_path / "annotations"
    folder.mkdir()
    (folder / "CHANGELOG.md").write_bytes((ANNOTATIONS / "CHANGELOG.md").read_bytes())
    first, second, *rest = GOLD.read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [first.replace('"spans"', "spans"), second.replace('"AGENCY"', '"POLICE"', 1), *rest]
    (folder / "gold.jsonl").write_text("".join(lines), encoding="utf-8")
    with pytest.raises(ViborderError):
        build(CORPUS, folder, tmp_path / "strict")
    assert not (tmp_path / "strict").exists()
    problems: list[Problem] = []
    facts = build(CORPUS, folder, tmp_path / "others", problems=problems)
    assert [problem.rule for problem in problems] == ["json-broken", "label-unknown"]
    assert facts["documents"] == 3
    whole = {document.id: document.spans for document in jsonl.read(GOLD)[2:]}
    rows = datasets.load_dataset(str(tmp_path / "others"), "documents", split="train")
    assert {row["id"]: len(row["spans"]) for row in rows} == {identity: len(spans) for identity, spans in whole.items()}


def test_where_every_document_is_bad_nothing_is_built(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("{\n{\n", encoding="utf-8")
    with pytest.raises(ViborderError, match="json-broken"):
        build(CORPUS, tmp_path, tmp_path / "out", problems=[])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {kind: person, description: d, reviewed: tru}", ["`reviewed` of a is 'tru'"]),
        ("a: {kind: person, reviewed: true}\nb: {kind: 7, description: d, reviewed: true}",
         ["a has no `description`", "`kind` of b is 7"]),
        ("a: {kind: person, description: d, reviewed: true, other: 1}", ["`other` of a is no key"]),
        ("a: {kind: person, description: d, reviewed: true}\n" * 2, ["not YAML: the key `a` stands twice, from line 1 on"]),
        ("- a", ["not a mapping of names to entries"]),
        ("a: null\n7: {}", ["no entry: 'a': None", "no entry: 7: {}"]),
    ],
)  # fmt: skip
def test_annotators_are_told_by_their_key_and_all_at_once(tmp_path: Path, text: str, told: list[str]) -> None:
    (tmp_path / "annotators.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ViborderError) as caught:
        annotators(tmp_path / "annotators.yaml", [])
    assert [(problem.rule, problem.message) for problem in caught.value.problems] == [
        ("annotators-malformed", one) for one in told
    ]


def test_a_bad_line_costs_itself_alone_in_a_folder_with_a_blank_too(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    corpus, gold = folder / "documents.jsonl", folder / "gold.jsonl"
    lines = [json.dumps({"id": name, "text": "Hà Nội", "spans": []}) + "\n" for name in "abc"]
    corpus.write_text("".join(lines), encoding="utf-8")
    bad = lines[1].replace("[]", '[{"start": 0, "end": 9, "label": "PLACE"}]')
    gold.write_text("\n".join([lines[0], bad, lines[2]]), encoding="utf-8")  # blank lines between
    problems: list[Problem] = []
    found = material(corpus, gold, [], problems)
    assert ([problem.rule for problem in problems], found.bad) == (["span-outside-text"], {f"{gold}:3"})
    assert found.gold.lines == {"a": 1, "c": 5}
    with ExitStack() as stack:
        found.gold.open(stack)
        assert [(fold, where, document.id) for fold, where, document in found.documents()] == [
            (0, f"{gold}:1", "a"),
            (2, f"{gold}:5", "c"),
        ]
    with pytest.raises(ViborderError, match="span-outside-text"):
        material(corpus, gold, [], None)
