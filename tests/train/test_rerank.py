"""The second look at whole spans: candidates, sets and weights held against sums over everything and another tool,
and what it is for.
"""

from itertools import combinations, pairwise, product
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from tests.train.learnable import far
from viborder.errors import ViborderError
from viborder.train import load, train
from viborder.train.crf.batch import tagset
from viborder.train.crf.candidates import candidates
from viborder.train.crf.learn_rerank import RIDGE, alike, learn_weights
from viborder.train.crf.rerank import Lattice, by_sentence
from viborder.train.crf.span_features import count_strings, span_features
from viborder.train.decode import legal

RECIPE = Path("train/conll.yaml")


def spans_of(tagging: list[str]) -> set[tuple[int, int, str]]:
    """The spans of legal tags of either scheme, those left out that IOBES does not finish."""
    found = set()
    begin = 0
    for at, (tag, after) in enumerate(pairwise([*tagging, "O"])):
        begin = at if tag[0] in "BS" else begin
        ends = tag[0] in "SE" if any(other[0] in "SE" for other in tagging) else tag != "O" and after[0] != "I"
        if ends:
            found.add((begin, at + 1, tag[2:]))
    return found


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES"])
def test_candidates_are_sums_over_all_taggings(scheme: str) -> None:
    tags = tagset(["A", "B"] if scheme == "IOB2" else ["A"], scheme)
    random = np.random.default_rng(1)
    emissions = random.normal(size=(7, len(tags))).astype(np.float32)
    extra, first = legal(tags)
    transitions = random.normal(size=(len(tags), len(tags))).astype(np.float32) + extra
    if scheme == "IOBES":
        emissions[[3, 6], tags.index("B-A")] = emissions[
            [3, 6], tags.index("I-A")
        ] = -1e6  # so that each sentence finishes its spans
    starts, lengths = np.array([0, 4]), np.array([4, 3])
    found = dict(candidates(emissions, transitions, first, starts, lengths, tags, 0.0))
    expected: dict[tuple[int, int, str], float] = {}
    for start, length in ((0, 4), (4, 3)):
        weights = {}
        for tagging in product(range(len(tags)), repeat=length):
            score = first[tagging[0]] + sum(emissions[start + at, tag] for at, tag in enumerate(tagging))
            weights[tagging] = np.exp(float(score + sum(transitions[pair] for pair in pairwise(tagging))))
        for tagging, weight in weights.items():
            if weight:
                for begin, end, label in spans_of([tags[code] for code in tagging]):
                    span = begin + start, end + start, label
                    expected[span] = expected.get(span, 0.0) + weight / sum(weights.values())
    assert {span: chance for span, chance in found.items() if chance > 1e-9} == pytest.approx(expected, abs=1e-6)
    few = candidates(emissions, transitions, first, starts, lengths, tags, 0.1)
    assert few == sorted((span, chance) for span, chance in found.items() if chance >= 0.1)


SPANS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 3), st.sampled_from("AB"), st.floats(-3, 3)), min_size=1, max_size=7
)


@given(SPANS)
def test_lattice_knows_every_set_without_overlaps(drawn: list[tuple[int, int, str, float]]) -> None:
    by_span = {(first, first + length, label): score for first, length, label, score in drawn}
    spans, scores = sorted(by_span), [by_span[span] for span in sorted(by_span)]
    sets = [
        chosen
        for size in range(len(spans) + 1)
        for chosen in combinations(range(len(spans)), size)
        if all(
            spans[one][1] <= spans[other][0] or spans[other][1] <= spans[one][0]
            for one, other in combinations(chosen, 2)
        )
    ]
    weights = [np.exp(sum(scores[number] for number in chosen)) for chosen in sets]
    lattice = Lattice(spans)
    total, chances = lattice.chances(scores)
    assert total == pytest.approx(np.log(sum(weights)))
    for number, chance in enumerate(chances):
        assert chance == pytest.approx(
            sum(weight for weight, chosen in zip(weights, sets, strict=True) if number in chosen) / sum(weights)
        )
    best = lattice.best(scores)
    assert tuple(sorted(best)) in sets
    assert sum(scores[number] for number in best) == pytest.approx(max(np.log(weights)), abs=1e-9)


