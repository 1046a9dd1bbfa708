"""Learning from texts that nobody has annotated: the model labels them, and learns again from the sentences on which
two views agree.

The views are what the learner says without the grammar (its learned weights alone), and what a tagger says that weighs
the grammar: the same model where it is a CRF, one trained by the packaged recipe otherwise. Where they agree, and are
sure, they are mostly right, and the sentence shows names and words that no annotated document has. Whether that helps
is decided on held-out documents, round by round.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError, counted, fail, place
from viborder.eval import score
from viborder.similar import nearest
from viborder.text import cut, sentences
from viborder.train import Tagger, train
from viborder.train.crossval import folds_of
from viborder.train.material import GUESSED

ROUNDS = 3  # at most
SURE = 0.9  # the least score of a span in a sentence that is learned from
MOST = 4  # times as many sentences as the annotated documents have, at most
HELD_OUT = 5  # one document in so many decides, where no --dev is given
NEAR = 0.8  # Jaccard index of syllable trigrams from which two texts are one
_SOME = 20  # tokens from which on a text without a Vietnamese letter is not Vietnamese
_MARKED = 0.1  # the least share of words with a letter that Vietnamese has beyond a to z


class Seeing(Protocol):
    """A tagger that can leave the grammar out."""

    def tag_alone(self, documents: Sequence[Document]) -> Iterator[Document]:
        """What the learned weights find without the grammar's proposals and votes."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round brought: sentences learned from, and the F1 on held-out documents."""

    sentences: int
    f1: float


def self_train(
    recipe: str | Path,
    documents: Sequence[Document],
    unlabelled: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None = None,
    overrides: Sequence[str] = (),
    tests: Sequence[Document] = (),
) -> tuple[Tagger, list[Round]]:
    """Train on documents and on what can be learned from unlabelled ones; write the model folder and return its
    tagger and the rounds, the first of which learned from the documents alone.

    dev: documents that decide; without them one in `HELD_OUT` of the documents. Where no round is better than the
    first, nothing is learned from the unlabelled texts. tests: documents that are tested on some day, of which no copy
    may be learned from.
    Raises ViborderError `unlabelled-useless`, `unlabelled-empty`, `unlabelled-foreign`, `unlabelled-twin`,
    `too-few-documents`, all problems of the texts at once, and those of `train`.
    """
    _refuse_what_learns_nothing(recipe, overrides)
    problems = list(_unfit(unlabelled, [*tests, *(dev or ())]))
    if problems:
        raise ViborderError(problems)
    learn, held = _parts(documents, dev)
    rounds: list[Round] = []
    chosen: list[Document] = []
    best: list[Document] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS + 1):
            tagger = train(recipe, [*learn, *chosen], Path(folder) / f"{number}", dev, overrides)
            f1 = score(held, list(tagger.tag(document.with_spans(()) for document in held))).micro().f1
            better = not rounds or f1 > max(one.f1 for one in rounds)
            rounds.append(Round(sum(document.text.count("\n") + 1 for document in chosen), f1))
            print(_said(number, rounds), file=sys.stderr, flush=True)
            if not better:
                break
            best = chosen
            if number < ROUNDS:
                judge = tagger if _is_crf(tagger) else train("crf", learn, Path(folder) / f"judge-{number}")
                chosen = _agreed(tagger, judge, unlabelled, MOST * _sentences(learn))
                if not chosen:
                    break
    return train(recipe, [*documents, *best], out, dev, overrides), rounds


def brought(rounds: Sequence[Round]) -> str:
    """What self-training brought, in a line."""
    alone, best = rounds[0], max(rounds, key=lambda one: one.f1)
    if best.f1 <= alone.f1:
        tried = counted(len(rounds) - 1, "round") if len(rounds) > 1 else "no sentence on which both views agree"
        return f"unlabelled texts brought nothing ({tried}, F1 {100 * alone.f1:.1f} without them): they were left out"
    said = f"unlabelled texts brought {100 * (best.f1 - alone.f1):.1f} points of F1 on held-out documents"
    return f"{said} ({100 * alone.f1:.1f} to {100 * best.f1:.1f}, {counted(best.sentences, 'sentence')} learned from)"


def _refuse_what_learns_nothing(recipe: str | Path, overrides: Sequence[str]) -> None:
    from viborder.train.recipe import load_recipe, recipe_path

    if load_recipe(recipe_path(recipe), overrides).get("kind") == "llm":
        hint = "train a recipe of another kind on them, or tag them with this one"
        raise fail(recipe, "unlabelled-useless", "a language model as suggester learns nothing from texts", hint)


def _is_crf(tagger: Tagger) -> bool:
    from viborder.train.crf.tagger import CrfTagger

    return isinstance(tagger, CrfTagger)


