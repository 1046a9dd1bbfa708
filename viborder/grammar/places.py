"""PLACE: named locations, after the scheme's section on places (the numbers are its rules)."""

from __future__ import annotations

from collections.abc import Callable

from viborder.grammar import kinds
from viborder.grammar.keys import Trie, longest
from viborder.grammar.kinds import AGENCY, CAP, DIGIT, LISTED, LOWER, NAME, PERSON, UPPER
from viborder.grammar.view import View

Found = tuple[int, int, int]  # first token, token after the last, level
Match = tuple[int, tuple[()]]  # the token after it; no span inside
Algorithm = Callable[[View, int], Match | None]


def bare(view: View, at: int, *, loose: bool = False) -> Found | None:
    """A place name of the gazetteer that begins at the token, without an administrative word, unless a veto of
    rules/place.txt stops it.

    loose: the first capital is enough (`tỉnh Quảng trị`); it always is for the long name of a country.
    """
    found = _listed(view, at, loose)
    if found is None:
        return None
    return found if view.piece("listed-after-word" if loose else "listed", at) else None


def _listed(view: View, at: int, loose: bool) -> Found | None:
    """The longest name of the gazetteer that begins at the token and whose capitals fit."""
    if not view.bits[at] & LISTED:
        return None
    memo: dict[int, Found | None] = view.memo["loosely listed" if loose else "listed here"]
    if at not in memo:
        home, abroad = view.lexicon.gazetteer
        word, plain, _ = view.types[at]
        best = _at_home(view, at, loose) if word in home else None
        if plain in abroad and view.bits[at] & (CAP | UPPER):
            best = _abroad(view, at, loose, best)
        memo[at] = best
    return memo[at]


def listed_country(view: View, at: int, loose: bool = False) -> Match | None:
    """For rules: the longest listed name here, if it is a country's."""
    found = _listed(view, at, loose)
    return (found[1], ()) if found and found[2] == kinds.COUNTRY else None


def listed_name(view: View, at: int, loose: bool = False) -> Match | None:
    """For rules: the longest listed name here, if it is no country's."""
    found = _listed(view, at, loose)
    return (found[1], ()) if found and found[2] != kinds.COUNTRY else None


def small_place(view: View, at: int) -> Match | None:
    """For rules: the longest listed name here, if it is a district's or a smaller place's."""
    found = bare(view, at)
    return (found[1], ()) if found and found[2] >= kinds.DISTRICT else None


def loose_country(view: View, at: int) -> Match | None:
    """For rules: the same after an administrative word, where the first capital is enough."""
    return listed_country(view, at, loose=True)


def loose_name(view: View, at: int) -> Match | None:
    """For rules: the same after an administrative word, where the first capital is enough."""
    return listed_name(view, at, loose=True)


def _at_home(view: View, at: int, loose: bool) -> Found | None:
    """The longest name that is compared with its marks, where its capitals fit; or a shorter one."""
    home = view.lexicon.gazetteer[0]
    found = longest(home, view.keys, at)
    if found is None:
        return None
    end, (level, capitals) = found
    if loose or (level == kinds.COUNTRY and end - at > 3):
        capitals = capitals[:1]
    elif end - at > 2:
        capitals = (*capitals[:1], *[False] * (end - at - 2), capitals[-1])  # `Si ma Cai`
    if all(view.bits[at + n] & (CAP | UPPER) or not wanted for n, wanted in enumerate(capitals)):
        return at, end, level
    return _shorter(home, view, at) if end - at > 2 else None


def _abroad(view: View, at: int, loose: bool, best: Found | None) -> Found | None:
    """The longest name that is compared without marks and hyphens, if it is longer than `best`."""
    node, end, joined = view.lexicon.gazetteer[1], at, False
    while view.types[end][1] in node:
        node = node[view.types[end][1]]
        end += 1
        small = end - at == 2 and not (loose or joined or view.bits[at + 1] & (CAP | UPPER))  # `Đang tông` is no place
        if "" in node and not small and (best is None or end > best[1]):
            best = at, end, node[""][0]
        if view.keys[end] == "-" and view.glued(end) and view.glued(end + 1):
            end, joined = end + 1, True
    return best


def _shorter(home: Trie, view: View, at: int) -> Found | None:
    """The longest one- or two-token name where a longer entry does not fit the capitals."""
    node: Trie = home
    found = None
    for end in range(at + 1, at + 3):
        node = node.get(view.keys[end - 1], {})
        if "" in node and view.bits[end - 1] & (CAP | UPPER):
            found = at, end, node[""][0]
    return found


def capitals(view: View, at: int, most: int) -> int:
    """The token after a run of capitalised tokens that may be a name (`Ea H'leo`, `Môn-đun-ki-ri`); `at` itself
    where there is none.
    """
    bits, keys = view.bits, view.keys
    end = at
    while end - at < most and bits[end] & CAP and keys[end] != "\n":
        if end > at and bits[end] & (AGENCY | PERSON) and stops(view, end):
            break
        end += 1
        while (
            keys[end] in "-'"
            and view.glued(end)
            and view.glued(end + 1)
            and bits[end + 1] & LOWER
            and keys[end + 1] != "\n"
        ):
            end += 2
        if keys[end] == "'" and view.glued(end) and view.glued(end + 1) and bits[end + 1] & CAP:
            end += 1
    return end


