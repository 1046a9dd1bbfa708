"""A model folder as it goes to the Hub: checked, and with a card: its own, or one generated from what `model.json`
says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from viborder.dataset.mask import People, whole_names
from viborder.errors import Problem, ViborderError
from viborder.publish.checks import private_people, secrets
from viborder.publish.hub import Content

_MASKED = "`viborder convert build/dataset masked.jsonl` gives masked documents to train on"
_CARD = """\
# Viborder: a tagger of Vietnamese police and border news

It marks $labels in Vietnamese text, nested spans with a confidence each. This card is generated from `model.json`.

## How to use it

```
hf download $repo --local-dir model
viborder tag model articles/*.txt -o out.jsonl
```

## How it was made

Version `$version`, format `$format`. What it was trained on and how, as the training wrote it down:

```json
$card
```

## Limits

- Scores and their intervals are in the project's `eval/results.jsonl`; the corpus is small, so read the intervals first.
- The annotations that it learned from were made by language-model passes and adjudicated, and had not been reviewed by a
  Vietnamese-speaking annotator when this was written.
- The features of a model are words and parts of words of its training texts.
- News prose is all that it has seen. What it says of a person must be checked by a person.
"""


def model_contents(folder: Path, repo_id: str) -> tuple[dict[str, Content], str]:
    """(path → content, tag): the folder's files, a card where training wrote none, and the version that the model
    bears.
    """
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    contents: dict[str, Content] = {path.relative_to(folder).as_posix(): path for path in files}
    contents.setdefault("README.md", _card(described, repo_id).encode())
    return contents, f"model-{described['version']}"


def _card(described: dict[str, Any], repo_id: str) -> str:
    import yaml

    head = yaml.safe_dump(_front_matter(), sort_keys=False)
    shown = {key: value for key, value in described.items() if key not in ("files", "chains")}
    body = Template(_CARD).substitute(
        labels=", ".join(described.get("labels", [])) or "named entities",
        repo=repo_id,
        version=described["version"],
        format=described["format"],
        card=json.dumps(shown, ensure_ascii=False, indent=1),
    )
    return f"---\n{head}---\n\n{body}"


def model_problems(folder: Path, gold: Path) -> list[Problem]:
    """Everything that keeps a model from being published: it does not load, it holds a secret or a private person's
    whole name.
    """
    from viborder.train import load

    try:
        load(folder)
    except ViborderError as error:
        return error.problems
    people, problems = private_people(gold)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8", errors="ignore")
        problems += [*secrets(str(path), text), *_names(str(path), text, people)]
    return problems


def _front_matter() -> dict[str, Any]:
    return {
        "language": ["vi"],
        "license": "apache-2.0",
        "library_name": "viborder",
        "pipeline_tag": "token-classification",
        "tags": ["nested-ner", "vietnamese", "news", "police", "border"],
    }


def _names(path: str, text: str, people: People) -> Iterator[Problem]:
    for line, number in whole_names(text, people):
        yield Problem(f"{path}:{line}", "private-name", f"names private person {number}", _MASKED)
