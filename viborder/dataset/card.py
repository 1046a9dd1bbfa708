"""The card: README.md of a dataset folder, generated whole from `card.txt` and never edited by hand."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from viborder.dataset import guide, package
from viborder.dataset.front import MADE_UP, front_matter
from viborder.dataset.sources import Annotator
from viborder.errors import counted
from viborder.labels import labels

RECIPE = "train/crf.yaml"  # the default, whose figures the card shows
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
    "keep": "Here they are **kept**: this package names {persons}.",
    "omit": """This release holds no texts, so no names; `private` in `documents` says where in the texts private persons are
named, and the hashes are of texts without what tells who they are, so that nobody can try names against them.""",
}
_HIDES = """\
**What is hidden:** each marked name, and every place where a name of two or more parts stands in any spelling (case, tone marks,
`i`/`y`, run together, unseen characters), an official's homonym too; years of birth and hamlets beside a name.
**What is not hidden:** names that no annotator marked; {identifiers}what the rest of the text tells of an event, by which somebody
who knows it knows the person. Who has the source article has the name: masking does not make the text anonymous.

Ways of hiding are not mixed in one repository: this one holds packages built with `--private {masking}` only. The articles
unmasked are in the project's repository, and with their publishers."""
_IDENTIFIERS = """given names alone, initials, phone numbers, numbers of cards, plates and accounts, addresses (`viborder build
--mask-identifiers` hides what looks like one; here {left}); """
CONTACT = """open a discussion under *Community* on this page, without repeating the name, or write to the owner of the
repository, whose page on the Hub tells how. The owner can leave it out of the next version, and delete those before."""

_SYNTHETIC = """They are never mixed into the gold, and **no figure
measured on them stands for real texts**. Plot, length, era, names and hard points of each text were drawn by a seeded script; persons, events
and most hamlets are invented, bodies and larger places are real. A second run of the same kind of model marked each bare text anew
without seeing the first marks, and where the two differed it was decided by rule: their agreement says that one kind of model reads
the rules one way. The registers of `validation` (prisons, wanted notices, interviews, wire reports, local history) do not occur in
`train`. Half of `test` are of these registers, half of those of `train`; its writer wrote nothing else."""
_ONE_MODEL = """\
Passes of one language model that agree show that it reads the rules in one way, which it may owe to examples in them; they say nothing
of how far people would agree."""


def card(
    facts: dict[str, Any],
    who: list[Annotator],
    changelog: str,
    results: str,
    texts: list[dict[str, Any]],
    example: str,
    contact: str = CONTACT,
    links: Mapping[str, str] | None = None,
) -> str:
    """The whole card.

    facts: what `stats.json` holds. who: the annotators of the passes. results: a table in Markdown, or what is to be
    said in its place.
    texts: id and metadata of the first documents, for their provenance. example: a row. contact: how to have something
    taken down. links: what is found elsewhere (paper, homepage, models) → its address.
    """
    import yaml

    machine = not who or any(annotator.kind == "language model" for annotator in who)
    head = yaml.safe_dump(front_matter(facts, machine), allow_unicode=True, sort_keys=False, width=1000)
    body = Template(files("viborder.dataset").joinpath("card.txt").read_text(encoding="utf-8")).substitute(
        version=facts["version"],
        year=facts["date"][:4],
        documents=counted(facts["documents"], "document"),
        articles=counted(facts["documents"], "article"),
        totals=_totals(facts),
        nested="; ".join(f"{count} {pair}" for pair, count in list(facts["nested"].items())[:5]) or "none",
        types=_types(facts),
        example=example,
        columns=guide.columns(facts),
        loading=guide.loading(facts),
        splits=guide.splits(facts),
        made=_made(facts, who),
        made_up=_made_up(facts),
        hidden=_hidden(facts),
        contact=contact,
        links="".join(f"\n- {name}: <{address}>" for name, address in (links or {}).items()),
        counts=_counts(facts),
        reviewed_short=_reviewed_short(who),
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
        private=_PRIVATE["omit" if facts["text"] == "omit" else facts["private"]].format(persons=_persons(facts)),
        rights=RIGHTS.strip(),
        versions="### " + changelog.partition("\n## ")[2].replace("\n## ", "\n### ").strip(),
    )
    return f"---\n{head}---\n\n{body}"


def results_text(path: Path | None) -> str:
    """A short table of the default recipe's figures in eval/results.jsonl with their intervals, or that there are none:
    those that the README shows, and what each system reaches on the articles of the package.

    Raises ViborderError where the file is malformed.
    """
    from viborder.eval.show.results import read
    from viborder.eval.show.short_table import SHOWN

    short = {(system, task) for _, system, task, _ in SHOWN}
    found = read(path) if path is not None and path.exists() else []
    rows = [
        (line["system"], line["task"], _interval(line), f"{line['n']} {line['unit']}s", line["tuned_on"])
        for line in found
        if line["recipe"] == RECIPE
        and line["metric"] == "strict_f1"
        and line["task"].endswith("all spans")
        and ((line["system"], line["task"]) in short or line["task"].startswith("the five articles, each"))
    ]
    if not rows:
        return "No figures were recorded when this package was built."
    figures = table(("system", "measured on", "strict F1, 95 % interval", "n", "tuned on"), rows)
    return f"{figures}\n\nAll figures, and the command behind each, are in the project's `eval/results.jsonl`."


