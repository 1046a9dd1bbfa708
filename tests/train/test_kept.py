"""What annotators kept of suggestions: what is counted, and what the score of another one is at most."""

from pathlib import Path

import pytest

from viborder.document import Document
from viborder.formats import jsonl
from viborder.formats.brackets import parse
from viborder.train import train
from viborder.train.corrections import plain_words
from viborder.train.kept import Kept, learn_kept, read_kept, suggestion_kinds

GATE = [(2, 6, "PLACE")]
LIVE = ("folds=0", "copies=0", "genre=[]")  # as the annotators' backend trains, on less


def at(name: str) -> list[str]:
    return f"gần lối cửa khẩu {name} hôm nay".split()


def kinds(words: list[str], span: tuple[int, int, str] = GATE[0]) -> list[tuple[str, ...]]:
    return suggestion_kinds(words, plain_words(words), span)


def test_kinds_go_from_the_first_word_to_the_very_words_and_no_name_of_a_person_is_kept() -> None:
    assert kinds(at("Na Hình")) == [
        ("PLACE", "mixed", "cửa"),
        ("PLACE", "mixed", "cửa", "khẩu"),
        ("PLACE", "=", "mixed", "cửa", "khẩu", "na", "hình"),
    ]
    assert kinds("gặp ông Lò Văn A".split(), (2, 5, "OFFICIAL")) == [
        ("OFFICIAL", "ông"),
        ("OFFICIAL", "ông", "gặp"),
    ]


def test_the_most_is_a_beta_mean_that_begins_with_the_broader_kind() -> None:
    first, second = ("PLACE", "mixed", "cửa"), ("PLACE", "mixed", "cửa", "khẩu")
    kept = Kept({first: (0.9, 4), second: (0.5, 2)})
    broad = (0.9 * 4 + 0.97) / 5  # four documents, and one imagined with 97 % kept
    assert kept.most([first]) == pytest.approx(broad)
    assert kept.most([first, second, ("PLACE", "=", "mixed")]) == pytest.approx((0.5 * 2 + broad) / 3)
    assert kept.most([("DRUG", "small", "đá")]) == 1.0  # nothing was wrong of this kind


def test_what_is_always_wrong_says_little_of_others() -> None:
    many = "cửa khẩu Pò Peo , cửa khẩu Sóc Giang , cửa khẩu Lý Vạn , Lạng Sơn".split()
    places = [(0, 4, "PLACE"), (5, 9, "PLACE"), (10, 14, "PLACE"), (15, 17, "PLACE")]
    wrong = (at("Na Hình"), GATE, set())
    kept = learn_kept([(many, places, set(places)), wrong, wrong, wrong])
    # of four gates three were kept, and one was not, however often; four documents
    assert kept.shares["PLACE", "mixed", "cửa", "khẩu"] == (3 / 4, 4)
    assert kept.most(kinds(at("Na Hình"))) < 0.25 < 0.7 < kept.most(kinds(at("Tà Lùng")))
    assert kept.most(kinds(many, places[0])) > 0.85 and kept.most(kinds(many, places[3])) == 1.0
    assert read_kept(kept.written()).shares == kept.shares
    assert not learn_kept([(many, places, set(places))]) and not read_kept("")


def suggested(tmp_path: Path, shown: list[str], asked: str) -> dict[str, float | None]:
    """The scores of what a tagger suggests that learned as the live backend does."""
    documents = [*jsonl.read(Path("annotations/gold.jsonl"))[:2], *(parse(line, line[:20]) for line in shown)]
    tagger = train("crf", documents, tmp_path / str(len(shown)), overrides=LIVE)
    (found,) = tagger.tag([Document("asked", asked)])
    return {found.slice(span): span.score for span in found.spans}


def test_what_annotators_delete_loses_its_confidence_and_what_they_keep_does_not(tmp_path: Path) -> None:
    shown = [  # no gate is marked, though the grammar knows them as places; Lào is left out in two, kept in three
        "Tại cửa khẩu Tân Thanh, [A Công an [P tỉnh Lạng Sơn]] thu [Q 3 kg] [D heroin] từ Lào.",
        "Qua cửa khẩu Thanh Thủy, [A Công an [P tỉnh Hà Giang]] thu [Q 2 kg] [D heroin], hàng của Lào.",
        "[A Công an [P tỉnh Sơn La]] thu [Q 5 kg] [D heroin] từ [P Lào].",
        "[A Công an [P tỉnh Nghệ An]] thu [Q 7 kg] [D heroin] từ [P Lào].",
        "[A Công an [P tỉnh Quảng Trị]] thu [Q 9 kg] [D heroin] từ [P Lào].",
    ]
    asked = "Gần cửa khẩu Săm Pun, Công an tỉnh Điện Biên thu 4 kg heroin từ Lào."
    before, after = suggested(tmp_path, [], asked), suggested(tmp_path, shown, asked)
    gate, country = "cửa khẩu Săm Pun", "Lào"
    assert all(score is not None and score > 0.9 for score in before.values())
    assert after[gate] is not None and after[gate] < 0.5
    assert after[country] is not None and 0.4 < after[country] < 0.9
    others = [score for words, score in after.items() if words not in (gate, country)]
    assert len(others) == 4 and all(score is not None and score > 0.97 for score in others)
