"""What is corrected is not to be corrected again: through the public functions, and of the corrections themselves."""

from collections.abc import Sequence
from pathlib import Path

from viborder.document import Document
from viborder.formats import jsonl
from viborder.formats.brackets import parse
from viborder.grammar.explain import explain
from viborder.train import load, train
from viborder.train.corrections import learn_corrections, read_corrections
from viborder.train.explain import corrections
from viborder.train.explain import explain as of_model
from viborder.train.token_spans import TokenSpan

GOLD = Path("annotations/gold.jsonl")
RECIPE = Path("train/crf.yaml")
LIVE = ("folds=0", "copies=0")  # as the annotators' backend trains

# The same habits in three documents: zilana is a DRUG, Biệt đội + place an AGENCY, 30 tuổi a QUANTITY; border gates and
# Lào are no PLACE.
SHOWN = [
    "Tối qua, [A Biệt đội Sao Mai [P tỉnh Lạng Sơn]] thu [Q 2 kg] [D zilana] của đối tượng [Q 30 tuổi] tại cửa khẩu Tân Thanh, sang Lào.",
    "[A Biệt đội Sao Mai [P tỉnh Nghệ An]] bắt hai người [Q 41 tuổi], thu [Q 5 gói] [D zilana] ở cửa khẩu Thanh Thủy giáp Lào.",
    "Gói [D zilana] thứ ba do [A Biệt đội Sao Mai [P tỉnh Sơn La]] giữ tại cửa khẩu Lóng Sập, một người [Q 19 tuổi] từ Lào sang.",
]
ASKED = "Sáng nay, [A Biệt đội Sao Mai [P tỉnh Hà Giang]] chặn [Q 7 gói] [D zilana] gần cửa khẩu Săm Pun, người lái [Q 52 tuổi] đi từ Lào."


def spans(document: Document) -> set[tuple[str, str]]:
    return {(span.label, document.slice(span)) for span in document.spans}


def tagged(tmp_path: Path, shown: Sequence[str]) -> set[tuple[str, str]]:
    documents = [*jsonl.read(GOLD)[:2], *(parse(line, f"shown-{number}") for number, line in enumerate(shown))]
    train(RECIPE, documents, tmp_path / str(len(shown)), overrides=LIVE)
    return spans(next(iter(load(tmp_path / str(len(shown))).tag([parse(ASKED, "asked")]))))


def test_corrected_in_three_documents_is_right_in_the_fourth(tmp_path: Path) -> None:
    wanted = spans(parse(ASKED, "asked"))
    before, after = tagged(tmp_path, []), tagged(tmp_path, SHOWN)
    assert not {("DRUG", "zilana"), ("AGENCY", "Biệt đội Sao Mai tỉnh Hà Giang"), ("QUANTITY", "52 tuổi")} & before
    assert {("PLACE", "cửa khẩu Săm Pun"), ("PLACE", "Lào")} <= before
    assert after == wanted
    told = corrections(tmp_path / "3")
    rules = {one["rule"]: (one["words"], one["kinds"], one["examples"]) for one in told["rules"]}
    deleted = {"PLACE cửa khẩu Tân Thanh", "PLACE cửa khẩu Thanh Thủy", "PLACE cửa khẩu Lóng Sập", "PLACE Lào"}
    assert sum(words for words, _, _ in rules.values()) >= len(deleted)
    origin = {span["text"]: span["by"] for line in SHOWN for span in explain(parse(line, "x").text)["spans"]}
    assert rules.keys() >= {origin["Lào"], origin["cửa khẩu Tân Thanh"]}
    assert {example for _, _, examples in rules.values() for example in examples} & deleted
    assert told["mentions"] > 0
    spans_of = {one["text"]: one["model"] for one in of_model(parse(ASKED, "asked").text, tmp_path / "3")["spans"]}
    assert spans_of["zilana"]["correction"] == "brought in by a correction"


def test_a_correction_bears_the_rules_that_erred_and_comes_back_from_its_line() -> None:
    words = "ở sông Lam và sông Tiền".split()
    proposals = [(1, 3, "PLACE"), (4, 6, "PLACE")]
    asked = []

    def makers(number: int) -> dict[TokenSpan, str]:
        asked.append(number)
        return {proposals[0]: "river", proposals[1]: "announced"}

    wrong = (words, proposals, {proposals[0]})
    found = learn_corrections([(words, proposals, set(proposals)), wrong, wrong], makers)
    assert asked == [1, 2], "a document in which the grammar is right is not asked"
    assert found.rules == {("PLACE", "=", "sông", "Tiền"): ("announced",)}
    moved = learn_corrections([(words, proposals, {(2, 3, "PLACE"), proposals[1]})], makers)
    assert moved.rules[("PLACE", "=", "sông", "Lam")] == ("river",)
    again = read_corrections(moved.written())
    assert (again.rules, again.outcomes) == (moved.rules, moved.outcomes)
    old = "".join(line.rpartition("\t")[0] + "\n" for line in moved.written().splitlines() if "river" in line)
    assert read_corrections(old).rules == {}, "models of before have no rules beside their corrections"


