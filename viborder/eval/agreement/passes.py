"""How far annotators agree: spans pair by pair, tokens beyond chance, and the list of conflicts to adjudicate."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from typing import Any

from viborder.document import Document, Span, by_depth, by_id, crossings, outermost
from viborder.errors import Problem, ViborderError, counted, place
from viborder.eval.agreement import chance
from viborder.eval.agreement.conflicts import Conflict, conflicts
from viborder.eval.agreement.doubts import Doubt, doubts
from viborder.eval.counting.scoring import score
from viborder.text import Range, tokenize

LAYERS = ALL, OUTERMOST, INNER = "all", "outermost", "inner"
Tags = Mapping[str, list[str]]  # document id → a label for each token
Reading = Callable[[Sequence[Span]], list[Span]]  # which spans of a document a row of the table is about


@dataclass(frozen=True, slots=True)
class Pair:
    """What two annotators share, over the documents that both have.

    first, second: numbers of spans. f1: of spans with equal range and label. partial_f1: an overlap counts half,
    whatever the labels (the `partial` schema of `viborder.eval.score`). unlabelled_f1: of spans with equal range.
    kappa: Cohen's, over tokens; kappa_without_o leaves out the tokens that neither marked, and is None in a label's own
    row, where every token that both mark would bear one and the same label. None where not defined, the F1s where
    neither marked anything.
    """

    first: int
    second: int
    f1: float | None
    partial_f1: float | None
    unlabelled_f1: float | None
    kappa: float | None
    kappa_without_o: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement between annotation passes.

    pairs: (pass, pass) → row → `Pair`; alpha: row → Krippendorff's nominal alpha over tokens, all passes together.
    Rows: `all` spans, the `outermost`, the `inner` ones, then each label.
    unitizing_alpha: Krippendorff's alpha for units, over code points, outermost spans of each label.
    gamma: by pair, the mean over documents by their spans (see `viborder.eval.agreement.gamma`); None where it was not
    asked for.
    missing: pass → ids of the documents that it lacks. conflicts: where the passes differ, in reading order. notes: what
    was counted once, and which figure is not defined because spans cross. doubts: the notes of the annotators.
    """

    passes: tuple[str, ...]
    documents: int
    tokens: int
    pairs: dict[tuple[str, str], dict[str, Pair]]
    alpha: dict[str, float | None]
    unitizing_alpha: float | None
    gamma: dict[tuple[str, str], float | None] | None
    missing: dict[str, list[str]]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; a pair's key is `A|B`."""
        pairs = {
            "|".join(names): {row: asdict(pair) for row, pair in rows.items()} for names, rows in self.pairs.items()
        }
        return {
            "passes": list(self.passes),
            "documents": self.documents,
            "tokens": self.tokens,
            "pairs": pairs,
            "krippendorff_alpha": self.alpha,
            "unitizing_alpha": self.unitizing_alpha,
            "gamma": {"|".join(names): value for names, value in self.gamma.items()}
            if self.gamma is not None
            else None,
            "missing": self.missing,
            "conflicts": [conflict.as_dict() for conflict in self.conflicts],
            "notes": list(self.notes),
            "doubts": [doubt.as_dict() for doubt in self.doubts],
        }


def agree(
    passes: Mapping[str, Sequence[Document]], tokenizer: Callable[[str], list[Range]] = tokenize, *, gamma: bool = False
) -> Agreement:
    """Agreement between two or more passes over the same texts; a pass may lack documents.

    passes: name → its documents. tokenizer: the tokens that kappa and alpha are over, as half-open code-point ranges.
    gamma: compute it too; it draws random annotations for every document, and takes time where there are thousands. A
    token's label is the label of the span that covers its first code point (for `all`, the stack of labels from outside
    in). A span that stands twice in a pass counts once.
    Raises ViborderError: `passes-too-few`, `pass-text-differs`, `id-in-one-pass`, `note-malformed`.
    """
    everyone = {
        name: by_id([document.with_spans(set(document.spans)) for document in documents])
        for name, documents in passes.items()
    }
    texts = _texts(everyone)
    tokens = {identity: tokenizer(text) for identity, text in texts.items()}
    labels = sorted(
        {span.label for documents in everyone.values() for document in documents.values() for span in document.spans}
    )
    rows = readings(labels)
    crossed = _crossed(everyone, labels)
    tags = {
        name: {row: _tags(documents, tokens, row, reading) for row, reading in rows.items()}
        for name, documents in everyone.items()
    }
    return Agreement(
        passes=tuple(passes),
        documents=len(texts),
        tokens=sum(map(len, tokens.values())),
        pairs={
            (a, b): {row: _pair(everyone[a], everyone[b], tags[a][row], tags[b][row], row, rows[row]) for row in rows}
            for a, b in combinations(passes, 2)
        },
        alpha={row: chance.krippendorff_alpha([_line(tags[name][row], tokens) for name in passes]) for row in rows},
        unitizing_alpha=None if crossed else _unitizing(everyone, texts, labels),
        gamma={(a, b): _gamma(everyone[a], everyone[b]) for a, b in combinations(passes, 2)} if gamma else None,
        missing={name: sorted(texts.keys() - documents.keys()) for name, documents in everyone.items()},
        conflicts=tuple(conflicts(everyone, texts)),
        notes=(*_twice(passes), *crossed),
        doubts=tuple(doubts(passes)),
    )


def _twice(passes: Mapping[str, Sequence[Document]]) -> list[str]:
    """What is said of spans that stand twice."""
    more = {
        name: sum(len(document.spans) - len(set(document.spans)) for document in documents)
        for name, documents in passes.items()
    }
    return [
        f"{name}: span-twice, {counted(count, 'span')} marked twice, counted once"
        for name, count in more.items()
        if count
    ]


