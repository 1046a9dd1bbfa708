"""The lexicon as an object: read from a folder, passed in, thinned for experiments."""

from __future__ import annotations

from pathlib import Path

import pytest

from viborder.grammar import propose
from viborder.grammar.around import Around
from viborder.grammar.entries import FOLDER, Entry, declared
from viborder.grammar.lexicon import OPEN, Lexicon, packaged, using
from viborder.grammar.names import used
from viborder.grammar.pattern import Malformed, parse
from viborder.grammar.records import CONDITIONS, Record, read
from viborder.text import tokenize

TEXT = "Thu giữ bột lạ và heroin."


def drugs(lexicon: Lexicon | None = None) -> list[str]:
    found = propose(TEXT, tokenize(TEXT), lexicon)
    return [TEXT[span.start : span.end] for span in found if span.label == "DRUG"]


def test_a_lexicon_is_passed_in_and_leaves_the_packaged_one_alone() -> None:
    more = Lexicon([*packaged().entries, Entry("bột lạ", "street")])
    assert drugs(more) == ["bột lạ", "heroin"]
    assert drugs() == ["heroin"]
    with using(more):
        assert drugs() == ["bột lạ", "heroin"]
    assert drugs() == ["heroin"]


def test_without_hides_about_a_share_of_the_open_classes_and_nothing_else() -> None:
    whole = packaged()
    thin = whole.without(0.4, seed=1)
    assert thin.entries == whole.without(0.4, seed=1).entries != whole.without(0.4, seed=2).entries
    open_before, open_after = (sum(entry.kind in OPEN for entry in one.entries) for one in (whole, thin))
    assert 0.55 < open_after / open_before < 0.65
    assert len(whole.entries) - len(thin.entries) == open_before - open_after
    assert whole.without(1, seed=1).phrases("substance") == []


def test_a_lexicon_is_read_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "drugs.tsv").write_text("# class street: a name\nbột lạ\tstreet\tmade up\n", encoding="utf-8")
    assert drugs(Lexicon.read(tmp_path)) == ["bột lạ"]


def test_every_class_around_names_has_entries_and_every_class_there_is_asked_for() -> None:
    asked = {name.replace("_", "-") for name in Around.__annotations__} | {"station", "locative", "quarter"}
    asked |= {name for record in packaged().rules.records for name in _named(record)}
    lines = [path.read_text(encoding="utf-8").splitlines() for path in FOLDER.glob("around-*.tsv")]
    assert asked >= {kind.name for some in lines for kind in declared(some)}
    assert all(getattr(packaged().around, name) for name in Around.__annotations__)


def _named(record: Record) -> set[str]:
    """The names that a record's patterns and conditions use."""
    texts = [text for name in ("pattern", *CONDITIONS) for text in record.all(name)]
    return {name for text in texts for name in used(parse(text))}


def test_a_rule_that_names_what_is_not_there_is_refused_before_it_runs(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("rule: gun W1\npattern: [Q <cannon>]\nmark: [Q súng].\n")
    with pytest.raises(Malformed, match="<cannon>"):
        Lexicon([Entry("thu", "report")], read(tmp_path, []))
