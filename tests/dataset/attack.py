"""An attack on what is published: whoever has the folders, and guesses names, tries to get the private names back.

    python -m tests.dataset.attack GOLD FOLDER…      datasets and models that were built from the gold; tells what it
    finds

It shares no code with masking. It is given more than an attacker has: the true texts, names and offsets, so that what
it does not find cannot be found by guessing. It tries:
- names, their parts in pairs, initials, joined, toneless, with unseen characters taken out, in every string of every
  file, in the statistics and metadata of Parquet files, in features and vocabularies, across the borders of words;
- the vocabulary of an encoder, which has a row of its embeddings for each word that training met: words that the texts
  hold in private names alone;
- every hash in the folders against the texts with some of the names put back, against their sentences, and against the
  names themselves (SHA-256, SHA-1, MD5, BLAKE2, cut to the length found).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet

HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{12,128}(?![0-9a-f])")
BORN = re.compile(r"(?:sinh năm|sinh ngày|SN) (\d{4})")
HAMLET = re.compile(r"(?:[Bb]ản|[Tt]hôn|[Xx]óm) [A-ZĐ]\w+")


def plain(text: str) -> str:
    """Lower case, no marks, no unseen characters."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d").replace("y", "i")
    return "".join(mark for mark in decomposed if unicodedata.category(mark) not in ("Mn", "Cf"))