def _crossed(everyone: Mapping[str, Mapping[str, Document]], labels: Sequence[str]) -> list[str]:
    """What is said where a pass crosses spans of one label: the alpha for units is not defined for overlapping units
    (Krippendorff 2004).
    """
    said = []
    for name, documents in everyone.items():
        for label in labels:
            count = sum(len(list(crossings(_labelled(label, document.spans)))) for document in documents.values())
            if count:
                said.append(
                    f"{name}: span-crosses-span, {counted(count, 'span')} of {label}: the alpha for units is not defined"
                )
    return said


def readings(labels: Sequence[str]) -> dict[str, Reading]:
    """The rows of an agreement table: all spans, the outermost, those inside another, and each label's."""
    rows: dict[str, Reading] = {
        ALL: list,
        OUTERMOST: outermost,
        INNER: lambda spans: [span for layer in by_depth(spans)[1:] for span in layer],
    }
    for label in labels:
        rows[label] = partial(_labelled, label)
    return rows


def _labelled(label: str, spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.label == label]


def _texts(everyone: Mapping[str, Mapping[str, Document]]) -> dict[str, str]:
    """Document id → text. Every document must be in two passes at least, with the same text."""
    if len(everyone) < 2:
        raise ViborderError(Problem("", "passes-too-few", "agreement needs two passes", "give two files or more"))
    texts: dict[str, str] = {}
    problems = []
    holders: Counter[str] = Counter()
    for name, documents in everyone.items():
        for identity, document in documents.items():
            holders[identity] += 1
            if texts.setdefault(identity, document.text) != document.text:
                hint = "annotate the same corpus/documents.jsonl"
                problems.append(
                    Problem(place(name, identity), "pass-text-differs", "not the text of the passes before", hint)
                )
    if not any(count > 1 for count in holders.values()):
        problems.append(
            Problem(
                ", ".join(everyone),
                "id-in-one-pass",
                "no document is in two of them",
                "compare passes over the same texts",
            )
        )
    if problems:
        raise ViborderError(problems)
    return texts


def _tags(
    documents: Mapping[str, Document], tokens: Mapping[str, list[Range]], row: str, reading: Reading
) -> dict[str, list[str]]:
    """Tags by document; in a label's row a token has the label or not, however deep."""
    chosen = {identity: reading(document.spans) for identity, document in documents.items()}
    if row not in LAYERS:
        chosen = {identity: outermost(spans) for identity, spans in chosen.items()}
    return {identity: token_labels(tokens[identity], spans) for identity, spans in chosen.items()}


def token_labels(tokens: Sequence[Range], spans: Sequence[Span]) -> list[str]:
    """One label a token: `O`, or the labels of the spans over its first code point from outside in, joined by `/`."""
    stacks: list[list[str]] = [[] for _ in tokens]
    starts = [start for start, _ in tokens]
    for layer in by_depth(spans):
        for span in layer:
            for index in range(bisect_left(starts, span.start), bisect_left(starts, span.end)):
                stacks[index].append(span.label)
    return ["/".join(stack) or "O" for stack in stacks]


def _line(tags: Mapping[str, list[str]], tokens: Mapping[str, list[Range]]) -> list[str | None]:
    line: list[str | None] = []
    for identity, ranges in tokens.items():
        line += tags.get(identity) or [None] * len(ranges)
    return line


def _pair(
    first: Mapping[str, Document],
    second: Mapping[str, Document],
    first_tags: Any,
    second_tags: Any,
    row: str,
    reading: Reading,
) -> Pair:
    shared = [identity for identity in first if identity in second]
    a_tags = [tag for identity in shared for tag in first_tags[identity]]
    b_tags = [tag for identity in shared for tag in second_tags[identity]]
    a, b = (
        [side[identity].with_spans(reading(side[identity].spans)) for identity in shared] for side in (first, second)
    )
    result = score(a, b)
    strict = result.micro()
    marked = strict.gold + strict.pred > 0
    return Pair(
        first=strict.gold,
        second=strict.pred,
        f1=strict.f1 if marked else None,
        partial_f1=result.micro("partial").f1 if marked else None,
        unlabelled_f1=result.micro("exact").f1 if marked else None,
        kappa=chance.cohen_kappa(a_tags, b_tags),
        kappa_without_o=chance.cohen_kappa(*chance.without_both(a_tags, b_tags)) if row in LAYERS else None,
    )


def _gamma(first: Mapping[str, Document], second: Mapping[str, Document]) -> float | None:
    from viborder.eval.agreement.gamma import gamma

    total, units = 0.0, 0
    for identity in (identity for identity in first if identity in second):
        found = gamma(first[identity].spans, second[identity].spans)
        if found is not None:
            weight = len(first[identity].spans) + len(second[identity].spans)
            total, units = total + weight * found.value, units + weight
    return total / units if units else None


def _unitizing(
    everyone: Mapping[str, Mapping[str, Document]], texts: Mapping[str, str], labels: Sequence[str]
) -> float | None:
    """Over the documents that all passes have, laid end to end."""
    lines: list[list[Span]] = [[] for _ in everyone]
    at = 0
    for identity, text in texts.items():
        if not all(identity in documents for documents in everyone.values()):
            continue
        for line, documents in zip(lines, everyone.values(), strict=True):
            for label in labels:
                own = outermost(_labelled(label, documents[identity].spans))
                line += [Span(span.start + at, span.end + at, label) for span in own]
        at += len(text)
    return chance.unitizing_alpha(lines, 0, at)[0] if at else None
