"""A pretrained encoder of 22 million parameters beside the CRF, on texts that it has not seen.

    python train/build_e5.py build/e5-small
    python eval/encoder.py own build/e5-small      the five articles, each tagged by a model that learned from the others
    python eval/encoder.py blind build/e5-small    learned from them and from train/genre, tested on the blind articles

`own` trains three systems: the encoder, the same encoder with random weights, the CRF without grammar. What a model
found is kept in build/encoder/, one file a model, and is not made again, so a run that was ended goes on; remove the
folder before a run with other keys. `--only` takes some of the models. `--keep` puts the scores into
eval/results.jsonl. A model of `own` takes about 11 minutes of one core, that of `blind` about 25.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from forms import FORMS

from viborder.document import Document
from viborder.eval import compare, score
from viborder.eval.show import results
from viborder.eval.show.score_tables import compare_table
from viborder.eval.uncertainty.intervals import bootstrap
from viborder.formats import jsonl
from viborder.train import train

GOLD, GENRE = Path("annotations/gold.jsonl"), Path("train/genre/articles.jsonl")
BLIND = Path("train/genre/articles_blind.jsonl")
RECIPE, CRF = Path("train/e5.yaml"), Path("train/crf.yaml")
KEPT = Path("build/encoder")
PLAIN_CRF = ["grammar=false", "corrections=false", "genre=[]"]
ENCODER, RANDOM, ALONE, DEFAULT = "e5-small", "e5-small, random weights", "CRF, no grammar", "lexicon + CRF"
NOISE = ["noise.lower=1", "noise.title=0.5", "noise.no-marks=1", "noise.lower-no-marks=0.5"]
TUNED = "nothing: rate and steps were chosen before, from trials on other texts"


def random_weights(encoder: Path, out: Path) -> Path:
    """A folder with the same configuration and tokenizer, and weights drawn at random."""
    from transformers import AutoConfig, AutoModel, AutoTokenizer, set_seed

    set_seed(0)
    AutoModel.from_config(AutoConfig.from_pretrained(encoder), add_pooling_layer=False).save_pretrained(out)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(out)
    return out


def tagged(
    system: str, encoder: Path, learn: list[Document], test: list[Document], more: list[str], model: Path | None = None
) -> list[Document]:
    """The test documents as a system tags them that learned from others."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = random_weights(encoder, Path(scratch) / "random") if system == RANDOM else encoder
        recipe = CRF if system in (ALONE, DEFAULT) else RECIPE
        thawed = ["freeze_word_embeddings=false"] if system == RANDOM else []
        keys = {ALONE: PLAIN_CRF, DEFAULT: []}.get(system, [f"model_name_or_path={folder}", *thawed, *more])
        tagger = train(recipe, learn, model or Path(scratch) / "model", overrides=keys)
        return list(tagger.tag([document.with_spans([]) for document in test]))


def kept(name: str, make: Callable[[], list[Document]]) -> list[Document]:
    """What a model found, from build/encoder/ or made now."""
    path = KEPT / f"{name.replace(', ', '-').replace(' ', '-')}.jsonl"
    if not path.exists():
        found = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        jsonl.write(path, found)
    return jsonl.read(path)


def own(encoder: Path, only: list[str], more: list[str]) -> Iterator[dict[str, object]]:
    """Each of the five articles held out: scores of the three systems, and whether they differ by more than chance."""
    gold = jsonl.read(GOLD)
    found: dict[str, list[Document]] = {ENCODER: [], RANDOM: [], ALONE: []}
    for system, held in product(found, gold):
        name = f"own-{system}-{held.id}"
        if any(part in name for part in only):
            learn = [document for document in gold if document.id != held.id]
            found[system] += kept(name, lambda s=system, a=learn, h=held: tagged(s, encoder, a, [h], more))  # type: ignore[misc]
    whole = {system: documents for system, documents in found.items() if len(documents) == len(gold)}
    if not whole:
        return  # only some models were asked for
    for nested in (True, False):
        comparison = compare(gold, whole, nested=nested)
        compare_table(comparison, {name: bootstrap(scores) for name, scores in comparison.systems.items()})
        task = f"five articles, each held out, no grammar; {'all' if nested else 'outermost'} spans"
        for system, scores in comparison.systems.items():
            said = {"system": system, "task": task, "recipe": str(CRF if system == ALONE else RECIPE)}
            command = " ".join(["python eval/encoder.py own build/e5-small", *more])
            yield results.result(scores, bootstrap(scores), **said, tuned_on=TUNED, command=command)


def blind(encoder: Path, only: list[str], more: list[str]) -> Iterator[dict[str, object]]:
    """The blind articles in each form: learned from the five articles and those of the genre that were written first."""
    learn = [*jsonl.read(GOLD), *jsonl.read(GENRE)]
    forms = {"as they stand": str, **FORMS}
    gold = {
        name: [
            replace(document, text=change(document.text), id=f"{document.id}~{name}") for document in jsonl.read(BLIND)
        ]
        for name, change in forms.items()
    }
    test = [document for documents in gold.values() for document in documents]
    for system in (ENCODER, DEFAULT):
        name = f"blind-{system}"
        if not any(part in name for part in only):
            continue
        found = {
            document.id: document
            for document in kept(name, lambda s=system: tagged(s, encoder, learn, test, [*NOISE, *more]))  # type: ignore[misc]
        }
        for form, documents in gold.items():
            scores = score(documents, [found[document.id] for document in documents])
            print(f"{system}, {form}: {100 * scores.micro().f1:.1f}")
            recipe, tuned = (CRF, "other texts of the genre") if system == DEFAULT else (RECIPE, TUNED)
            said = {"system": f"{system}, from 33 articles", "recipe": str(recipe)}
            said |= {"task": f"blind articles of the genre, {form}; all spans", "tuned_on": tuned}
            command = " ".join(["python eval/encoder.py blind build/e5-small", *more])
            yield results.result(scores, bootstrap(scores), **said, command=command)


def main() -> None:
    """Run one of the two, print, and keep the scores where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("own", "blind"))
    parser.add_argument("encoder", type=Path)
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--only", nargs="*", default=[""], help="models whose names hold one of these")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_intermixed_args()
    lines = list((own if options.what == "own" else blind)(options.encoder, options.only, options.overrides))
    if options.keep:
        results.add(lines)


if __name__ == "__main__":
    main()