def stops(view: View, at: int) -> bool:
    """Whether a rank, a post or the head of an agency begins here, so that a name ends before it."""

    for trie in (view.lexicon.persons, view.lexicon.heads):
        found = longest(trie, view.keys, at)
        if found and found[0] - at > 1 and not all(view.bits[n] & CAP for n in range(at, found[0])):
            return True
    return bool(view.bits[at] & UPPER and longest(view.lexicon.heads, view.keys, at))


def named(view: View, at: int) -> Found | None:
    """Rules 1 and 5: a place with the administrative word that heads it, as rules/place.txt has it; its level is the
    word's.
    """
    match = view.piece("named", at)
    head = longest(view.lexicon.admin_words, view.keys, at) if match else None
    return (at, match[0], head[1][0]) if match and head else None


def after_word(level: int) -> tuple[Algorithm, Algorithm]:
    """For rules, what stands behind an administrative word of a level: the listed name, where no longer run of capitals
    goes on, and the run of capitals, where no list holds it.
    """
    name = f"after {level}"

    def ends(view: View, at: int) -> tuple[int, int]:
        memo: dict[int, tuple[int, int]] = view.memo[name]
        if at not in memo:
            memo[at] = _after_word(view, at, level)
        return memo[at]

    def listed(view: View, at: int) -> Match | None:
        end = ends(view, at)[0]
        return (end, ()) if end else None

    def unlisted(view: View, at: int) -> Match | None:
        end = ends(view, at)[1]
        return (end, ()) if end else None

    return listed, unlisted


def _after_word(view: View, at: int, level: int) -> tuple[int, int]:
    """(the token after the listed name, the token after the run of capitals) at a token behind an administrative word;
    0 where there is none, and one of them at least is 0. A country is never the name, nor a region that of a province.
    """
    known = bare(view, at, loose=True)
    if known and (known[2] == kinds.COUNTRY or (known[2] == kinds.REGION and level == kinds.PROVINCE)):
        return 0, 0
    run = capitals(view, at, 6)
    last = bare(view, run - 2) if run - at > 3 and level != kinds.PROVINCE else None
    if last and last[1] == run and _is_address_level(view, last):
        run -= 2  # `huyện Kỳ Sơn Nghệ An`, `ngã ba Đông Dương Việt Nam - Lào`
    if level == kinds.COMMUNE:
        known = _after_its_word(view, at, level, known)
    if known and run == known[1] + 1 and _alone(view, known[1]):
        known = known[0], run, known[2]  # `phường Châu Phú A`
    if known and (known[1] >= run or level <= kinds.PROVINCE or view.bits[known[1]] & NAME):
        return known[1], 0
    return 0, run if run > at else 0


def loose_region(view: View, at: int) -> Match | None:
    """For rules: a listed region, where the first capital is enough."""
    found = bare(view, at, loose=True)
    return (found[1], ()) if found and found[2] == kinds.REGION else None


def forgotten_capitals(view: View, at: int) -> Match | None:
    """For rules: a listed province or district of two syllables or more in small letters: `tỉnh quảng trị`."""
    home, abroad = view.lexicon.gazetteer
    for trie, keys in ((home, view.keys[at : at + 5]), (abroad, [kind[1] for kind in view.types[at : at + 5]])):
        found = longest(trie, [*keys, "\n"], 0)
        if found and found[0] > 1 and found[1][0] in (kinds.PROVINCE, kinds.DISTRICT):
            return at + found[0], ()
    return None


def short_number(view: View, at: int) -> Match | None:
    """For rules: a number of three figures at most."""
    return (at + 1, ()) if view.keys[at].isdecimal() and len(view.keys[at]) <= 3 else None


def run_of_capitals(view: View, at: int) -> Match | None:
    """For rules: a run of capitals that may be a place's name."""
    end = capitals(view, at, 5)
    return (end, ()) if end > at else None


def kilometre_post(view: View, at: int) -> Match | None:
    """For rules: `Km85`."""
    key = view.keys[at]
    return (at + 1, ()) if key[:2] in view.words.kilometre and key[2:3].isdecimal() else None


def rank_or_body(view: View, at: int) -> Match | None:
    """For rules: a rank, a post or a head at which a name ends (see `stops`)."""
    return (at + 1, ()) if view.bits[at] & (AGENCY | PERSON) and stops(view, at) else None


def _is_address_level(view: View, last: Found) -> bool:
    """Whether the last two capitals of a run are a place of their own: a province, or a country before a dash."""
    return last[2] == kinds.PROVINCE or (view.keys[last[1]] == "-" and last[2] == kinds.COUNTRY)


def _after_its_word(view: View, name: int, level: int, known: Found | None) -> Found | None:
    """The name of a district or commune that is listed for use after its word, if it is longer than `known`."""
    listed = longest(view.lexicon.worded, view.keys, name)
    if listed is None or (known and known[1] >= listed[0]) or not view.bits[listed[0] - 1] & (CAP | UPPER):
        return known
    return name, listed[0], level


def _alone(view: View, at: int) -> bool:
    """Whether the token is a single letter: `H.M`, an author, and `P.M`."""
    return len(view.keys[at]) == 1 and bool(view.bits[at] & CAP) and not view.bits[at + 1] & CAP


def with_number(view: View, end: int) -> int:
    """Villages and border gates bear numbers after their names: `bản Huổi Khon 2,`. The token after the number."""
    match = view.piece("number-of-name", end) if view.bits[end] & DIGIT else None
    return match[0] if match else end


def place(view: View, at: int) -> Found | None:
    """A place that begins at the token, with or without an administrative word."""
    return named(view, at) or bare(view, at)
