"""Spans to tags over tokens and back: the one place where tags are derived, and the rules of five tag schemes.

| scheme | an entity of one, two, three tokens | who writes it |
|---|---|---|
| IOB1 | `I`, `I I`, `I I I`; `B` begins one that touches another of its type | CoNLL 2003 |
| IOB2 | `B`, `B I`, `B I I` | nearly everyone, and this house |
| IOE2 | `E`, `I E`, `I I E` | |
| IOBES | `S`, `B E`, `B I E` | |
| BILOU | `U`, `B L`, `B I L` | spaCy |

A rule looks at two neighbouring tags: the prefix before, the prefix now, and whether both name one type. Before the
first token and after the last stands `O`. `reading` None is conlleval's forgiving one, in which a tag that continues
nothing begins an entity; the schemes' own readings drop whatever is illegal. Both are those of seqeval 1.2.2
(`mode=None`; `mode="strict"`), so that the same tags give the same entities.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from viborder.document import Span
from viborder.errors import fail
from viborder.text import Range, token_range

Rule = Callable[[str, str, bool], bool]  # (prefix before, prefix now, same type) -> whether


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rules of a scheme.

    prefixes: those that it has. legal: may the second tag follow the first? begins: does an entity begin here?
    goes_on: does the entity that holds the tag before hold this one too? closed: given that it does not, is that entity
    whole?
    """

    prefixes: str
    legal: Rule
    begins: Rule
    goes_on: Rule
    closed: Rule


def _begin_inside_last(begin: str, last: str, single: str) -> Scheme:
    """IOBES and BILOU are one scheme in other letters."""
    open_, going_on = begin + "I", "I" + last
    return Scheme(
        prefixes=open_ + last + single + "O",
        legal=lambda before, now, same: (now in going_on and same) if before in open_ else now not in going_on,
        begins=lambda before, now, same: now in begin + single,
        goes_on=lambda before, now, same: before in open_ and now in going_on and same,
        closed=lambda before, now, same: before in last + single,
    )


SCHEMES = {
    "IOB1": Scheme(
        prefixes="BIO",
        legal=lambda before, now, same: now != "B" or (before in "BI" and same),
        begins=lambda before, now, same: (
            (before in "BI" and same) if now == "B" else now == "I" and not (before == "I" and same)
        ),
        goes_on=lambda before, now, same: before in "BI" and now == "I" and same,
        # seqeval loses an entity of one B that another type's B follows
        closed=lambda before, now, same: same or (before, now) != ("B", "B"),
    ),
    "IOB2": Scheme(
        prefixes="BIO",
        legal=lambda before, now, same: now != "I" or (before in "BI" and same),
        begins=lambda before, now, same: now == "B",
        goes_on=lambda before, now, same: before in "BI" and now == "I" and same,
        closed=lambda before, now, same: True,
    ),
    "IOE2": Scheme(
        prefixes="IEO",
        legal=lambda before, now, same: before != "I" or (now in "IE" and same),
        begins=lambda before, now, same: now in "IE" and not (before == "I" and same),
        goes_on=lambda before, now, same: before == "I" and now in "IE" and same,
        closed=lambda before, now, same: before == "E",
    ),
    "IOBES": _begin_inside_last("B", "E", "S"),
    "BILOU": _begin_inside_last("B", "L", "U"),
}


def forgiving_begins(before: str, now: str, same: bool) -> bool:
    """Whether an entity begins here as conlleval reads it, in any scheme but BILOU (whose letters it does not know)."""
    return now in "BS" or (before in "EOS" and now in "EI") or (now not in "O." and not same)


def forgiving_ends(before: str, now: str, same: bool) -> bool:
    """Whether an entity ends with the tag before, as conlleval reads it."""
    return before in "ES" or (before in "BI" and now in "BSO") or (before not in "O." and not same)


def to_tags(tokens: list[Range], spans: Iterable[Span], scheme: str = "IOB2") -> list[str]:
    """One tag a token for flat spans (`outermost` makes nested ones flat).

    Raises ViborderError `span-splits-token` where a border lies inside a token, `span-overlaps-span` where two share a
    token, `scheme-unknown`.
    """
    scheme_named(scheme)
    tags = ["O"] * len(tokens)
    for span in sorted(spans):
        covered = token_range(tokens, span.start, span.end)
        if covered is None:
            raise fail(_where(span), "span-splits-token", "a border lies inside a token", "mark whole tokens")
        first, last = covered
        if any(tag != "O" for tag in tags[first:last]):
            raise fail(_where(span), "span-overlaps-span", "two spans share a token", "make the spans flat first")
        touches = first > 0 and tags[first - 1].partition("-")[2] == span.label
        tags[first:last] = [f"{prefix}-{span.label}" for prefix in _prefixes(last - first, scheme, touches)]
    return tags


