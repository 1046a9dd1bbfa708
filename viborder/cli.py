"""The command line: one verb, one call. Everything heavy is imported inside its verb."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from viborder.document import Document

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Vietnamese named-entity recognition for police and border news.",
)


@app.callback()
def _verbs() -> None:
    """Vietnamese named-entity recognition for police and border news."""


def _rooms() -> None:
    from viborder.labelstudio.verbs import app as labelstudio

    app.add_typer(labelstudio, name="labelstudio")


_rooms()

CORPUS = Path("corpus/documents.jsonl")
GOLD = Path("annotations/gold.jsonl")
PASSES = Path("annotations/passes")
INTERRUPTED = 130  # the exit status after Ctrl-C, which typer turns into an exit


@app.command()
def collect(
    sources: Annotated[list[Path], typer.Argument(help="Texts (.txt), pages (.html), JSON Lines, or folders of them.", metavar="SOURCE…")],
    corpus: Annotated[Path, typer.Option("--out", help="The corpus file that they are added to.")] = CORPUS,
    source: Annotated[str | None, typer.Option(help="Where they come from, where they do not say.")] = None,
    licence: Annotated[str | None, typer.Option(help="The licence of the texts, where they do not say.")] = None,
    near: Annotated[float, typer.Option(help="Similarity (0–1) from which a text is a near-duplicate and left out.")] = 0.8,
) -> None:
    """Add source texts to the corpus, near-duplicates left out."""
    from viborder.corpus.collect import collect

    meta = {name: value for name, value in (("source", source), ("licence", licence)) if value}
    done = collect(sources, corpus, meta, near)
    for note in (*done.notes, *done.left_out):
        print(note, file=sys.stderr)
    print(f"{len(done.added)} documents added to {corpus}, {len(done.left_out)} near-duplicates left out")


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Annotation files; gold and passes by default.", metavar="FILE…")] = None,
    corpus: Annotated[Path, typer.Option(help="The authority on texts.")] = CORPUS,
) -> None:
    """Find every error in the corpus and the annotations."""
    from viborder.annotate.check import check

    problems, documents, spans = check(files or [GOLD, *sorted(PASSES.glob("*.jsonl"))], corpus if corpus.exists() else None)
    for problem in problems:
        print(problem, file=sys.stderr)
    errors = sum(problem.severity == "error" for problem in problems)
    print(f"{documents} documents, {spans} spans: {errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="The dataset folder to write.")] = Path("build/dataset"),
    corpus: Annotated[Path, typer.Option(help="The authority on texts and metadata.")] = CORPUS,
    annotations: Annotated[Path, typer.Option(help="The folder with gold.jsonl, passes/, annotators.yaml, CHANGELOG.md.")] = GOLD.parent,
    private: Annotated[str, typer.Option(help="Private persons: mask, keep, or drop the sentences that name them.")] = "mask",
    text: Annotated[str, typer.Option(help="keep, or omit: spans and hashes without the texts.")] = "keep",
    results: Annotated[Path, typer.Option(help="The published figures, which the card shows.")] = Path("eval/results.jsonl"),
) -> None:
    """Make the dataset that `load_dataset` opens offline."""
    from viborder.dataset.build import build

    facts = build(corpus, annotations, out, private, text, results)
    totals = ", ".join(f"{facts[name]} {name}" for name in ("documents", "sentences", "spans"))
    print(f"version {facts['version']}: {totals} ({', '.join(facts['configs'])}): {out}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A dataset folder, or documents in any format.")],
    new: Annotated[Path, typer.Argument(help="The later version.")],
    json: Annotated[Path | None, typer.Option("--json", help="Write every change here, one JSON object a line.")] = None,
) -> None:
    """Tell what changed between two versions of a dataset, span by span."""
    from viborder.dataset.diff import counts, diff
    from viborder.dataset.package import read
    from viborder.eval.tables import write_json_lines

    changes = diff(read(old), read(new))
    for change in changes:
        print(change)
    print(", ".join(f"{count} {kind}" for kind, count in counts(changes).items()) or "no change")
    if json:
        write_json_lines(json, [change.as_dict() for change in changes])


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(metavar="DATASET|MODEL", help="A folder that `build` or `train` made.")],
    repo_id: Annotated[str, typer.Argument(metavar="REPO_ID", help="USER_OR_ORGANISATION/NAME on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Make a new repository public; private otherwise.")] = False,
    text: Annotated[str | None, typer.Option(help="Of a public dataset, said outright: keep the texts, or omit them.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the exact files to --out, and publish nothing.")] = False,
    out: Annotated[Path, typer.Option(help="Where a dry run writes.")] = Path("build/publish"),
    gold: Annotated[Path, typer.Option(help="The unmasked annotations, to know private persons by.")] = GOLD,
) -> None:
    """Publish a checked dataset or model on the Hugging Face Hub: one commit, and a tag for the version."""
    from viborder.publish.publish import prepare, publish
    from viborder.publish.show import dry_run as run_dry
    from viborder.publish.show import show, show_done

    release = prepare(folder, gold, repo_id)
    if dry_run:
        run_dry(release, repo_id, out, public=public, text=text)
    else:
        show_done(publish(release, repo_id, None, public=public, text=text, show=show), repo_id)


@app.command()
def restore(
    release: Annotated[Path, typer.Argument(help="A dataset folder without texts.")],
    texts: Annotated[list[Path], typer.Argument(help="The texts: folders of .txt, or files in any format.", metavar="TEXTS…")],
    out: Annotated[Path, typer.Option(help="A new folder for corpus/ and annotations/.")] = Path("restored"),
) -> None:
    """Put the texts that you have back into a stand-off release."""
    from viborder.dataset.restore import restore

    done = restore(release, texts, out)
    print(f"{done['documents']} documents, {done['passes']} passes: {out}")


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file, or a folder; its ending names the format.")],
    target: Annotated[Path, typer.Argument(metavar="OUT")],
    source_format: Annotated[str | None, typer.Option("--from", help="The format, where the ending cannot tell it.")] = None,
    target_format: Annotated[str | None, typer.Option("--to", help="The format, where the ending cannot tell it.")] = None,
) -> None:
    """Turn documents of any format, or a dataset folder, into any other; what is lost is said."""
    from collections import Counter

    from viborder.dataset.package import read
    from viborder.formats import write

    lost: Counter[str] = Counter()
    documents = read(source, source_format, lost)
    lost += write(target, documents, target_format)
    for kind, count in sorted(lost.items()):
        print(f"not kept: {count} {kind}", file=sys.stderr)
    print(f"{len(documents)} documents: {target}")


@app.command()
def agree(
    passes: Annotated[list[Path], typer.Argument(help="Two files of documents with spans, or more.", metavar="PASS…")],
    conflicts: Annotated[Path | None, typer.Option(help="Write every conflict here, one JSON object a line.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every figure here.")] = None,
    gamma: Annotated[bool, typer.Option("--gamma", help="Compute gamma too, by random annotations for every document.")] = False,
) -> None:
    """Measure how far annotation passes agree, and list where they do not."""
    from viborder.eval.agreement import agree
    from viborder.eval.tables import agreement_table, write_json, write_json_lines
    from viborder.formats import read

    result = agree({name: read(path) for name, path in _called(passes).items()}, gamma=gamma)
    agreement_table(result)
    if conflicts:
        write_json_lines(conflicts, [conflict.as_dict() for conflict in result.conflicts])
        print(f"{len(result.conflicts)} conflicts written to {conflicts}")
    if json:
        write_json(json, result.as_dict())


@app.command()
def adjudicate(
    passes: Annotated[list[Path] | None, typer.Argument(help="Two passes or more; all by default.", metavar="PASS…")] = None,
    decisions: Annotated[Path, typer.Option(help="The log of decisions, read and written.")] = Path("annotations/decisions.jsonl"),
    out: Annotated[Path, typer.Option(help="The gold; documents that no pass has stay in it.")] = GOLD,
    least: Annotated[int, typer.Option(min=1, help="How many passes a document needs.")] = 2,
    server: Annotated[bool, typer.Option("--server", help="Adjudicate in Label Studio: bring what is decided, send what is open.")] = False,
    project: Annotated[str, typer.Option(help="Title of the adjudication project.")] = "viborder-adjudication",
) -> None:
    """Settle where passes differ, at the terminal or in Label Studio, and write gold and the log."""
    from viborder.annotate.settle import settle_at_terminal
    from viborder.formats import read

    named = {path.stem: read(path) for path in passes or sorted(PASSES.glob("*.jsonl"))}
    if server:
        from viborder.labelstudio.adjudicate import settle_on_server

        settle_on_server(named, decisions, out, least, project)
    else:
        settle_at_terminal(named, decisions, out, least)


@app.command()
def score(
    gold: Annotated[Path, typer.Argument(help="Annotated documents, in any format.")],
    pred: Annotated[Path, typer.Argument(help="The same documents, tagged.")],
    nested: Annotated[bool, typer.Option("--nested/--flat", help="All spans, or the outermost only.")] = True,
    labels: Annotated[str, typer.Option(help="Score these types only, comma between.")] = "",
    exclude: Annotated[str, typer.Option(help="Leave these types out, comma between.")] = "",
    unit: Annotated[str | None, typer.Option(help="What intervals resample: document or sentence.")] = None,
    mode: Annotated[
        str | None, typer.Option(help="Another scorer's numbers: seqeval, seqeval-strict, conlleval, nervaluate, spacy.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="The tags of .conll files: IOB1, IOB2, IOE2, IOBES, BILOU.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every number here.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page to look at here: scores, errors, every document.")] = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error here, one JSON object a line, and print what they are.")] = None,
    suspects: Annotated[Path | None, typer.Option(help="Write suspected label errors here, one JSON object a line.")] = None,
    train: Annotated[Path | None, typer.Option(help="What was trained on (of cross-validation: all): seen mentions, leakage.")] = None,
    curve: Annotated[list[Path] | None, typer.Option(help="What `viborder curve --json` wrote, for the page; once a system.")] = None,
    note: Annotated[str, typer.Option(help="Said at the top of the page, such as what the system was tuned on.")] = "",
) -> None:
    """Score predictions against gold, with intervals."""
    from viborder.errors import fail
    from viborder.eval import inputs, modes, score
    from viborder.eval.intervals import bootstrap
    from viborder.eval.score_tables import report_table, score_table
    from viborder.eval.tables import write_json

    annotated, tagged = inputs.read([gold, pred])
    if mode:
        if labels or exclude or unit:
            raise fail("", "option-unused", f"--mode {mode} knows no --labels, --exclude or --unit", "leave them out, or leave --mode out")
        found = modes.report(mode, annotated, tagged, scheme or "IOB2")
        report_table(found, mode)
    else:
        keep, leave = _names(labels) or None, _names(exclude)
        result = score(annotated, tagged, nested=nested, labels=keep, exclude=leave, unit=unit, scheme=scheme)
        intervals = bootstrap(result)
        score_table(result, intervals)
        found = result.as_json() | {"intervals": intervals.as_json()}
    if json:
        write_json(json, found)
    if report:
        _report(report, gold, [pred], train, labels, exclude, note, curve or ())
    if errors or suspects:
        from viborder.eval.error_files import write_errors, write_suspects

        documents = _chosen(gold, labels, exclude, nested)
        answers = _answers(documents, gold, pred, labels, exclude, nested)
        if errors:
            number = write_errors(errors, documents, answers, _chosen(train, labels, exclude, nested) if train else None)
            print(f"{number} errors: {errors}")
        if suspects:
            print(f"{write_suspects(suspects, documents, answers)} suspected label errors: {suspects}")


@app.command()
def compare(
    gold: Annotated[Path, typer.Argument(help="Annotated documents, in any format.")],
    preds: Annotated[list[Path], typer.Argument(help="The same documents, tagged by two systems or more.", metavar="PRED…")],
    nested: Annotated[bool, typer.Option("--nested/--flat", help="All spans, or the outermost only.")] = True,
    labels: Annotated[str, typer.Option(help="Score these types only, comma between.")] = "",
    exclude: Annotated[str, typer.Option(help="Leave these types out, comma between.")] = "",
    unit: Annotated[str | None, typer.Option(help="What is resampled and exchanged: document or sentence.")] = None,
    schema: Annotated[str, typer.Option(help="strict, exact, partial or type.")] = "strict",
    json: Annotated[Path | None, typer.Option("--json", help="Write every number here.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page to look at here, systems side by side.")] = None,
    train: Annotated[Path | None, typer.Option(help="What was trained on (of cross-validation: all), for the page.")] = None,
    curve: Annotated[list[Path] | None, typer.Option(help="What `viborder curve --json` wrote, for the page; once a system.")] = None,
    note: Annotated[str, typer.Option(help="Said at the top of the page, such as what the systems were tuned on.")] = "",
) -> None:
    """Say whether systems differ by more than chance."""
    from viborder.errors import fail
    from viborder.eval import compare, inputs
    from viborder.eval.intervals import bootstrap
    from viborder.eval.score_tables import compare_table
    from viborder.eval.tables import write_json

    if len(set(preds)) < len(preds):
        raise fail(max(preds, key=preds.count), "prediction-twice", "the file is named twice", "name each system's file once")
    annotated, *tagged = inputs.read([gold, *preds])
    systems = dict(zip(_called(preds), tagged, strict=True))
    keep, leave = _names(labels) or None, _names(exclude)
    result = compare(annotated, systems, schema=schema, nested=nested, labels=keep, exclude=leave, unit=unit)
    intervals = {name: bootstrap(scores) for name, scores in result.systems.items()}
    compare_table(result, intervals)
    if json:
        write_json(json, result.as_json() | {"intervals": {name: drawn.as_json() for name, drawn in intervals.items()}})
    if report:
        _report(report, gold, preds, train, labels, exclude, note, curve or ())


def _called(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the shortest names that tell them apart: after the file, or after its folder where the file is a `predictions.jsonl`."""
    listed = list(paths)
    names = [path.parent.name or path.stem if path.stem == "predictions" else path.stem for path in listed]
    return dict(zip(names if len(set(names)) == len(names) else map(str, listed), listed, strict=True))


