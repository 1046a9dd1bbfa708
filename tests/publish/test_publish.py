"""Publishing against a local server that speaks the Hub's protocol; the real Hub is not reachable where these tests
run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi

from tests.fuzz.calls import call
from tests.publish.hub_server import TOKEN, Hub, Repo
from viborder.dataset.build import build
from viborder.errors import ViborderError
from viborder.publish.publish import Outcome, Release, prepare, publish
from viborder.publish.show import dry_run
from viborder.train.encoder.recipe import finetune_recipe

CORPUS, ANNOTATIONS = Path("corpus/documents.jsonl"), Path("annotations")
GOLD = ANNOTATIONS / "gold.jsonl"
NAME = "someone/viborder"
KEY = ("datasets", NAME)


@pytest.fixture(scope="session")
def package(built: Path) -> Path:
    return built


@pytest.fixture(scope="session")
def release(package: Path) -> Release:
    return prepare(package, GOLD, "someone/name")


def send(hub: Hub, release: Release, token: str = TOKEN, name: str = NAME, **options: object) -> Outcome:
    pauses: list[float] = []
    return publish(release, name, HfApi(hub.url, token=token), wait=pauses.append, **options)  # type: ignore[arg-type]


def changed(package: Path, tmp_path: Path, heading: str = "0.2.0") -> Release:
    """A later version in which one span is gone."""
    annotations = tmp_path / "annotations"
    shutil.copytree(ANNOTATIONS, annotations)
    gold = GOLD.read_text(encoding="utf-8")
    at = gold.index('"label": "DRUG"')
    drug = gold[gold.rindex("{", 0, at) : gold.index("}", at) + 1]
    (annotations / "gold.jsonl").write_text(gold.replace(f"{drug}, ", "", 1), encoding="utf-8")
    log = (annotations / "CHANGELOG.md").read_text(encoding="utf-8")
    later = f"## {heading} — 2026-12-01\n- One span less.\n\n## 0.1.0"
    (annotations / "CHANGELOG.md").write_text(log.replace("## 0.1.0", later, 1), encoding="utf-8")
    build(CORPUS, annotations, tmp_path / "changed")
    return prepare(tmp_path / "changed", GOLD, "someone/name")


def rule(caught: pytest.ExceptionInfo[ViborderError]) -> str:
    (problem,) = caught.value.problems
    assert TOKEN not in str(caught.value)
    return problem.rule


def test_a_new_repository_is_private_and_holds_the_package_under_its_tag(
    hub: Hub, release: Release, package: Path
) -> None:
    assert send(hub, release).state == "published"
    repo = hub.repos[KEY]
    assert repo.private
    assert {path: data for path, data in repo.files.items() if path != ".gitattributes"} == {
        path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*") if path.is_file()
    }
    assert len(repo.commits) == 2 and repo.tags == {"v0.1.0": 1}


def test_a_model_goes_to_a_repository_of_its_own_kind(hub: Hub, trained: Path) -> None:
    model = prepare(trained, GOLD, NAME)
    assert send(hub, model).state == "published"
    repo = hub.repos[("models", NAME)]
    assert f"viborder tag --model {NAME}" in repo.files["README.md"].decode()
    for path in trained.iterdir():
        if path.name != "README.md":  # it names the repository on the Hub
            assert repo.files[path.name] == path.read_bytes()
    assert send(hub, model).state == "unchanged" and len(repo.commits) == 2
    assert [tag.startswith("model-") for tag in repo.tags] == [True]


def test_publishing_again_unchanged_makes_no_commit(hub: Hub, release: Release) -> None:
    send(hub, release)
    hub.requests.clear()
    assert send(hub, release).state == "unchanged"
    assert {method for method, _ in hub.requests} <= {"GET", "HEAD"}


def test_a_change_is_shown_by_file_and_by_span_and_removes_what_is_gone(
    hub: Hub, release: Release, package: Path, tmp_path: Path
) -> None:
    send(hub, release)
    hub.repos[KEY].commits[-1]["old.txt"] = b"stale"
    later = changed(package, tmp_path)
    shown: list[Outcome] = []
    outcome = send(hub, later, show=shown.append)
    assert shown == [outcome]
    assert "data/documents.parquet" in outcome.changes.changed and "LICENSE" in outcome.changes.unchanged
    assert outcome.changes.removed == ("old.txt",)
    assert len(outcome.spans) == 1 and outcome.spans[0].startswith("removed: ") and outcome.spans[0].endswith(" DRUG")
    assert "old.txt" not in hub.repos[KEY].files
    assert list(hub.repos[KEY].tags) == ["v0.1.0", "v0.2.0"]


@pytest.mark.parametrize("path", ["/lfs/", "/preupload/", "/info/lfs/objects/batch", "/commit/"])
def test_interrupted_half_way_nothing_visible_has_changed_and_it_resumes(hub: Hub, release: Release, path: str) -> None:
    hub.failures = [["PUT" if path == "/lfs/" else "POST", path, 0, 99]]
    if path == "/lfs/":  # some of the objects have arrived
        hub.failures = [
            ["PUT", "/lfs/f", 0, 99],
            ["PUT", "/lfs/0", 0, 99],
            ["PUT", "/lfs/7", 0, 99],
            ["PUT", "/lfs/9", 0, 99],
        ]
    with pytest.raises(ViborderError) as caught:
        send(hub, release)
    assert rule(caught) == "hub-unreachable"
    assert len(hub.repos[KEY].commits) == 1 and not hub.repos[KEY].tags
    arrived = set(hub.objects)
    hub.failures, hub.requests = [], []
    assert send(hub, release).state == "published"
    sent = {path.removeprefix("/lfs/") for method, path in hub.requests if method == "PUT"}
    assert not sent & arrived


def test_interrupted_before_the_tag_only_the_tag_is_made(hub: Hub, release: Release) -> None:
    hub.failures = [["POST", "/tag/", 500, 99]]
    with pytest.raises(ViborderError):
        send(hub, release)
    hub.failures = []
    assert send(hub, release).state == "tagged"
    assert len(hub.repos[KEY].commits) == 2 and hub.repos[KEY].tags == {"v0.1.0": 1}


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/api/datasets/", 403, "hub-forbidden"),
        ("POST", "/api/repos/create", 403, "hub-forbidden"),
        ("POST", "/api/repos/create", 404, "hub-not-found"),
        ("POST", "/commit/", 409, "hub-conflict"),
        ("POST", "/commit/", 412, "hub-conflict"),
        ("POST", "/commit/", 429, "hub-too-many-requests"),
        ("POST", "/commit/", 500, "hub-fault"),
        ("POST", "/preupload/", 503, "hub-fault"),
        ("POST", "/commit/", 418, "hub-refused"),
    ],
)
def test_what_the_hub_refuses_is_told_in_plain_words(
    hub: Hub, release: Release, method: str, path: str, status: int, expected: str
) -> None:
    hub.failures = [[method, path, status, 999]]
    with pytest.raises(ViborderError) as caught:
        send(hub, release)
    assert rule(caught) == expected
    assert all(len(repo.commits) == 1 for repo in hub.repos.values())


@pytest.mark.parametrize(("status", "header", "expected"), [(429, "7", 7.0), (429, "", 1.0), (500, "", 1.0)])
def test_a_busy_hub_is_waited_for(hub: Hub, release: Release, status: int, header: str, expected: float) -> None:
    hub.failures = [["POST", "/commit/", status, 1, {"Retry-After": header} if header else {}]]
    pauses: list[float] = []
    assert publish(release, NAME, HfApi(hub.url, token=TOKEN), wait=pauses.append).state == "published"
    assert pauses == [expected]


def test_a_wrong_token_is_refused_and_not_repeated(hub: Hub, release: Release) -> None:
    wrong = "hf_" + "w" * 30
    with pytest.raises(ViborderError) as caught:
        send(hub, release, token=wrong)
    assert rule(caught) == "hub-unauthorised" and wrong not in str(caught.value)


def test_someone_elses_commit_meanwhile_is_a_conflict(
    hub: Hub, release: Release, package: Path, tmp_path: Path
) -> None:
    send(hub, release)
    later = changed(package, tmp_path)

    def meanwhile(outcome: Outcome) -> None:
        hub.repos[KEY].commits.append({**hub.repos[KEY].files, "theirs.txt": b"x"})

    with pytest.raises(ViborderError) as caught:
        send(hub, later, show=meanwhile)
    assert rule(caught) == "hub-conflict"
    assert "theirs.txt" in hub.repos[KEY].files and "v0.2.0" not in hub.repos[KEY].tags


def test_versions_only_go_up_and_are_not_used_twice(hub: Hub, release: Release, package: Path, tmp_path: Path) -> None:
    send(hub, release)
    hub.repos[KEY].tags["v0.3.0"] = 1
    with pytest.raises(ViborderError) as caught:
        send(hub, changed(package, tmp_path))
    assert rule(caught) == "version-backwards"
    del hub.repos[KEY].tags["v0.3.0"]
    hub.repos[KEY].tags["v0.2.0"] = 1
    with pytest.raises(ViborderError) as caught:
        send(hub, prepare(tmp_path / "changed", GOLD, "someone/name"))
    assert rule(caught) == "version-taken"


def test_a_public_repository_needs_a_word_on_the_texts(hub: Hub, release: Release, tmp_path: Path) -> None:
    for options, expected in (({"public": True}, "text-undecided"), ({"public": True, "text": "omit"}, "text-other")):
        with pytest.raises(ViborderError) as caught:
            send(hub, release, **options)
        assert rule(caught) == expected and not hub.repos
    hub.repos[KEY] = Repo(private=False)  # it was made public on the Hub's own pages
    with pytest.raises(ViborderError) as caught:
        send(hub, release)
    assert rule(caught) == "text-undecided"
    del hub.repos[KEY]
    build(CORPUS, ANNOTATIONS, tmp_path / "stand-off", text="omit")
    assert (
        send(hub, prepare(tmp_path / "stand-off", GOLD, "someone/name"), public=True, text="omit").state == "published"
    )
    assert not hub.repos[KEY].private


def test_what_belongs_to_others_is_left_alone(hub: Hub, release: Release) -> None:
    hub.repos[("models", NAME)] = Repo(private=True)
    with pytest.raises(ViborderError) as caught:
        send(hub, release)
    assert rule(caught) == "repo-other-type"
    hub.repos = {KEY: Repo(private=True)}
    hub.repos[KEY].commits.append({"train.csv": b"theirs"})
    with pytest.raises(ViborderError) as caught:
        send(hub, release)
    assert rule(caught) == "repo-foreign"
    with pytest.raises(ViborderError) as caught:
        send(hub, release, name="no-owner")
    assert rule(caught) == "repo-id-malformed"


@pytest.mark.parametrize(
    "name",
    [
        "me/a--b",
        "me/a..b",
        "me/x.git",
        "me/.x",
        "me/-x",
        "me/x-",
        "me/x.",
        "me/đặt",
        "me/" + "a" * 100,
        "me/a b",
        "me--x/a",
        "a/b/c",
    ],
)
def test_names_that_the_hub_forbids_are_refused_before_anything_is_sent(
    hub: Hub, release: Release, tmp_path: Path, name: str
) -> None:
    """The rules are huggingface_hub's, written out in its `validate_repo_id`."""
    with pytest.raises(ViborderError) as caught:
        dry_run(release, name, tmp_path / "tree", public=False, text=None)
    assert rule(caught) == "repo-id-malformed" and not (tmp_path / "tree").exists()
    with pytest.raises(ViborderError) as caught:
        send(hub, release, name=name)
    assert rule(caught) == "repo-id-malformed"
    with pytest.raises(ViborderError, match="recipe-bad-value"):
        finetune_recipe({"kind": "transformer", "model_name_or_path": "x", "hub_model_id": name}, "a.yaml")


