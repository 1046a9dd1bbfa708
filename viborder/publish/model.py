"""A model folder as it goes to the Hub: checked, and with a card: its own, or one generated from what `model.json`
says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from viborder.annotate.hiding import hiding
from viborder.annotate.private import People
from viborder.dataset.mask import dropped, mask
from viborder.dataset.traces import in_file, in_vocabulary, traces_of
from viborder.document import Document, by_id
from viborder.errors import Problem, ViborderError, counted, fail
from viborder.files import parse_yaml
from viborder.formats import jsonl
from viborder.publish.checks import private_people, secrets
from viborder.publish.hub import Content
from viborder.train.card import folder_card
from viborder.train.folder import BESIDE, read_card

_MASKED = "`viborder convert build/dataset masked.jsonl` gives masked documents to train on"
_TOLD = 20  # traces of names a file
# What `viborder train` and `viborder export` write of a transformer: settings, weights, vocabularies, log and card.
_TRANSFORMER = re.compile(
    r"README\.md|(?:model|config|generation_config|training_log|tokenizer|tokenizer_config|special_tokens_map|added_tokens"
    r"|vocab|[\w-]+\.safetensors\.index)\.json|[\w-]+\.(?:safetensors|onnx|onnx\.data|onnx_data)|head\.npz"
    r"|(?:vocab|merges)\.txt|bpe\.codes|(?:spiece|sentencepiece\.bpe|tokenizer)\.model"
)
RECIPE, SYSTEM = "train/crf.yaml", "lexicon + CRF"  # of the default model, as eval/results.jsonl names them
RESULTS = Path("eval/results.jsonl")
VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "bpe.codes",
)  # learned from the texts where an encoder begins from scratch
ORIGINS = ("masked", "unknown", "unmasked")  # what the texts that a model learned from were, from good to bad


def model_contents(
    folder: Path, repo_id: str, datasets: Iterable[str] = (), results: Path = RESULTS
) -> tuple[dict[str, Content], str, list[str]]:
    """(path → content, tag, what is left out): the files of the model, the version that it bears, and the paths in the
    folder that do not belong to a model. A card that training generated from `model.json` is written anew, for its place on the
    Hub; another stays, with the datasets added to its front matter.

    datasets: names on the Hub of what it was trained on. results: the published figures.
    """
    described = read_card(folder)
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    contents: dict[str, Content] = {name: path for name, path in found.items() if belongs(name, described)}
    left_out = [name for name in found if name not in contents]
    own = folder / "README.md"
    named = list(datasets)
    if not own.exists() or own.read_text(encoding="utf-8") == folder_card(described):
        card = folder_card(described, repo_id, named, _measured(described, results))
        contents["README.md"] = card.encode()
    elif named:
        contents["README.md"] = _with_datasets(own, named).encode()
    return contents, f"model-{described['version']}", left_out


def _with_datasets(own: Path, named: list[str]) -> str:
    """A card with these names among its `datasets`. Raises ViborderError `card-incomplete` where its front matter is no
    YAML.
    """
    import yaml

    text = own.read_text(encoding="utf-8")
    parted = text.startswith("---\n") and "\n---\n" in text
    head, _, body = text.removeprefix("---\n").partition("\n---\n") if parted else ("{}", "", "\n" + text)
    try:
        data = parse_yaml(head) or {}
    except ValueError as error:
        hint = "mend what stands between the two lines of ---"
        raise fail(own, "card-incomplete", f"the front matter is no YAML: {error!s:.100}", hint) from None
    there = data.get("datasets", [])
    data["datasets"] = list(dict.fromkeys([*([there] if isinstance(there, str) else there or []), *named]))
    return f"---\n{yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)}---\n{body}"


def recipe_figures(results: Path = RESULTS) -> list[dict[str, Any]]:
    """The published figures of the default recipe, over all spans."""
    from viborder.eval.show.results import read

    return [
        line
        for line in read(results)
        if line["recipe"] == RECIPE
        and line["system"] == SYSTEM
        and line["metric"] == "strict_f1"
        and line["task"].endswith("all spans")
    ]


def _measured(described: Mapping[str, Any], results: Path) -> list[dict[str, Any]]:
    """The figures of the recipe by which the model was made, where its settings are the recipe's own."""
    from viborder.train.crf.recipe import crf_recipe
    from viborder.train.recipe import load_recipe

    recipe = Path(RECIPE)
    if not results.exists() or not recipe.exists():
        return []
    if json.loads(crf_recipe(load_recipe(recipe), RECIPE).model_dump_json()) != described.get("recipe"):
        return []
    return recipe_figures(results)


