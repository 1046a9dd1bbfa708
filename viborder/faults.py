"""What no document's text or id may hold, wherever it comes from.

Rules: `text-not-unicode`, `text-not-nfc`, `text-carriage-return`, `text-control-character`, `id-malformed` and the
warning `text-invisible-character`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from viborder.errors import Problem, counted, place
from viborder.text import INVISIBLE

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CARRIAGE_RETURN = re.compile(r"\r\n?")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_HALF = "half a surrogate pair, which is no character"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # those that are no white space
_UNUSABLE = re.compile(r"[\ud800-\udfff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]|\r(?!\n)")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_LONGEST_ID = 200  # code points; a file's name holds 255 bytes


def text_faults(text: str, where: str, document_id: str) -> Iterator[Problem]:
    """What is wrong with a text, the first place of each kind, with how often it occurs."""
    seen = text.replace("\n", "").isprintable()  # then nothing is in it that the patterns below look for
    hint = "mend the text where it was cut or wrongly decoded"
    if not seen:
        yield from _found(_SURROGATE, text, where, document_id, "text-not-unicode", _HALF, hint)
    if not unicodedata.is_normalized("NFC", text):
        at = _first_difference(text, unicodedata.normalize("NFC", text))
        yield Problem(
            place(where, document_id, at, at + 1),
            "text-not-nfc",
            "the text is not in NFC",
            "`viborder collect` normalises it",
        )
    if seen:
        return
    for match in _CARRIAGE_RETURN.finditer(text):
        said = "a line ends with CR LF" if len(match[0]) == 2 else "a CR without LF"
        hint = "`viborder collect` mends it" if len(match[0]) == 2 else "end lines with LF"
        yield Problem(place(where, document_id, *match.span()), "text-carriage-return", said, hint)
        break
    yield from _found(
        _CONTROL, text, where, document_id, "text-control-character", "a control character", "take it out of the text"
    )
    said = "an invisible character; it cuts no word"
    yield from _found(_INVISIBLE, text, where, document_id, "text-invisible-character", said, "", "warning")


def unusable(text: str, document_id: str, where: str) -> Iterator[Problem]:
    """What no verb can use of a text and its id, wherever it is read: half a surrogate pair, a control character, a CR
    without LF, an id that can be no file's name. What can be mended (NFC, CR LF) is not among it.
    """
    if _UNUSABLE.search(text):
        hint = "mend the text where it was cut or wrongly decoded"
        yield from _found(_SURROGATE, text, where, document_id, "text-not-unicode", _HALF, hint)
        said, hint = "a CR without LF", "end lines with LF"
        yield from _found(_LONE_RETURN, text, where, document_id, "text-carriage-return", said, hint)
        said, hint = "a control character", "take it out of the text"
        yield from _found(_CONTROL, text, where, document_id, "text-control-character", said, hint)
    yield from id_faults(document_id, where)


def apart(text: str, other: str) -> str:
    """A text as a message shows it beside another: with its code points where both look the same (NFC beside NFD, a
    no-break space, an invisible character).
    """
    shown = f"{text!r}"
    if _level(text) != _level(other):
        return shown
    return f"{shown} ({' '.join(f'U+{ord(mark):04X}' for mark in text[:12])}{' …' if len(text) > 12 else ''})"


def _level(text: str) -> str:
    """A text as the eye sees it."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())


def id_faults(document_id: str, where: str) -> Iterator[Problem]:
    """What is wrong with an id: it has to serve as a file's name and as one word of a line."""
    said = ""
    if document_id in (".", "..") or any(mark in document_id for mark in "/\\"):
        said = "the id is a path"
    elif document_id != document_id.strip():
        said = "white space at an end of the id"
    elif _SURROGATE.search(document_id) or any(unicodedata.category(mark) == "Cc" for mark in document_id):
        said = "a control character, or half a surrogate pair, in the id"
    elif len(document_id) > _LONGEST_ID:
        said = f"an id of {counted(len(document_id), 'code point')}"
    if said:
        yield Problem(place(where, document_id), "id-malformed", said, "the stem of the source file")


def _found(
    pattern: re.Pattern[str], text: str, where: str, document_id: str, rule: str, said: str, hint: str,
    severity: str = "error",
) -> Iterator[Problem]:  # fmt: skip
    first = pattern.search(text)
    if first is None:
        return
    count = len(pattern.findall(text))
    often = f", and {count - 1} more" if count > 1 else ""
    at = place(where, document_id, *first.span())
    yield Problem(at, rule, f"{said} (U+{ord(first[0]):04X}){often}", hint, severity)


def _first_difference(text: str, other: str) -> int:
    differing = (at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two)
    return next(differing, min(len(text), len(other)))