def test_a_dry_run_writes_the_exact_tree_and_asks_the_same_questions(
    package: Path, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    for _ in range(2):
        dry_run(release, NAME, tmp_path / "tree", public=False, text=None)
    subprocess.run(["diff", "--recursive", str(package), str(tmp_path / "tree")], check=True)
    shown = capsys.readouterr().out
    assert "new, and will be private" in shown and "nothing was published" in shown
    for name, options, expected in (("no-owner", {}, "repo-id-malformed"), (NAME, {"public": True}, "text-undecided")):
        with pytest.raises(ViborderError) as caught:
            dry_run(release, name, tmp_path / "other", **({"public": False, "text": None} | options))
        assert rule(caught) == expected and not (tmp_path / "other").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(ViborderError, match="folder-not-empty"):
        dry_run(release, NAME, tmp_path / "mine", public=False, text=None)


def test_the_command_publishes_and_load_dataset_reads_it_back(hub: Hub, package: Path, tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "HF_ENDPOINT": hub.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": TOKEN,
        "HF_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "viborder", "publish", str(package), NAME]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f"{NAME}: published v0.1.0" in done.stdout, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    load = (
        "from datasets import load_dataset, get_dataset_config_names\n"
        f"for name in get_dataset_config_names('{NAME}'):\n"
        f"    print(name, {{split: len(rows) for split, rows in load_dataset('{NAME}', name).items()}})\n"
        f"print(len(list(load_dataset('{NAME}', split='train', streaming=True, revision='v0.1.0'))))\n"
        f"load_dataset('{NAME}').push_to_hub('someone/pushed')\n"
        "print(load_dataset('someone/pushed')['train'].features['ner_tags'].feature.names[1])"
    )
    read = subprocess.run([sys.executable, "-c", load], env=environment, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    lines = read.stdout.splitlines()
    assert lines[:3] == ["sentences {'train': 81}", "documents {'train': 5}", "passes {'train': 15}"]
    assert lines[-2:] == ["81", "B-AGENCY"]


def test_without_a_token_the_command_says_where_it_belongs(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("HF_", "HUGGING_FACE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    done = call(["publish", str(package), NAME])
    assert done.status == 1 and "token-missing" in done.said and "HF_TOKEN" in done.said
