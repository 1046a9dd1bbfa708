"""How words that others cut differ from gold borders: python eval/words.py [GOLD]

pyvi's words (what PhoBERT reads), and words between blanks (what transformers' pipeline gives with
aggregation_strategy="first").
"""

import re
import sys
from pathlib import Path

from viborder.document import outermost
from viborder.formats import read
from viborder.train.encoder.words import segment, split_at


def main(gold: Path) -> None:
    """Print how many words a gold border cuts, and how many spans lie out of reach of whole words."""
    documents = read(gold)
    for name, cut_words in (
        ("pyvi's words", segment),
        ("words between blanks", lambda text: [m.span() for m in re.finditer(r"\S+", text)]),
    ):
        words = cut = spans = lost = flat = flat_lost = 0
        for document in documents:
            units = cut_words(document.text)
            starts, ends = {start for start, _ in units}, {end for _, end in units}
            reached = {span for span in document.spans if span.start in starts and span.end in ends}
            outer = outermost(document.spans)
            words, cut = words + len(units), cut + split_at(document.text, units, document.spans)[1]
            spans, lost = spans + len(document.spans), lost + len(document.spans) - len(reached)
            flat, flat_lost = flat + len(outer), flat_lost + sum(span not in reached for span in outer)
        print(
            f"{name}: {cut} of {words} cross a gold border; {lost} of {spans} spans ({flat_lost} of {flat} outermost) out of reach"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "annotations/gold.jsonl"))
