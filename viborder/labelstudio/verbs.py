"""The verbs under `viborder labelstudio`. Everything heavy is imported inside its verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from viborder.labelstudio import LONGEST

app = typer.Typer(
    no_args_is_help=True, help="Annotate in Label Studio: a server, tasks with suggestions, and an exact way back."
)

CORPUS = Path("corpus/documents.jsonl")
PASSES = Path("annotations/passes")
STATE = Path("build/labelstudio/serve")
PROJECT = "viborder"
ADJUDICATION = "viborder-adjudication"
Guide = Annotated[
    Path | None,
    typer.Option(
        "--guidelines",
        help="The guidelines (Markdown), shown as a page; annotations/GUIDELINES.md or those of the package by default.",
    ),
]
Project = Annotated[str, typer.Option(help="Title of the project on the server.")]


@app.command()
def up(
    data: Annotated[Path, typer.Option(help="Where the server keeps its data.")] = Path("build/labelstudio"),
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8080,
    annotator: Annotated[list[str] | None, typer.Option(help="Name of a further user; may be repeated.")] = None,
    guide: Guide = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Install the server and make its empty database, no more.")
    ] = False,
) -> None:
    """Start a local Label Studio with a user, a token and a project; stop it with Ctrl+C."""
    from viborder.labelstudio import guidelines, local, server

    local.check_names(annotator or [])
    program = server.install()
    server.template(program)
    if not prepare:
        local.run(program, data, port, annotator or [], PROJECT, guidelines.find(guide))


@app.command()
def push(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Documents to annotate; the corpus by default.", metavar="FILE…")
    ] = None,
    project: Project = PROJECT,
    model: Annotated[Path | None, typer.Option(help="Model folder that makes the suggestions.")] = None,
    suggestions: Annotated[
        Path | None, typer.Option(help="Or a file of tagged documents that are the suggestions.")
    ] = None,
    overlap: Annotated[int, typer.Option(min=1, help="How many people annotate a document, blind.")] = 1,
    overlap_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the documents that --overlap is for.")
    ] = 1.0,
    test_share: Annotated[float, typer.Option(min=0, max=1, help="Random share kept for an honest test set.")] = 0.1,
    first: Annotated[list[str] | None, typer.Option(help="Id of a document that comes first; may be repeated.")] = None,
    reorder: Annotated[
        bool,
        typer.Option("--reorder", help="Order anew what nobody has begun (while nobody has it open on the screen)."),
    ] = False,
    longest: Annotated[
        int,
        typer.Option(
            min=0, help="Characters from which an article is cut into parts, at paragraph ends; 0 never cuts."
        ),
    ] = LONGEST,
    corpus: Annotated[Path, typer.Option(help="The texts that `pull` will ask for, if the file is there.")] = CORPUS,
    source_format: Annotated[
        str | None, typer.Option("--from", help="The format of the files, where endings cannot tell it.")
    ] = None,
) -> None:
    """Send documents as tasks with suggestions, the most useful first; twice sent is once there. What cannot be read is
    told, and the rest is sent.
    """
    from viborder.cli.reading import documents
    from viborder.errors import Problem, ViborderError
    from viborder.labelstudio import client, tables
    from viborder.labelstudio.plan import Plan
    from viborder.labelstudio.push import push
    from viborder.labelstudio.sendable import in_corpus
    from viborder.labelstudio.suggest import suggest

    problems: list[Problem] = []
    wanted = [document for path in files or [CORPUS] for document in documents(path, source_format, problems)]
    if problems and not wanted:
        raise ViborderError(problems)
    known = tables.texts(corpus)
    if known is not None:
        in_corpus(wanted, known, str(corpus))
    suggested, version = suggest(wanted, model, suggestions)
    plan = Plan(overlap, overlap_share, test_share, first=tuple(first or ()), reorder=reorder, longest=longest)
    owner = client.from_environment()
    done = push(owner, project, wanted, suggested, version, plan)
    tables.pushed(done, project, longest, owner.stream_page(done.project))
    if problems:
        raise ViborderError(problems)


@app.command()
def pull(
    project: Project = PROJECT,
    out: Annotated[Path, typer.Option(help="Folder of the passes, one file an annotator.")] = PASSES,
    corpus: Annotated[Path, typer.Option(help="The texts that annotations must bear, if the file is there.")] = CORPUS,
) -> None:
    """Bring the submitted annotations back, one pass an annotator."""
    from viborder.labelstudio import client, tables
    from viborder.labelstudio.pull import pull

    tables.pulled(pull(client.from_environment(), project, out, tables.texts(corpus)), out)


@app.command()
def status(
    project: Project = PROJECT,
    adjudication: Annotated[str, typer.Option(help="Its adjudication project.")] = ADJUDICATION,
    passes: Annotated[Path, typer.Option(help="Folder of the passes, which knows who is called what.")] = PASSES,
    state: Annotated[Path, typer.Option(help="The --state of `serve`, which knows what was learned when.")] = STATE,
    json: Annotated[Path | None, typer.Option("--json", help="Write every figure here.")] = None,
) -> None:
    """Show how far annotation has come by day and label, how people agree, what was learned, and what is next."""
    from viborder.eval.show.tables import write_json
    from viborder.labelstudio import client, tables
    from viborder.labelstudio.status import status

    found = status(client.from_environment(), project, adjudication, folder=passes, live=state)
    tables.status(found)
    if json:
        write_json(json, tables.as_dict(found))


@app.command()
def serve(
    recipe: Annotated[
        Path, typer.Argument(help="Recipe of the tagger that learns: a YAML file, or the name of one: crf.")
    ] = Path("crf"),
    keys: Annotated[
        list[str] | None,
        typer.Argument(help="Keys of the recipe to set; by default what makes it quick.", metavar="key=value…"),
    ] = None,
    train: Annotated[Path, typer.Option(help="Annotated documents that are always learned from.")] = Path(
        "annotations/gold.jsonl"
    ),
    state: Annotated[Path, typer.Option(help="Where what was learned survives a restart.")] = STATE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9090,
    project: Project = PROJECT,
    connect: Annotated[bool, typer.Option(help="Make the backend known to the project.")] = True,
    guide: Guide = None,
    source_format: Annotated[
        str | None, typer.Option("--from", help="The format of the files, where endings cannot tell it.")
    ] = None,
) -> None:
    """Run the backend that suggests when a task is opened, and learns from what is submitted."""
    from viborder.cli.reading import documents
    from viborder.labelstudio import backend, client, guidelines
    from viborder.train.recipe import recipe_path

    recipe = recipe_path(recipe)
    owner = client.from_environment() if connect else None
    overrides = keys or backend.quick(recipe)
    backend.run(
        recipe,
        documents(train, source_format),
        state,
        host=host,
        port=port,
        owner=owner,
        title=project,
        overrides=overrides,
        guide=guidelines.find(guide),
    )
