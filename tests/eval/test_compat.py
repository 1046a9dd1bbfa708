"""Other scorers' outputs, reproduced. See data/README.md for where the expected numbers come from."""

import gzip
import json
import math
from pathlib import Path

import pytest

from tests import conformance_adapter as ours
from viborder.errors import ViborderError
from viborder.eval.other_scorers import compat

DATA = Path(__file__).parent / "data"
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1")


def cases(name):
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


TAGS, SPANS = cases("tags.jsonl.gz"), cases("spans.jsonl.gz")


def close(expected, found):
    return math.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def modes(case):
    """(mode, zero_division, expected) of each report that seqeval was asked for."""
    for key, expected in case["expected"].items():
        if key.startswith("seqeval_"):
            name = key.removesuffix("_zero_division_1")
            mode = "default" if name == "seqeval_default" else name.rsplit("_", 1)[1]
            yield mode, int(name != key), expected


def iob(case):
    return case["scheme"] in ("IOB1", "IOB2") and case["group"] not in ("edge", "mixed_schemes")


def test_seqeval_reports():
    checked = 0
    for case in TAGS:
        for mode, zero_division, expected in modes(case):
            checked += 1
            if "error" in expected:
                with pytest.raises(ViborderError):
                    ours.score(case["gold"], case["pred"], mode, zero_division)
                continue
            found = ours.score(case["gold"], case["pred"], mode, zero_division)
            rows = {**found["per_type"], **{name: found[name] for name in ("micro", "macro", "weighted")}}
            wanted = {**expected["per_type"], **{name: expected[name] for name in ("micro", "macro", "weighted")}}
            assert rows.keys() == wanted.keys(), case["id"]
            for name, row in wanted.items():
                assert all(close(row[key], rows[name][key]) for key in row), (case["id"], mode, name)
    assert checked == 1004


def test_seqeval_entities():
    for case in TAGS:
        for mode, zero_division, expected in modes(case):
            if "error" in expected or zero_division:
                continue
            for side in ("gold", "pred"):
                found = [sorted(map(list, ours.entities(sequence, mode))) for sequence in case[side]]
                assert found == [sorted(sequence) for sequence in expected[f"{side}_entities"]], (case["id"], mode)


def test_conlleval_on_iob():
    for case in filter(iob, TAGS):
        perl, python = case["expected"]["conlleval_pl"], case["expected"]["conlleval_py"]
        if "error" in perl:
            continue
        found = compat.conlleval(case["gold"], case["pred"])
        assert [f"{found[key]:.2f}" for key in ("precision", "recall", "FB1", "accuracy")] == [
            perl[key] for key in ("precision", "recall", "FB1", "accuracy")
        ], case["id"]
        assert (found["gold"], found["tokens"]) == (python["gold"], python["tokens"])
        for name, row in perl["per_type"].items():
            assert f"{found['per_type'][name]['FB1']:.2f}" == row["FB1"]


def test_conlleval_refuses_other_schemes():
    with pytest.raises(ViborderError, match="tag-unknown"):
        compat.conlleval([["S-PLACE"]], [["O"]])


def test_nervaluate_on_tags_and_spans():
    def pairs():
        for case in filter(iob, TAGS):
            if case["expected"]["nervaluate"].get("overall"):
                sides = ([ours.entities(tags, "default") for tags in case[side]] for side in ("gold", "pred"))
                yield case["id"], case["expected"]["nervaluate"], *sides
        for case in SPANS:
            sides = (
                [[(label, first, last) for first, last, label in spans] for spans in case[side]]
                for side in ("gold", "pred")
            )
            yield case["id"], case["expected"]["nervaluate_dict"], *sides

    for name, expected, gold, pred in pairs():
        found = compat.nervaluate(gold, pred)
        for level, wanted in [("overall", expected["overall"]), *expected["entities"].items()]:
            own = found["overall"] if level == "overall" else found["entities"][level]
            for schema, row in wanted.items():
                assert all(close(row[key], own[schema][key]) for key in COUNTS), (name, level, schema)


def test_spacy_match_of_sets():
    for case in SPANS:
        wanted = case["expected"]["spacy_score_spans"].get("labeled")
        if wanted and wanted["f1"] is not None:
            sides = (
                [[(label, first, last) for first, last, label in spans] for spans in case[side]]
                for side in ("gold", "pred")
            )
            found = compat.spacy(*sides)
            assert all(close(wanted[key], found[key]) for key in ("precision", "recall", "f1")), case["id"]
            for name, row in (wanted["per_type"] or {}).items():
                assert all(close(row[key], found["per_type"][name][key]) for key in row), (case["id"], name)


def test_random_tags_score_as_in_the_tools_themselves():
    """A small draw of `python eval/conformance.py`."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("conformance", "eval/conformance.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.differences(40, seed=1) == []
