"""The default tagger on the blind articles as they stand and in other forms of writing: python eval/forms.py [--keep]

Posts, headlines and scanned or typed text come in lower case, in capitals, in title case, without tone marks, with errors.
The model has learned from the five articles, as they stand; what restores other forms (viborder/train/forms) has learned
from them and from texts of the genre, never from the blind articles. With --keep the scores go into eval/results.jsonl.
"""

import argparse
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viborder.document import Document
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.train import train
from viborder.train.noise import written

RECIPE, GOLD, BLIND = Path("train/crf.yaml"), Path("annotations/gold.jsonl"), Path("train/genre/articles_blind.jsonl")
TUNED = "other texts of the genre, changed into this form"
UNTUNED = "texts as they stand; nothing was tuned on this form"


def without_marks(text: str) -> str:
    """Vietnamese without tone and vowel marks: `Lạng Sơn` is `Lang Son`, `Đ` is `D`."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.replace("đ", "d").replace("Đ", "D"))


def title_case(text: str) -> str:
    """Each word with a capital, the rest small."""
    return "".join(
        letter.upper() if at == 0 or not text[at - 1].isalnum() else letter.lower() for at, letter in enumerate(text)
    )


# These keep every code point in its place, so the gold spans hold for them.
FORMS: dict[str, Callable[[str], str]] = {
    "in lower case": str.lower,
    "in capitals": str.upper,
    "in title case": title_case,
    "without tone marks": without_marks,
    "in lower case without tone marks": lambda text: without_marks(text).lower(),
    "in capitals without tone marks": lambda text: without_marks(text).upper(),
}
# These move them: forms of viborder.train.noise.
ERRORS = {
    "with the other tone placement": "tone-placement",
    "with errors of scanning": "scanned",
    "with errors of typing": "typed",
    "with lines joined": "joined-lines",
    "with lines broken": "broken-lines",
}


def main(keep: bool) -> None:
    """Train once, tag each form, score and print."""
    blind = jsonl.read(BLIND)
    table = Table("form", "strict F1, all spans", "interval")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        tagger = train(RECIPE, jsonl.read(GOLD), Path(folder) / "model")
        for name, gold in in_forms(blind):
            scores = score(gold, list(tagger.tag([document.with_spans([]) for document in gold])))
            task = f"blind articles of the genre, {name}; all spans"
            tuned = UNTUNED if name in ERRORS else TUNED
            said = {"system": "lexicon + CRF", "task": task, "recipe": str(RECIPE), "tuned_on": tuned}
            lines.append(results.result(scores, bootstrap(scores), **said, command="python eval/forms.py"))
            low, high = lines[-1]["interval"]
            table.add_row(name, f"{100 * lines[-1]['value']:.1f}", f"{100 * low:.1f} – {100 * high:.1f}")
    Console().print(table)
    if keep:
        results.add(lines)


def in_forms(documents: Sequence[Document]) -> Iterator[tuple[str, list[Document]]]:
    """The name of each form, and the documents in it with their spans."""
    for name, change in FORMS.items():
        changed = [replace(document, text=change(document.text)) for document in documents]
        if any(len(one.text) != len(other.text) for one, other in zip(changed, documents, strict=True)):
            raise SystemExit(f"{name}: a letter changed its length, and the spans do not hold")
        yield name, changed
    for name, form in ERRORS.items():
        yield name, [written(document, form) for document in documents]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    main(parser.parse_args().keep)
