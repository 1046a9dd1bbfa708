"""Lists that others keep, as lexicon files: python corpus/lists/build.py FOLDER

FOLDER holds the packages that bring the lists (names are facts; no code of theirs is carried over):

    pip install --target build/lists --no-deps vietnamadminunits==1.0.4 babel==2.19.0

- vietnamadminunits (MIT): Viet Nam's units before July 2025 (63 provinces, districts, communes) and since (34
provinces,
  communes and wards). Written to lexicon/vietnam.tsv.
- Babel (BSD-3-Clause), which brings CLDR (Unicode-3.0): territories in Vietnamese. Written to lexicon/countries.tsv.

A commune is found after an administrative word only. Whether a district's or a country's name is found without one is
measured on the development texts (gold, the tuning and adversarial sentences, articles.jsonl): where it stands with its
capitals and no administrative word before it, it must be a place more often than not. A name that does not occur there
is found bare unless the rest of the lexicon holds it as another word.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from viborder.document import Document
from viborder.formats import brackets, jsonl
from viborder.grammar import entries
from viborder.grammar.keys import key, keys_of
from viborder.text import tokenize

MADE = ("vietnam", "countries")  # the files written here
GENRE = Path("train/genre")
TEXTS = (Path("annotations/gold.jsonl"), GENRE / "articles.jsonl", GENRE / "tuning.txt", GENRE / "adversarial.txt")
NO_LANDS = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")  # unions and CLDR's own codes
BEFORE = "before July 2025"
SINCE = "since July 2025"
Counts = dict[tuple[str, ...], list[int]]  # keys of a name → [a place, something else]


def main(folder: Path) -> None:
    """Write both files."""
    others = [entry for path in sorted(entries.FOLDER.glob("*.tsv")) if path.stem not in MADE for entry in _read(path)]
    words = {tuple(keys_of(entry.phrase)) for entry in others if entry.kind not in ("district", "province", "country")}
    heads = {keys_of(phrase)[-1] for phrase, kind, _ in others if kind.endswith("-word") and phrase.isalpha()}
    vietnam = dict(_vietnam(folder / "vietnamadminunits/data/dataset.db"))
    countries = list(_countries(folder))
    seen = measure(_documents(), {tuple(keys_of(name)) for name in (*vietnam, *countries)}, heads)

    def is_bare(name: str) -> bool:
        keys = tuple(keys_of(name))
        place, other = seen.get(keys, [0, 0])
        return place > other if place + other else keys not in words

    _write(
        "vietnam",
        [
            "Viet Nam's administrative units. Made by corpus/lists/build.py in November 2026: change nothing here;",
            "what is missing goes into places.tsv.",
            "Source: vietnamadminunits 1.0.4 (PyPI, MIT), its tables of the units before July 2025 and since.",
            "The note says of which province a district is, and from which table a name comes.",
            "class vn-province, one class: a province or a city of its rank",
            "class vn-district, one class: a district that is a place without its word too",
            "class vn-district-worded, one class: a district that is found after an administrative word only",
            "class vn-commune, one class: a commune, a ward or a town; found after an administrative word only",
        ],
        [
            (name, kind if kind != "vn-district" or is_bare(name) else "vn-district-worded", note)
            for name, (kind, note) in vietnam.items()
        ],
    )
    listed = {tuple(keys_of(entry.phrase)) for entry in _read(entries.FOLDER / "places.tsv")}
    _write(
        "countries",
        [
            "Countries and territories in Vietnamese. Made by corpus/lists/build.py in November 2026: change nothing here;",
            "other spellings go into places.tsv.",
            "Source: CLDR's territories for vi, by Babel 2.19.0 (Unicode-3.0); those that places.tsv holds already are left out.",
            "class cldr-country, one class: a country or territory by its short name",
        ],
        [(name, "cldr-country", "") for name in countries if tuple(keys_of(name)) not in listed and is_bare(name)],
    )


def _read(path: Path) -> Iterator[entries.Entry]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            yield entries.Entry(*line.split("\t"))


def _vietnam(database: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """(name, (class, note)), from the largest unit to the smallest, each name once."""
    tables = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    queries = (
        ("vn-province", "select provinceShort, ? from admin_units_legacy", BEFORE),
        ("vn-province", "select provinceShort, ? from admin_units", SINCE),
        ("vn-district", "select districtShort, provinceShort from admin_units_legacy where ? != ''", BEFORE),
        ("vn-commune", "select wardShort, ? from admin_units_legacy", BEFORE),
        ("vn-commune", "select wardShort, ? from admin_units", SINCE),
    )
    done: set[tuple[str, ...]] = set()
    for kind, query, when in queries:
        for name, note in sorted(row for row in tables.execute(query, (when,)) if row[0]):
            name = re.sub(r" \(.*\)$", "", name)  # `Cai Lậy (Huyện)`
            if re.search(r"\d|^[IVX]+$", name) or tuple(keys_of(name)) in done:
                continue  # numbers need no list: `Phường 14`, `Móng Cái 2`
            done.add(tuple(keys_of(name)))
            yield name, (kind, note)


def _countries(folder: Path) -> Iterator[str]:
    sys.path.insert(0, str(folder))
    from babel import Locale

    for code, name in sorted(Locale("vi").territories.items()):
        is_land = re.fullmatch("[A-Z]{2}", code) and code not in NO_LANDS
        if is_land and not re.search(r"[(),&]", name):
            yield name


def _documents() -> Iterator[Document]:
    for path in TEXTS:
        yield from jsonl.read(path) if path.suffix == ".jsonl" else brackets.read(path)


def measure(documents: Iterable[Document], names: set[tuple[str, ...]], heads: set[str]) -> Counts:
    """How often each name, capitalised and with no administrative word before it, is a place, and how often it is
    something else; inside a longer place (`cửa khẩu quốc tế Móng Cái`) it says neither.
    """
    longest = max(map(len, names))
    counts: Counts = {}
    for document in documents:
        tokens = tokenize(document.text)
        keys = [key(document.text[start:end]) for start, end in tokens]
        places = {(span.start, span.end) for span in document.spans if span.label == "PLACE"}
        at = 0
        while at < len(keys):
            lengths = [
                size for size in range(min(longest, len(keys) - at), 0, -1) if tuple(keys[at : at + size]) in names
            ]
            size = lengths[0] if lengths else 0
            if size and document.text[tokens[at][0]].isupper() and (at == 0 or keys[at - 1] not in heads):
                start, end = tokens[at][0], tokens[at + size - 1][1]
                exact = (start, end) in places
                if exact or not any(first <= start and end <= last for first, last in places):
                    counts.setdefault(tuple(keys[at : at + size]), [0, 0])[not exact] += 1
            at += size or 1
    return counts


def _write(name: str, head: list[str], rows: list[tuple[str, str, str]]) -> None:
    path = entries.FOLDER / f"{name}.tsv"
    lines = sorted("\t".join(filter(None, row)) for row in rows)
    path.write_text("\n".join([*(f"# {line}" for line in head), *lines]) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines)} entries")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    main(parser.parse_args().folder)
