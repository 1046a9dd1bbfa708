"""What publishers call: a dataset folder, its versions, the Hub. Everything heavy is imported inside its verb."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from viborder.cli.options import From
from viborder.cli.paths import CORPUS, GOLD, STRICT
from viborder.errors import Problem, ViborderError, counted

SHOWN = 20  # warnings of a build
_LINK = re.compile(r"[^=<>|\n]+=https?://[^\s<>]+")


def build(
    out: Annotated[Path, typer.Option(help="The dataset folder to write.")] = Path("build/dataset"),
    corpus: Annotated[Path, typer.Option(help="The authority on texts and metadata.")] = CORPUS,
    annotations: Annotated[
        Path, typer.Option(help="The folder with gold.jsonl, passes/, annotators.yaml, CHANGELOG.md.")
    ] = GOLD.parent,
    private: Annotated[
        str, typer.Option(help="Private persons: mask, keep, or drop the sentences that name them.")
    ] = "mask",
    mask_identifiers: Annotated[
        bool,
        typer.Option(
            "--mask-identifiers", help="Hide given names alone, initials, phone and card numbers, addresses too."
        ),
    ] = False,
    text: Annotated[str, typer.Option(help="keep, or omit: spans and hashes without the texts.")] = "keep",
    contact: Annotated[
        str | None, typer.Option(help="How to have something taken down, for the card; the Hub's own way otherwise.")
    ] = None,
    link: Annotated[
        list[str] | None,
        typer.Option(help="For the card, NAME=ADDRESS: a paper, a homepage, a model; may be repeated."),
    ] = None,
    synthetic: Annotated[
        Path, typer.Option(help="A folder of made-up texts, for a config of their own; none where it is not there.")
    ] = Path("corpus/synthetic"),
    results: Annotated[Path, typer.Option(help="The published figures, which the card shows.")] = Path(
        "eval/results.jsonl"
    ),
    strict: Annotated[bool, typer.Option("--strict", help=STRICT)] = False,
) -> None:
    """Make the dataset that `load_dataset` opens offline."""
    from viborder.dataset.build import build

    left: list[Problem] = []
    problems: list[Problem] | None = None if strict else []
    more: dict[str, Any] = {"contact": contact} if contact else {}
    more["problems"] = problems
    more["links"] = _links(link or [])
    more["synthetic"] = synthetic if synthetic.is_dir() else None
    facts = build(
        corpus, annotations, out, private, text, results, identifiers=mask_identifiers, warn=left.append, **more
    )
    for problem in left[:SHOWN]:
        print(problem, file=sys.stderr)
    if len(left) > SHOWN:
        print(f"… and {len(left) - SHOWN} more: `viborder check` tells all", file=sys.stderr)
    totals = ", ".join(counted(facts[f"{name}s"], name) for name in ("document", "sentence", "span"))
    print(f"version {facts['version']}: {totals} ({', '.join(facts['configs'])}): {out}")
    if problems:
        raise ViborderError(problems)


def _links(given: list[str]) -> dict[str, str]:
    """Name → address. Raises ViborderError `link-malformed`."""
    hint = "--link 'Paper=https://example.org/paper'"
    malformed = [one for one in given if not _LINK.fullmatch(one)]
    if malformed:
        raise ViborderError(
            Problem("--link", "link-malformed", f"{one!r} is no name and address", hint) for one in malformed
        )
    return {name: address for name, _, address in (one.partition("=") for one in given)}


def diff(
    old: Annotated[Path, typer.Argument(help="A dataset folder, or documents in any format.")],
    new: Annotated[Path, typer.Argument(help="The later version.")],
    json: Annotated[
        Path | None, typer.Option("--json", help="Write every change here, one JSON object a line.")
    ] = None,
    source_format: From = None,
) -> None:
    """Tell what changed between two versions of a dataset, span by span."""
    from viborder.cli.reading import several
    from viborder.dataset.diff import counts, diff
    from viborder.eval.show.tables import write_json_lines

    changes = diff(*several([old, new], source_format))
    for change in changes:
        print(change)
    print(", ".join(f"{count} {kind}" for kind, count in counts(changes).items()) or "no change")
    if json:
        write_json_lines(json, [change.as_dict() for change in changes])


def restore(
    release: Annotated[Path, typer.Argument(help="A dataset folder without texts.")],
    texts: Annotated[
        list[Path], typer.Argument(help="The texts: folders of .txt, or files in any format.", metavar="TEXTS…")
    ],
    out: Annotated[Path, typer.Option(help="A new folder for corpus/ and annotations/.")] = Path("restored"),
    source_format: Annotated[
        str | None, typer.Option("--from", help="The format of the texts, where endings cannot tell it.")
    ] = None,
) -> None:
    """Put the texts that you have back into a stand-off release."""
    from viborder.dataset.restore import restore

    done = restore(release, texts, out, source_format)
    print(f"{counted(done['documents'], 'document')}, {counted(done['passes'], 'pass', 'passes')}: {out}")


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DATASET|MODEL", help="A folder that `build` or `train` made.")],
    repo_id: Annotated[str, typer.Argument(metavar="REPO_ID", help="USER_OR_ORGANISATION/NAME on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Make a new repository public; private otherwise.")] = False,
    text: Annotated[
        str | None, typer.Option(help="Of a public dataset, said outright: keep the texts, or omit them.")
    ] = None,
    private: Annotated[
        str | None, typer.Option(help="Of a dataset that names private persons, said outright: keep.")
    ] = None,
    trained_on: Annotated[
        list[str] | None, typer.Option(help="Of a model: the dataset on the Hub that it learned from, for its card.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the exact files to --out, and publish nothing.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where a dry run writes.")] = Path("build/publish"),
    gold: Annotated[Path, typer.Option(help="The unmasked annotations, to know private persons by.")] = GOLD,
) -> None:
    """Publish a checked dataset or model on the Hugging Face Hub: one commit, and a tag for the version."""
    from viborder.publish.publish import prepare, publish
    from viborder.publish.show import dry_run as run_dry
    from viborder.publish.show import show, show_done

    release = prepare(folder, gold, repo_id, trained_on or ())
    if dry_run:
        run_dry(release, repo_id, out, public=public, text=text, private=private, gold=gold)
    else:
        done = publish(release, repo_id, None, public=public, text=text, private=private, gold=gold, show=show)
        show_done(done, repo_id)
