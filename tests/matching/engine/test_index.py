"""The index finds the shop that a person would name, and its sums are exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.matching.engine.documents import BASELINE, Document, Settings, Weighting
from sme_match.matching.engine.index import Hit, Index
from tests.matching.engine.shops import SHOPS, needs

INDEXES = {
    "bm25": Index.build(SHOPS),
    "tfidf": Index.build(SHOPS, Settings(weighting=Weighting.TFIDF)),
    "baseline": Index.build(SHOPS, BASELINE),
}
every_index = pytest.mark.parametrize("name", INDEXES)


def need(text: str) -> Document:
    return Document("need", {"text": text})


@every_index
@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("SUS304の旋盤", 1),
        ("板金とＴＩＧ溶接", 2),
        ("亜鉛鍍金", 3),
        ("Injection molded parts", 4),
        ("航空機用ﾍﾞｱﾘﾝｸﾞ bearings", 5),
    ],
)
def test_the_right_shop_comes_first(name: str, text: str, best: int) -> None:
    assert INDEXES[name].search(need(text), top_k=1)[0].key == best


@every_index
@pytest.mark.parametrize("text", ["", "  \n", "!?、", "ラーメン屋", "xyzzy"])
def test_nothing_shared_is_no_hit(name: str, text: str) -> None:
    assert INDEXES[name].search(need(text), top_k=10) == []
    assert INDEXES[name].compare(need(text)).values.tolist() == [0.0] * len(SHOPS)


@pytest.mark.parametrize("documents", [[], [Document(1, {})], [Document(1, {"text": "、。 \n"})]])
def test_an_index_without_words_answers(documents: list[Document]) -> None:
    for chosen in (Settings(), BASELINE):
        index = Index.build(documents, chosen)

        assert index.search(need("溶接"), top_k=5) == []
        assert index.search_many([need("溶接"), need("")], top_k=5) == [[], []]
        assert index.compare(need("溶接")).values.tolist() == [0.0] * len(documents)


def test_one_profile_is_enough_for_an_index() -> None:
    [hit] = Index.build([Document("a", {"text": "溶接"})]).search(need("溶接"), top_k=5)

    assert hit.key == "a"
    assert 0 < hit.similarity < 1


def test_two_profiles_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="same key"):
        Index.build([Document(1, {"text": "溶接"}), Document(1, {"text": "旋盤"})])


def test_ties_are_ordered_by_key_and_cut_by_key() -> None:
    twins = [Document(key, {"text": "溶接"}) for key in (10, 9, 2, 1)]
    index = Index.build(twins)

    assert [hit.key for hit in index.search(need("溶接"), top_k=4)] == [1, 2, 9, 10]
    assert [hit.key for hit in index.search(need("溶接"), top_k=2)] == [1, 2]
    assert index.search(need("溶接"), top_k=0) == []


def test_the_mask_leaves_profiles_out() -> None:
    index = INDEXES["bm25"]
    allowed = np.array([key != 1 for key in index.keys])

    assert 1 in {hit.key for hit in index.search(need("SUS304"), top_k=9)}
    assert index.search(need("SUS304"), top_k=9, mask=allowed) == []


def test_repeating_the_need_does_not_change_its_coverage() -> None:
    index = INDEXES["bm25"]

    once, twice = (
        index.compare(need(text)).values for text in ("旋盤\nラーメン\n", "旋盤\nラーメン\n" * 2)
    )

    assert twice == pytest.approx(once)


def test_asking_for_more_unknown_things_lowers_the_coverage() -> None:
    index = INDEXES["bm25"]

    [plain] = index.search(need("SUS304"), top_k=1)
    [more] = index.search(need("SUS304 xyzzy"), top_k=1)

    assert more.similarity < plain.similarity


def test_words_of_one_job_beat_the_same_words_in_two() -> None:
    index = Index.build(
        [
            Document("apart", {"past": "チタン鍛造\nアルミ旋盤"}),
            Document("together", {"past": "チタン旋盤\nアルミ鍛造"}),
        ]
    )

    assert [hit.key for hit in index.search(need("チタン旋盤"), top_k=2)] == ["together", "apart"]


def test_a_past_win_makes_a_profile_rise() -> None:
    plain = [Document(1, {"text": "金属加工一式"}), Document(2, {"text": "金属加工一式"})]
    won = [plain[0], Document(2, {"text": "金属加工一式", "past": "船舶用バルブ"})]

    assert Index.build(plain).search(need("船舶バルブ"), top_k=2) == []
    assert [hit.key for hit in Index.build(won).search(need("船舶バルブ"), top_k=2)] == [2]


@every_index
@given(query=needs)
def test_similarity_is_a_share(name: str, query: Document) -> None:
    values = INDEXES[name].compare(query).values

    assert ((values >= 0) & (values <= 1)).all()
    assert values[-1] == 0  # The shop without any text.


@every_index
@given(query=needs)
def test_contributions_sum_to_the_similarity(name: str, query: Document) -> None:
    index = INDEXES[name]
    found = index.compare(query)

    for key, similarity in zip(index.keys, found.values, strict=True):
        total = sum(part.similarity for part in index.contributions(found, key))
        assert total == pytest.approx(similarity, abs=1e-12)


@every_index
@given(queries=st.lists(needs, max_size=4))
@settings(max_examples=25)
def test_a_batch_equals_one_by_one(name: str, queries: list[Document]) -> None:
    index = INDEXES[name]

    assert index.search_many(queries, top_k=3) == [index.search(query, top_k=3) for query in queries]


@given(query=needs, order=st.permutations(SHOPS))
@settings(max_examples=20)
def test_the_order_of_profiles_does_not_matter(query: Document, order: list[Document]) -> None:
    assert Index.build(order).search(query, top_k=9) == INDEXES["bm25"].search(query, top_k=9)


def test_documents_keep_their_identity() -> None:
    index = INDEXES["bm25"]

    assert index.size == 6
    assert index.document(3) == SHOPS[2]
    assert isinstance(index.search(need("旋盤"), top_k=1)[0], Hit)
