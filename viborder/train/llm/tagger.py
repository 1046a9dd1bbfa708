"""Texts in, spans out, by way of a language model; what it cost, and what could not be used, is said."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from viborder.document import Document, Span, in_order
from viborder.errors import counted, place
from viborder.train.llm.align import align
from viborder.train.llm.chat import Answer, Chat, from_environment
from viborder.train.llm.mask import masked
from viborder.train.llm.prompt import messages, ranges
from viborder.train.llm.recipe import LlmRecipe

LEAST = 0.5  # share of the source's tokens that an answer must repeat


@dataclass(slots=True)
class Spent:
    """What a run cost: counts of requests, of answers from the cache, of tokens; seconds; and what was not used."""

    requests: int = 0
    kept: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    lost: int = 0
    cut: int = 0
    unusable: int = 0

    def said(self, recipe: LlmRecipe) -> str:
        """One line for people."""
        price = (self.tokens_in * recipe.price_in + self.tokens_out * recipe.price_out) / 1e6
        told = [
            f"llm: {counted(self.requests, 'request')}, {counted(self.kept, 'answer')} from the cache",
            f"{counted(self.tokens_in, 'token')} sent, {self.tokens_out:,} received"
            + (f", price {price:.4f}" if price else ""),
            f"{self.seconds:.1f} s",
            f"{counted(self.lost, 'span')} could not be aligned" if self.lost else "",
            f"{counted(self.cut, 'answer')} cut short (`max_tokens`)" if self.cut else "",
            f"{counted(self.unusable, 'answer')} refused or not the text" if self.unusable else "",
        ]
        return "; ".join(part for part in told if part)


class LlmTagger:
    """Labels, version, and `tag`. The server comes from the environment when the first text is tagged."""

    def __init__(
        self, recipe: LlmRecipe, labels: list[str], version: str, guidelines: str, examples: Sequence[Document]
    ) -> None:
        import os

        self.recipe, self.labels, self._guidelines, self._examples = recipe, labels, guidelines, examples
        model = os.environ.get("OPENAI_MODEL") or recipe.model or "unnamed"
        self.version = f"{version}-{re.sub(r'[^A-Za-z0-9.]+', '-', model).strip('-')}"
        self.spent = Spent()
        self._told = False  # whether it was said where texts are sent

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Documents with nested spans in the order given. A span's score is the share of the samples that have it, and
        one that half of them or fewer have is left out; with one sample it is 1, which says nothing.

        Raises ViborderError `not-configured`, `url-malformed`, `llm-unreachable`, `llm-refused`, `llm-broken-answer`.
        What was answered until then is in the cache.
        """
        recipe, self.spent = self.recipe, Spent()
        chat = from_environment(recipe.model, Path(recipe.cache), recipe.timeout, recipe.tries)
        hidden = "names of persons masked" if recipe.mask else "as they are"
        if not self._told:
            print(f"llm: texts are sent to {chat.host}, model {chat.model}, {hidden}", file=sys.stderr)
        self._told = True
        begun = time.monotonic()
        try:
            with ThreadPoolExecutor(recipe.at_once) as pool:
                for document in documents:
                    yield document.with_spans(self._spans(chat, document, pool))
        finally:
            self.spent.seconds = time.monotonic() - begun
            print(self.spent.said(recipe), file=sys.stderr)

    def _spans(self, chat: Chat, document: Document, pool: ThreadPoolExecutor) -> list[Span]:
        text = masked(document) if self.recipe.mask else document.text
        parts = ranges(text, self.recipe.longest)
        asked = [(text[start:end], sample) for start, end in parts for sample in range(self.recipe.samples)]
        answers = list(pool.map(lambda one: self._ask(chat, *one), asked))
        found: list[Span] = []
        for number, (start, end) in enumerate(parts):
            own = answers[number * self.recipe.samples : (number + 1) * self.recipe.samples]
            found += [
                Span(span.start + start, span.end + start, span.label, span.score)
                for span in self._agreed(own, text[start:end], place("", document.id, start, end))
            ]
        return found

    def _ask(self, chat: Chat, text: str, sample: int) -> Answer:
        told = messages(text, self.labels, self._guidelines, self._examples, self.recipe.examples)
        body = {"messages": told, "temperature": self.recipe.temperature, "max_tokens": self.recipe.max_tokens}
        return chat.ask(body, sample, lambda answer: answer.whole and self._repeats(answer, text))

    def _repeats(self, answer: Answer, text: str) -> bool:
        """Whether an answer is the text, more or less."""
        return bool(answer.text) and align(answer.text, text, self.labels).repeated >= LEAST

    def _agreed(self, answers: Sequence[Answer], source: str, where: str) -> list[Span]:
        """The spans that more than half of the answers have; what is not used is counted."""
        votes: Counter[Span] = Counter()
        for answer in answers:
            self.spent.requests += not answer.kept
            self.spent.kept += answer.kept
            if not answer.kept:
                self.spent.tokens_in += answer.tokens_in
                self.spent.tokens_out += answer.tokens_out
            self.spent.cut += not answer.whole
            if not self._repeats(answer, source):
                self.spent.unusable += 1
                print(f"llm: {where}: an answer is no use, nothing is marked", file=sys.stderr)
                continue
            aligned = align(answer.text, source, self.labels)
            self.spent.lost += aligned.lost
            votes.update(aligned.spans)
        counted = {span: count / len(answers) for span, count in votes.items() if 2 * count > len(answers)}
        return [replace(span, score=share) for span, share in ((one, counted[one]) for one in in_order(counted))]
