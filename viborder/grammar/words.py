"""The grammar's words: each lexicon as a trie, read once, and the classes that its phrases are sorted into."""

from __future__ import annotations

from functools import cache

from viborder.grammar.lexicon import Trie, build, fold, insert, key, keys_of, phrases, rows
from viborder.text import tokenize

# Agencies (see lexicons/agencies.tsv).
BODY, OWN, UNIT, OUTSIDE, CODE = 1, 2, 4, 8, 16

# Persons. COMRADE: đồng chí, said of those who act for a body. ROLE: what a private person is called (đối tượng, bị
# can).
# KIN: said of private persons, and of officials named before (anh, chị).
RANK, POST, TITLE, ROLE, COMRADE, KIN = 1, 2, 4, 8, 16, 32

# Amounts (see lexicons/amounts.tsv).
MEASURE, SEIZED, CLASSIFIER, COUNTED, SINGLE, TIME, PARTY = 1, 2, 4, 8, 16, 32, 64

QUARTERS = frozenset(("đông", "tây", "nam", "bắc", "trung"))

# How far down the administration a place is. A place further up after a comma is another level of an address, not a
# coordinated name.
COUNTRY, REGION, PROVINCE, DISTRICT, COMMUNE, VILLAGE, OTHER = range(7)


@cache
def heads() -> Trie:
    """Heads and whole names → the bits of their classes."""
    classes = {"body": BODY, "own": OWN, "unit": UNIT, "outside": OUTSIDE, "code": CODE}
    listed = [(phrase, bit) for name, bit in classes.items() for phrase in phrases("agencies", name)]
    return build([*listed, *((code, CODE) for code in _police_codes())])


def _police_codes() -> list[str]:
    """Units of the ministry (`C04`) and of the police of a province (`PC04`, `PC 04`), numbered as since 2018 and
    before.
    """
    numbers = [f"{number:02}" for number in range(1, 100)]
    ministry = [f"{letter}{number}" for letter in "ACHKVX" for number in numbers[:12]]
    ministry += [f"C {number}" for number in (*numbers[:12], *numbers[40:56])]
    return ministry + [
        f"{prefix}{gap}{number}"
        for prefix in ("PA", "PC", "PV", "PX", "PH", "PK")
        for gap in ("", " ")
        for number in numbers
    ]


@cache
def compounds() -> frozenset[str]:
    """Words of two syllables whose second looks like a head: `cán bộ`, `trụ sở`."""
    return frozenset(" ".join(keys_of(phrase)) for phrase in phrases("agencies", "word"))


@cache
def functions() -> Trie:
    """What a unit does."""
    return build((phrase, True) for phrase in phrases("agencies", "function"))


@cache
def offices() -> Trie:
    """What ministries and departments are for, without their heads: `Công an, Quốc phòng`."""
    ministries = [phrase.removeprefix("Bộ ") for phrase in phrases("agencies", "own") if phrase.startswith("Bộ ")]
    return build((phrase, True) for phrase in [*phrases("agencies", "function"), *ministries])


@cache
def function_words() -> frozenset[str]:
    """Syllables that occur in what units do, for functions that no list holds."""
    words = {word for phrase in phrases("agencies", "function", "own", "further") for word in keys_of(phrase)}
    return frozenset(words) - frozenset(", - xã tỉnh huyện".split())


@cache
def continuations() -> Trie:
    """What may follow a function and still belong to it: `Trinh sát` + `kỹ thuật`."""
    return build((phrase, True) for phrase in phrases("agencies", "further"))


@cache
def deeds() -> frozenset[str]:
    """Functions and other words of two syllables that are verbs where they follow a name: `Phòng Tham mưu | tổ
    chức`.
    """
    return frozenset(" ".join(keys_of(phrase)) for phrase in phrases("agencies", "deed"))


@cache
def persons() -> Trie:
    """Ranks, posts, titles and private roles → bits."""
    classes = {"rank": RANK, "post": POST, "title": TITLE, "private": ROLE, "kin": ROLE | KIN, "business": 0}
    trie = build((phrase, bit) for name, bit in classes.items() for phrase in phrases("officials", name))
    for phrase in ("đồng chí", "đ / c", "các đồng chí"):
        node = trie
        for word in phrase.split():
            node = node.setdefault(word, {})
        node[""] = COMRADE
    return trie


@cache
def family_names() -> tuple[frozenset[str], frozenset[str]]:
    """(keys of Vietnamese family names, folded beginnings of Lao and Khmer names)."""
    return (
        frozenset(key(name) for name in phrases("names", "kinh", "minority")),
        frozenset(fold(name) for name in phrases("names", "lao", "khmer")),
    )


