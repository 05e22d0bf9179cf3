"""Any text against the small region, and one shop against the others."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import CapabilityFacts, CompanyFacts
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.finding import FULL_POINTS, find_alike, find_close, find_texts
from sme_match.matching.engine.index import Index
from tests.matching.engine.shops import SHOPS, needs

PLATER = CompanyFacts(3, (CapabilityFacts(process="plating"),), {}, "03")
INDEX = Index.build(SHOPS, facts={3: PLATER})
TWINS = Index.build([*SHOPS, Document(7, SHOPS[0].fields)])


@given(needs)
def test_the_order_is_that_of_the_index_and_the_points_are_those_of_the_words(need: Document) -> None:
    found = find_close(need, INDEX, top_k=10)
    hits = INDEX.search(need, top_k=10)
    assert [(each.key, each.similarity) for each in found] == [tuple(hit) for hit in hits]
    for each in found:
        assert sum(term.points for term in each.terms) == each.points
        assert 0 <= each.points <= FULL_POINTS


@given(needs)
def test_only_admitted_profiles_are_found(need: Document) -> None:
    every = find_close(need, INDEX, top_k=10)
    some = find_close(need, INDEX, top_k=10, among=lambda facts: facts.prefecture == "03")
    assert some == [each for each in every if each.key == PLATER.key]


@given(st.text(max_size=200))
@example("")
@example("1")
@example("12345 67890")
@example("🏭🔧✨")
@example("\0\u200b\ud7ff")
@example("Точение нержавеющей стали")
def test_any_text_gives_finite_results_or_none(text: str) -> None:
    for each in find_close(Document("", {"text": text}), INDEX, top_k=3):
        assert math.isfinite(each.similarity)


def test_a_shop_is_not_like_itself_and_its_twin_is_fully_like_it() -> None:
    found = find_alike(1, TWINS, top_k=10)
    assert (found[0].key, found[0].points) == (7, FULL_POINTS)
    assert 1 not in {each.key for each in found}
    assert all(each.points < FULL_POINTS for each in found[1:])


def test_a_shop_that_says_nothing_is_like_nobody() -> None:
    assert find_alike(6, TWINS, top_k=10) == []
    with pytest.raises(KeyError):
        find_alike(99, TWINS, top_k=10)


@given(st.lists(needs, max_size=5), st.integers(min_value=0, max_value=6))
def test_texts_are_ranked_for_a_shop_as_the_shop_is_for_each_text(
    texts: list[Document], count: int
) -> None:
    numbered = [Document(number, text.fields) for number, text in enumerate(texts)]
    found = find_texts(1, numbered, TWINS, top_k=count)
    for each in found:
        assert each.similarity == TWINS.similarity(numbered[int(each.key)], 1)
        assert sum(term.points for term in each.terms) == each.points
    order = [each.similarity for each in found]
    assert order == pytest.approx(sorted(order, reverse=True))
    shared = sum(TWINS.similarity(text, 1) > 0 for text in numbered)
    assert len(found) == min(count, shared)