def _report(
    path: Path, gold: Path, preds: list[Path], train: Path | None, labels: str, exclude: str, note: str, curves: Iterable[Path]
) -> None:
    from viborder.eval.report import read_curve, write

    annotated = _chosen(gold, labels, exclude)
    systems = {name: _answers(annotated, gold, pred, labels, exclude) for name, pred in _called(preds).items()}
    trained = _chosen(train, labels, exclude) if train else None
    curve = {name: read_curve(file) for name, file in _called(curves).items()}
    title = f"{', '.join(systems)}: report"
    write(path, annotated, systems, train=trained, curve=curve, title=title, note=note)
    print(f"report: {path}")


def _chosen(path: Path, labels: str, exclude: str, nested: bool = True) -> list[Document]:
    """The documents of a file with the spans that are looked at."""
    from viborder.eval.report import only
    from viborder.formats import read

    return only(read(path), _names(labels), _names(exclude), nested)


def _answers(annotated: list[Document], gold: Path, pred: Path, labels: str, exclude: str, nested: bool = True) -> list[Document]:
    """The documents of a prediction. Sentences of columns have no ids but after their file, and bear those of the gold ones."""
    from dataclasses import replace

    from viborder.formats import format_of

    found = _chosen(pred, labels, exclude, nested)
    if len(found) != len(annotated) or not format_of(gold) == format_of(pred) == "conll":
        return found
    return [replace(document, id=truth.id) for document, truth in zip(found, annotated, strict=True)]


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, such as train/crf.yaml.")],
    overrides: Annotated[list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")] = None,
    train: Annotated[Path, typer.Option(help="Documents with spans, of any format and label set.")] = GOLD,
    dev: Annotated[Path | None, typer.Option(help="Documents to choose on, where the recipe chooses.")] = None,
    out: Annotated[Path, typer.Option(help="The model folder to write.")] = ...,  # type: ignore[assignment]
) -> None:
    """Train a tagger by a recipe."""
    from viborder.formats import read
    from viborder.train import train as work
    from viborder.train.tag import given_tokens

    spaced = given_tokens(train)
    tagger = work(recipe, read(train), out, read(dev) if dev else None, overrides or (), spaced=spaced)
    print(f"{', '.join(tagger.labels)}: model {tagger.version} in {out}")


