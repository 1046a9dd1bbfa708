"""What engineers call: train, tag, score, compare. Everything heavy is imported inside its verb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from viborder.cli.options import From, TagColumn, TextKey, To
from viborder.cli.paths import GOLD, STRICT, given
from viborder.errors import Problem, ViborderError, counted


def train(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, or the name of one that comes with viborder: crf.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")
    ] = None,
    train: Annotated[Path, typer.Option(help="Documents with spans, of any format and label set.")] = GOLD,
    dev: Annotated[Path | None, typer.Option(help="Documents to choose on, where the recipe chooses.")] = None,
    out: Annotated[Path, typer.Option(help="The model folder to write.")] = ...,  # type: ignore[assignment]
    unlabelled: Annotated[
        Path | None, typer.Option(help="Texts that nobody has annotated, to learn from in rounds where that helps.")
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="With --unlabelled: what is tested on; a copy of it there is refused.")
    ] = None,
    source_format: From = None,
    tag_column: TagColumn = None,
) -> None:
    """Train a tagger by a recipe."""
    from viborder.cli.reading import documents
    from viborder.train import train as work

    problems: list[Problem] = []
    learn = documents(given(train, "--train"), source_format, problems, tag_column=tag_column)
    chosen = documents(dev, source_format, problems, tag_column=tag_column) if dev else None
    texts = documents(unlabelled, None, problems) if unlabelled else []
    tests = documents(test, None, problems) if unlabelled and test else []
    if problems:
        raise ViborderError(problems)
    if unlabelled:
        from viborder.train.selftrain import brought, self_train

        tagger, rounds = self_train(recipe, learn, texts, out, chosen, overrides or (), tests)
        print(brought(rounds), file=sys.stderr)
    else:
        tagger = work(recipe, learn, out, chosen, overrides or ())
    print(f"{', '.join(tagger.labels)}: model {tagger.version} in {out}")


def explain(
    text: Annotated[str, typer.Argument(help="A sentence, or a whole text.")] = "",
    model: Annotated[
        Path | None,
        typer.Option(help="A model folder: what it made of the grammar's proposals; without TEXT, what it corrects."),
    ] = None,
    grammar: Annotated[Path | None, typer.Option(help="A folder with a grammar of one's own.")] = None,
    rule: Annotated[str | None, typer.Option(help="Print a rule, piece or veto, and the Python it became.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which rule, which entries of the lexicon and which learned weights made each span."""
    from json import dumps

    from viborder.text import normalise

    if rule:
        from viborder.grammar.explain import source

        found = source(rule, grammar)
        print(dumps(found, ensure_ascii=False) if json else f"{found['where']}\n{found['record']}\n\n{found['python']}")
        return
    text = normalise(text)[0]
    if model and not text:
        from viborder.grammar.explained import correction_lines
        from viborder.train.explain import corrections

        summed = corrections(model)
        print(dumps(summed, ensure_ascii=False) if json else "\n".join(correction_lines(summed)))
        return
    if model:
        from viborder.train.explain import explain as of_model

        told = of_model(text, model)
    else:
        from viborder.train.explain import of_grammar

        told = of_grammar(text, grammar)
    if json:
        print(dumps(told, ensure_ascii=False))
        return
    from viborder.grammar.explained import lines

    print(*lines(told), sep="\n")


def crossval(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, or the name of one that comes with viborder: crf.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")
    ] = None,
    gold: Annotated[Path, typer.Option(help="Documents with spans.")] = GOLD,
    out: Annotated[Path, typer.Option(help="The folder for predictions.jsonl.")] = Path("build/crossval"),
    seeds: Annotated[
        int, typer.Option(min=1, help="How many times, with the seeds 0, 1, …; predictions-seed0.jsonl and so on.")
    ] = 1,
    source_format: From = None,
    tag_column: TagColumn = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="How many models; without it one a document up to 30 documents, 5 beyond."),
    ] = None,
) -> None:
    """Tag each document with a model trained on others: leave one out, or by folds; texts that are alike stay
    together.
    """
    from viborder.cli.reading import documents as read
    from viborder.formats import jsonl
    from viborder.train.crossval import crossval as work
    from viborder.train.crossval import folds_of

    documents = read(given(gold, "--gold"), source_format, tag_column=tag_column)
    number = len(set(folds_of(documents, folds)))
    print(f"{counted(len(documents), 'document')}, {counted(number, 'fold')}", file=sys.stderr)
    if seeds > 1:
        from viborder.train.seeds import by_seed, spread

        runs = []
        for seed, found in by_seed(recipe, documents, seeds, overrides=overrides or (), folds=folds):
            jsonl.write(out / f"predictions-seed{seed}.jsonl", found)
            runs.append(found)
        print(spread(documents, runs))
        return
    tagged = work(recipe, documents, overrides=overrides or (), folds=folds)
    jsonl.write(out / "predictions.jsonl", tagged)
    print(
        f"{counted(len(documents), 'document')}, each tagged by a model that has not seen it: {out / 'predictions.jsonl'}"
    )


