"""The README of a model folder, written from what was really run, and its way to the Hub."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viborder import __version__
from viborder.annotate.private import People
from viborder.dataset.traces import in_file, traces_of
from viborder.document import Document
from viborder.errors import fail
from viborder.labels import in_order
from viborder.train.card import HONEST, front_matter
from viborder.train.encoder.checkpoints import revision
from viborder.train.encoder.examples import Examples, Reader
from viborder.train.encoder.recipe import FinetuneRecipe


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: the documents learned from and stopped by, what was found in the latter, Trainer's own figures."""

    learn: Sequence[Document]
    stop: Sequence[Document]
    found: Sequence[Document]
    examples: Examples
    figures: Mapping[str, float]
    history: Sequence[Mapping[str, float]]
    resumed: bool


def model_card(recipe: FinetuneRecipe, reader: Reader, run: Run, version: str) -> str:
    """The card: front matter that the Hub reads, then data, scores, settings, limits."""
    types = in_order(label[2:] for label in reader.labels if label != "O")
    base = (
        f"a ModernBERT encoder from scratch ({recipe.from_scratch})"
        if recipe.from_scratch
        else f"`{recipe.model_name_or_path}`"
    )
    inner = (
        f"It nests {reader.depth} deep; transformers' own pipeline sees the outermost spans alone."
        if reader.depth > 1
        else "It is flat."
    )
    return "\n".join(
        [
            _front_matter(recipe, reader, run),
            "# Vietnamese named entities: " + ", ".join(types),
            f"Token classification over {_units(recipe)}s, fine-tuned from {base} with `viborder train`. {inner}",
            "## Data",
            f"Revision {revision(run.learn)}: {len(run.learn)} documents with {sum(len(document.spans) for document in run.learn)} spans, "
            f"{sum(len(encoding.units) for encoding in run.examples.encodings)} {_units(recipe)}s in {len(run.examples.rows)} windows. "
            f"{run.examples.cut} {_units(recipe)}s were cut at gold borders; {run.examples.lost} gold spans were lost.",
            "## Scores",
            *_scores(reader, run),
            "## Settings",
            *(
                f"- {name}: {value}"
                for name, value in recipe.model_dump(exclude_defaults=True, exclude={"kind", "from_scratch"}).items()
            ),
            f"- steps and time: {_figures(run.figures)}" + (", taken up from a checkpoint" if run.resumed else ""),
            f"- model version {version}, viborder {__version__}, {_versions()}",
            "## Limits",
            "The model knows the types, the genre and the years of its training documents; names that it has not seen are found less "
            "often. A span begins and ends at the border of a "
            + _units(recipe)
            + ". Offsets count code points of NFC text.",
            HONEST.partition("\n")[2],
            "## Use",
            *_use(recipe),
            "",
        ]
    ).replace("\n#", "\n\n#")


def _use(recipe: FinetuneRecipe) -> list[str]:
    lines = ['`viborder tag FOLDER text.txt`, or from Python `viborder.load("FOLDER").tag("…")`.']
    if recipe.segmentation == "word":
        return [*lines, "transformers' own pipeline gives this tokenizer's spans no offsets, and reads no raw text."]
    return [
        *lines,
        "",
        "With transformers alone, the outermost spans, of NFC text:",
        "",
        f'    ner = pipeline("ner", model="FOLDER", aggregation_strategy="first", stride={recipe.stride})',
        "",
        "The pipeline takes the best tag of each word alone, `viborder` the best sequence in which tags may follow one another.",
        f"Without `stride` the pipeline drops, without a word, all that comes after {recipe.max_seq_length} subwords.",
        *(
            ["It learned sentences in capitals in lower case: give the pipeline these so."]
            if recipe.lower_capitals
            else []
        ),
    ]


def push(folder: Path, repo_id: str, documents: Iterable[Document], *, private: bool) -> None:
    """Upload a model folder; the token comes from HF_TOKEN or the Hub's own login.

    documents: what it was trained on. Raises ViborderError `private-name` where a file holds the name of a private
    person in them, `push-failed`.
    """
    from huggingface_hub import HfApi

    people, known = People(), list(documents)
    for document in known:
        people.meet(document)
    traces = traces_of(known, people)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for line, what in in_file(path, traces):
            raise fail(f"{path}:{line}", "private-name", f"{what}: nothing uploaded", "train on masked documents")
    try:
        hub = HfApi()
        hub.create_repo(repo_id, repo_type="model", private=private, exist_ok=True)
        hub.upload_folder(repo_id=repo_id, folder_path=folder, commit_message="Upload the model")
    except Exception as error:  # the client's, the network's, the server's
        message = str(error).strip().split("\n")[0][:300]
        raise fail(repo_id, "push-failed", message or type(error).__name__, "check HF_TOKEN and the name") from None


def _front_matter(recipe: FinetuneRecipe, reader: Reader, run: Run) -> str:
    """What the Hub reads; `model-index` where scores were measured on held-out documents."""
    import yaml

    head = front_matter([], "transformers")
    if recipe.model_name_or_path and not Path(recipe.model_name_or_path).exists():
        head["base_model"] = recipe.model_name_or_path
    if run.stop:
        from viborder.eval import score

        micro = score(run.stop, run.found, nested=reader.depth > 1).micro()
        measured = (("precision", micro.precision), ("recall", micro.recall), ("f1", micro.f1))
        result = {
            "task": {"type": "token-classification", "name": "Named-entity recognition"},
            "dataset": {
                "type": "viborder",
                "name": f"{len(run.stop)} held-out documents, by which the checkpoint was chosen",
            },
            "metrics": [{"type": name, "name": f"strict {name}", "value": round(value, 4)} for name, value in measured],
        }
        head["model-index"] = [{"name": "viborder", "results": [result]}]
    return f"---\n{yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)}---\n"


def _scores(reader: Reader, run: Run) -> list[str]:
    if not run.stop:
        return [
            "None: no documents were held out. `viborder crossval` measures the recipe on documents that the model has not seen."
        ]
    from viborder.eval import score
    from viborder.eval.uncertainty.intervals import bootstrap

    scores = score(run.stop, run.found, nested=reader.depth > 1)
    intervals = bootstrap(scores)
    rows = [
        ("all", scores.micro(), intervals.f1()),
        *((name, of, intervals.f1(f"type:{name}")) for name, of in scores.by_type().items()),
    ]
    return [
        f"On the {len(run.stop)} documents by which the checkpoint was chosen, so the figures are somewhat too high.",
        "",
        "| type | precision | recall | F1 | 95 % interval over documents | gold spans |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {100 * of.precision:.1f} | {100 * of.recall:.1f} | {100 * of.f1:.1f} | {100 * a:.1f} – {100 * b:.1f} | {of.gold} |"
            for name, of, (a, b) in rows
        ),
        "",
        f"`{scores.signature}`",
    ]


def _units(recipe: FinetuneRecipe) -> str:
    return recipe.segmentation


def _figures(figures: Mapping[str, float]) -> str:
    return f"{figures.get('epoch', 0):.1f} epochs, {figures.get('train_runtime', 0):.0f} s, last mean loss {figures.get('train_loss', 0):.4f}"


def _versions() -> str:
    import torch
    import transformers

    device: Any = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.machine()
    return f"transformers {transformers.__version__}, torch {torch.__version__}, {device}"