def _prefixes(length: int, scheme: str, touches: bool) -> str:
    """The prefixes of an entity of so many tokens; `touches`: one of its type ends right before it."""
    if scheme == "IOB1":
        return ("B" if touches else "I") + "I" * (length - 1)
    if scheme == "IOB2":
        return "B" + "I" * (length - 1)
    if scheme == "IOE2":
        return "I" * (length - 1) + "E"
    last, single = ("E", "S") if scheme == "IOBES" else ("L", "U")
    return single if length == 1 else "B" + "I" * (length - 2) + last


def to_iob2(tokens: list[Range], spans: Iterable[Span]) -> list[str]:
    """IOB2 tags of flat spans: `to_tags` in the house's own scheme."""
    return to_tags(tokens, spans, "IOB2")


def from_tags(tokens: Sequence[Range], tags: Sequence[str], reading: str | None = None) -> list[Span]:
    """Spans of tags, in the forgiving reading or a scheme's own. Raises ViborderError as `entities` does."""
    return [Span(tokens[first][0], tokens[last][1], label) for label, first, last in entities(tags, reading)]


def from_iob2(tokens: Sequence[Range], tags: Sequence[str]) -> list[Span]:
    """Spans of IOB2 tags. An I- that continues nothing begins a span, as in conlleval and seqeval's default mode."""
    return from_tags(tokens, tags)


def entities(tags: Sequence[str], reading: str | None = None) -> list[tuple[str, int, int]]:
    """(type, first token, last token) of each entity of one sequence of tags, in order.

    Raises ViborderError: `tag-unknown` for an empty tag or, in a scheme's own reading, one that the scheme has not;
    `scheme-unknown`.
    """
    parts = [split(tag, reading) for tag in tags]
    if reading is None:
        return _forgiving(parts)
    scheme = scheme_named(reading)
    found = []
    parts.append(("O", "_"))
    before, first = ("O", "_"), -1
    for index, now in enumerate(parts):
        same = before[1] == now[1]
        if first >= 0 and not scheme.goes_on(before[0], now[0], same):
            if scheme.closed(before[0], now[0], same):
                found.append((before[1], first, index - 1))
            first = -1
        if first < 0 and scheme.begins(before[0], now[0], same):
            first = index
        before = now
    return found


def _forgiving(parts: list[tuple[str, str]]) -> list[tuple[str, int, int]]:
    found = []
    before, first = ("O", ""), 0
    for index, now in enumerate([*parts, ("O", "_")]):
        same = before[1] == now[1]
        if forgiving_ends(before[0], now[0], same):
            found.append((before[1], first, index - 1))
        if forgiving_begins(before[0], now[0], same):
            first = index
        before = now
    return found


def split(tag: str, reading: str | None = None) -> tuple[str, str]:
    """Prefix and type of a tag; a tag without a type has the type `_`, as in seqeval.

    Raises ViborderError `tag-unknown`, `scheme-unknown`.
    """
    if not tag:
        raise fail("", "tag-unknown", "a tag is empty", "O where there is no entity")
    if reading is None:
        return tag[0], tag[1:].split("-", 1)[-1] or "_"
    known = scheme_named(reading).prefixes
    if tag[0] not in known:
        raise fail("", "tag-unknown", f"{tag!r} is no {reading} tag", f"the prefixes are {', '.join(known)}")
    return tag[0], tag[1:].strip("-") or "_"


def illegal(tags: Sequence[str], scheme: str) -> list[int]:
    """The tokens whose tag may not follow the one before; the number of tokens stands for an end in the middle of an
    entity.
    """
    rules = scheme_named(scheme)
    parts = [("O", "_"), *(split(tag, scheme) for tag in tags), ("O", "_")]
    pairs = itertools.pairwise(parts)
    return [
        index for index, (before, now) in enumerate(pairs) if not rules.legal(before[0], now[0], before[1] == now[1])
    ]


def scheme_named(name: str) -> Scheme:
    """The rules of a scheme. Raises ViborderError `scheme-unknown`."""
    if name not in SCHEMES:
        raise fail("", "scheme-unknown", f"no tag scheme {name!r}", f"one of {', '.join(SCHEMES)}")
    return SCHEMES[name]


def _where(span: Span) -> str:
    return f"[{span.start}:{span.end}] {span.label}"
