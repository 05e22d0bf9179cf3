"""The index finds the shop that a person would name, and its sums are exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.matching.engine.documents import BASELINE, Document, Key, Settings, Weighting
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


def similarities(index: Index, query: Document) -> dict[Key, float]:
    return {key: index.similarity(query, key) for key in index.keys}


def by_hand(index: Index, query: Document, top_k: int) -> list[Hit]:
    """The list made by looking at every profile: what a search must equal."""
    hits = [Hit(key, value) for key, value in similarities(index, query).items() if value > 0]
    return sorted(hits, key=lambda hit: (-hit.similarity, str(hit.key)))[:top_k]


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
    assert similarities(INDEXES[name], need(text)) == dict.fromkeys(INDEXES[name].keys, 0.0)


@pytest.mark.parametrize("documents", [[], [Document(1, {})], [Document(1, {"text": "、。 \n"})]])
def test_an_index_without_words_answers(documents: list[Document]) -> None:
    for chosen in (Settings(), BASELINE):
        index = Index.build(documents, chosen)

        assert index.search(need("溶接"), top_k=5) == []
        assert index.search_many([need("溶接"), need("")], top_k=5) == [[], []]
        assert set(similarities(index, need("溶接")).values()) <= {0.0}


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


def test_repeating_the_need_does_not_change_its_coverage() -> None:
    index = INDEXES["bm25"]

    once, twice = (
        similarities(index, need(text)) for text in ("旋盤\nラーメン\n", "旋盤\nラーメン\n" * 2)
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
    values = similarities(INDEXES[name], query)

    assert all(0 <= value <= 1 for value in values.values())
    assert values[SHOPS[-1].key] == 0  # The shop without any text.


@every_index
@given(query=needs)
def test_contributions_sum_to_the_similarity(name: str, query: Document) -> None:
    index = INDEXES[name]
    asked = index.query(query)
    [segment] = index.segments

    values, lines = segment.similarities(asked, np.arange(index.size))
    for place, (similarity, line) in enumerate(zip(values, lines, strict=True)):
        _, parts = segment.contributions(asked, place, int(line))
        assert sum(parts) == pytest.approx(similarity, abs=1e-12)


@given(query=needs, order=st.permutations(SHOPS))
@settings(max_examples=20)
def test_the_order_of_profiles_does_not_matter(query: Document, order: list[Document]) -> None:
    assert Index.build(order).search(query, top_k=9) == INDEXES["bm25"].search(query, top_k=9)


def test_documents_keep_their_identity() -> None:
    index = INDEXES["bm25"]

    assert index.size == 6
    assert index.entry(3).document == SHOPS[2]
    assert 3 in index
    assert 99 not in index
    assert isinstance(index.search(need("旋盤"), top_k=1)[0], Hit)
