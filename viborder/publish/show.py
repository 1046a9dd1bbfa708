"""What a publication will change and has done, on the terminal."""

from __future__ import annotations

from pathlib import Path

from viborder.errors import ViborderError, counted
from viborder.publish import hub
from viborder.publish.publish import Outcome, Release, api_with_token, decided, look, write_tree

SHOWN = 20  # span changes


def show(outcome: Outcome) -> None:
    """The changes against what is on the Hub, file by file and span by span."""
    there = outcome.there
    visible = "private" if there.private else "PUBLIC"
    print(
        f"{outcome.release.kind}, {outcome.release.tag}; the repository is {visible if there.exists else f'new, and will be {visible}'}"
    )
    for sign, paths in (("+", outcome.changes.added), ("~", outcome.changes.changed), ("-", outcome.changes.removed)):
        for path in paths:
            size = (
                f"  {len(hub.read_bytes(outcome.release.contents[path])):,} bytes"
                if path in outcome.release.contents
                else ""
            )
            print(f"  {sign} {path}{size}")
    if outcome.release.persons:
        print(f"  it names {counted(outcome.release.persons, 'private person')}")
    if outcome.release.left_out:
        print(f"  left out, no part of a model: {', '.join(outcome.release.left_out)}")
    if outcome.changes.unchanged:
        print(f"  = {counted(len(outcome.changes.unchanged), 'file')} unchanged")
    for line in outcome.spans[:SHOWN]:
        print(f"    {line}")
    if len(outcome.spans) > SHOWN:
        print(f"    … and {counted(len(outcome.spans) - SHOWN, 'change')} more: `viborder diff`")


def show_done(outcome: Outcome, repo_id: str) -> None:
    """What was done."""
    said = {
        "published": f"published {outcome.release.tag}",
        "tagged": f"the files were there already; tagged {outcome.release.tag}",
        "unchanged": "unchanged: nothing to publish",
    }
    print(f"{repo_id}: {said[outcome.state]}")


def dry_run(
    release: Release,
    repo_id: str,
    out: Path,
    *,
    public: bool,
    text: str | None,
    private: str | None = None,
    gold: Path | None = None,
) -> None:
    """Write the exact files, and show what would change where the Hub can be asked."""
    decided(release, repo_id, public=public, text=text, private=private)
    try:
        there = look(release, repo_id, api_with_token(), public=public, text=text, private=private, gold=gold)
    except ViborderError as error:
        if {problem.rule for problem in error.problems} - {"hub-unreachable", "token-missing"}:
            raise
        print(f"the Hub was not asked what it holds: {error.problems[0].message}")
        there = hub.Remote(exists=False, private=not public)
    show(Outcome("dry run", release, hub.changes(release.contents, there), there))
    write_tree(release, out)
    print(f"nothing was published; these files would be: {out}")