def soft(text: str) -> str:
    """Lower case with marks, no unseen characters, `i` for `y`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("y", "i")
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if unicodedata.category(mark) != "Cf"))


def either(part: str) -> str:
    """A pattern for a part of a name with its marks or with none: `ban nhân` is another word than `bản nhàn`."""
    return f"(?:{soft(part)}|{plain(part)})"


def strings(folder: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of everything in a folder that may be read as text."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield str(path), path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            table = pyarrow.parquet.ParquetFile(path)
            for name, column in table.read().to_pydict().items():
                for value in column:
                    yield f"{path} {name}", " ".join(cells(value))
            yield f"{path} footer", json.dumps(footer(table), ensure_ascii=False, default=str)
        else:
            data = path.read_bytes()
            yield str(path), data.decode("utf-8", "ignore")
            if b"\0" in data:
                yield str(path), data.decode("utf-16-le", "ignore")


def cells(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from cells(each)
    elif isinstance(value, str):
        yield value


def footer(table: pyarrow.parquet.ParquetFile) -> list[Any]:
    """Metadata, and the least and greatest value of each column of each group of rows."""
    found: list[Any] = [{key.decode(): text.decode() for key, text in (table.metadata.metadata or {}).items()}]
    for group in range(table.metadata.num_row_groups):
        for column in range(table.metadata.num_columns):
            statistics = table.metadata.row_group(group).column(column).statistics
            found.append([statistics.min, statistics.max] if statistics and statistics.has_min_max else [])
    return found


def secrets(gold: list[dict[str, Any]]) -> dict[str, list[tuple[int, int]]]:
    """Document → the ranges in its text that tell who a private person is: names, and year and hamlet beside them."""
    found = {}
    for record in gold:
        ranges = [(span["start"], span["end"]) for span in record.get("private", ())]
        for start, end in list(ranges):
            line = record["text"][start : record["text"].find("\n", end) % (len(record["text"]) + 1)]
            if end - start > 3:
                ranges += [(start + match.start(1), start + match.end(1)) for match in BORN.finditer(line)]
                ranges += [(start + match.start(), start + match.end()) for match in HAMLET.finditer(line)]
        found[record["id"]] = sorted(set(ranges))
    return found


def needles(gold: list[dict[str, Any]]) -> dict[str, re.Pattern[str]]:
    """What → the pattern that finds it in plain text. Between the parts may stand anything but letters and digits."""
    found = {}
    for record in gold:
        for start, end in secrets(gold)[record["id"]]:
            written = record["text"][start:end]
            parts = re.findall(r"\w+", soft(written))
            if len(parts) > 1 and min(map(len, parts)) > 1:
                for pair in itertools.pairwise(parts):
                    first, second = map(either, pair)
                    pattern = rf"(?<![^\W_]){first}[\W_]{{1,4}}{second}(?![^\W_])"
                    found[plain(" ".join(pair))] = re.compile(pattern)
                found[plain("".join(parts))] = re.compile("".join(map(either, parts)))
            elif len(parts) > 1:
                found[written] = re.compile(rf"(?<![^\W_]){'[.] ?'.join(parts)}(?![^\W_])")
            if len(parts) > 2:
                letters = [part[0] for part in parts]
                found[".".join(letters)] = re.compile(rf"(?<![^\W_]){'[.] ?'.join(letters)}(?![^\W_])")
    return found


def by_reading(folders: Iterable[Path], gold: list[dict[str, Any]]) -> Iterator[str]:
    """Names that stand somewhere."""
    patterns = needles(gold)
    for folder in folders:
        for where, text in strings(folder):
            shown = soft(text)
            for what, pattern in patterns.items():
                if pattern.search(shown):
                    yield f"{where}: {what}"


def vocabulary(folder: Path) -> Iterator[tuple[str, str]]:
    """(where, word) of each whole word in the vocabularies of a folder."""
    for path in sorted(folder.rglob("tokenizer.json")):
        found = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
        yield from ((str(path), word.strip("▁Ġ")) for word in (found if isinstance(found, dict) else dict(found)))
    for path in sorted(folder.rglob("vocab.txt")):
        yield from ((str(path), line.split(" ")[0]) for line in path.read_text(encoding="utf-8").splitlines())


def telling(gold: list[dict[str, Any]]) -> set[str]:
    """The words that stand in private names and nowhere else."""
    names, others = set(), set()
    for record in gold:
        at = 0
        for span in sorted(record.get("private", ()), key=lambda span: span["start"]):
            others |= set(re.findall(r"\w+", soft(record["text"][at : span["start"]])))
            names |= set(re.findall(r"\w+", soft(record["text"][span["start"] : span["end"]])))
            at = span["end"]
        others |= set(re.findall(r"\w+", soft(record["text"][at:])))
    return {name for name in names - others if len(name) > 2}


def by_vocabulary(folders: Iterable[Path], gold: list[dict[str, Any]]) -> Iterator[str]:
    """Words of private names alone that are words of a vocabulary."""
    alone = telling(gold)
    for folder in folders:
        for where, word in vocabulary(folder):
            if soft(word) in alone:
                yield f"{where}: vocabulary holds {soft(word)}"


def candidates(gold: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """(what would be known, a text whose hash would tell it): all texts with some secrets put back, and the secrets."""
    for record in gold:
        text, ranges = record["text"], secrets(gold)[record["id"]]
        for start, end in ranges:
            yield f"{record['id']} [{start}:{end}]", text[start:end]
            yield f"{record['id']} [{start}:{end}]", plain(text[start:end])
            for line in (text[text.rfind("\n", 0, start) + 1 :].split("\n")[0],):
                yield f"{record['id']} line at {start}", line
        for stand_in in ("[…]", "[NGƯỜI-1]", "") if ranges else ():
            for shown in itertools.product((True, False), repeat=len(ranges)):
                if not any(shown):
                    continue
                pieces, at = [], 0
                for (start, end), put_back in zip(ranges, shown, strict=True):
                    pieces += [text[at:start], text[start:end] if put_back else stand_in]
                    at = end
                yield f"{record['id']} with {sum(shown)} put back", "".join(pieces) + text[at:]


def by_hash(folders: Iterable[Path], gold: list[dict[str, Any]]) -> Iterator[str]:
    """Names that a hash in the folders tells."""
    there: dict[str, str] = {}
    for folder in folders:
        for where, text in strings(folder):
            there.update(dict.fromkeys(HASH.findall(text), where))
    lengths = {len(digest) for digest in there}
    plain_records = [[r["id"], r["text"], [[s["start"], s["end"], s["label"]] for s in r["spans"]]] for r in gold]
    whole = [("all texts", json.dumps(plain_records, ensure_ascii=False))]
    for what, text in itertools.chain(candidates(gold), whole):
        for function in ("sha256", "sha1", "md5", "blake2b", "blake2s"):
            digest = hashlib.new(function, text.encode()).hexdigest()
            for length in lengths:
                if digest[:length] in there:
                    yield f"{there[digest[:length]]}: {function} tells {what}"


def attack(folders: Iterable[Path], gold: Path) -> list[str]:
    """Everything that is found in the folders together."""
    records = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line]
    listed = list(folders)
    return sorted({*by_reading(listed, records), *by_vocabulary(listed, records), *by_hash(listed, records)})


if __name__ == "__main__":
    leaks = attack(map(Path, sys.argv[2:]), Path(sys.argv[1]))
    print("\n".join(leaks) or "nothing found")
    sys.exit(bool(leaks))
