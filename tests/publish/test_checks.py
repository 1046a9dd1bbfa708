"""What keeps a dataset or a model from being published."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet
import pytest

from viborder.dataset.build import build, checksums
from viborder.dataset.traces import in_file, traces_of
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.publish.checks import private_people
from viborder.publish.publish import prepare
from viborder.train import train

CORPUS, ANNOTATIONS = Path("corpus/documents.jsonl"), Path("annotations")
GOLD = ANNOTATIONS / "gold.jsonl"


@pytest.fixture
def package(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "dataset")
    return tmp_path / "dataset"


def sign(package: Path) -> None:
    """Make the checksums fit again, as a determined editor would."""
    (package / "SHA256SUMS").write_text(checksums(package), encoding="utf-8")


def refused(folder: Path, gold: Path = GOLD) -> list[tuple[str, str]]:
    with pytest.raises(ViborderError) as caught:
        prepare(folder, gold, "someone/name")
    return [(problem.where.removeprefix(f"{folder}/"), problem.rule) for problem in caught.value.problems]


def test_what_was_edited_by_hand(package: Path) -> None:
    (package / "data/extra.txt").write_text("x", encoding="utf-8")
    assert refused(package) == [(str(package), "package-changed")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("pretty_name: Viborder\n", "", 1),
        ("## Data statement\n", "## Something else\n", 1),
        ("## Rights\n", "## Rights\n\n## Empty rights\n", 1),
        ("language:\n- vi\nlicense: other\n", "", 2),
    ],
)
def test_a_card_that_lacks_something(package: Path, old: str, new: str, expected: int) -> None:
    card = package / "README.md"
    text = card.read_text(encoding="utf-8")
    assert old in text
    card.write_text(text.replace(old, new, 1), encoding="utf-8")
    sign(package)
    assert refused(package) == [("README.md", "card-incomplete")] * expected


def test_a_secret_and_a_private_name_are_found_with_their_lines_and_not_repeated(package: Path) -> None:
    with (package / "CHANGELOG.md").open("a", encoding="utf-8") as file:
        file.write(f"token {'hf_' + 'a' * 34}\nđối tượng DOÀN THI UYẺN\n")
    sign(package)
    lines = (package / "CHANGELOG.md").read_text(encoding="utf-8").count("\n")
    with pytest.raises(ViborderError) as caught:
        prepare(package, GOLD, "someone/name")
    assert [(problem.where.rpartition(":")[2], problem.rule) for problem in caught.value.problems] == [
        (str(lines - 1), "secret"),
        (str(lines), "private-name"),
    ]
    assert "aaaa" not in str(caught.value) and "uyen" not in str(caught.value).casefold()


def test_a_table_that_does_not_load(package: Path) -> None:
    (package / "data/sentences-0.parquet").write_bytes(b"PAR1")
    sign(package)
    assert {rule for _, rule in refused(package)} == {"package-does-not-load"}


def test_spans_that_check_refuses_are_not_published(package: Path) -> None:
    path = package / "data/documents.parquet"
    table = pyarrow.parquet.read_table(path)
    rows = table.to_pylist()
    rows[0]["spans"][0]["label"] = "AGENT"
    rows[0]["spans"][1]["end"] += 1
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), path)
    sign(package)
    assert {rule for _, rule in refused(package)} == {"label-unknown", "span-blank-ends"}


def test_a_package_that_keeps_the_names_says_so_and_without_gold_no_name_is_known(
    tmp_path: Path, package: Path
) -> None:
    assert refused(package, gold=tmp_path / "none.jsonl") == [(str(tmp_path / "none.jsonl"), "names-unknown")]
    build(CORPUS, ANNOTATIONS, tmp_path / "kept", private="keep")
    assert prepare(tmp_path / "kept", GOLD, "someone/name").tag == "v0.1.0"


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    assert refused(tmp_path) == [(str(tmp_path), "not-a-package")]


def test_a_model_is_published_with_a_card_and_not_with_a_private_persons_name(tmp_path: Path, trained: Path) -> None:
    shutil.copytree(trained, tmp_path / "masked")
    train(Path("train/crf.yaml"), jsonl.read(GOLD), tmp_path / "unmasked", overrides=["iterations=2", "folds=0"])
    release = prepare(tmp_path / "masked", GOLD, "someone/name")
    assert release.kind == "model" and set(release.contents) > {"README.md", "model.json"}
    card = release.contents["README.md"]
    assert isinstance(card, bytes) and b"pipeline_tag: token-classification" in card
    assert (
        b"\ndatasets:\n- someone/data\n"
        in prepare(tmp_path / "masked", GOLD, "a/b", ["someone/data"]).contents["README.md"]
    )
    (tmp_path / "masked/README.md").write_text("---\nlicense: mit\ndatasets: a/b\n---\nMine: `é`.\n", encoding="utf-8")
    own = prepare(tmp_path / "masked", GOLD, "someone/name", ["someone/data"]).contents["README.md"]
    assert own == "---\nlicense: mit\ndatasets:\n- a/b\n- someone/data\n---\nMine: `é`.\n".encode()
    assert {rule for _, rule in refused(tmp_path / "unmasked")} == {"private-name", "model-unmasked"}
    (tmp_path / "masked/model.json").write_text("{", encoding="utf-8")
    assert {rule for _, rule in refused(tmp_path / "masked")} == {"model-damaged"}


def test_only_what_belongs_to_a_model_is_published_and_links_are_not_followed(tmp_path: Path, trained: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    (folder / ".git").mkdir()
    for name in (".env", ".git/config", "notes.txt", "training.jsonl"):
        (folder / name).write_text("Đoàn Thị Uyên", encoding="utf-8")
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret")
    release = prepare(folder, GOLD, "someone/name")
    assert set(release.contents) == {
        *json.loads((folder / "model.json").read_text(encoding="utf-8"))["files"],
        "model.json",
        "README.md",
    }
    assert release.left_out == (".env", ".git/config", "link.txt", "notes.txt", "training.jsonl")
    data = (folder / "outer.npz").read_bytes()
    (tmp_path / "outer.npz").write_bytes(data)
    (folder / "outer.npz").unlink()
    (folder / "outer.npz").symlink_to(tmp_path / "outer.npz")
    assert refused(folder) == [("outer.npz", "file-is-link")]
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "outer.npz").unlink()
    (folder / "outer.npz").write_bytes(data)
    (folder / "model.json").write_text(json.dumps(described | {"version": "../v1 \u001b[31m"}), encoding="utf-8")
    assert refused(folder) == [("model.json", "model-version")]


@pytest.mark.parametrize(
    "content",
    [
        b"lower[-1] lower[0]=th\xe1\xbb\x8b uy\xc3\xaan",
        "vocab\nđoàn\nthị\n".encode(),
        b'{"token": "th\\u1ecb_uy\\u00ean"}',
        "NguyễnĐoànThịUyênVăn".encode(),
        "đo\u200bàn thị".encode(),
        b"nan doan thi xa",
        "at=Bản Nhàn".encode(),
        "Ảnh: T.C".encode(),
        "Đ. T. U. khai".encode(),
        b"\0\0\0" + "Thị Uyên".encode("utf-16-le"),
        b"\0\0\0" + "Thị Uyên".encode("utf-32-le"),
        b"\0\x01\x93" + "xã Thị Uyên".encode() + b"\0",
    ],
)
def test_a_part_of_a_name_is_found_in_any_file(tmp_path: Path, content: bytes) -> None:
    people, _ = private_people(GOLD)
    (tmp_path / "file").write_bytes(content)
    assert list(in_file(tmp_path / "file", traces_of(jsonl.read(GOLD), people)))


def test_other_words_are_no_traces(tmp_path: Path) -> None:
    people, _ = private_people(GOLD)
    (tmp_path / "file").write_text("w=thị trấn\nw=nam lê\nĐồng chí T. và C.\nViệt Nam", encoding="utf-8")
    assert not list(in_file(tmp_path / "file", traces_of(jsonl.read(GOLD), people)))
