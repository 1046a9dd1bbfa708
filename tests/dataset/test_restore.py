from pathlib import Path

import pytest

from tests.dataset.conftest import ANNOTATIONS, CORPUS
from tests.dataset.test_build import digests
from viborder.dataset.build import build
from viborder.dataset.restore import restore
from viborder.errors import ViborderError
from viborder.formats import jsonl


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "release"
    build(CORPUS, ANNOTATIONS, out, text="omit")
    return out


def test_a_release_and_the_source_texts_make_the_very_package_that_has_them(
    release: Path, built: Path, tmp_path: Path
) -> None:
    restore(release, [Path("seeds")], tmp_path / "restored")
    build(tmp_path / "restored/corpus/documents.jsonl", tmp_path / "restored/annotations", tmp_path / "again")
    assert digests(tmp_path / "again") == digests(built)


def test_no_text_is_in_the_release(release: Path) -> None:
    content = b"".join(path.read_bytes() for path in release.rglob("*") if path.is_file())
    for document in jsonl.read(CORPUS):
        for line in filter(None, document.text.split("\n")):
            assert line.encode() not in content


def test_a_text_counts_by_its_hash_whatever_its_name_and_form(release: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for number, document in enumerate(jsonl.read(CORPUS)):
        (tmp_path / f"mine/{number}.txt").write_bytes(document.text.replace("\n", "\r\n").encode())
    assert restore(release, [tmp_path / "mine"], tmp_path / "out") == {"documents": 5, "passes": 3}
    assert jsonl.read(tmp_path / "out/annotations/gold.jsonl") == jsonl.read(ANNOTATIONS / "gold.jsonl")


def test_texts_that_differ_or_lack_are_told_all_at_once_and_nothing_is_written(release: Path, tmp_path: Path) -> None:
    documents = jsonl.read(CORPUS)
    (tmp_path / "mine").mkdir()
    for document in documents[1:]:
        text = document.text + ("!" if document is documents[1] else "")
        (tmp_path / f"mine/{document.id}.txt").write_bytes(text.encode())
    with pytest.raises(ViborderError) as caught:
        restore(release, [tmp_path / "mine"], tmp_path / "out")
    told = [(problem.where, problem.rule) for problem in caught.value.problems]
    assert told == [(f"id={documents[0].id}", "text-missing"), (f"id={documents[1].id}", "text-differs")]
    assert not (tmp_path / "out").exists()


def test_a_package_with_texts_and_a_folder_that_is_none_are_refused(built: Path, tmp_path: Path) -> None:
    for folder, rule in ((built, "package-with-texts"), (tmp_path, "not-a-package")):
        with pytest.raises(ViborderError, match=rule):
            restore(folder, [Path("seeds")], tmp_path / "out")
