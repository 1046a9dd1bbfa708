"""What annotators and their lead call: texts in, checks, agreement, adjudication.

Everything heavy is imported inside its verb.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viborder.cli.options import From
from viborder.cli.paths import CORPUS, GOLD, PASSES, STRICT
from viborder.errors import counted
from viborder.files import called

if TYPE_CHECKING:
    from viborder.errors import Problem


def collect(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Texts (.txt, .docx, .pdf), pages (.html), JSON Lines, or folders of them.", metavar="SOURCE…"
        ),
    ],
    corpus: Annotated[Path, typer.Option("--out", help="The corpus file that they are added to.")] = CORPUS,
    source: Annotated[str | None, typer.Option(help="Where they come from, where they do not say.")] = None,
    licence: Annotated[str | None, typer.Option(help="The licence of the texts, where they do not say.")] = None,
    near: Annotated[
        float, typer.Option(help="Similarity (0–1) from which a text is a near-duplicate and left out.")
    ] = 0.8,
    strict: Annotated[bool, typer.Option("--strict", help=STRICT)] = False,
) -> None:
    """Add source texts to the corpus, near-duplicates left out."""
    from viborder.corpus.collect import collect
    from viborder.errors import ViborderError

    meta = {name: value for name, value in (("source", source), ("licence", licence)) if value}
    problems: list[Problem] | None = None if strict else []
    done = collect(sources, corpus, meta, near, problems)
    for note in (*done.notes, *done.left_out):
        print(note, file=sys.stderr)
    print(
        f"{counted(len(done.added), 'document')} added to {corpus}, {counted(len(done.left_out), 'near-duplicate')} left out"
    )
    if problems:
        raise ViborderError(problems)


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Annotation files; gold and passes by default.", metavar="FILE…")
    ] = None,
    corpus: Annotated[Path, typer.Option(help="The authority on texts.")] = CORPUS,
    lexicon: Annotated[Path | None, typer.Option(help="A folder of lexicon files; the package's by default.")] = None,
    grammar: Annotated[Path | None, typer.Option(help="A folder with a grammar of one's own, checked alone.")] = None,
    source_format: From = None,
) -> None:
    """Find every error in the corpus, the annotations, the lexicon and the grammar's rules."""
    if grammar:
        from viborder.grammar.own import problems as own_problems

        _tell(own_problems(grammar), f"{grammar}")
        return
    from viborder.annotate.check import check
    from viborder.grammar.check import check_lexicon
    from viborder.grammar.entries import FOLDER
    from viborder.grammar.standard import problems as rule_problems

    problems, documents, spans = check(
        files or [GOLD, *sorted(PASSES.glob("*.jsonl"))], corpus if corpus.exists() else None, source_format
    )
    problems += [*check_lexicon(lexicon or FOLDER)[0], *rule_problems()]
    _tell(problems, f"{counted(documents, 'document')}, {counted(spans, 'span')}")


def _tell(problems: list[Problem], what: str) -> None:
    """Print problems, and count them; errors end in exit status 1."""
    for problem in problems:
        print(problem, file=sys.stderr)
    errors = sum(problem.severity == "error" for problem in problems)
    print(f"{what}: {counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    if errors:
        raise typer.Exit(1)


def agree(
    passes: Annotated[list[Path], typer.Argument(help="Two files of documents with spans, or more.", metavar="PASS…")],
    conflicts: Annotated[Path | None, typer.Option(help="Write every conflict here, one JSON object a line.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every figure here.")] = None,
    gamma: Annotated[
        bool, typer.Option("--gamma", help="Compute gamma too, by random annotations for every document.")
    ] = False,
    source_format: From = None,
) -> None:
    """Measure how far annotation passes agree, and list where they do not."""
    from viborder.cli.reading import several
    from viborder.eval.agreement.passes import agree
    from viborder.eval.show.tables import agreement_table, write_json, write_json_lines

    named = called(passes)
    result = agree(dict(zip(named, several(named.values(), source_format), strict=True)), gamma=gamma)
    agreement_table(result)
    if conflicts:
        write_json_lines(conflicts, [conflict.as_dict() for conflict in result.conflicts])
        print(f"{counted(len(result.conflicts), 'conflict')} written to {conflicts}")
    if json:
        write_json(json, result.as_dict())


def adjudicate(
    passes: Annotated[
        list[Path] | None, typer.Argument(help="Two passes or more; all by default.", metavar="PASS…")
    ] = None,
    decisions: Annotated[Path, typer.Option(help="The log of decisions, read and written.")] = Path(
        "annotations/decisions.jsonl"
    ),
    out: Annotated[Path, typer.Option(help="The gold; documents that no pass has stay in it.")] = GOLD,
    least: Annotated[int, typer.Option(min=1, help="How many passes a document needs.")] = 2,
    server: Annotated[
        bool, typer.Option("--server", help="Adjudicate in Label Studio: bring what is decided, send what is open.")
    ] = False,
    project: Annotated[str, typer.Option(help="Title of the adjudication project.")] = "viborder-adjudication",
    asked: Annotated[
        Path | None,
        typer.Option("--questions", help="Write what annotators doubt or dispute here (Markdown), and ask nothing."),
    ] = None,
    source_format: From = None,
) -> None:
    """Settle where passes differ or doubt, at the terminal or in Label Studio, and write gold and the log."""
    from viborder.annotate.settle import settle_at_terminal
    from viborder.cli.reading import several
    from viborder.files import stem

    files = passes or sorted(PASSES.glob("*.jsonl"))
    named = dict(zip(map(stem, files), several(files, source_format), strict=True))
    if asked:
        from viborder.annotate.adjudicate import read_decisions
        from viborder.annotate.open_questions import write_questions
        from viborder.annotate.settle import open_passes

        waiting, answered = write_questions(open_passes(named, 1), read_decisions(decisions), asked, least=1)
        print(f"{asked}: {counted(waiting, 'open question')}, {answered} answered")
    elif server:
        from viborder.labelstudio.adjudicate import settle_on_server

        settle_on_server(named, decisions, out, least, project)
    else:
        settle_at_terminal(named, decisions, out, least)
        if os.environ.get("LABEL_STUDIO_URL"):
            print("`viborder adjudicate --server` closes the tasks in Label Studio whose questions are settled here")