@app.command()
def crossval(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, such as train/crf.yaml.")],
    overrides: Annotated[list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")] = None,
    gold: Annotated[Path, typer.Option(help="Documents with spans.")] = GOLD,
    out: Annotated[Path, typer.Option(help="The folder for predictions.jsonl.")] = Path("build/crossval"),
    seeds: Annotated[int, typer.Option(min=1, help="How many times, with the seeds 0, 1, …; predictions-seed0.jsonl and so on.")] = 1,
) -> None:
    """Leave one document out: tag each with a model trained on the others."""
    from viborder.formats import jsonl, read
    from viborder.train import crossval as work

    documents = read(gold)
    if seeds > 1:
        from viborder.train.seeds import by_seed, spread

        runs = []
        for seed, found in by_seed(recipe, documents, seeds, overrides=overrides or ()):
            jsonl.write(out / f"predictions-seed{seed}.jsonl", found)
            runs.append(found)
        print(spread(documents, runs))
        return
    jsonl.write(out / "predictions.jsonl", work(recipe, documents, overrides=overrides or ()))
    print(f"{len(documents)} documents, each tagged by a model that has not seen it: {out / 'predictions.jsonl'}")


@app.command()
def curve(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, such as train/crf.yaml.")],
    overrides: Annotated[list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")] = None,
    gold: Annotated[Path, typer.Option(help="Documents with spans.")] = GOLD,
    test: Annotated[Path | None, typer.Option(help="Documents to tag; without them, each document is held out in turn.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every value here.")] = None,
) -> None:
    """Show what more documents bring: F1 by the number learned from."""
    from dataclasses import asdict
    from statistics import mean

    from viborder.eval.tables import write_json
    from viborder.formats import read
    from viborder.train.curve import curve as work

    points = []
    print("documents  F1 of all spans, mean (least – most)  of the outermost")
    for point in work(recipe, read(gold), read(test) if test else None, overrides or ()):
        points.append(asdict(point))
        shown = [f"{mean(values):.3f} ({min(values):.3f} – {max(values):.3f})" for values in (point.nested, point.flat)]
        print(f"{point.documents:9}  {shown[0]:36} {shown[1]}")
    if json:
        write_json(json, points)


@app.command()
def tag(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT…", help="Texts (.txt), .jsonl, .conll, folders, or - for standard input.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; its ending names the format.")] = None,
    target_format: Annotated[str | None, typer.Option("--to", help="The format, where the ending cannot tell it.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="For many .jsonl shards: the folder for as many tagged ones. Goes on after a kill.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="With --out: processes, or actors of Ray.")] = 1,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="With --out: on this machine, or on a Ray cluster.")] = "local",
) -> None:
    """Find the spans in texts."""
    if out:
        from viborder.train.bulk import tag_shards

        written, there = tag_shards(model, [Path(item) for item in inputs], out, jobs=jobs, engine=engine)
        print(f"{written} shards tagged, {there} were there already: {out}", file=sys.stderr)
        return
    from viborder.train.tag import tag_files

    count, notes = tag_files(model, inputs, output, target_format)
    for note in notes:
        print(note, file=sys.stderr)
    if output:
        print(f"{count} documents: {output}", file=sys.stderr)


@app.command()
def facts(
    file: Annotated[Path, typer.Argument(help="Documents with spans, gold or tagged.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A .csv or .jsonl file; a table on the screen without it.")] = None,
    source_format: Annotated[str | None, typer.Option("--from", help="The format, where the ending cannot tell it.")] = None,
) -> None:
    """List which amount of which narcotic a text speaks of, and who seized it."""
    from viborder import facts as room
    from viborder.formats import read

    found = room.facts(read(file, source_format))
    if output:
        print(f"{room.write(output, found)} facts: {output}", file=sys.stderr)
    else:
        room.show(list(found))


def main() -> None:
    """Run a verb; what is wrong with the input goes to standard error, all problems at once, with exit status 1."""
    from viborder.errors import ViborderError

    try:
        app()
    except ViborderError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code != INTERRUPTED:
            raise
        print("interrupted; nothing is half-written, and the same command again goes on where it can", file=sys.stderr)
        sys.exit(INTERRUPTED)
