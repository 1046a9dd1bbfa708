"""Spans by grammar and lexicons alone: one walk over a text's tokens, from one word that may begin a span to the next.

DRUG, QUANTITY and PLACE are found by the rules of rules/*.txt, PLACE with the help of `places` (what lists hold) and
`context` (words that several names share). The other labels are still found by algorithms: `agencies` (with `units`,
`groups` and `shared`) and `officials`, numbered as in the scheme (annotations/GUIDELINES.md); here all are put in
order.
"""

from __future__ import annotations

from viborder.document import Span
from viborder.grammar import agencies, carry, context, kinds, officials, places, shared
from viborder.grammar.keys import longest
from viborder.grammar.kinds import (
    AGENCY,
    CAP,
    LOCATIVE,
    NAME,
    PERSON,
    PLACE,
    ROAD,
    RULE,
    TRIGGER,
    UPPER,
)
from viborder.grammar.lexicon import Lexicon
from viborder.grammar.view import View, read
from viborder.text import Range

Piece = tuple[int, int, str]  # first token, token after the last, label
NOWHERE = -9
_OFFICE = kinds.RANK | kinds.POST | kinds.COMRADE


def propose(text: str, tokens: list[Range], lexicon: Lexicon | None = None) -> list[Span]:
    """The spans that the grammar finds, nested ones included, in reading order, PRIVATE among them.

    text: NFC. tokens: as `viborder.text.tokenize` gives them. Offsets are half-open code points into `text`. lexicon:
    the words; where None, those that the package brings.
    """
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    found = pieces(text, starts, ends, [text[start:end] for start, end in tokens], lexicon)
    return [Span(starts[first], ends[last - 1], label) for first, last, label in found]


def pieces(
    text: str, starts: list[int], ends: list[int], words: list[str], lexicon: Lexicon | None = None
) -> list[Piece]:
    """The same spans in tokens (the first, the one after the last, the label), for tokens as `viborder.text.cut`
    gives them.
    """
    view = read(text, starts, ends, words, lexicon)
    walk = Walk(view)
    walk.run()
    found = {(view.token(first), view.token(last - 1) + 1, label) for first, last, label in walk.found}
    return sorted(found, key=lambda piece: (piece[0], -piece[1], piece[2]))


