"""The five source articles are what they were."""

import hashlib
from pathlib import Path

from viborder.document import by_id
from viborder.formats import jsonl
from viborder.text import normalise

SEEDS = Path("seeds")


def test_seeds_are_byte_for_byte_what_their_checksums_say():
    listed = dict(reversed(line.split("  ")) for line in (SEEDS / "SHA256SUMS").read_text().splitlines())
    assert sorted(listed) == sorted(path.name for path in SEEDS.glob("*.txt"))
    assert len(listed) == 5
    for name, digest in listed.items():
        assert hashlib.sha256((SEEDS / name).read_bytes()).hexdigest() == digest


def test_every_document_is_its_seed_after_nfc_and_line_ends():
    corpus = by_id(jsonl.read(Path("corpus/documents.jsonl")))
    for path in SEEDS.glob("*.txt"):
        assert corpus[path.stem].text == normalise(path.read_bytes().decode("utf-8"))[0]
