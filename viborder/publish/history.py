"""What earlier versions of a dataset on the Hub hold: nothing that is hidden in one may be told by another."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viborder.annotate.private import People
from viborder.dataset import package
from viborder.errors import Problem, ViborderError
from viborder.publish import hub
from viborder.publish.checks import private_people

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_HINT = "publish under another name, or delete the repository on the Hub first: its history stays visible"


def fits(
    masking: str,
    repo_id: str,
    api: HfApi,
    there: hub.Remote,
    gold: Path | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Refuse a package whose way of hiding private persons is not that of every version on the Hub.

    masking: of the package (see `viborder.dataset.package.masking`). gold: the unmasked annotations; without them names
    in earlier versions are not looked for. Raises ViborderError `history-mixed`, `history-names`, all at once.
    """
    people = private_people(gold)[0] if gold and not masking.startswith("keep") else People()
    problems = []
    for revision in (*there.tags, "main"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            facts = _facts(repo_id, revision, api, folder, wait)
            if facts is None:
                continue
            where = f"{repo_id} {revision}"
            if package.masking(facts) != masking:
                said = f"it was built with --private {package.masking(facts)}, this one with --private {masking}"
                problems.append(Problem(where, "history-mixed", said, _HINT))
            elif people.numbers and facts["text"] == "keep":
                _fetch(repo_id, "data/documents.parquet", revision, api, folder, wait)
                named = {
                    people.numbers[found]
                    for row in package.rows(folder, "documents", "text")
                    for _, _, found in people.occurrences(str(row["text"]))
                }
                if named:
                    said = f"it names {len(named)} of the private persons that this one hides"
                    problems.append(Problem(where, "history-names", said, _HINT))
    if problems:
        raise ViborderError(problems)


def _facts(
    repo_id: str, revision: str, api: HfApi, folder: Path, wait: Callable[[float], None]
) -> dict[str, Any] | None:
    """What `stats.json` says in a revision; None where the revision is not of a package of ours."""
    from huggingface_hub.errors import EntryNotFoundError

    try:
        _fetch(repo_id, "stats.json", revision, api, folder, wait)
        return package.facts(folder, "version", "text", "private")
    except (EntryNotFoundError, ViborderError) as error:
        if isinstance(error, ViborderError) and error.problems[0].rule not in ("not-a-package", "hub-not-found"):
            raise
        return None


def _fetch(repo_id: str, name: str, revision: str, api: HfApi, folder: Path, wait: Callable[[float], None]) -> None:
    fetch = partial(api.hf_hub_download, repo_id, name, repo_type="dataset", revision=revision, local_dir=folder)
    hub.ask(fetch, repo_id, wait)
