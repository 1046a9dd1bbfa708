"""What a repository's history tells together: ways of hiding are not mixed, and no version names whom another hides."""

import json
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.publish.hub_server import TOKEN, Hub
from viborder.dataset.build import build
from viborder.errors import ViborderError
from viborder.publish.publish import Outcome, prepare, publish

CORPUS, ANNOTATIONS = Path("corpus/documents.jsonl"), Path("annotations")
GOLD = ANNOTATIONS / "gold.jsonl"
NAME = "someone/viborder"
WAYS = {"mask": {}, "identifiers": {"identifiers": True}, "drop": {"private": "drop"}, "omit": {"text": "omit"}}


@pytest.fixture(scope="module")
def ways(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("built")
    build(CORPUS, ANNOTATIONS, folder / "omit", text="omit")
    build(CORPUS, ANNOTATIONS, folder / "keep", private="keep")
    return {"mask": built, "omit": folder / "omit", "keep": folder / "keep"}


def send(hub: Hub, folder: Path, gold: Path = GOLD, **options: object) -> Outcome:
    release = prepare(folder, gold, NAME)
    # type: ignore[arg-type]
    return publish(release, NAME, HfApi(hub.url, token=TOKEN), gold=gold, wait=lambda _: None, **options)


def later(annotations: Path, out: Path, **options: object) -> Path:
    """The same articles as version 0.2.0."""
    log = annotations / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace("## 0.1.0", "## 0.2.0 — 2026-12-01\n- Again.\n\n## 0.1.0", 1), encoding="utf-8")
    build(CORPUS, annotations, out, **options)  # type: ignore[arg-type]
    return out


def copied(tmp_path: Path, *, private: bool = True) -> Path:
    folder = tmp_path / "annotations"
    folder.mkdir()
    (folder / "CHANGELOG.md").write_text((ANNOTATIONS / "CHANGELOG.md").read_text(encoding="utf-8"), encoding="utf-8")
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    for record in records:
        if not private:
            record["private"] = []
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "gold.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.mark.parametrize("before", ["mask", "omit"])
def test_another_way_of_hiding_is_not_published_over_one(
    hub: Hub, ways: dict[str, Path], tmp_path: Path, before: str
) -> None:
    send(hub, ways[before])
    annotations = copied(tmp_path)
    for number, name in enumerate(name for name in WAYS if name != before):
        (annotations / "CHANGELOG.md").write_text(
            (ANNOTATIONS / "CHANGELOG.md").read_text(encoding="utf-8"), encoding="utf-8"
        )
        folder = later(annotations, tmp_path / str(number), **WAYS[name])
        with pytest.raises(ViborderError) as caught:
            send(hub, folder)
        assert {problem.rule for problem in caught.value.problems} == {"history-mixed"}
    (repo,) = hub.repos.values()
    assert len(repo.commits) == 2


def test_an_earlier_version_that_says_less_is_not_passed_over(hub: Hub, ways: dict[str, Path]) -> None:
    """Packages of earlier builds do not count private persons in `stats.json`; how they hide names, they say."""
    said = json.loads((ways["mask"] / "stats.json").read_text(encoding="utf-8"))
    del said["private_persons"]
    api = HfApi(hub.url, token=TOKEN)
    api.create_repo(NAME, repo_type="dataset")
    older = json.dumps(said).encode()
    api.upload_file(path_or_fileobj=older, path_in_repo="stats.json", repo_id=NAME, repo_type="dataset")
    release = prepare(ways["omit"], GOLD, NAME)
    with pytest.raises(ViborderError) as error:
        publish(release, NAME, api, gold=GOLD, wait=lambda _: None)
    assert {problem.rule for problem in error.value.problems} == {"history-mixed"}


def test_names_are_published_only_on_a_word_that_says_so_and_never_hidden_over(
    hub: Hub, ways: dict[str, Path], tmp_path: Path
) -> None:
    for options in ({}, {"public": True, "text": "keep"}):
        with pytest.raises(ViborderError, match=r"names-undecided.*names 4 private persons"):
            send(hub, ways["keep"], **options)
    assert not hub.repos
    with pytest.raises(ViborderError, match="private-other"):
        send(hub, ways["mask"], private="keep")
    assert send(hub, ways["keep"], private="keep").release.persons == 4
    with pytest.raises(ViborderError, match="history-mixed"):
        send(hub, later(copied(tmp_path), tmp_path / "masked"))


def test_a_person_who_is_hidden_from_now_on_is_not_in_an_earlier_version(hub: Hub, tmp_path: Path) -> None:
    unmarked = copied(tmp_path, private=False)
    build(CORPUS, unmarked, tmp_path / "first")
    send(hub, tmp_path / "first", unmarked / "gold.jsonl")
    (tmp_path / "later").mkdir()
    folder = later(copied(tmp_path / "later"), tmp_path / "second")
    with pytest.raises(ViborderError) as caught:
        send(hub, folder)
    assert [(problem.where, problem.rule) for problem in caught.value.problems] == [
        (f"{NAME} v0.1.0", "history-names"),
        (f"{NAME} main", "history-names"),
    ]


def test_the_next_version_of_the_same_kind_is_published(hub: Hub, ways: dict[str, Path], tmp_path: Path) -> None:
    send(hub, ways["mask"])
    assert send(hub, later(copied(tmp_path), tmp_path / "second")).state == "published"
