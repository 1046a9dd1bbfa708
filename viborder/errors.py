"""What is wrong with an input: one clear line a problem, and all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 500  # code points of a part of a problem, such as its place
_LONGEST_NUMBER = 20  # digits of an offset in it
_LONGEST_ID = 200  # of an id in it; no longer one is legal


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong.

    where: `file:line id=… [start:end] "…"`, as much of it as is known. Offsets count code points from 0.
    rule: a stable id such as `span-crosses-span`.
    message: what is wrong. hint: what to do about it.
    severity: `error`, or `warning` for what is only suspicious.
    """

    where: str
    rule: str
    message: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        hint = f" ({shown(self.hint)})" if self.hint else ""
        place = f"{shown(self.where)}: " if self.where else ""
        return f"{place}{self.severity} {self.rule}: {shown(self.message)}{hint}"


def shown(text: str, most: int = LONGEST) -> str:
    """The text as a line on a terminal may hold it: printable, and cut in the middle where it is longer, since it may
    quote what somebody else's file holds.
    """
    if len(text) > most:
        text = f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"
    return printable(text)


def counted(number: int, thing: str, things: str = "") -> str:
    """A number of things as messages tell it: `1 span`, `2,000 spans`. things: where it is not `thing` and an s."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def printable(text: str) -> str:
    """The text with what no terminal should get (control characters, half surrogate pairs, characters that are not
    seen) written out: `\\x1b`, `\\ud83d`.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        for letter in text
    )


class ViborderError(Exception):
    """Bad input. Carries every `Problem` that was found; `viborder` prints them and exits with status 1.

    sound: of a reader, the documents in which nothing is wrong.
    """

    def __init__(self, problems: Problem | Iterable[Problem], sound: Iterable[Any] = ()) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        self.sound = list(sound)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def fail(where: object, rule: str, message: str, hint: str = "") -> ViborderError:
    """The error for a single problem; the caller raises it."""
    return ViborderError(Problem(str(where), rule, message, hint))


def between(start: int, end: int) -> str:
    """A range as the place of a problem has it, `[12:20]`; a number longer than any offset is cut."""
    return f"[{shown(str(start), _LONGEST_NUMBER)}:{shown(str(end), _LONGEST_NUMBER)}]"


def place(
    where: str, document_id: str, start: int | None = None, end: int | None = None, text: str | None = None
) -> str:
    """The `where` of a problem inside a document: `file:line id=… [12:20] "…"`; a long text or id is cut."""
    name = f"id={shown(str(document_id), _LONGEST_ID)}"
    parts = [where, name] if where else [name]
    if start is not None and end is not None:
        parts.append(between(start, end))
    if text is not None:
        cut = text if len(text) <= 40 else text[:37] + "…"
        parts.append(f'"{cut}"')
    return " ".join(parts)