def curve(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, or the name of one that comes with viborder: crf.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Keys of the recipe to set.", metavar="key=value…")
    ] = None,
    gold: Annotated[Path, typer.Option(help="Documents with spans.")] = GOLD,
    test: Annotated[
        Path | None, typer.Option(help="Documents to tag; without them, each document is held out in turn.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every value here.")] = None,
    source_format: From = None,
    tag_column: TagColumn = None,
) -> None:
    """Show what more documents bring: F1 by the number learned from."""
    from dataclasses import asdict
    from statistics import mean

    from viborder.cli.reading import documents as read
    from viborder.eval.show.tables import write_json
    from viborder.train.curve import curve as work

    points = []
    print("documents  F1 of all spans, mean (least – most)  of the outermost")
    for point in work(
        recipe,
        read(gold, source_format, tag_column=tag_column),
        read(test, source_format, tag_column=tag_column) if test else None,
        overrides or (),
    ):
        points.append(asdict(point))
        shown = [
            f"{100 * mean(values):.1f} ({100 * min(values):.1f} – {100 * max(values):.1f})"
            for values in (point.nested, point.flat)
        ]
        print(f"{point.documents:9}  {shown[0]:36} {shown[1]}")
    if json:
        write_json(json, points)


def tag(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[MODEL] INPUT…",
            help="Texts (.txt), documents in any format, folders, or - for standard input; before them a model folder.",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(help="A model folder or a Hub id OWNER/NAME; without any, the model that comes with viborder."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; its ending names the format.")
    ] = None,
    target_format: To = None,
    source_format: From = None,
    tag_column: TagColumn = None,
    text_key: TextKey = None,
    out: Annotated[
        Path | None,
        typer.Option(help="For many .jsonl shards: the folder for as many tagged ones. Goes on after a kill."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="With --out: processes, or actors of Ray.")] = 1,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="With --out: on this machine, or on a Ray cluster.")
    ] = "local",
    strict: Annotated[bool, typer.Option("--strict", help=STRICT)] = False,
) -> None:
    """Find the spans in texts: as JSON Lines, or in colours on a terminal."""
    from viborder.tag.models import model_and_inputs

    folder, inputs = model_and_inputs(model, inputs)
    problems: list[Problem] | None = None if strict else []
    if out:
        from viborder.tag.bulk import tag_shards

        shards = [Path(item) for item in inputs]
        written, there = tag_shards(folder, shards, out, jobs=jobs, engine=engine, problems=problems)
        print(f"{counted(written, 'shard')} tagged, {there} there already: {out}", file=sys.stderr)
        if problems:
            raise ViborderError(problems)
        return
    from viborder.tag.files import tag_files

    count, notes = tag_files(
        folder, inputs, output, target_format, source_format, problems, tag_column=tag_column, text_key=text_key
    )
    for note in notes:
        print(note, file=sys.stderr)
    if output:
        print(f"{counted(count, 'document')}: {output}", file=sys.stderr)
    if problems:
        raise ViborderError(problems)