def _said(number: int, rounds: Sequence[Round]) -> str:
    now = rounds[-1]
    if number == 0:
        return f"self-training: F1 {100 * now.f1:.1f} on held-out documents, learned from the annotated ones alone"
    change = 100 * (now.f1 - rounds[-2].f1)
    return f"self-training, round {number}: F1 {100 * now.f1:.1f} ({change:+.1f}) with {counted(now.sentences, 'sentence')} more"


def _parts(
    documents: Sequence[Document], dev: Sequence[Document] | None
) -> tuple[Sequence[Document], Sequence[Document]]:
    """The documents to learn from while rounds are compared, and those that decide."""
    if dev:
        return documents, dev
    folds = min(HELD_OUT, len(documents))
    fold_of = folds_of(documents, folds)
    return (
        [document for document, fold in zip(documents, fold_of, strict=True) if fold],
        [document for document, fold in zip(documents, fold_of, strict=True) if not fold],
    )


def _sentences(documents: Sequence[Document]) -> int:
    return sum(len(sentences(document.text)) for document in documents)


def _agreed(tagger: Tagger, judge: Tagger, unlabelled: Sequence[Document], most: int) -> list[Document]:
    """Of each text the sentences on which both agree and are sure, a line each, as a document that is marked as
    guessed; no more than `most` sentences, spread over the texts.
    """
    bare = [document.with_spans(()) for document in unlabelled]
    seen = list(cast(Seeing, tagger).tag_alone(bare)) if hasattr(tagger, "tag_alone") else list(tagger.tag(bare))
    judged = list(judge.tag(bare))
    found = [
        [(start, end) for start, end in sentences(one.text) if _same(one.spans, other.spans, start, end)]
        for one, other in zip(seen, judged, strict=True)
    ]
    share = min(1.0, most / max(1, sum(map(len, found))))
    kept = [ranges[: round(share * len(ranges) + 0.5)] if share < 1 else ranges for ranges in found]
    return [_joined(document, ranges) for document, ranges in zip(judged, kept, strict=True) if ranges]


def _same(seen: Sequence[Span], judged: Sequence[Span], start: int, end: int) -> bool:
    """Whether both found the same spans, one at least, in a range, and the judge is sure of each."""
    ours = {span for span in seen if start <= span.start and span.end <= end}
    theirs = {span for span in judged if start <= span.start and span.end <= end}
    cut_off = any(span.start < start < span.end or span.start < end < span.end for span in judged)
    return bool(theirs) and ours == theirs and not cut_off and all((span.score or 0) >= SURE for span in theirs)


def _joined(document: Document, ranges: Sequence[tuple[int, int]]) -> Document:
    lines, spans, at = [], [], 0
    for start, end in ranges:
        inside = (span for span in document.spans if start <= span.start and span.end <= end)
        spans += [Span(span.start - start + at, span.end - start + at, span.label) for span in inside]
        lines.append(document.text[start:end].replace("\n", " "))
        at += end - start + 1
    text = "\n".join(lines)
    return replace(
        document,
        id=f"guessed:{document.id}",
        text=text,
        spans=tuple(spans),
        private=(),
        meta={GUESSED: "yes"},
        tokens=None,
    )


def _unfit(unlabelled: Sequence[Document], tests: Sequence[Document]) -> Iterator[Problem]:
    """What cannot be learned from: empty texts, other languages, copies of what is tested on."""
    if not unlabelled:
        raise fail("--unlabelled", "unlabelled-empty", "no text in it", "one article a .txt file, or JSON Lines")
    twins = nearest([document.text for document in unlabelled], [document.text for document in tests], NEAR)
    for document, twin in zip(unlabelled, twins, strict=True):
        words = [word.lower() for word in cut(document.text)[2] if word[0].isalpha()]
        where = place("--unlabelled", document.id)
        if not words:
            yield Problem(where, "unlabelled-empty", "no word in it", "leave it out")
        elif len(words) >= _SOME and sum(map(_is_marked, words)) < _MARKED * len(words):
            said = (
                f"{sum(map(_is_marked, words))} of {counted(len(words), 'word')} have a Vietnamese letter or tone mark"
            )
            yield Problem(where, "unlabelled-foreign", said, "Vietnamese texts with their tone marks")
        elif twin is not None:
            said = f"it is the text of {tests[twin.second].id}, on which the model is tested (similarity {twin.jaccard:.2f})"
            yield Problem(where, "unlabelled-twin", said, "leave it out, or the scores on that document mean nothing")


def _is_marked(word: str) -> bool:
    return any(letter not in "abcdefghijklmnopqrstuvwxyz" for letter in word)