def test_spans_go_to_their_sentences() -> None:
    found = [((0, 2, "A"), 0.5), ((1, 3, "A"), 0.25), ((7, 8, "B"), 1.0)]
    assert by_sentence(np.array([0, 3, 7]), found) == [
        [((0, 2, "A"), 0.5), ((1, 3, "A"), 0.25)],
        [],
        [((0, 1, "B"), 1.0)],
    ]


def test_strings_are_counted() -> None:
    strings = count_strings(
        [(["Lao", "Bảo", "và", "Bảo"], [(0, 2, "PLACE"), (3, 4, "NAME")]), (["lao", "bảo"], [(1, 2, "PLACE")])]
    )
    assert strings.labels == {("lao bảo", "PLACE"): 1, ("bảo", "NAME"): 1, ("bảo", "PLACE"): 1}
    assert strings.marked == {"lao bảo": 1, "bảo": 2}
    assert strings.occurrences == {"lao bảo": 2, "bảo": 3}
    (features,) = span_features(["Bảo", "12"], [((0, 1, "NAME"), 0.9)], strings)
    # marked once as a name and once otherwise; 2 · log(1.5 / 2.5) = -1.02; log(0.9 / 0.1) = 2.2; figures are all alike
    assert {"NAME known=1 1", "NAME share=-1", "NAME chance=2", "* chance=2", "NAME after=0", "NAME rival=none"} <= set(
        features
    )


def test_weights_of_lone_spans_are_those_of_logistic_regression() -> None:
    random = np.random.default_rng(2)
    design = random.integers(0, 2, size=(200, 3))
    right = random.random(200) < 1 / (1 + np.exp(-(design @ [2.0, -3.0, 0.5])))
    features = [[f"f{number}" for number in np.flatnonzero(row)] for row in design]
    sentences = [[((0, 1, "A"), 0.5)]] * 200  # a probability of one half: the CRF knows nothing
    found = learn_weights(features, sentences, [{(0, 1, "A")} if here else set() for here in right])
    theirs = LogisticRegression(C=1 / RIDGE, fit_intercept=False, tol=1e-8).fit(design, right).coef_[0]
    assert [found["f0"], found["f1"], found["f2"]] == pytest.approx(theirs.tolist(), abs=2e-3)


def test_texts_that_tell_of_the_same_share_a_fold() -> None:
    random = Random(3)
    words = [f"w{number}" for number in range(2000)]
    stories = [random.sample(words, 12) for _ in range(60)]
    texts = [
        " ".join(story[:at] + story[at + 1 :]) for story in stories for at in range(6)
    ]  # six tellings of each, a word short
    folds = alike(texts, 3)
    assert sum(len(set(folds[at : at + 6])) == 1 for at in range(0, 360, 6)) >= 54
    assert max(folds.count(fold) for fold in range(3)) <= 160
    assert sorted(alike(["một", "hai", "ba"], 5)) == [0, 1, 2]


def test_sees_further_than_the_chain_and_its_folder_is_whole(tmp_path: Path) -> None:
    options = ["rerank=3", "iterations=20"]
    train(RECIPE, far(150, 0, 4), tmp_path / "one", far(30, 1, 4), options)
    train(RECIPE, far(150, 0, 4), tmp_path / "two", far(30, 1, 4), options)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    gold = far(100, 2, 4)
    found = list(load(tmp_path / "one").tag(gold))
    assert sum(set(one.spans) == set(other.spans) for one, other in zip(gold, found, strict=True)) >= 95
    blind = train(RECIPE, far(150, 0, 4), tmp_path / "chain", far(30, 1, 4), [*options, "rerank=0"])
    assert sum(set(one.spans) == set(other.spans) for one, other in zip(gold, blind.tag(gold), strict=True)) < 75
    strings = (tmp_path / "one" / "spans.strings.tsv").read_text(encoding="utf-8")
    marked = sum(len(document.spans) for document in far(150, 0, 4))
    assert strings == f"MENTION\t{marked}\t150\tx\n"
    (tmp_path / "one" / "spans.weights.tsv").write_text("1.0\t* span\n", encoding="utf-8")
    with pytest.raises(ViborderError) as error:
        load(tmp_path / "one")
    assert [problem.rule for problem in error.value.problems] == ["model-damaged"]
