"""A dataset or a model goes to the Hub: checked, compared with what is there, in one commit and under the tag of its
version.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from viborder.dataset import package
from viborder.errors import ViborderError, fail
from viborder.files import new_folder
from viborder.publish import history, hub
from viborder.publish.checks import dataset_problems
from viborder.publish.hub import Changes, Content, Remote
from viborder.publish.model import model_contents, model_problems
from viborder.repo_id import fault

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_RAISE = "a new version at the head of CHANGELOG.md, then build again"
_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Release:
    """What is to be published.

    kind: `dataset` or `model`; mark: the file by which one of ours is known on the Hub. text, private, persons: of a
    dataset, how it was built, and how many private persons are named in it. left_out: paths that do not belong to a
    model.
    """

    kind: str
    contents: Mapping[str, Content]
    tag: str
    text: str
    mark: str
    private: str = ""
    persons: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, or would be.

    state: `published`, `unchanged`, `tagged` (the commit was there, its tag was not), `dry run`.
    """

    state: str
    release: Release
    changes: Changes
    there: Remote
    spans: tuple[str, ...] = ()


def prepare(folder: Path, gold: Path, repo_id: str, trained_on: Sequence[str] = ()) -> Release:
    """The checked contents of a dataset or model folder. trained_on: of a model, names of datasets on the Hub.

    Raises ViborderError with everything that keeps it from being published.
    """
    model = (folder / "model.json").exists()
    if problems := model_problems(folder, gold) if model else dataset_problems(folder, gold):
        raise ViborderError(problems)
    if model:
        contents, tag, left_out = model_contents(folder, repo_id, trained_on)
        return Release("model", contents, tag, text="", mark="model.json", left_out=tuple(left_out))
    facts = package.facts(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = 0 if package.nameless(facts) else facts["private_persons"]
    return Release(
        "dataset",
        {path.relative_to(folder).as_posix(): path for path in files},
        f"v{facts['version']}",
        facts["text"],
        "stats.json",
        package.masking(facts),
        named,
    )


def publish(
    release: Release,
    repo_id: str,
    api: HfApi | None,
    *,
    public: bool = False,
    text: str | None = None,
    private: str | None = None,
    gold: Path | None = None,
    wait: Callable[[float], None] = time.sleep,
    show: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Publish, or find that nothing changed. `show` is told what will change before it does.

    public: make a new repository public; it is private otherwise. text: `keep` or `omit`, said outright, where a
    dataset will be public. private: `keep`, said outright, where a dataset names private persons. gold: the unmasked
    annotations, to know by them whether an earlier version names whom this one hides.
    Raises ViborderError: `repo-id-malformed`, `text-undecided`, `text-other`, `names-undecided`, `private-other`,
    `repo-foreign`, `repo-other-type`, `history-mixed`, `history-names`, `version-backwards`, `version-taken`,
    `token-missing`, and those of `viborder.publish.hub`.
    """
    api = api or api_with_token()
    there = look(release, repo_id, api, public=public, text=text, private=private, gold=gold, wait=wait)
    outcome = Outcome(
        "published",
        release,
        hub.changes(release.contents, there),
        there,
        tuple(_span_changes(release, repo_id, api, there)),
    )
    if not outcome.changes:
        if release.tag in there.tags:
            return Outcome("unchanged", release, outcome.changes, there)
        hub.ask(lambda: api.create_tag(repo_id, tag=release.tag, repo_type=release.kind), repo_id, wait)
        return Outcome("tagged", release, outcome.changes, there)
    show(outcome)
    if not there.exists:
        hub.ask(
            lambda: api.create_repo(repo_id, repo_type=release.kind, private=not public, exist_ok=True), repo_id, wait
        )
        there = hub.remote(api, repo_id, release.kind, wait)
    message = f"Publish {release.tag}"
    hub.commit(api, repo_id, release.kind, release.contents, outcome.changes, there.commit, message, wait)
    hub.ask(lambda: api.create_tag(repo_id, tag=release.tag, repo_type=release.kind), repo_id, wait)
    return outcome


def look(
    release: Release,
    repo_id: str,
    api: HfApi,
    *,
    public: bool,
    text: str | None,
    private: str | None = None,
    gold: Path | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Remote:
    """What is on the Hub, where the release may go there. Raises as `publish` does."""
    decided(release, repo_id, public=public, text=text, private=private)
    there = hub.remote(api, repo_id, release.kind, wait)
    other = "model" if release.kind == "dataset" else "dataset"
    if not there.exists and hub.remote(api, repo_id, other, wait).exists:
        raise fail(
            repo_id,
            "repo-other-type",
            f"there is a {other} of this name",
            "choose another name: readers would mix them up",
        )
    if there.exists and release.mark not in there.files and set(there.files) - {".gitattributes", "README.md"}:
        said = f"the repository holds something else: no {release.mark} in it"
        raise fail(repo_id, "repo-foreign", said, "choose another name, or empty it")
    decided(release, repo_id, public=public if not there.exists else not there.private, text=text, private=private)
    _version_fits(release, repo_id, there)
    if release.kind == "dataset" and release.mark in there.files:
        history.fits(release.private, repo_id, api, there, gold, wait)
    return there if there.exists else replace(there, private=not public)


def write_tree(release: Release, out: Path) -> None:
    """The exact files that would be on the Hub, as a folder.

    Raises ViborderError `folder-not-empty` where something else is there.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / release.mark).exists():
        raise fail(
            out,
            "folder-not-empty",
            f"there is something in the folder that is no {release.kind}",
            "name another with --out",
        )
    with new_folder(out) as folder:
        for path, content in release.contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(hub.read_bytes(content))


def api_with_token() -> HfApi:
    """The Hub with the token of the environment or of its own login. Raises ViborderError `token-missing`."""
    from huggingface_hub import HfApi, get_token

    if not get_token():
        raise fail("", "token-missing", "no token for the Hub", "set HF_TOKEN, or run `hf auth login`")
    return HfApi()


def decided(release: Release, repo_id: str, *, public: bool, text: str | None, private: str | None = None) -> None:
    """What must be right before the Hub is asked.

    Raises ViborderError: `repo-id-malformed`, `text-undecided`, `text-other`, `names-undecided`, `private-other`.
    """
    if said := fault(repo_id):
        raise fail(repo_id, "repo-id-malformed", said, "USER_OR_ORGANISATION/NAME")
    if release.kind == "dataset" and public and text is None:
        said = "the texts are their publishers', and the repository is public"
        raise fail(repo_id, "text-undecided", said, "say --text keep or --text omit")
    if release.kind == "dataset" and text is not None and text != release.text:
        raise fail(
            repo_id,
            "text-other",
            f"the package was built with --text {release.text}",
            f"`viborder build --text {text}` first",
        )
    _names_decided(release, repo_id, private)


def _names_decided(release: Release, repo_id: str, private: str | None) -> None:
    if release.persons and private is None:
        said = f"the package names {release.persons} private person{'s' * (release.persons != 1)}"
        hint = "say --private keep to publish their names, or `viborder build --private mask` first"
        raise fail(repo_id, "names-undecided", said, hint)
    if release.kind == "dataset" and private is not None and private != release.private.partition(",")[0]:
        said = f"the package was built with --private {release.private}"
        raise fail(repo_id, "private-other", said, f"`viborder build --private {private}` first")


def _version_fits(release: Release, repo_id: str, there: Remote) -> None:
    own = _TAG.fullmatch(release.tag)
    published = sorted(tuple(map(int, match.groups())) for tag in there.tags if (match := _TAG.fullmatch(tag)))
    if own and published and tuple(map(int, own.groups())) < published[-1]:
        newest = "v" + ".".join(map(str, published[-1]))
        raise fail(repo_id, "version-backwards", f"{newest} is published, this is {release.tag}", _RAISE)
    if release.tag in there.tags and hub.changes(release.contents, there):
        said = f"{release.tag} is published with other contents"
        raise fail(repo_id, "version-taken", said, _RAISE)


def _span_changes(release: Release, repo_id: str, api: HfApi, there: Remote) -> Iterator[str]:
    """What changes against the dataset on the Hub, by span, where both hold texts."""
    from viborder.dataset.diff import diff

    table = "data/documents.parquet"
    if release.kind != "dataset" or release.text != "keep" or table not in hub.changes(release.contents, there).changed:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stats.json", table):
            hub.ask(partial(api.hf_hub_download, repo_id, name, repo_type="dataset", local_dir=folder), repo_id)
        if package.facts(Path(folder))["text"] != "keep":
            return
        old = package.documents(Path(folder))
    source = release.contents[table]
    assert isinstance(source, Path)
    yield from map(str, diff(old, package.documents(source.parent.parent)))