def score(
    gold: Annotated[Path, typer.Argument(help="Annotated documents, in any format.")],
    pred: Annotated[Path, typer.Argument(help="The same documents, tagged.")],
    nested: Annotated[bool, typer.Option("--nested/--flat", help="All spans, or the outermost only.")] = True,
    labels: Annotated[str, typer.Option(help="Score these types only, comma between.")] = "",
    exclude: Annotated[str, typer.Option(help="Leave these types out, comma between.")] = "",
    unit: Annotated[str | None, typer.Option(help="What intervals resample: document or sentence.")] = None,
    mode: Annotated[
        str | None,
        typer.Option(help="Another scorer's numbers: seqeval, seqeval-strict, conlleval, nervaluate, spacy."),
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(help="The tags of .conll files: IOB1, IOB2, IOE2, IOBES, BILOU.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write every number here.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page to look at here: scores, errors, every document.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Write every error here, one JSON object a line, and print what they are.")
    ] = None,
    suspects: Annotated[
        Path | None, typer.Option(help="Write suspected label errors here, one JSON object a line.")
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="What was trained on (of cross-validation: all): seen mentions, leakage.")
    ] = None,
    curve: Annotated[
        list[Path] | None, typer.Option(help="What `viborder curve --json` wrote, for the page; once a system.")
    ] = None,
    note: Annotated[str, typer.Option(help="Said at the top of the page, such as what the system was tuned on.")] = "",
    source_format: From = None,
    tag_column: TagColumn = None,
) -> None:
    """Score predictions against gold, with intervals."""
    from viborder.eval.measure import Choice, Outputs, score_files

    choice = Choice(nested, _names(labels), _names(exclude), unit, scheme, source_format, tag_column)
    score_files(gold, pred, choice, Outputs(json, report, errors, suspects, train, curve or (), note), mode)


def compare(
    gold: Annotated[Path, typer.Argument(help="Annotated documents, in any format.")],
    preds: Annotated[
        list[Path], typer.Argument(help="The same documents, tagged by two systems or more.", metavar="PRED…")
    ],
    nested: Annotated[bool, typer.Option("--nested/--flat", help="All spans, or the outermost only.")] = True,
    labels: Annotated[str, typer.Option(help="Score these types only, comma between.")] = "",
    exclude: Annotated[str, typer.Option(help="Leave these types out, comma between.")] = "",
    unit: Annotated[str | None, typer.Option(help="What is resampled and exchanged: document or sentence.")] = None,
    schema: Annotated[str, typer.Option(help="strict, exact, partial or type.")] = "strict",
    json: Annotated[Path | None, typer.Option("--json", help="Write every number here.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page to look at here, systems side by side.")] = None,
    train: Annotated[
        Path | None, typer.Option(help="What was trained on (of cross-validation: all), for the page.")
    ] = None,
    curve: Annotated[
        list[Path] | None, typer.Option(help="What `viborder curve --json` wrote, for the page; once a system.")
    ] = None,
    note: Annotated[
        str, typer.Option(help="Said at the top of the page, such as what the systems were tuned on.")
    ] = "",
    source_format: From = None,
    tag_column: TagColumn = None,
) -> None:
    """Say whether systems differ by more than chance."""
    from viborder.eval.measure import Choice, Outputs, compare_files

    choice = Choice(nested, _names(labels), _names(exclude), unit, None, source_format, tag_column)
    compare_files(gold, preds, choice, Outputs(json, report, None, None, train, curve or (), note), schema)


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file, or a folder; its ending names the format.")],
    target: Annotated[Path, typer.Argument(metavar="OUT")],
    source_format: From = None,
    target_format: To = None,
    tag_column: TagColumn = None,
    text_key: TextKey = None,
    strict: Annotated[bool, typer.Option("--strict", help=STRICT)] = False,
) -> None:
    """Turn documents of any format, or a dataset folder, into any other; what is lost is said."""
    from collections import Counter

    from viborder.dataset.package import read
    from viborder.formats import said, write

    lost: Counter[str] = Counter()
    problems: list[Problem] | None = None if strict else []
    documents = read(source, source_format, lost, problems, tag_column=tag_column, text_key=text_key)
    lost += write(target, documents, target_format)
    for kind, count in sorted(lost.items()):
        print(said(kind, count), file=sys.stderr)
    print(f"{counted(len(documents), 'document')}: {target}")
    if problems:
        raise ViborderError(problems)


def facts(
    file: Annotated[Path, typer.Argument(help="Documents with spans, gold or tagged.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .csv or .jsonl file; a table on the screen without it.")
    ] = None,
    source_format: From = None,
) -> None:
    """List which amount of which narcotic a text speaks of, and who seized it."""
    from viborder import facts as room
    from viborder.cli.reading import documents
    from viborder.errors import fail

    tagged = documents(file, source_format)
    if not any(document.spans for document in tagged):
        raise fail(file, "spans-missing", "no span is marked in it", "tag it first: viborder tag TEXT -o tagged.jsonl")
    found = room.facts(tagged)
    if output:
        print(f"{counted(room.write(output, found), 'fact')}: {output}", file=sys.stderr)
    else:
        room.show(list(found))
