"""A recipe on public corpora: python eval/benchmarks/public_corpora.py TRAIN DEV TEST [key=value…] [--recipe FILE]

The three files are CoNLL columns of any label set, which you fetch yourself (their licences do not let them be copied
here): PhoNER_COVID19 (research use only), data/syllable/{train,dev,test}_syllable.conll of
github.com/VinAIResearch/PhoNER_COVID19; VietBioNER (CC BY 4.0), data_supervised_learning/{train,dev,test}.txt, renamed
to .conll. Trains train/conll.yaml, without pretrained weights, or the recipe that is named (train/e5.yaml) on TRAIN,
settles on DEV, tags TEST by its own tokens, and prints strict micro-F1 of both, with that over mentions that TRAIN does
not hold (the same words under the same label, letter case aside).
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viborder.document import Document, outermost
from viborder.eval import score
from viborder.eval.show import results
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import conll
from viborder.train import load, train
from viborder.train.folder import read_card

RECIPE = Path("train/conll.yaml")


def main() -> None:
    """Train, tag and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("overrides", nargs="*", help="keys of the recipe to set")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument(
        "--keep", metavar="NAME", help="put the test score into eval/results.jsonl under the corpus's name"
    )
    parser.add_argument(
        "--model", type=Path, help="the folder that keeps the model; one that is there is not made again"
    )
    arguments = parser.parse_args()
    parts = {name: read(getattr(arguments, name)) for name in ("train", "dev", "test")}
    seen = {mention for document in parts["train"] for mention in mentions(document)}
    with tempfile.TemporaryDirectory() as folder:
        place = arguments.model or Path(folder) / "model"
        if not place.exists():
            train(arguments.recipe, parts["train"], place, parts["dev"], arguments.overrides)
        tagger = load(place)
        for name in ("dev", "test"):
            found = list(tagger.tag(parts[name]))
            result = score(parts[name], found, nested=False)
            intervals = bootstrap(result)
            low, high = intervals.f1()
            right, wrong, missed = unseen(parts[name], found, seen)
            micro = result.micro()
            print(
                f"{name}: strict micro-F1 {100 * micro.f1:.2f} ({100 * low:.2f} – {100 * high:.2f}), "
                f"P {100 * micro.precision:.2f}, R {100 * micro.recall:.2f}, {len(found)} sentences, {micro.gold} mentions; "
                f"unseen mentions: F1 {200 * right / max(1, 2 * right + wrong + missed):.2f} of {right + missed}"
            )

        if arguments.keep:
            command = " ".join(["python eval/benchmarks/public_corpora.py TRAIN DEV TEST", *arguments.overrides])
            if arguments.recipe != RECIPE:
                command += f" --recipe {arguments.recipe}"
            said = {
                "system": system(read_card(place)["recipe"], arguments.recipe),
                "task": f"{arguments.keep}, test, by syllable",
                "recipe": str(arguments.recipe),
            }
            kept = results.result(result, intervals, **said, tuned_on="its dev set", command=command)
            results.add([kept])


def system(keys: Mapping[str, Any], recipe: Path) -> str:
    """What was trained, in words."""
    if keys["kind"] != "crf":
        return f"{recipe.stem}, fine-tuned"
    name = f"CRF and {keys['networks']} networks" if keys["networks"] else "CRF"
    pretrained = f"{Path(keys['encoder']).name} beside it" if keys["encoder"] else "no pretrained weights"
    return f"{name}{', spans reranked' if keys['rerank'] else ''}, {pretrained}"


def read(path: Path) -> list[Document]:
    """The sentences of a CoNLL file, whatever its ending."""
    from collections import Counter

    return conll.read(path, Counter())


def mentions(document: Document) -> set[tuple[str, str]]:
    """Words and labels of the outermost spans."""
    return {(document.slice(span).lower(), span.label) for span in outermost(document.spans)}


def unseen(gold: list[Document], found: list[Document], seen: set[tuple[str, str]]) -> tuple[int, int, int]:
    """Right, wrong and missed spans, of those whose words and label training does not hold."""
    right = wrong = missed = 0
    for one, other in zip(gold, found, strict=True):
        new, guessed = (
            {span for span in outermost(side.spans) if (side.slice(span).lower(), span.label) not in seen}
            for side in (one, other)
        )
        right, wrong, missed = right + len(new & guessed), wrong + len(guessed - new), missed + len(new - guessed)
    return right, wrong, missed


if __name__ == "__main__":
    main()
