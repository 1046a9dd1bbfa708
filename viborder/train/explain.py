"""How a trained model came to its spans: the grammar's part, what corrections and learned weights did, the
runner-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import fail
from viborder.grammar import explain as grammar
from viborder.train import forms, load
from viborder.train.corrections import read_corrections
from viborder.train.crf.tagger import Account, CrfTagger
from viborder.train.folder import checked, fitting, read_card
from viborder.train.token_spans import TokenSpan
from viborder.train.tokenized import tokenized

_SHOWN = 3  # very words listed of a rule


def explain(text: str, folder: Path) -> dict[str, Any]:
    """`viborder.grammar.explain.explain` for what a model finds, each span with `model`: its score, whether the grammar
    proposed it, what corrections did, and of outermost spans the probability by learned weights alone (`weights`) and
    the `runner_up`.

    Proposals of the grammar that the model did not take stand under `rejected`. Raises ViborderError
    `explain-no-crf` for another kind of model, and what is wrong with the folder.
    """
    tagger = load(folder)
    if not isinstance(tagger, CrfTagger):
        raise fail(folder, "explain-no-crf", "only a model of `kind: crf` tells how it decides", "leave --model out")
    account = tagger.account(Document("text", text))
    by_span: dict[tuple[int, int, str], dict[str, Any]] = {}
    told = of_grammar(text)
    own = folder / "grammar"
    for one in (told, of_grammar(text, own)) if own.is_dir() else (told,):
        by_span |= {(span["start"], span["end"], span["label"]): span for span in one["spans"]}
    spans = []
    for span, score, _ in sorted(account.found, key=lambda found: (found[0][0], -found[0][1])):
        said = by_span.get(_code_points(account, span)) or {
            "by": "learned",
            "kind": "learned",
            "where": "",
            "entries": [],
        }
        made = {"correction": _brought(account, span, by_span)}
        spans.append({**_place(text, account, span), **said, "model": {**_model(text, account, span, score), **made}})
    taken = {_code_points(account, span) for span, _, _ in account.found}
    rejected = [
        {**_place(text, account, span), "by": by_span.get(_code_points(account, span), {}).get("by", ""),
         "correction": _correction(text, account, span)}
        for span in account.proposed
        if _code_points(account, span) not in taken and span[2] in tagger.labels
    ]  # fmt: skip
    return {**told, "spans": spans, "rejected": rejected}


def corrections(folder: Path) -> dict[str, Any]:
    """What a model learned from annotators' corrections, summed: `rules`, the grammar's rules with most corrections
    first, each with how many very words and how many kinds of its proposals are corrected, and some of these; how many
    `mentions` the grammar left out, and words before officials (`titles`).

    Raises ViborderError: what is wrong with the folder, `model-no-corrections` for a model that has none.
    """
    card = read_card(folder)
    if "corrections.tsv" not in card.get("files", {}):
        hint = "train it with `corrections: true` in the recipe"
        raise fail(folder, "model-no-corrections", "the model keeps no corrections", hint)
    with fitting(folder):
        found = read_corrections(checked(folder, card, "corrections.tsv").decode())
    by_rule: dict[str, list[tuple[str, ...]]] = {}
    for key, rules in found.rules.items():
        for rule in rules:
            by_rule.setdefault(rule, []).append(key)
    words = {rule: [key for key in keys if key[1] == "="] for rule, keys in by_rule.items()}
    summed = [
        {
            "rule": rule,
            "words": len(words[rule]),
            "kinds": len(keys) - len(words[rule]),
            "examples": [f"{key[0]} {' '.join(key[2:])}" for key in words[rule][:_SHOWN]],
        }
        for rule, keys in sorted(by_rule.items(), key=lambda one: (-len(words[one[0]]), -len(one[1]), one[0]))
    ]
    return {"rules": summed, "mentions": len(found.mentions), "titles": len(found.titles)}


def of_grammar(text: str, folder: Path | None = None) -> dict[str, Any]:
    """`viborder.grammar.explain.explain` for a text as models read it: sentences in other forms of writing are restored.

    Under `restored` stands each such stretch, and the words that it was read as.
    """
    document = Document("text", text)
    read, runs = forms.restored(document, tokenized(document))
    stretches = [
        {
            **_stretch(text, read.starts[first], read.ends[last - 1]),
            "lost": [name for name, lost in form._asdict().items() if lost],
            "read": " ".join(read.words[first:last]),
        }
        for first, last, form in runs
    ]
    return {**grammar.explain(text, folder, read.words), "restored": stretches}


def _model(text: str, account: Account, span: TokenSpan, score: float) -> dict[str, Any]:
    found = {other for other, _, _ in account.found}
    outermost = not any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in found)
    others = [(chance, other) for other, chance in account.possible if other not in found and _overlap(other, span)]
    best = max(others, default=None) if outermost else None
    return {
        "score": score,
        "proposed": span in account.proposed,
        "weights": round(dict(account.alone).get(span, 0.0), 4) if outermost else None,
        "runner_up": {**_place(text, account, best[1]), "probability": round(best[0], 4)} if best else None,
    }


def _brought(account: Account, span: TokenSpan, by_span: Mapping[tuple[int, int, str], dict[str, Any]]) -> str:
    """Whether a correction brought a span in, and the rule whose proposal it was made from."""
    if span in account.proposed or span not in account.revised:
        return ""
    gone = (other for other in account.proposed if other not in account.revised and _overlap(other, span))
    rules = [by_span[place]["by"] for other in gone if (place := _code_points(account, other)) in by_span]
    return f"brought in by a correction of {rules[0]}" if rules else "brought in by a correction"


def _correction(text: str, account: Account, span: TokenSpan) -> str:
    """What corrections made of a proposal that the model did not take."""
    if span in account.revised:
        return ""
    moved = next((other for other in account.revised if _overlap(other, span) and other not in account.proposed), None)
    if moved is None:
        return "deleted"
    place = _place(text, account, moved)
    return f"became {moved[2]} {place['text']!r}"


def _overlap(span: TokenSpan, other: TokenSpan) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def _code_points(account: Account, span: TokenSpan) -> tuple[int, int, str]:
    return account.text.starts[span[0]], account.text.ends[span[1] - 1], span[2]


def _place(text: str, account: Account, span: TokenSpan) -> dict[str, Any]:
    start, end, label = _code_points(account, span)
    return {**_stretch(text, start, end), "label": label}


def _stretch(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}
