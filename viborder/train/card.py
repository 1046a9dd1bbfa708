"""The README of a model folder, from what `model.json` holds: what it is, how to use it, what it may not be used
for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

HONEST = """\
- It has seen news prose of one genre. On other texts it is worse, and nobody has measured by how much.
- Few documents were learned from: read the intervals of its scores before the scores.
- Unless the data's card says otherwise, the annotations were made by language models, and no Vietnamese-speaking annotator has
  reviewed them.
- It is not meant for finding or watching persons, nor for deciding anything about one. A person whom a text calls wanted is not a
  convicted one. What it says of a person must be checked by a person.
- Its features are words, and parts of words, of its training texts. `viborder publish` refuses a model whose texts named private
  persons unmasked."""
_BODY = """\
# Vietnamese named entities: {labels}

{what} It marks {labels} in Vietnamese text, nested spans with a confidence each. Version `{version}`, format `{format}`,
version {format_version} of it. Made by `viborder train`.

## How to use it

```
pip install viborder
viborder tag --model {folder} articles/*.txt -o out.jsonl
```

From Python: `viborder.load("{folder}").tag("…")`. Offsets are half-open code points of the text in Unicode NFC. It is no transformers
model: `pipeline("ner")` does not open it. A fine-tuned encoder of this project opens there, with `stride`, as its own card shows.

## What it learned from

{documents} documents, SHA-256 `{data}`. Recipe:

```json
{recipe}
```

## Scores

{scores}

## Limits

{honest}
"""


def folder_card(
    described: Mapping[str, Any],
    repo_id: str = "",
    datasets: Iterable[str] = (),
    results: Iterable[Mapping[str, Any]] = (),
) -> str:
    """The card.

    described: what `model.json` holds. repo_id: where it will lie on the Hub; empty for a folder. datasets: names on
    the Hub of what it was trained on. results: lines of eval/results.jsonl that measured its recipe.
    """
    import yaml

    listed = list(results)
    head = front_matter(list(datasets), "viborder")
    if listed:
        head["model-index"] = model_index(listed, repo_id)
    labels = ", ".join(described.get("labels", [])) or "named entities"
    body = _BODY.format(
        labels=labels,
        what=_what(described),
        version=described.get("version", ""),
        format=described.get("format", ""),
        format_version=described.get("format_version", ""),
        folder=repo_id or "FOLDER",
        documents=len(described.get("documents", ())),
        data=str(described.get("data_sha256", ""))[:12],
        recipe=json.dumps(described.get("recipe", {}), ensure_ascii=False),
        scores=_scores(listed),
        honest=HONEST,
    )
    return f"---\n{yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)}---\n\n{body}"


def _what(described: Mapping[str, Any]) -> str:
    kind = described.get("recipe", {}).get("kind", "")
    if kind != "crf":
        return f"A learner of the kind `{kind}`."
    learner = "a linear-chain CRF; no GPU and no pretrained weights are needed."
    return (
        f"Grammar and lexicon vote beside {learner}" if described.get("grammar") else learner[0].upper() + learner[1:]
    )


def front_matter(datasets: list[str], library: str) -> dict[str, Any]:
    """The fields that the Hub reads of every model of ours."""
    return {
        "language": ["vi"],
        "license": "apache-2.0",
        "library_name": library,
        "pipeline_tag": "token-classification",
        "tags": ["viborder", "nested-ner", "vietnamese", "news", "police", "border"],
        **({"datasets": datasets} if datasets else {}),
        "metrics": ["precision", "recall", "f1"],
    }


def model_index(results: Iterable[Mapping[str, Any]], repo_id: str = "") -> list[dict[str, Any]]:
    """Lines of eval/results.jsonl as the Hub's `model-index`. A source needs an address, so only a card with a
    repo_id has one; the metric's name says the command in any case.
    """
    from huggingface_hub import EvalResult, ModelCardData

    found = [
        EvalResult(
            task_type="token-classification",
            task_name="Named-entity recognition",
            dataset_type="viborder",
            dataset_name=line["task"],
            dataset_config=line["task"],  # the Hub's reader joins results of the same type and config
            metric_type="f1",
            metric_name=f"strict F1, by `{line['command']}`",
            metric_value=line["value"],
            source_name=line["command"] if repo_id else None,
            source_url=f"https://huggingface.co/{repo_id}" if repo_id else None,
        )
        for line in results
    ]
    index: list[dict[str, Any]] = ModelCardData(model_name=repo_id or "viborder", eval_results=found).to_dict()[
        "model-index"
    ]
    return index


def _scores(results: list[Mapping[str, Any]]) -> str:
    if not results:
        return "`viborder crossval RECIPE` measures the recipe on documents that the model has not seen; none is recorded here."
    return f"Of the recipe, not of this very model, which has learned from all its documents:\n\n{score_table(results)}"


def score_table(results: Iterable[Mapping[str, Any]]) -> str:
    """Lines of eval/results.jsonl as a table, in percent, with intervals and commands."""
    rows = [
        f"| {line['task']} | {100 * line['value']:.1f}"
        + (f" ({100 * line['interval'][0]:.1f} – {100 * line['interval'][1]:.1f})" if line["interval"] else "")
        + f" | {line['n']} | {line['tuned_on']} | `{line['command']}` |"
        for line in results
    ]
    return "\n".join(
        ["| on | strict F1, 95 % interval | n | tuned on | command |", "| --- | --- | --- | --- | --- |", *rows]
    )
