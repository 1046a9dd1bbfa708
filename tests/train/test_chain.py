"""Our decoder held against CRFsuite's own, and our span marginals against the sum over all taggings."""

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pycrfsuite
import pytest

from viborder.formats import jsonl
from viborder.train.crf.batch import lay_out, paint, tagset
from viborder.train.crf.chain import Chain, Types
from viborder.train.crf.columns import COLUMNS, outer_columns
from viborder.train.crf.learn import learn, sequences
from viborder.train.crf.recipe import crf_recipe
from viborder.train.crf.templates import parse
from viborder.train.decode import legal, span_marginals, viterbi
from viborder.train.recipe import load_recipe
from viborder.train.token_spans import layers
from viborder.train.tokenized import tokenized

GOLD = Path("annotations/gold.jsonl")


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES"])
def test_same_tags_as_crfsuite(tmp_path: Path, scheme: str) -> None:
    documents = jsonl.read(GOLD)
    recipe = crf_recipe(load_recipe(Path("train/crf.yaml")), "")
    templates = parse([*recipe.templates, "lower[<]", "lower[>] shape[0]", "outer[<]"], COLUMNS, "", [])
    types = Types()
    texts = [tokenized(document) for document in documents]
    batch = lay_out(texts, types)
    labels = ["AGENCY", "DRUG", "OFFICIAL", "PLACE", "QUANTITY"]
    tags = tagset(labels, scheme)
    row = np.zeros(len(batch.positions), dtype=np.int64)
    for document, text, offset in zip(documents, texts, batch.offsets, strict=False):
        paint(row[offset:], layers(text.ranges, document.spans)[0], tags)
    columns = outer_columns(batch, [], [], labels)
    ranges = zip(batch.starts.tolist(), (batch.starts + batch.lengths).tolist(), strict=True)
    rows = [(batch.positions[first:last], [tags[code] for code in row[first:last]]) for first, last in ranges]
    items = sequences(templates, types, columns, [positions for positions, _ in rows])
    data = [("", found, tagged) for found, (_, tagged) in zip(items, rows, strict=True)]
    few = data[::3]  # learn from a third, so that most of the text is unseen

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": 0.1, "c2": 0.1, "max_iterations": 30, "feature.possible_transitions": True})
    for _, found, gold in few:
        trainer.append(found, gold)
    trainer.train(str(tmp_path / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "model"))
    theirs = [tag for _, found, _ in data for tag in tagger.tag(found)]

    weights = learn(few, tags, c1=0.1, c2=0.1, iterations=30)
    chain = Chain(weights, templates, types)
    absent = [number for number, tag in enumerate(tags) if tag not in tagger.labels()]
    emissions = chain.emissions(columns, batch.positions)
    emissions[:, absent] = -1e6
    ours = viterbi(emissions, chain.transitions, np.zeros(len(tags), dtype=np.float32), batch.starts, batch.lengths)
    assert [tags[code] for code in ours] == theirs
    assert len(set(theirs)) > 5


def test_span_marginals_are_sums_over_all_taggings() -> None:
    tags = tagset(["A", "B"], "IOB2")
    random = np.random.default_rng(0)
    emissions = random.normal(size=(7, 5)).astype(np.float32)
    extra, first = legal(tags)
    transitions = random.normal(size=(5, 5)).astype(np.float32) + extra
    starts, lengths = np.array([0, 4]), np.array([4, 3])
    path = viterbi(emissions, transitions, first, starts, lengths)
    for start, length in ((0, 4), (4, 3)):
        scores = {}
        for tagging in product(range(5), repeat=length):
            score = first[tagging[0]] + sum(emissions[start + at, tag] for at, tag in enumerate(tagging))
            scores[tagging] = np.exp(float(score + sum(transitions[pair] for pair in pairwise(tagging))))
        assert max(scores, key=lambda tagging: scores[tagging]) == tuple(path[start : start + length])
        begins = [at for at in range(length) if tags[path[start + at]].startswith("B")]
        for begin in begins:
            label = path[start + begin]
            end = begin
            while end + 1 < length and path[start + end + 1] == label + 1:
                end += 1
            same = [
                value
                for tagging, value in scores.items()
                if tagging[begin : end + 1] == tuple(path[start + begin : start + end + 1])
                and (end + 1 == length or tagging[end + 1] != label + 1)
            ]
            inside = np.array([-1, 2, 2, 4, 4])
            where = (np.array([start + begin]), np.array([start + end]))
            chance = span_marginals(emissions, transitions, first, starts, lengths, path, where, inside)
            assert chance[0] == pytest.approx(sum(same) / sum(scores.values()), rel=1e-4)
