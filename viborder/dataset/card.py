"""The card: README.md of a dataset folder, generated whole from `card.txt` and never edited by hand."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from viborder.dataset.front import front_matter
from viborder.dataset.sources import Annotator
from viborder.labels import labels

LISTED = 50  # documents whose provenance the card lists one by one

RIGHTS = """\
The annotations are licensed under the Creative Commons Attribution 4.0 International licence (CC BY 4.0):
https://creativecommons.org/licenses/by/4.0/legalcode
Attribution: The Viborder contributors.

The texts of the articles remain their publishers'; that licence does not cover them.
"""

_PRIVATE = {
    "mask": """Here they are **masked**: `[NGƯỜI-1]` stands for the same person in all documents, `[NĂM-SINH-1]` for
that person's year of birth, `[NƠI-Ở-1]` for the hamlet; all offsets are those of the masked text.""",
    "drop": "Here the sentences that name them are **left out**; all offsets are those of the shortened text.",
    "keep": "Here they are **kept**: their names stand in the texts.",
    "omit": "This release holds no texts, so no names; `private` in `documents` says where in the texts private persons are named.",
}

_STAND_OFF = """\
This is a stand-off release: spans and hashes without the texts. Whoever has the texts puts it together again:

```
viborder restore THIS_FOLDER FOLDER_OF_TEXTS --out restored
```

A text whose SHA-256 differs is refused. `documents` and `passes` open with `load_dataset` as they are."""

_LOADING = """\
```python
from datasets import load_dataset

sentences = load_dataset(PATH, split="train")               # tokens and flat IOB2 tags
documents = load_dataset(PATH, "documents", split="train")  # texts with nested spans
```

Configs: $configs. In `fold_0` … `fold_4`, for cross-validation, no document is in both `train` and `test`.
All open offline from a folder, streaming too."""

_ONE_MODEL = """\
Passes of one language model that agree show that it reads the rules in one way, which it may owe to examples in them; they say nothing
of how far people would agree."""


def card(facts: dict[str, Any], who: list[Annotator], changelog: str, results: str, texts: list[dict[str, Any]]) -> str:
    """The whole card.

    facts: what `stats.json` holds. who: the annotators of the passes. results: a table in Markdown, or what is to be
    said in its place.
    texts: id and metadata of the first documents, for their provenance.
    """
    import yaml

    machine = not who or any(annotator.kind == "language model" for annotator in who)
    head = yaml.safe_dump(front_matter(facts, machine), allow_unicode=True, sort_keys=False, width=1000)
    body = Template(files("viborder.dataset").joinpath("card.txt").read_text(encoding="utf-8")).substitute(
        version=facts["version"],
        year=facts["date"][:4],
        documents=f"{facts['documents']:,}",
        totals=_totals(facts),
        nested="; ".join(f"{count} {pair}" for pair, count in list(facts["nested"].items())[:5]) or "none",
        types=_types(facts),
        loading=_loading(facts),
        provenance=_provenance(facts, texts),
        reviewed=_reviewed(who),
        annotators=_annotators(who),
        descriptions="\n".join(
            f"- **{each.name}**: {each.description['en']} ({each.description['vi']})."
            for each in labels()
            if each.entity
        ),
        agreement=_agreement(facts.get("agreement"), machine),
        results=results,
        private=_PRIVATE["omit" if facts["text"] == "omit" else facts["private"]],
        rights=RIGHTS.strip(),
        versions="### " + changelog.partition("\n## ")[2].replace("\n## ", "\n### ").strip(),
    )
    return f"---\n{head}---\n\n{body}"


def results_text(path: Path | None) -> str:
    """The figures of eval/results.jsonl with their intervals, or that there are none.

    Raises ViborderError where the file is malformed.
    """
    from viborder.eval.show.results import read, render

    found = read(path) if path is not None and path.exists() else []
    if not found:
        return "No figures were recorded when this package was built."
    return f"{render(found)}\n\nHow to get each number again is in the project's `eval/results.jsonl`."


def citation(facts: dict[str, Any]) -> str:
    """CITATION.cff of the dataset (Citation File Format 1.2.0)."""
    return f"""\
cff-version: 1.2.0
message: If you use this dataset, please cite it.
title: "Viborder: Vietnamese named-entity recognition for police and border news"
type: dataset
authors:
  - name: The Viborder contributors
version: {facts["version"]}
date-released: {facts["date"]}
license: CC-BY-4.0
keywords: [Vietnamese, named-entity recognition, nested entities, news]
"""


def _totals(facts: dict[str, Any]) -> str:
    depths = ", ".join(f"{count:,} at depth {depth}" for depth, count in facts["by_depth"].items())
    return (
        ", ".join(f"{facts[name]:,} {name}" for name in ("documents", "sentences", "tokens", "spans")) + f" ({depths})"
    )


def _types(facts: dict[str, Any]) -> str:
    columns = ("spans", "outermost", "distinct", "documents")
    rows = [(name, *(f"{counts[column]:,}" for column in columns)) for name, counts in facts["by_label"].items()]
    return table(("type", "spans", "outermost", "distinct", "in documents"), rows)


def _loading(facts: dict[str, Any]) -> str:
    if facts["text"] == "omit":
        return _STAND_OFF
    return Template(_LOADING).substitute(configs=", ".join(f"`{name}`" for name in facts["configs"]))


def _provenance(facts: dict[str, Any], texts: list[dict[str, Any]]) -> str:
    header = ("id", "outlet", "date", "province", "partner country", "source", "licence of the text")
    names = ("id", "outlet", "date", "province", "partner_country", "source", "licence")
    rows = table(header, [tuple(text.get(name) or "not known" for name in names) for text in texts])
    return (
        rows
        if len(texts) == facts["documents"]
        else f"{rows}\n\nThese are the first; the others' are in the columns of `documents`."
    )


def _reviewed(who: list[Annotator]) -> str:
    made = "They were made in passes that did not see each other, and adjudicated."
    if who and all(annotator.reviewed for annotator in who):
        return f"The annotations have been reviewed by a Vietnamese-speaking annotator. {made}"
    return f"**The annotations have not yet been reviewed by a Vietnamese-speaking annotator.** {made}"


def _annotators(who: list[Annotator]) -> str:
    if not who:
        return "No passes are published with it."
    rows = [(each.name, each.kind, each.description, "yes" if each.reviewed else "no") for each in who]
    return table(("pass", "made by", "how", "reviewed by a Vietnamese speaker"), rows)


def _descriptions() -> str:
    return "\n".join(
        f"- **{each.name}**: {each.description['en']} ({each.description['vi']})." for each in labels() if each.entity
    )


def _agreement(found: dict[str, Any] | None, machine: bool) -> str:
    if found is None:
        return "Fewer than two passes: nothing to compare."
    rows = [
        (
            pair.replace("|", " × "),
            name,
            n["first"],
            n["second"],
            *map(_figure, (n["f1"], n["kappa"], found["krippendorff_alpha"][name])),
        )
        for pair, by_row in found["pairs"].items()
        for name, n in by_row.items()
    ]
    figures = table(
        ("passes", "spans", "n", "n′", "F1, exact", "Cohen's κ, tokens", "Krippendorff's α, all passes"), rows
    )
    return f"{found['documents']:,} documents, {found['tokens']:,} tokens.\n\n{figures}" + (
        f"\n\n{_ONE_MODEL}" if machine else ""
    )


def table(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A table in Markdown."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
