"""The notation of patterns, read into nodes.

công an ","      words and marks, compared by key          <class> <a|b>    the longest phrase of a lexicon file
<Cap> <number>   one token of that look                    <piece>          a piece, or an algorithm's name
x/Cap x/2        a condition on what `x` matched           a | b  ( )       alternatives, a group
x? x* x+ x{1,3}  optional, repeated                        [A … ]           a span
~                no blank here                             !x  &x           `x` does not, does match here
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from viborder.grammar.keys import keys_of

CONDITION = re.compile(r"Cap|UPPER|Large|lower|anyCap|glued|foreign|letter|short|\d+\+?")
_TOKEN = re.compile(
    r'\s*(?:"(?P<quoted>[^"]+)"|<(?P<named>[^<>\s]+)>|\[(?P<label>[A-Z_]+|-)(?=\s)|\{(?P<low>\d+),(?P<high>\d+)\}'
    r'|(?P<mark>[\]()|?*+!&~])|(?P<word>[^\s\]()|?*+<>\[{"!~&/]+(?:/[\w+]+)*))'
)


class Malformed(ValueError):
    """A pattern that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token with this key."""

    key: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A class, a look, a piece or an algorithm; `names` are several where classes are joined by `|`."""

    names: tuple[str, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, tried in order."""

    options: tuple[Sequence, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`low` to `high` times (None: any number), as many as can be."""

    inner: Sequence
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a label; `-` takes its tokens and marks nothing."""

    label: str
    inner: Sequence


@dataclass(frozen=True, slots=True)
class Look:
    """What follows does, or does not, match `inner`; takes nothing."""

    inner: Sequence
    wanted: bool


@dataclass(frozen=True, slots=True)
class Glue:
    """No blank stands here."""


Node = Word | Named | Choice | Repeat | Mark | Look | Glue
Sequence = tuple[Node, ...]


def parse(text: str) -> Sequence:
    """The nodes of a pattern. Raises Malformed."""
    reader = _Reader(text, list(_tokens(text)))
    found = reader.choice()
    if reader.at < len(reader.tokens):
        raise Malformed(f"`{reader.tokens[reader.at][1]}` closes nothing")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Malformed(f"cannot be read from {text[at : at + 20].strip()!r} on")
        at = match.end()
        kind = match.lastgroup or ""
        found.append(("times", f"{match['low']},{match['high']}") if kind == "high" else (kind, match[kind]))
    return found


class _Reader:
    """Reads tokens from left to right; `at` is the next."""

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def choice(self) -> Sequence:
        options = [self._sequence()]
        while self._next() == ("mark", "|"):
            self.at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else (Choice(tuple(options)),)

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _sequence(self) -> Sequence:
        found: Sequence = ()
        while self._next() not in (("end", ""), ("mark", "|"), ("mark", ")"), ("mark", "]")):
            found += self._repeated(self._item())
        return found

    def _repeated(self, item: Sequence) -> Sequence:
        kind, said = self._next()
        if kind == "times":
            low, high = (int(number) for number in said.split(","))
            if low > high:
                raise Malformed(f"{{{said}}} asks for more than it allows")
            self.at += 1
            return (Repeat(item, low, high),)
        if kind == "mark" and said in "?*+":
            self.at += 1
            return (Repeat(item, int(said == "+"), 1 if said == "?" else None),)
        return item

    def _item(self) -> Sequence:
        kind, said = self._next()
        self.at += 1
        if kind == "label":
            return (Mark(said, self._closed("]")),)
        if kind == "named":
            names, *conditions = said.split("/")
            return (Named(tuple(names.split("|")), _checked(conditions)),)
        if kind == "quoted":
            return tuple(Word(key) for key in keys_of(said))
        if kind == "word":
            word, *conditions = said.split("/")
            first, *rest = keys_of(word)
            return (Word(first, _checked(conditions)), *(Word(key) for key in rest))
        if said == "(":
            return self._closed(")")
        if said in ("!", "&") and self._next()[0] != "end":
            return (Look(self._item(), said == "&"),)
        if said == "~":
            return (Glue(),)
        raise Malformed(f"`{said}` has nothing before it" if kind != "end" else f"ends too early: {self.text!r}")

    def _closed(self, bracket: str) -> Sequence:
        inner = self.choice()
        if self._next() != ("mark", bracket):
            raise Malformed(f"a bracket is not closed by `{bracket}`")
        self.at += 1
        return inner


def _checked(conditions: list[str]) -> tuple[str, ...]:
    for name in conditions:
        if not CONDITION.fullmatch(name):
            raise Malformed(
                f"`/{name}` is no condition: Cap, UPPER, Large, lower, anyCap, glued, foreign, letter, short, 2, 2+"
            )
    return tuple(conditions)