def belongs(name: str, described: Mapping[str, Any]) -> bool:
    """Whether a path in a model folder is one that training or export writes."""
    if isinstance(files := described.get("files"), dict):
        return name in {*files, *BESIDE}
    *folders, last = name.split("/")
    return folders in ([], ["inner"], ["onnx"]) and bool(_TRANSFORMER.fullmatch(last))


def model_problems(folder: Path, gold: Path) -> list[Problem]:
    """Everything that keeps a model from being published: it does not load, has learned nothing (`kind: llm`), bears no
    version, has a link among its files, holds a secret, was trained on texts that name private persons, or holds parts
    of their names.
    """
    from viborder.train import load

    for path in folder.iterdir():
        if not (path.is_file() or path.is_dir() or path.is_symlink()):
            said = "a pipe, a socket or a device, no file"
            return [Problem(str(path), "file-unreadable", said, "take it out of the folder")]
    try:
        load(folder)
    except ViborderError as error:
        return error.problems
    described = read_card(folder)
    if described["recipe"]["kind"] == "llm":
        said = "it is the prompt for a language model elsewhere, with guidelines and texts; nothing was learned"
        hint = "publish the recipe and the dataset: `viborder train llm` makes the folder from them"
        return [Problem(str(folder), "model-not-learned", said, hint)]
    people, problems = private_people(gold)
    documents = [document for _, document in jsonl.scan(gold, [])] if gold.exists() else []
    cards = [described, *(read_card(path.parent) for path in sorted(folder.glob("*/model.json")))]
    origins = [_origin(card, documents, people) for card in cards]
    origin = max(origins, key=ORIGINS.index)  # that of the model, or of an encoder that votes in it
    if origin == "unmasked":
        said = f"it was trained on the texts of {gold} as they are, with {counted(len(people.numbers), 'private person')} in them"
        problems.append(Problem(str(folder), "model-unmasked", said, _MASKED))
    if not re.fullmatch(r"[0-9a-f]{12}", str(described["version"])):
        hint = "train it again: training writes a version of twelve hexadecimal digits"
        problems.append(
            Problem(f"{folder}/model.json", "model-version", "the version is not one that training wrote", hint)
        )
    traces = traces_of(documents, people, parts=origin != "masked")
    learned = origin != "masked" and any(card["recipe"].get("from_scratch") for card in cards)
    for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        if not belongs(path.relative_to(folder).as_posix(), described):
            continue
        if path.is_symlink():
            problems.append(Problem(str(path), "file-is-link", "a link, not a file", "put the file itself there"))
            continue
        problems += secrets(str(path), path.read_text(encoding="utf-8", errors="ignore"))
        told = dict.fromkeys(in_file(path, traces))
        if learned and path.name in VOCABULARIES:
            told |= dict.fromkeys(in_vocabulary(path, documents, people))
        problems += [Problem(f"{path}:{line}", "private-name", what, _MASKED) for line, what in list(told)[:_TOLD]]
    return problems


def _origin(described: Mapping[str, Any], documents: list[Document], people: People) -> str:
    """`masked` or `unmasked`, where the hash of the training data is that of the known documents masked or as they are;
    otherwise `unknown`. Documents without private persons are masked as they are.
    """
    from viborder.train.folder import data_hash

    known, listed = by_id(documents), described.get("documents")
    if not isinstance(listed, list) or not listed or not all(identity in known for identity in listed):
        return "unknown"
    used = [known[identity] for identity in listed]
    wanted = described.get("data_sha256") or described.get("data")

    def same(candidates: list[Document]) -> bool:
        if "data_sha256" in described:
            return data_hash(candidates) == wanted
        from viborder.train.encoder.checkpoints import revision

        return revision(candidates) == wanted

    ways = [[hiding(document, people, identifiers) for document in used] for identifiers in (False, True)]
    for edits in ways:
        for cut in (edits, [dropped(document, each) for document, each in zip(used, edits, strict=True)]):
            if same([mask(replace(document, meta={}), each) for document, each in zip(used, cut, strict=True)]):
                return "masked"
    return "unmasked" if same(used) else "unknown"