class Walk:
    """One pass over a view.

    `role` are the bits of the rank or post before token `role_end`, where a name may follow.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.rules = view.lexicon.rules
        self.found: list[Piece] = []
        self.persons: list[carry.Person] = []
        self.announced: list[Range] = []  # places that only the words before them made one
        self.outside: list[Range] = []  # bodies that are not marked, nor a place in their name
        self.end = 0  # the token after what was found last
        self.role = 0
        self.role_end = -1
        self.accused = False  # whether the role is one of the accused: `bị cáo`
        self.had = False  # whether it is one that somebody had: `nguyên Trưởng`

    def run(self) -> None:
        """Find every span; `found` holds them as token ranges."""
        bits = self.view.bits
        authors = officials.bylines(self.view)
        self.persons += [(start, end, carry.OFFICE if signs else carry.PRIVATE_ROLE) for start, end, signs in authors]
        taken = {start: end for start, end, _ in authors}
        todo = [index for index, found in enumerate(bits) if found & TRIGGER]
        for at in sorted({*todo, *taken}) if taken else todo:
            if at >= self.end:
                self.end = taken.get(at) or self._at(at, bits[at]) or self.end
        self.found += carry.names(self.view, self.persons)
        self.found = carry.without_given_names(self.view, self.found, self.persons)
        self.found += carry.places(self.view, self.found, self.announced, self.outside)
        self.found += carry.given_names(self.view, self.found)

    def _at(self, at: int, bits: int) -> int | None:
        """What begins at the token: emit it and return the token after it."""
        if bits & RULE and (match := self.rules.at(self.view, at)):
            self.found += match[1]
            return match[0]
        lexicon, keys = self.view.lexicon, self.view.keys
        head = longest(lexicon.heads, keys, at) if bits & AGENCY else None
        post = longest(lexicon.persons, keys, at) if bits & PERSON else None
        if post and not (head and head[0] > post[0]) and (end := self._person(at)):  # `Đại sứ quán`, not `Đại sứ`
            return end
        if head and (end := self._agency(at)):
            return end
        if bits & LOCATIVE and not (bits & CAP and bits & NAME):
            is_photograph = self.view.keys[at] in self.view.words.photograph
            return self._credit(at) if is_photograph else self._announced(at)
        if bits & PLACE and (end := self._place(at)):
            return end
        if bits & NAME and bits & CAP:
            return self._name(at)
        return None

    def _agency(self, at: int) -> int | None:
        found = shared.agency(self.view, at)
        if found is None:
            return None
        if found.is_named:
            self.found += found.pieces()
            self._abbreviation(found.end)
        elif found.kind == kinds.OUTSIDE:
            self.outside.append((at, found.end))
        if at == self.role_end or (at == self.role_end + 1 and self.view.keys[at - 1] in self.view.words.before_seat):
            self.role_end = found.end + (self.view.keys[at - 1] == "(" and self.view.keys[found.end] == ")")
            if (
                self.role & _OFFICE
                and self.view.bits[self.role_end] & CAP
                and (stop := officials.name(self.view, self.role_end, self.role))
            ):
                self._emit_names(self.role_end, stop, self.role)
                return self.persons[-1][1]
        return found.end

    def _emit_places(self, found: list[Range]) -> int | None:
        """The token after the last of the places, or None where there is none."""
        self.found += [(start, end, "PLACE") for start, end in found]
        self.announced += found
        return found[-1][1] if found else None

    def _credit(self, at: int) -> int | None:
        """Rule 3: the photographer after `Ảnh:`, as rules/person.txt has it."""
        match = self.rules.at(self.view, at, "person")
        if match is None:
            return None
        self.persons += [(start, end, carry.PRIVATE_ROLE) for start, end, _ in match[1]]
        return match[0]

    def _abbreviation(self, end: int) -> None:
        """Rule 12: an abbreviation in brackets after the name is a span of its own."""
        if close := agencies.abbreviation(self.view, end):
            self.found.append((end + 1, close - 1, "AGENCY"))

    def _place(self, at: int) -> int | None:
        """What rules/place.txt finds; the names that share its word, and the levels of an address that follow it."""
        view = self.view
        if view.keys[at] in view.words.middle_van and at > self.end and view.bits[at - 1] & CAP:
            return self._name(at)  # `Hò Văn Sơn`: no district
        match = self.rules.at(view, at, "place")
        if match is None:
            return None
        end, spans = match
        if view.bits[at] & NAME and end - at == 1 and view.bits[end] & CAP and at != self.role_end:
            return None
        if spans != ((at, end, "PLACE"),) or view.bits[at] & ROAD:
            self.found += spans
            return end
        start = context.without_shared_word(view, at, end, bool(self.found and self.found[-1][1] == at))
        self.found.append((start, end, "PLACE"))
        if at == self.role_end:  # `Đại sứ Việt Nam tại Lào X`
            self.role_end = end + (view.keys[end] in view.words.seated_at)
            named = self.role & kinds.POST and view.bits[end] & CAP and not view.bits[end] & (AGENCY | PLACE)
            if named and (stop := officials.name(view, end, self.role)):
                self._emit_names(end, stop, self.role)
                return self.persons[-1][1]
        more = context.listed(view, end) if start > at else context.between(view, at, end)
        return self._emit_places(more) or end

    def _announced(self, at: int) -> int | None:
        """What rules/announced.txt finds: a place that only the word at the token makes one."""
        match = self.rules.at(self.view, at, "announced")
        if match is None:
            return None
        self.found += match[1]
        self.announced += [(start, end) for start, end, _ in match[1]]
        return match[0]

    def _person(self, at: int) -> int | None:
        """Rule 2: words of rank, post, title or role, and the name after them."""
        view = self.view
        found = officials.role(view, at)
        if found is None:
            return None
        end, bits = found
        if end - at == 1 and view.keys[at] in view.words.middle_thi and view.bits[at] & CAP:
            return None  # `Thị Hoa`, a commune
        if (
            end - at == 1
            and view.bits[at] & PLACE
            and view.bits[at] & CAP
            and (place := places.bare(view, at))
            and place[1] - at > 1
        ):
            return self._place(at)  # `Bà Rịa`
        continues = at == self.role_end or (at == self.role_end + 1 and view.keys[at - 1] in (",", "-", "(", ":"))
        if continues:
            bits |= self.role & _OFFICE
        self.role, self.role_end = bits, end
        if not continues:
            self.accused = " ".join(view.keys[end - 2 : end]) in view.words.accused
            self.had = view.keys[at - 1] in view.words.had_before
        quoted = view.keys[end] == '"' and bits & kinds.ROLE  # `một người tên "Anh"`
        start = end + 1 if quoted or view.piece("before-name", end) else end
        if start > end and longest(view.lexicon.persons, view.keys, start) and not view.bits[start + 1] & CAP:
            return start  # `các đồng chí: Đại tá X`
        for head in range(
            end - 1, at, -1
        ):  # `Trưởng phòng Cảnh sát hình sự`: the agency's head is the end of the post's word
            if (body := shared.agency(view, head)) and body.is_named and body.end > end:
                self.role_end = head
                return head
        named = self.persons[-1][1] if self.persons else NOWHERE
        after = named == at - 1 or (named == at - 2 and view.keys[at - 1] in view.words.former_or_is)
        if after and view.bits[end - 1] & PLACE and places.named(view, end - 1):
            return end - 1  # after a name: `ông X - Trưởng bản Lùng Thàng`
        if (body := agencies.one(view, start)) and (body.end - start > 1 or view.bits[start] & UPPER):
            return end
        if view.bits[start] & CAP and (stop := officials.name(view, start, bits)):
            self._emit_names(start, stop, bits)
            return self.persons[-1][1]
        if end - at == 1 and view.bits[at] & (AGENCY | PLACE | CAP):
            return None if not bits & kinds.TITLE else end
        return end

    def _emit_names(self, start: int, stop: int, bits: int) -> None:
        """The name, and those that follow it in a list.

        A title alone says nothing of an office: what stands around the name does.
        """
        view = self.view
        follows = start - self.role_end in (0, 1)
        while True:
            in_office = bool(bits & _OFFICE and not bits & kinds.ROLE) or officials.has_post_after(view, stop)
            had = (follows and self.had) or view.keys[stop + 1] in view.words.had_before
            if (follows and self.accused) or (had and officials.is_charged(view, stop)):
                bits, in_office = kinds.ROLE, False  # scheme 1.1: a former official who is accused
            unsaid = carry.PRIVATE_ROLE if bits & kinds.ROLE and not bits & kinds.KIN else carry.UNSAID
            self.persons.append((start, stop, carry.OFFICE if in_office else unsaid))
            self.role_end = -1
            following = officials.next_name(view, stop)
            if following is None:
                return
            end = places.capitals(view, following, 7)
            place = places.bare(view, following)
            if end - following < 2 or (place and place[1] >= end) or agencies.one(view, following):
                return
            start, stop = following, end

    def _name(self, at: int) -> int | None:
        """A name that nothing but its family name announces."""
        view = self.view
        end = places.capitals(view, at, 7)
        rest = places.bare(view, at + 1) if view.bits[at + 1] & PLACE else None
        if (
            rest
            and rest[1] >= end
            and view.keys[at] not in view.words.surname_before_place
            and (rest[2] <= kinds.PROVINCE or view.bits[at] & LOCATIVE)
        ):
            return None  # `Đoàn Lào`, `Từ Hang Kia`
        if view.keys[at] in view.words.coming_from and (stop := self._announced(at)):
            return stop
        if at == self.role_end and self.role and (stop := officials.name(view, at, self.role)):
            self._emit_names(at, stop, self.role)
            return self.persons[-1][1]
        start = officials.begins(view, at, self.end)
        if end - start < 2 or view.keys[start - 1] in view.words.before_people:  # `người Mông Pú Hia`, `Tết Bun Pi May`
            return None
        self._emit_names(start, end, self.role & _OFFICE if at == self.role_end + 1 and view.keys[at - 1] == "," else 0)
        return self.persons[-1][1]