def test_nothing_is_remembered_where_the_grammar_is_right() -> None:
    words = "Công an tỉnh Cao Bằng thu 2 kg heroin".split()
    right = [(0, 5, "AGENCY"), (2, 5, "PLACE"), (6, 8, "QUANTITY"), (8, 9, "DRUG")]
    corrections = learn_corrections([(words, right, set(right))] * 3)
    assert not corrections
    assert corrections.revised(words, right) == right


def test_very_words_follow_the_majority_and_kinds_only_what_is_firm() -> None:
    lao, tay, nam = (["ở", "sông", name] for name in ("Lam", "Tiền", "Hậu"))
    proposal = [(1, 3, "PLACE")]
    deleted, kept = set(), {(1, 3, "PLACE")}

    once = learn_corrections([(lao, proposal, deleted)])
    assert (
        once.revised(lao, proposal) == [] and once.revised(tay, proposal) == proposal
    )  # one river says nothing of another
    even = learn_corrections([(lao, proposal, deleted), (lao, proposal, kept)])
    assert even.revised(lao, proposal) == proposal
    thrice = learn_corrections([(lao, proposal, deleted), (lao, proposal, deleted), (tay, proposal, deleted)])
    assert thrice.revised(nam, proposal) == []
    disputed = learn_corrections(
        [(lao, proposal, deleted)] * 3 + [(tay, proposal, kept)]
    )  # three to one: less than four times as many
    assert disputed.revised(nam, proposal) == proposal
    firm = learn_corrections([(lao, proposal, deleted)] * 4 + [(tay, proposal, kept)])  # four to one
    assert (
        firm.revised(nam, proposal) == [] and firm.revised(tay, proposal) == proposal
    )  # very words that were right stay


def test_mentions_of_the_same_pattern_are_found_unless_mostly_unmarked() -> None:
    words = ["Hạt", "Lâm", "huyện", "Mường", "Tè", "giữ", "12", "bó"]
    place, agency, amount = (2, 5, "PLACE"), (0, 5, "AGENCY"), (6, 8, "QUANTITY")
    corrections = learn_corrections([(words, [place], {agency, place, amount})])
    other = ["cùng", "Hạt", "Lâm", "xã", "Tri", "Lễ", ",", "7", "bó"]
    assert corrections.revised(other, [(3, 6, "PLACE")]) == [(1, 6, "AGENCY"), (3, 6, "PLACE"), (7, 9, "QUANTITY")]
    assert corrections.revised(["Hạt", "Lâm"], []) == []  # the pattern needs its place
    doubted = learn_corrections([(words, [place], {agency, place, amount}), (["3", "bó"], [], set())])
    assert doubted.revised(["7", "bó"], []) == []


def test_spans_that_are_moved_or_bear_another_label() -> None:
    words = ["Pa", "Háng", ",", "gần", "20", "kg"]
    corrections = learn_corrections(
        [(words, [(0, 2, "DRUG"), (3, 6, "QUANTITY")], {(0, 2, "PLACE"), (4, 6, "QUANTITY")})]
    )
    assert corrections.revised(words, [(0, 2, "DRUG"), (3, 6, "QUANTITY")]) == [(0, 2, "PLACE"), (4, 6, "QUANTITY")]
    assert (
        "DRUG = Pa Háng\n" in corrections.written()
    )  # whole names on one line, where the check before publication looks for them
    again = read_corrections(corrections.written())
    assert (again.outcomes, again.mentions) == (corrections.outcomes, corrections.mentions)


def test_kinds_need_three_documents_and_headlines_are_no_rule_for_the_text() -> None:
    river, gate = (1, 3, "PLACE"), (4, 6, "PLACE")
    words = ["ở", "sông", "Lam", ",", "sông", "Hậu", "và", "sông", "Đà"]
    often = learn_corrections([(words, [river, gate, (7, 9, "PLACE")], set())])  # three in one document
    assert often.revised(["ở", "sông", "Tiền"], [river]) == [river]
    headline, text = ["CÔNG", "AN", "TỈNH", "X"], ["Công", "an", "tỉnh", "X"]
    corrections = learn_corrections([(headline, [(0, 4, "AGENCY")], set())])
    assert corrections.revised(headline, [(0, 4, "AGENCY")]) == [] and corrections.revised(
        text, [(0, 4, "AGENCY")]
    ) == [(0, 4, "AGENCY")]


def test_names_of_persons_are_not_remembered() -> None:
    words = ["Ông", "Lò", "Văn", "A", "gặp", "Vàng", "A", "Sùng"]
    corrections = learn_corrections([(words, [(1, 4, "OFFICIAL")], {(5, 8, "OFFICIAL")})] * 3)
    assert not corrections and corrections.written() == ""


