"""What must hold of every record: its examples, and that it is needed: switched off, one of its own examples fails.

A third law for words: each alternative of words in a pattern stands in an example of the record, or becomes a class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from viborder.document import Document, Span
from viborder.errors import Problem, ViborderError
from viborder.formats import brackets
from viborder.grammar.keys import keys_of
from viborder.grammar.names import every, used
from viborder.grammar.pattern import Choice, Malformed, Word, parse
from viborder.grammar.records import CONDITIONS, Record

Propose = Callable[[str], list[Span]]  # the spans of a text, private persons among them
Off = Callable[[str], AbstractContextManager[None]]  # a record's id → a block in which it does not match


def broken(record: Record, propose: Propose, labels: Mapping[str, str]) -> Iterator[Problem]:
    """The examples of a record that do not hold, each with what is missing and what is too much."""
    for line, where, document in _examples(record, labels):
        wanted = {(span.start, span.end, span.label) for span in (*document.spans, *document.private)}
        found = {(span.start, span.end, span.label) for span in propose(document.text)}
        said = [
            f"{what} {label} {document.text[start:end]!r}"
            for what, spans in (("misses", wanted - found), ("finds", found - wanted))
            for start, end, label in sorted(spans)
        ]
        if said:
            message = f"an example fails: {', '.join(said)}"
            yield Problem(where, "rule-example-fails", message, f"`viborder explain` says why: {line}")


def idle(record: Record, propose: Propose, labels: Mapping[str, str], off: Off) -> Iterator[Problem]:
    """Whether no example of a record fails without it."""
    with off(record.id):
        needed = any(broken(record, propose, labels))
    if not needed:
        hint = "add an example that fails without it, or remove the record"
        yield Problem(record.where, "rule-not-needed", "every example holds without it", hint)


def unused_words(record: Record) -> Iterator[Problem]:
    """Alternatives of words that no example of the record has."""
    said = {key for name in ("mark", "leave") for text in record.all(name) for key in keys_of(text)}
    for name, lines in record.fields.items():
        if name not in ("pattern", "before", "after", "starts", "is"):
            continue
        for number, text in lines:
            for node in every(parse(text)):
                if not isinstance(node, Choice):
                    continue
                words = [option[0].key for option in node.options if option and isinstance(option[0], Word)]
                for word in words:
                    if word not in said:
                        where = f"{record.path}:{number} id={record.id}"
                        hint = "add an example with it, or make the words a class of the lexicon"
                        yield Problem(where, "rule-word-unused", f"no example has {word!r}", hint)


def sound(records: list[Record], problems: list[Problem]) -> list[Record]:
    """The records of which no problem tells, but for those that name one that is left out: they can be tried, while
    others are mended.
    """
    told = {problem.where for problem in problems}
    found = [record for record in records if not told & set(record.places())]
    while True:
        there = {name for record in found for name in (record.id, record.piece)}
        gone = {name for record in records for name in (record.id, record.piece)} - there
        kept = [record for record in found if not gone & _named(record)]
        if len(kept) == len(found):
            return kept
        found = kept


def check(
    records: list[Record], propose: Propose, labels: Mapping[str, str], off: Off, problems: list[Problem]
) -> None:
    """All three laws for all records; what breaks them goes into `problems`, where what was refused may stand already:
    an example can fail for the want of it, or hold without a record that something else needs.
    """
    also = "; it may want what is refused above" if problems else ""
    for record in records:
        try:
            found = [*broken(record, propose, labels)] or [*idle(record, propose, labels, off)]
            problems += [replace(one, message=one.message + also) for one in found]
            problems += unused_words(record)
        except (ViborderError, Malformed) as error:
            problems += error.problems if isinstance(error, ViborderError) else []


def _named(record: Record) -> set[str]:
    """What the record names: parts of its patterns, and what a veto stops."""
    patterns = [text for name in ("pattern", *CONDITIONS) for text in record.all(name)]
    return {name for text in patterns for name in used(parse(text))} | set(" ".join(record.all("of")).split())


def _examples(record: Record, labels: Mapping[str, str]) -> Iterator[tuple[str, str, Document]]:
    for name in ("mark", "leave"):
        for number, text in record.fields.get(name, ()):
            where = f"{record.path}:{number} id={record.id}"
            yield text, where, brackets.parse(text, record.id, where, labels)
