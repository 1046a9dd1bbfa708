"""Laws that hold of every score, whatever the spans."""

from functools import partial
from itertools import permutations
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from viborder.document import Document, Span
from viborder.eval import score
from viborder.eval.counting import scoring
from viborder.eval.counting.counts import SCHEMAS, total
from viborder.tags import SCHEMES, to_tags

TEXT = "một hai ba bốn năm sáu bảy tám"
law = partial(settings, deadline=None)  # the first example imports scipy
LABELS = ("AGENCY", "DRUG", "PLACE")


@st.composite
def spans(draw, unique_ranges=False):
    found = draw(
        st.lists(
            st.builds(
                lambda start, length, label: Span(start, min(start + length, 12), label),
                st.integers(0, 11),
                st.integers(1, 8),
                st.sampled_from(LABELS),
            ),
            max_size=5,
            unique_by=(lambda span: (span.start, span.end)) if unique_ranges else None,
        )
    )
    return tuple(found)


def documents(unique_ranges=False):
    """Pairs of documents with any spans: nested, crossing, repeated."""
    one = st.tuples(spans(unique_ranges), spans(unique_ranges))
    return st.lists(one, min_size=1, max_size=3).map(
        lambda pairs: tuple([Document(str(i), TEXT, pair[side]) for i, pair in enumerate(pairs)] for side in (0, 1))
    )


def matchings(gold, pred):
    """Every one-to-one choice of overlapping pairs, by trying all."""
    longer, shorter = (gold, pred) if len(gold) >= len(pred) else (pred, gold)
    for chosen in permutations(longer, len(shorter)):
        pairs = zip(chosen, shorter, strict=True) if longer is gold else zip(shorter, chosen, strict=True)
        yield [(g, p) for g, p in pairs if g.overlaps(p)]


def same_range(gold, pred):
    return (gold.start, gold.end) == (pred.start, pred.end)


@law(max_examples=150)
@given(spans(), spans())
def test_matching_is_optimal(gold, pred):
    gold, pred = sorted(set(gold)), sorted(set(pred))
    found = score([Document("a", TEXT, tuple(gold))], [Document("a", TEXT, tuple(pred))]).as_json()["schemas"]
    exact = max(sum(same_range(*pair) for pair in pairs) for pairs in matchings(gold, pred))
    credit = max(sum(1 if same_range(*pair) else 0.5 for pair in pairs) for pairs in matchings(gold, pred))
    typed = max(sum(g.label == p.label for g, p in pairs) for pairs in matchings(gold, pred))
    assert found["strict"]["overall"]["correct"] == len(set(gold) & set(pred))
    assert found["exact"]["overall"]["correct"] == exact
    assert found["partial"]["overall"]["correct"] + found["partial"]["overall"]["partial"] / 2 == credit
    assert found["type"]["overall"]["correct"] == typed


@law()
@given(documents(), st.randoms(use_true_random=False))
def test_order_changes_nothing(sides, random):
    gold, pred = sides
    shuffled = [[document.with_spans(()) for document in side] for side in sides]
    for side, own in zip(shuffled, sides, strict=True):
        side[:] = [Document(d.id, d.text, tuple(random.sample(d.spans, len(d.spans)))) for d in own]
        random.shuffle(side)
    one, other = score(gold, pred), score(*shuffled)
    assert other.signature == one.signature
    places = [other.ids.index(name) for name in one.ids]
    assert (other.counts[places] == one.counts).all()


@law()
@given(documents())
def test_swapping_sides_swaps_precision_and_recall(sides):
    one, other = score(*sides), score(*reversed(sides))
    for schema in SCHEMAS:
        for here, there in [
            (one.micro(schema), other.micro(schema)),
            *zip(one.by_type(schema).values(), other.by_type(schema).values(), strict=True),
        ]:
            assert (here.precision, here.recall) == (there.recall, there.precision)
            assert np.isclose(here.f1, there.f1, atol=1e-15)


@law()
@given(documents(unique_ranges=True), st.permutations(LABELS))
def test_relabelling_permutes_types(sides, permuted):
    new = dict(zip(LABELS, permuted, strict=True))
    relabelled = [[d.with_spans(Span(s.start, s.end, new[s.label]) for s in d.spans) for d in side] for side in sides]
    one, other = score(*sides), score(*relabelled)
    for schema in SCHEMAS:
        assert {new[label]: rates for label, rates in one.by_type(schema).items()} == other.by_type(schema)


@law()
@given(documents(), documents())
def test_counts_of_a_union_are_sums(one, other):
    renamed = [[Document(f"{d.id}'", d.text, d.spans) for d in side] for side in other]
    both = score([*one[0], *renamed[0]], [*one[1], *renamed[1]])
    assert (total(both.counts) == total(score(*one).counts) + total(score(*other).counts)).all()


@law()
@given(documents())
def test_types_add_up_and_outcomes_are_all_spans(sides):
    found = score(*sides)
    for schema, numbers in found.as_json()["schemas"].items():
        overall = numbers["overall"]
        for key in ("correct", "incorrect", "partial", "missed", "spurious", "number"):
            assert overall[key] == sum(own[key] for own in numbers["types"].values()), (schema, key)
        paired = overall["correct"] + overall["incorrect"] + overall["partial"]
        assert (paired + overall["missed"], paired + overall["spurious"]) == (found.micro().gold, found.micro().pred)


@st.composite
def flat_sides(draw):
    """Two flat annotations of one text whose borders are between words of one to three syllables, and those words."""
    lengths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    words, at = [], 0
    for length in lengths:
        words.append((4 * at, 4 * (at + length) - 1))
        at += length
    sides = []
    for _ in range(2):
        side, index = [], 0
        while index < len(words):
            size = draw(st.integers(0, 2))
            if size and index + size <= len(words):
                side.append(Span(words[index][0], words[index + size - 1][1], draw(st.sampled_from(LABELS))))
            index += max(size, 1)
        sides.append(side)
    syllables = [(4 * index, 4 * index + 3) for index in range(at)]
    return sides, syllables, words


@law()
@given(flat_sides(), st.sampled_from(sorted(SCHEMES)))
def test_syllables_and_words_give_the_same_scores(case, scheme):
    sides, syllables, words = case
    by_syllable, by_word = (
        score(*([to_tags(tokens, side, scheme)] for side in sides)) for tokens in (syllables, words)
    )
    assert (by_syllable.counts == by_word.counts).all() and by_syllable.labels == by_word.labels


@law(max_examples=25)
@given(documents(), st.sampled_from(["document", "sentence"]), st.booleans(), st.sampled_from([None, LABELS[:2]]))
def test_counting_some_documents_at_a_time_changes_nothing(sides, unit, nested, labels):
    # one call after another is what the sum is held against; predictions may stand in any order
    gold, pred = sides
    alone = [score([one], [other], unit=unit, nested=nested) for one, other in zip(gold, pred, strict=True)]
    with patch.object(scoring, "TOGETHER", 2):
        found = score(gold, pred[::-1], unit=unit, nested=nested)
        some = score(gold, pred, unit=unit, nested=nested, labels=labels)
    assert found.ids == tuple(name for one in alone for name in one.ids)
    assert total(found.counts).tolist() == sum(total(one.counts) for one in alone).tolist()
    assert found.by_row() == {name: rates for one in alone for name, rates in one.by_row().items()}
    assert set(some.labels) <= set(labels or LABELS)