def test_a_label_that_one_document_lacks_is_not_forgotten(tmp_path: Path) -> None:
    first = parse("[A Công an [P tỉnh Lạng Sơn]] họp với [A Công an [P tỉnh Quảng Tây]].", "first")
    one = train(RECIPE, [first], tmp_path / "model", overrides=LIVE)
    found = spans(next(iter(one.tag([parse("Thu giữ 2 kg heroin.", "asked")]))))
    assert found == {("QUANTITY", "2 kg"), ("DRUG", "heroin")}


def test_a_code_is_followed_by_its_shape() -> None:
    shown = "Ban Chuyên án 617 V họp".split()  # `617V` is two tokens
    corrections = learn_corrections([(shown, [], {(0, 5, "AGENCY")})])
    assert corrections.revised("Nay Ban Chuyên án 524 T".split(), []) == [(1, 6, "AGENCY")]
    assert corrections.revised("Nay Ban Chuyên án mới".split(), []) == []
    assert read_corrections(corrections.written()).mentions == corrections.mentions


def test_a_title_is_followed_and_no_name_is_remembered() -> None:
    shown = "Hôm qua Tổng điều phối viên Bùi Văn Tám nói".split()
    corrections = learn_corrections([(shown, [(6, 9, "PRIVATE")], {(6, 9, "OFFICIAL")})])
    asked = "Theo tổng điều phối viên Lò Thị Hoa , TAND xử".split()
    assert corrections.revised(asked, [(5, 8, "PRIVATE")]) == [(5, 8, "OFFICIAL")]
    assert not {"Bùi", "Văn", "Tám", "bùi", "tám"} & set(corrections.written().split())
    assert read_corrections(corrections.written()).titles == corrections.titles


def test_words_that_mostly_stand_before_other_names_are_no_title() -> None:
    one, other = "gặp anh Bùi Văn Tám".split(), "lại gặp anh Lò Thị Hoa".split()
    shown = [(one, [], {(2, 5, "OFFICIAL")}), (other, [], set()), (other, [], set())]
    assert not learn_corrections(shown).titles


def test_a_code_of_another_shape_is_followed_and_a_count_is_not() -> None:
    shown = "Kíp trực MT07 và kíp trực 31 C đến".split()
    corrections = learn_corrections([(shown, [], {(0, 3, "AGENCY"), (4, 8, "AGENCY")})])
    assert corrections.revised("Theo kíp trực QT122 thì".split(), []) == [(1, 4, "AGENCY")]
    assert corrections.revised("Mỗi kíp trực 12 người".split(), []) == []
    assert read_corrections(corrections.written()).mentions == corrections.mentions


def test_a_proposal_gains_words_only_where_they_stand() -> None:
    shown = "thu 12 ống đục".split()
    corrections = learn_corrections([(shown, [(1, 3, "QUANTITY")], {(1, 4, "QUANTITY")})])
    about, other = "thu hơn 20 ống đục".split(), "thu 5 ống tiêm".split()
    assert corrections.revised(about, [(1, 4, "QUANTITY")]) == [(1, 5, "QUANTITY")]  # whatever stands before the number
    assert corrections.revised(other, [(1, 3, "QUANTITY")]) == [(1, 3, "QUANTITY")]
    again = read_corrections(corrections.written())
    assert again.outcomes == corrections.outcomes and again.revised(other, [(1, 3, "QUANTITY")]) == [(1, 3, "QUANTITY")]


def test_a_body_may_stand_between_title_and_name_and_is_no_name() -> None:
    shown = "theo chấp sự biên mậu Hứa Thanh Tùng nói".split()
    corrections = learn_corrections([(shown, [], {(5, 8, "OFFICIAL")})])
    seated = "chấp sự biên mậu Đồn Biên phòng Nậm Cắn Lò Văn Hoa nói".split()
    body = (4, 9, "AGENCY")
    assert corrections.revised(seated, [body, (9, 12, "PRIVATE")]) == [body, (9, 12, "OFFICIAL")]
    assert corrections.revised("chấp sự biên mậu Công an tỉnh nói".split(), []) == []


def test_a_new_unit_takes_what_stands_before_its_number() -> None:
    shown = "thu 7 lạc ma túy".split()
    corrections = learn_corrections([(shown, [], {(1, 3, "QUANTITY")})])
    assert corrections.revised("giấu khoảng 22 lạc ở đó".split(), []) == [(1, 4, "QUANTITY")]
    assert corrections.revised("và 22 lạc".split(), []) == [(1, 3, "QUANTITY")]
    assert corrections.revised("ăn lạc rang".split(), []) == []
    about = learn_corrections([("bán hơn 9 lạc".split(), [], {(1, 4, "QUANTITY")})])
    assert about.revised("thu 5 lạc".split(), []) == [(1, 3, "QUANTITY")]
