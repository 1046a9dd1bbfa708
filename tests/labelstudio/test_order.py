from viborder.document import Document, Span
from viborder.labelstudio.order import most_useful_first, share, spread, uncertainty


def scored(identity, text, *scores):
    return Document(identity, text, tuple(Span(index, index + 1, "PLACE", score) for index, score in enumerate(scores)))


def test_uncertainty_is_the_mean_doubt():
    assert uncertainty(scored("a", "abc", 0.9, 0.5)) == (0.1 + 0.5) / 2
    assert uncertainty(Document("b", "abc")) == 1.0


def test_the_doubtful_come_first_and_twins_late():
    sure = scored("sure", "bắt giữ năm đối tượng mua bán", 0.99)
    doubtful = scored("doubtful", "hội đàm tại cửa khẩu quốc tế", 0.4)
    twin = scored("twin", "hội đàm tại cửa khẩu quốc tế", 0.4)
    other = scored("other", "lực lượng tuần tra trên sông", 0.5)
    documents = [sure, doubtful, twin, other]
    ordered = [
        document.id for document, _ in most_useful_first(documents, {document.id: document for document in documents})
    ]
    assert ordered == ["doubtful", "other", "sure", "twin"]


def test_a_share_depends_on_the_id_alone_and_is_even():
    drawn = [share(f"document-{number}", "test") for number in range(2000)]
    assert drawn == [share(f"document-{number}", "test") for number in range(2000)]
    assert (
        0.17 < sum(value < 0.2 for value in drawn) / 2000 < 0.23
    )  # three standard errors: 0.2 ± 3·√(0.16/2000) = 0.2 ± 0.027
    assert share("a", "test") != share("a", "overlap") != share("a", "overlap", seed=1)


def test_spread_keeps_both_orders():
    many, few = [Document(str(number), "") for number in range(8)], [Document("x", ""), Document("y", "")]
    assert [document.id for document in spread(many, few)] == ["0", "1", "x", "2", "3", "4", "5", "y", "6", "7"]
    assert spread([], few) == few
    assert spread(many, []) == many