@cache
def admin_words() -> Trie:
    """Administrative words → (level, whether a number may be its name)."""
    levels = {
        "region": REGION,
        "province": PROVINCE,
        "district": DISTRICT,
        "commune": COMMUNE,
        "village": VILLAGE,
        "other": OTHER,
    }
    numbered = set(phrases("admin", "numbered"))
    return build((word, (level, word in numbered)) for name, level in levels.items() for word in phrases("admin", name))


@cache
def attributes() -> Trie:
    """Words between the administrative word and the name that belong to it: `cửa khẩu quốc tế Cầu Treo`, `khu tự trị
    dân tộc Choang`.
    """
    return build((word, True) for word in phrases("admin", "attribute"))


@cache
def no_name() -> frozenset[str]:
    """Keys that begin no name after an administrative word, capital or not."""
    return frozenset(phrases("admin", "no-name"))


@cache
def compounds_of_countries() -> frozenset[str]:
    """Words of two syllables whose first looks like a country at the beginning of a sentence: `pháp luật`."""
    return frozenset(" ".join(keys_of(phrase)) for phrase in phrases("admin", "compound"))


@cache
def verbs_of_report() -> frozenset[str]:
    """Words of two syllables that end in `báo` and are no newspaper."""
    return frozenset(phrases("admin", "report"))


@cache
def name_after_all() -> frozenset[str]:
    """Those of `no_name` that do begin a name where the next syllable has a capital too and ends it."""
    return frozenset(phrases("admin", "name-before-capital"))


@cache
def gazetteer() -> tuple[Trie, Trie]:
    """(Vietnamese and other names by key, foreign names by folded key) → (level, capitals that the name needs)."""
    home: Trie = {}
    abroad: Trie = {}

    def put(name: str, level: int) -> None:
        insert(home, keys_of(name), (level, tuple(name[start].isupper() for start, _ in tokenize(name))))

    for names, _, _, districts in ([*row, "", "", ""][:4] for row in rows("vietnam")):
        for name in names.split("|"):
            put(name, PROVINCE)
        for district in filter(None, (part.strip() for part in districts.split(","))):
            if " " in district or len(district) > 5:
                put(district, DISTRICT)
    put("Việt nam", COUNTRY)  # the second capital is often forgotten
    for row in rows("countries"):
        for name in row[0].split("|"):
            put(name, COUNTRY)
    for kind, listed in rows("regions"):
        for name in listed.split("|"):
            if " " in name or "-" in name or kind in ("region", "city"):
                put(name, REGION if kind == "region" else OTHER)
    for name in ("TP.HCM", "TPHCM", "TP HCM", "TP. HCM", "HCM"):
        put(name, PROVINCE)
    for country, kind, listed in rows("neighbours"):
        level = {"province": PROVINCE, "prefecture": DISTRICT}.get(kind, DISTRICT)
        for name in listed.split("|"):
            if not (" " in name or len(name) > 4):
                continue
            if country == "Trung Quốc" and not name.isascii():
                put(name, level)  # Sino-Vietnamese: its diacritics tell names apart
            else:
                insert(abroad, [fold(part) for part in name.replace("-", " ").split()], (level, ()))
    return home, abroad


@cache
def small_beginnings() -> frozenset[str]:
    """Keys of first syllables in lower case of names in the gazetteer: `vương quốc Campuchia`, `miền bắc`."""
    return frozenset(
        key for key, node in gazetteer()[0].items() if key not in admin_words() and not _begins_large(node)
    )


def _begins_large(node: Trie) -> bool:
    """Whether every name below begins with a capital."""
    return all(below[1][0] if not syllable else _begins_large(below) for syllable, below in node.items())


@cache
def units() -> Trie:
    """What may follow a number → the bits of its classes."""
    classes = {
        "measure": MEASURE,
        "seized": SEIZED,
        "classifier": CLASSIFIER,
        "counted": COUNTED,
        "single": SINGLE,
        "time": TIME,
        "party": PARTY,
    }
    return build((phrase, bit) for name, bit in classes.items() for phrase in phrases("amounts", name))


@cache
def amount_words(kind: str) -> frozenset[str]:
    """The phrases of a class of lexicons/amounts.tsv, their keys joined by blanks."""
    return frozenset(" ".join(keys_of(phrase)) for phrase in phrases("amounts", kind))


@cache
def number_words() -> frozenset[str]:
    """Number words and magnitudes, by key."""
    return amount_words("digit") | frozenset(word for word in amount_words("magnitude") if " " not in word)


@cache
def drugs() -> Trie:
    """Narcotics by name."""
    return build((phrase, True) for phrase in phrases("drugs", "substance", "street"))
