"""Count and learn what `viborder.train.forms` restores by: python -m viborder.train.forms.learn [--out FOLDER]

From the project's own texts alone: the five articles with stand-ins for private persons, the sentences and articles of
the genre that may be learned from, and the made-up texts of the registers that are trained on. What is only scored
(`heldout.txt`, `articles_blind.jsonl`, the registers for development) is not read.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from viborder.document import Document
from viborder.grammar.keys import fold
from viborder.text import cut
from viborder.train.forms.case import TAGS, features, tag_of
from viborder.train.forms.marks import capitals_of, threes_of
from viborder.train.record import PERSONS

GENRE = Path("train/genre")
SENTENCES, ARTICLES = ("tuning.txt", "adversarial.txt"), ("articles.jsonl",)
NOISY = ("R19", "R20")  # registers of made-up texts that are in other forms themselves
_C1, _C2, _ITERATIONS = 0.1, 0.1, 100
_IN_CAPITALS = 0.6  # the share of a line's words in capitals from which on it says nothing of case
_OFTEN, _RARELY = 8, 0.02  # a small word stands so often inside sentences, and so rarely with a capital there


def texts() -> list[Document]:
    """What is learned from, but for made-up texts, in order, from the files of the checkout in which it runs."""
    from viborder.formats import brackets, jsonl
    from viborder.shipped.make import masked_documents

    found = masked_documents()
    for name in SENTENCES:
        found += brackets.read(GENRE / name)
    for name in ARTICLES:
        found += jsonl.read(GENRE / name)
    return found


def made_up_texts() -> list[Document]:
    """The made-up texts of registers that write as others do."""
    from viborder.shipped.make import made_up_documents

    return [document for document in made_up_documents() if document.meta["register"] not in NOISY]


def with_common_names(documents: Iterable[Document]) -> Iterator[Document]:
    """The lines that name persons once more, all of them called `Nguyễn Văn …`, `Nguyễn Thị …`: the draw cards deal family
    names evenly, while more than a third of the people bear this one, so that `bắt giữ nguyễn` was never seen.
    """
    from viborder.train.augment import rewrite

    for document in documents:
        persons = [span for span in (*document.spans, *document.private) if span.label in PERSONS]
        renamed = rewrite(document.with_spans(persons), lambda _, name: _common(name)).text.split("\n")
        lines = [new for new, old in zip(renamed, document.text.split("\n"), strict=True) if new != old]
        yield replace(document, text="\n".join(lines), spans=(), private=())


def _common(name: str) -> str:
    words = name.split()
    return f"Nguyễn {'Thị' if words[1] == 'Thị' else 'Văn'} {words[-1]}" if len(words) > 2 else name


def learn_forms(documents: Sequence[Document], out: Path, made_up: Sequence[Document] = ()) -> None:
    """Write `case.tsv`, `threes.tsv`, `capitals.tsv` and `small.txt` into a folder. The same texts give the same files
    but for the last digits of weights.
    """
    lines = lines_of([*documents, *made_up, *with_common_names(made_up)])
    inputs = f"{inputs_hash(documents)} and {len(made_up)} made-up texts"
    head = f"# inputs {inputs}: made by viborder/train/forms/learn.py, change nothing here"
    threes = Counter(three for words in lines for three in threes_of(words))
    inside: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for words in filter(_tells_case, lines):
        for word, capital in capitals_of(words):
            inside[word] += 1
            large[word] += capital
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "threes.tsv", head, (f"{' '.join(row)}\t{count}" for row, count in threes.items()))
    _write(out / "capitals.tsv", head, (f"{word}\t{count}\t{large[word]}" for word, count in inside.items()))
    _write(out / "small.txt", head, _small(inside, large))
    _write(out / "case.tsv", head, _case_weights(filter(_tells_case, lines)))


def lines_of(documents: Iterable[Document]) -> list[list[str]]:
    """The lines of documents that are not empty, as tokens."""
    return [words for document in documents for line in document.text.split("\n") if (words := cut(line)[2])]


def inputs_hash(documents: Iterable[Document]) -> str:
    """A short hash of the lines that are learned from."""
    return sha256("\n".join(map(" ".join, lines_of(documents))).encode()).hexdigest()[:12]


def _tells_case(words: Sequence[str]) -> bool:
    letters = [word for word in words if word.isalpha()]
    return len([word for word in letters if word.isupper()]) <= _IN_CAPITALS * len(letters)


def _small(inside: Counter[str], large: Counter[str]) -> Iterator[str]:
    """Words that hardly ever have a capital inside a sentence, and, without marks, those that share a bare form."""
    bare_inside: defaultdict[str, int] = defaultdict(int)
    bare_large: defaultdict[str, int] = defaultdict(int)
    for word, count in inside.items():
        bare_inside[fold(word)] += count
        bare_large[fold(word)] += large[word]
    for some, capital in ((inside, large), (bare_inside, bare_large)):
        yield from (word for word, count in some.items() if count >= _OFTEN and capital[word] <= _RARELY * count)


def _case_weights(lines: Iterable[Sequence[str]]) -> Iterator[str]:
    from viborder.train.crf.learn import learn

    lessons = (("", features([word.lower() for word in words]), [tag_of(word) for word in words]) for words in lines)
    weights = learn(lessons, list(TAGS), c1=_C1, c2=_C2, iterations=_ITERATIONS)
    for row, feature in enumerate(weights.features):
        of_tags = [0.0] * len(TAGS)
        for at in range(weights.indptr[row], weights.indptr[row + 1]):
            of_tags[weights.indices[at]] = weights.values[at]
        if any(abs(weight) >= 0.005 for weight in of_tags):
            yield "\t".join([feature, *(f"{weight:.2f}" for weight in of_tags)])
    for tag, steps in zip(TAGS, weights.transitions, strict=True):
        yield "\t".join([f"{tag}>", *(f"{weight:.2f}" for weight in steps)])


def _write(path: Path, head: str, lines: Iterable[str]) -> None:
    path.write_text("\n".join([head, *sorted(set(lines))]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "counts")
    learn_forms(texts(), parser.parse_args().out, made_up_texts())
