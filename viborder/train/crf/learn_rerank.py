"""Learning a reranker from candidates that CRFs found in documents which they had not learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from viborder.train.crf.rerank import Lattice
from viborder.train.crf.span_features import Chance, log_odds
from viborder.train.token_spans import TokenSpan

# Chosen on the dev set of PhoNER_COVID19.
RIDGE = 12.0  # of the penalty on squared weights
RARE = 2  # features that occur less often are not learned
ITERATIONS = 60  # of L-BFGS


def alike(texts: Sequence[str], folds: int) -> list[int]:
    """A fold for each text, so that texts which tell of the same stand in the same fold, as far as folds of equal size
    allow.

    Training documents are often more like each other than like new ones: held out at random, they would look too easy.
    So they are grouped first (k-means of TF-IDF weights of words to trigrams).
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    groups = list(range(len(texts)))
    if len(texts) > 10 * folds:
        weigh = TfidfVectorizer(
            token_pattern=r"\S+", ngram_range=(1, 3), min_df=2, max_df=max(20, len(texts) // 80), sublinear_tf=True
        )
        try:
            weights = weigh.fit_transform(texts)
            dense = normalize(TruncatedSVD(min(151, *weights.shape) - 1, random_state=0).fit_transform(weights))
            groups = KMeans(10 * folds, random_state=0, n_init=1).fit_predict(dense).tolist()
        except ValueError:  # too few words that some texts share, and not most
            pass
    sizes, fold_of = [0] * folds, {}
    for group, count in sorted(Counter(groups).items(), key=lambda item: (-item[1], item[0])):
        fold_of[group] = sizes.index(min(sizes))
        sizes[fold_of[group]] += count
    return [fold_of[group] for group in groups]


def learn_weights(
    features: Sequence[Sequence[str]], sentences: Sequence[Sequence[Chance]], gold: Sequence[set[TokenSpan]]
) -> dict[str, float]:
    """The weights of features, by penalised likelihood of the right spans among each sentence's candidates.

    features: of all candidates, sentence after sentence. gold: the right spans of each sentence; those that are no
    candidates are left out.
    """
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    counts = Counter(name for names in features for name in names)
    column = {
        name: number for number, name in enumerate(sorted(name for name, count in counts.items() if count >= RARE))
    }
    rows = [[column[name] for name in names if name in column] for names in features]
    indptr = np.cumsum([0, *map(len, rows)])
    matrix = csr_matrix(
        (np.ones(indptr[-1]), np.concatenate([*rows, []]).astype(np.int64), indptr), (len(rows), len(column))
    )
    transposed = matrix.T.tocsr()
    base = np.array([log_odds(chance) for spans in sentences for _, chance in spans])
    right = np.array(
        [span in wanted for spans, wanted in zip(sentences, gold, strict=True) for span, _ in spans], dtype=float
    )
    lattices = [Lattice([span for span, _ in spans]) for spans in sentences if spans]

    def loss(weights: Any) -> tuple[float, Any]:
        scores = (matrix @ weights + base).tolist()
        total = 0.0
        chances: list[float] = []
        for lattice in lattices:
            among, some = lattice.chances(scores[len(chances) : len(chances) + len(lattice.edges)])
            total += among
            chances += some
        gradient = transposed @ (np.array(chances) - right) + RIDGE * weights
        return total - float(right @ scores) + RIDGE / 2 * float(weights @ weights), gradient

    found = minimize(loss, np.zeros(len(column)), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}).x
    weights = {name: round(float(found[number]), 3) for name, number in column.items()}
    return {name: weight for name, weight in weights.items() if weight}
