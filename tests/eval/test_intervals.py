"""Intervals and tests against published numbers, scipy, and arithmetic."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from viborder.document import Document, Span
from viborder.eval import compare, score
from viborder.eval.counting.counts import GOLD, PRED, STRICT
from viborder.eval.uncertainty.intervals import bootstrap, caution, interval_of, left_out, resampled
from viborder.eval.uncertainty.significance import f1, holm, randomisation

with gzip.open(Path(__file__).parent / "data" / "wnut17.json.gz", "rt", encoding="utf-8") as _file:
    WNUT = json.load(_file)
EXPECTED = WNUT["expected"]


def tags(sentences):
    return [sentence.split(" ") for sentence in sentences]


@pytest.fixture(scope="module")
def wnut():
    return compare(tags(WNUT["gold"]), {name: tags(pred) for name, pred in WNUT["systems"].items()})


def test_published_f1_of_seven_systems(wnut):
    for name, published in EXPECTED["published_entity_F1"].items():
        assert f"{100 * wnut.systems[name].micro().f1:.2f}" == f"{published:.2f}"


def test_bootstrap_intervals_of_seven_systems(wnut):
    for name, (_, low, high) in EXPECTED["entity_F1_and_95CI"].items():
        found = bootstrap(wnut.systems[name]).f1()
        # a bound of 10,000 resamples has a Monte Carlo error of about 0.04 points here; both sides have it
        assert [100 * bound for bound in found] == pytest.approx([low, high], abs=0.2)


def test_p_values_of_seven_systems(wnut):
    found = {frozenset((pair.first, pair.second)): pair for pair in wnut.pairs}
    for names, p in EXPECTED["approximate_randomisation_p"].items():
        pair = found[frozenset(names.split(" | "))]
        # four standard errors of the difference of two shares of 10,000
        assert pair.p == pytest.approx(p, abs=4 * (2 * p * (1 - p) / 10_000) ** 0.5 + 1e-4)
    first_four = {"uh_ritual", "spinningbytes.txt", "sjtu_adapt.txt", "arcada"}
    assert all(pair.p > 0.15 for names, pair in found.items() if names <= first_four)


def test_bootstrap_against_scipy():
    random = np.random.default_rng(1)
    gold = random.poisson(6, 40)
    right = random.binomial(gold, 0.7)
    pred = right + random.poisson(2, 40)
    sums = np.concatenate(list(resampled(np.stack([right, gold, pred], axis=1), 10_000, 7)))
    ours = np.percentile(f1(sums), [2.5, 97.5])

    def statistic(right, gold, pred, axis=-1):
        return 2 * right.sum(axis=axis) / (gold.sum(axis=axis) + pred.sum(axis=axis))

    theirs = scipy.stats.bootstrap(
        (right, gold, pred), statistic, paired=True, n_resamples=10_000, method="percentile", rng=3
    )
    assert ours == pytest.approx([theirs.confidence_interval.low, theirs.confidence_interval.high], abs=0.003)


def test_a_ratio_of_ones_own_has_the_interval_of_the_same_draws():
    gold = [Document(f"{n}", "Lào và Mỹ", (Span(0, 3, "A"), Span(7, 9, "B"))) for n in range(9)]
    pred = [one.with_spans(one.spans[: number % 3]) for number, one in enumerate(gold)]
    result = score(gold, pred)

    def strict_f1(sums):
        whole = sums.sum(axis=1)
        return 2 * whole[:, STRICT] / (whole[:, GOLD] + whole[:, PRED])

    assert interval_of(result, strict_f1) == pytest.approx(bootstrap(result).f1())
    low, high = interval_of(result, lambda sums: sums[:, 0, STRICT] / sums[:, 0, GOLD])  # recall of A: 6 of 9
    assert (low, high) == pytest.approx(bootstrap(result).bounds["strict"]["type:A"][1])
    assert np.isnan(interval_of(score(gold[:1], pred[:1]), strict_f1)).all()


def test_rows_alike_are_drawn_from_the_same_distribution():
    many = np.array([[0, 0, 0]] * 95 + [[1, 2, 2]] * 5)  # drawn as groups
    sums = np.concatenate(list(resampled(many, 20_000, 1)))
    times = sums[:, 0]  # binomial(100, 0.05): mean 5, variance 4.75
    assert times.mean() == pytest.approx(5, abs=0.08) and times.var() == pytest.approx(4.75, abs=0.25)


def test_exact_randomisation_against_scipy():
    first = np.array([[3, 5, 5], [2, 6, 4], [5, 7, 6], [1, 3, 5], [4, 4, 4]], dtype=float)
    second = np.array([[4, 5, 5], [4, 6, 5], [5, 7, 7], [2, 3, 3], [4, 4, 5]], dtype=float)

    both = np.concatenate([first, second])

    def statistic(one, other):  # row numbers, which scipy exchanges
        return float(f1(both[other].sum(axis=0)) - f1(both[one].sum(axis=0)))

    rows = np.arange(5)
    theirs = scipy.stats.permutation_test((rows, rows + 5), statistic, permutation_type="samples", n_resamples=np.inf)
    found = randomisation(first, second, 100, 1)
    assert (found.p, found.exact) == (pytest.approx(theirs.pvalue), True)


def test_five_documents_cannot_show_a_difference():
    texts = ["Công an tỉnh Cao Bằng"] * 5
    gold = [Document(str(i), text, (Span(0, 21, "AGENCY"),)) for i, text in enumerate(texts)]
    nothing = [document.with_spans([]) for document in gold]
    found = compare(gold, {"none": nothing, "all": gold})
    (pair,) = found.pairs
    assert pair.difference == 1.0 and (pair.better, pair.worse) == (5, 0)
    assert pair.p == pair.smallest == 2 / 2**5  # of 32 exchanges only none at all and all of them are as large
    assert any("no p below 0.0625" in said and "however large" in said for said in found.cautions)
    assert json.loads(json.dumps(found.as_json()))["pairs"][0]["p"] == 0.0625


def test_identical_systems():
    gold = [Document(name, "Cao Bằng", (Span(0, 8, "PLACE"),)) for name in "ab"]
    (pair,) = compare(gold, {"one": gold, "other": gold}).pairs
    assert (pair.difference, pair.p, pair.interval) == (0.0, 1.0, (0.0, 0.0))


def test_holm():
    # Holm (1979): 0.01 * 4, then 0.02 * 3, then the floor 0.06 above 0.03 * 2 = 0.06, then 0.04 * 1 below the floor
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_leaving_a_document_out():
    documents = [Document("a", "Cao Bằng", (Span(0, 8, "PLACE"),)), Document("b", "Lạng Sơn", (Span(0, 8, "PLACE"),))]
    found = score(documents, [documents[0], documents[1].with_spans([])])
    assert left_out(found) == {"a": 0.0, "b": 1.0}


def test_few_documents_are_called_few():
    # sqrt(5/4) * t(0.975, 4) / z(0.975) = 1.118 * 2.776 / 1.960 = 1.58
    assert "1.6 times" in caution(5, "document")[0]
    assert caution(200, "document") == []
    assert "other documents" in caution(200, "sentence")[0]


def test_intervals_of_nothing_are_null():
    empty = [Document("a", "Cao Bằng")]
    assert bootstrap(score(empty, empty)).as_json()["strict"]["overall"]["f1"] is None


def test_the_order_of_documents_changes_no_interval_and_no_p(wnut):
    sides = tags(WNUT["gold"]), *(tags(WNUT["systems"][name]) for name in ("arcada", "flytxt"))
    forth = compare(sides[0], {"arcada": sides[1], "flytxt": sides[2]}, resamples=500)
    back = compare(sides[0][::-1], {"arcada": sides[1][::-1], "flytxt": sides[2][::-1]}, resamples=500)
    assert forth.pairs == back.pairs
    assert bootstrap(forth.systems["arcada"], 500) == bootstrap(back.systems["arcada"], 500)
