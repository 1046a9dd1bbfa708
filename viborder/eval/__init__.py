"""Counts, scores, intervals, agreement, errors and the report. Knows documents and no model.

`score(gold, pred)` measures one system: counts per document and type come first, and every number is a ratio of sums of
them. `compare(gold, {name: pred})` measures whether systems differ by more than chance. `agree(passes)` measures how
far annotators agree. `viborder.eval.show.report.write` makes the page that people look at.
"""

from viborder.eval.agreement.passes import Agreement, agree
from viborder.eval.counting.scores import Rates, Scores
from viborder.eval.counting.scoring import score
from viborder.eval.uncertainty.comparing import Comparison, compare

__all__ = ["Agreement", "Comparison", "Rates", "Scores", "agree", "compare", "score"]
