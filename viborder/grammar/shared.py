"""AGENCY: names that share a tail (the scheme's rule 5): `Tỉnh ủy và [UBND tỉnh X]`."""

from __future__ import annotations

from viborder.grammar import kinds
from viborder.grammar.agencies import Agency, bare_level, one
from viborder.grammar.keys import longest
from viborder.grammar.kinds import CAP, LOWER
from viborder.grammar.view import View

MOST_TOGETHER = 16  # names that share a tail


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
    keys = view.keys
    if first.kind == kinds.OUTSIDE or first.has_tail or first.kind in (kinds.OWN, kinds.CODE) or _is_post(view, first):
        return first
    if first.kind == kinds.BODY and first.is_named:
        return first  # a number or a zone names it
    if first.kind == kinds.BODY and first.end - first.start > 1 and bare_level(view, first.end - 1):
        return first
    joint = view.piece("joint-of-bodies", first.end) if names < MOST_TOGETHER else None
    if joint is None:
        return first
    at = joint[0]
    following = one(view, at)
    if following is None or _is_post(view, following) or following.kind == kinds.OUTSIDE:
        return first
    if first.kind == kinds.BODY and view.bits[first.start] & LOWER and view.bits[at] & CAP:
        return first  # `lực lượng biên phòng và Công an huyện X`
    department = (
        keys[first.start] in view.words.department and first.kind == kinds.UNIT and following.kind == kinds.BODY
    )  # `Sở Ngoại vụ, Công an tỉnh X`
    party = (
        keys[first.start] in view.words.party_head and keys[at + 1] in view.words.command_word
    )  # `Đảng ủy, Bộ Chỉ huy BĐBP tỉnh X`
    if following.kind != first.kind and not department and not party:
        return first
    if first.kind == kinds.UNIT and keys[first.start] != keys[at] and not department:
        return first
    following = _together(view, following, names + 1)
    if not (following.is_named and following.has_tail):
        return first
    if following.inner and following.inner[0][2] == "PLACE" and following.kind == kinds.BODY:
        level = longest(view.lexicon.admin_words, keys, following.inner[0][0])
        if department and not (level and level[1][0] == kinds.PROVINCE):
            return first
        if keys[first.start] in view.words.government_word or (
            keys[first.start] in view.words.party_head
            and keys[at] not in view.words.committee
            and keys[at - 1] not in view.words.joint_word
        ):
            return first
        if keys[first.start] in view.words.police_head and keys[at] in view.words.public_word and keys[at - 1] == ",":
            return first  # rule 3: `CSGT, Công an huyện X`, a body and its parent
    nested = following.inner if following.is_joint else following.pieces()
    return Agency(first.start, following.end, True, True, True, first.kind, False, nested)


def _is_post(view: View, body: Agency) -> bool:
    """Whether the body is called after a place of its own, so that it shares none: `Đồn Biên phòng X`, not `Hải
    quan`.
    """
    return body.station and not (
        view.keys[body.start] in view.words.sea_word and (body.has_tail or body.end - body.start == 2)
    )
