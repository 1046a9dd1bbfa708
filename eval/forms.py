"""The default tagger on the blind articles as they stand and in other forms of writing: python eval/forms.py [--keep]

Posts, headlines and scanned or typed text come in lower case, in capitals, in title case, or without tone marks. Each form
keeps every code point in its place, so the gold spans hold for it. The model has learned from the five articles alone, as
they stand; nothing was tuned on other forms. With --keep the scores go into eval/results.jsonl.
"""

import argparse
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.train import train

RECIPE, GOLD, BLIND = Path("train/crf.yaml"), Path("annotations/gold.jsonl"), Path("train/genre/articles_blind.jsonl")
TUNED = "texts as they stand; nothing was tuned on this form"


def without_marks(text: str) -> str:
    """Vietnamese without tone and vowel marks: `Lạng Sơn` is `Lang Son`, `Đ` is `D`."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.replace("đ", "d").replace("Đ", "D"))


def title_case(text: str) -> str:
    """Each word with a capital, the rest small."""
    return "".join(
        letter.upper() if at == 0 or not text[at - 1].isalnum() else letter.lower() for at, letter in enumerate(text)
    )


FORMS: dict[str, Callable[[str], str]] = {
    "in lower case": str.lower,
    "in capitals": str.upper,
    "in title case": title_case,
    "without tone marks": without_marks,
}


def main(keep: bool) -> None:
    """Train once, tag each form, score and print."""
    blind = jsonl.read(BLIND)
    table = Table("form", "strict F1, all spans", "interval")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        tagger = train(RECIPE, jsonl.read(GOLD), Path(folder) / "model")
        for name, change in FORMS.items():
            gold = [replace(document, text=change(document.text)) for document in blind]
            if any(len(one.text) != len(other.text) for one, other in zip(gold, blind, strict=True)):
                raise SystemExit(f"{name}: a letter changed its length, and the spans do not hold")
            scores = score(gold, list(tagger.tag([document.with_spans([]) for document in gold])))
            task = f"blind articles of the genre, {name}; all spans"
            said = {"system": "lexicon + CRF", "task": task, "recipe": str(RECIPE), "tuned_on": TUNED}
            lines.append(results.result(scores, bootstrap(scores), **said, command="python eval/forms.py"))
            low, high = lines[-1]["interval"]
            table.add_row(name, f"{100 * lines[-1]['value']:.1f}", f"{100 * low:.1f} – {100 * high:.1f}")
    Console().print(table)
    if keep:
        results.add(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    main(parser.parse_args().keep)