def _interval(line: dict[str, Any]) -> str:
    bounds = f" ({100 * line['interval'][0]:.1f} – {100 * line['interval'][1]:.1f})" if line["interval"] else ""
    return f"{100 * line['value']:.1f}{bounds}"


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
abstract: >-
  Annotations of Vietnamese police and border news. The annotations are licensed under CC BY 4.0; the texts of the articles
  remain their publishers', and that licence does not cover them.
keywords: [Vietnamese, named-entity recognition, nested entities, news]
"""


def _totals(facts: dict[str, Any]) -> str:
    depths = ", ".join(f"{count:,} at depth {depth}" for depth, count in facts["by_depth"].items())
    counts = ", ".join(counted(facts[f"{name}s"], name) for name in ("document", "sentence", "token", "span"))
    size = sum(table["file_bytes"] for table in facts["tables"].values())
    return f"{counts} ({depths}), {max(1, round(size / 1000)):,} kB to download"


def _types(facts: dict[str, Any]) -> str:
    columns = ("spans", "outermost", "distinct", "documents")
    rows = [(name, *(f"{counts[column]:,}" for column in columns)) for name, counts in facts["by_label"].items()]
    return table(("type", "spans", "outermost", "distinct", "in documents"), rows)


def _persons(facts: dict[str, Any]) -> str:
    count = facts["private_persons"]
    return f"{count:,} private person{'s' * (count != 1)}"


def _made(facts: dict[str, Any], who: list[Annotator]) -> str:
    """Five lines."""
    kinds = {each.kind for each in who} or {"not said"}
    ways = {
        "mask": "masked",
        "drop": "left out with their sentences",
        "keep": "kept",
        "omit": "left out with the texts",
    }
    return "\n".join(
        (
            f"1. **Texts:** {counted(facts['documents'], 'news article')} as published, in Unicode NFC.",
            f"2. **Annotators:** {len(who)} passes ({', '.join(sorted(kinds))}), none of which saw another.",
            "3. **Gold:** where passes differed, the rules of the guidelines decided, and a log says how.",
            "4. **Checks:** borders on tokens, spans that never cross, one reading of a string (`viborder check`).",
            f"5. **Private persons** ({facts['private_persons']:,}): "
            f"{ways['omit' if facts['text'] == 'omit' else facts['private']]}.",
        )
    )


def _made_up(facts: dict[str, Any]) -> str:
    tables = facts["tables"]
    if "synthetic" not in tables:
        return ""
    left_out = facts["synthetic_left_out"]
    rows = ", ".join(f"{tables[name]['rows']:,} in `{split}`" for name, split in MADE_UP.items() if name in tables)
    more = f" Left out, since words in it read like a hidden name: {counted(left_out, 'text')}." if left_out else ""
    return (
        f"\n## Made-up texts\n\nThe config `synthetic` holds texts that a language model wrote ({rows}). "
        f"{_SYNTHETIC}{more}\n"
    )


def _hidden(facts: dict[str, Any]) -> str:
    if not package.nameless(facts):
        return "It may be published only where that is said outright (`viborder publish --private keep`)."
    left = ", ".join(f"{count} × {kind}" for kind, count in facts["left_unhidden"].items())
    identifiers = _IDENTIFIERS.format(left=f"it left {left}" if left else "it found none")
    if facts["identifiers"] == "hidden":
        identifiers = "given names and numbers that do not look like one to `--mask-identifiers`, which was used; "
    return _HIDES.format(identifiers=identifiers, masking=package.masking(facts))


def _counts(facts: dict[str, Any]) -> str:
    if facts["text"] == "omit" or facts["private"] == "keep":
        return "All counts are of the texts as they are."
    return (
        "All counts are of the texts as they stand here; a stand-in such as `[NGƯỜI-1]` counts as several tokens, so that the texts "
        "as they were published, which `agreement` in `stats.json` counts, have other totals."
    )


def _reviewed_short(who: list[Annotator]) -> str:
    if who and all(annotator.reviewed for annotator in who):
        return "Reviewed by a Vietnamese-speaking annotator."
    return "Annotated by language models; no Vietnamese speaker has reviewed it yet." if who else "Not reviewed."


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


def _agreement(found: dict[str, Any] | None, machine: bool) -> str:
    """One line where all passes agree on every span; otherwise a row a pair."""
    if found is None:
        return "Fewer than two passes: nothing to compare."
    passes, note = len(found["passes"]), f"\n\n{_ONE_MODEL}" if machine else ""
    every = [n["f1"] for by_row in found["pairs"].values() for n in by_row.values() if n["first"] or n["second"]]
    over = f"{found['documents']:,} documents, {found['tokens']:,} tokens"
    if all(value == 1 for value in every):
        count = next(iter(found["pairs"].values()))["all"]["first"]
        return f"The {passes} passes agree on all {count:,} spans ({over}): F1, Cohen's κ and Krippendorff's α are 1.{note}"
    rows = [
        (pair.replace("|", " × "), *(_figure(by_row["all"][name]) for name in ("f1", "kappa")))
        for pair, by_row in found["pairs"].items()
    ]
    figures = table(("passes", "F1, exact", "Cohen's κ, tokens"), rows)
    alpha = _figure(found["krippendorff_alpha"]["all"])
    return f"{over}; Krippendorff's α {alpha}. By type in `stats.json`.\n\n{figures}{note}"


def table(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A table in Markdown."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
