"""AGENCY: names that share a tail (the scheme's rule 5): `Tỉnh ủy và [UBND tỉnh X]`.

Which heads may share one is said by rules/agency.txt. What stays here: the bodies are read one behind the other, and
each that shares the tail takes in the next with all that is nested there.
"""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.agencies import Agency, bare_level, one
from viborder.grammar.view import View

MOST_TOGETHER = 16  # names that share a tail
Match = tuple[int, tuple[()]]  # the token after it; no span inside


def agency(view: View, at: int) -> Agency | None:
    """The agency that begins at the token, with those that share its head or tail; not named where the text gives it
    no name.
    """
    found = one(view, at)
    if found is None:
        return None
    return _together(view, found)


def _together(view: View, first: Agency, names: int = 1) -> Agency:
    """Rule 5: names that share a tail are one span, and the last, complete with the tail, is nested: `Tỉnh ủy và
    [UBND tỉnh X]`. names: how many have been read, `first` among them.
    """
    alone = not first.has_tail and names < MOST_TOGETHER
    heads = view.piece("heads-with-one-tail", first.start) if alone else None
    following = one(view, heads[0]) if heads else None
    if following is None:
        return first
    if first.kind == following.kind == kinds.UNIT and view.keys[first.start] != view.keys[following.start]:
        return first  # a pattern cannot say that two words are the same
    following = _together(view, following, names + 1)
    if not (following.is_named and following.has_tail):
        return first
    nested = following.inner if following.is_joint else following.pieces()
    return Agency(first.start, following.end, True, True, True, first.kind, False, nested)


def bare_body(view: View, at: int) -> Match | None:
    """For rules: a body without a name, a level, a place or a parent, of which it could share another's."""
    body = one(view, at)
    if body is None or body.kind != kinds.BODY or body.has_tail or body.is_named:
        return None
    levelled = body.end - body.start > 1 and bare_level(view, body.end - 1)
    return None if levelled else (body.end, ())


def bare_unit(view: View, at: int) -> Match | None:
    """For rules: a unit without a place or a parent."""
    body = one(view, at)
    return (body.end, ()) if body and body.kind == kinds.UNIT and not body.has_tail else None


def any_body(view: View, at: int) -> Match | None:
    """For rules: a body of the class, with whatever is in it."""
    body = one(view, at)
    return (body.end, ()) if body and body.kind == kinds.BODY else None


def any_unit(view: View, at: int) -> Match | None:
    """For rules: a unit of the class, with whatever is in it."""
    body = one(view, at)
    return (body.end, ()) if body and body.kind == kinds.UNIT else None


def body_with_place(view: View, at: int) -> Match | None:
    """For rules: a body whose first part inside is a place."""
    body = one(view, at)
    placed = body is not None and body.kind == kinds.BODY and body.inner and body.inner[0][2] == "PLACE"
    return (body.end, ()) if body and placed else None
