"""One company of the small region against many needs: the other way round, the same result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.company import match_company
from sme_match.matching.engine.conditions import CapabilityFacts, CompanyFacts, Condition
from sme_match.matching.engine.documents import Document, Key
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import Candidate, MatchSettings, NeedValue, match
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from tests.matching.engine.shops import SHOPS, TODAY, needs

FACTS: dict[Key, CompanyFacts] = {
    1: CompanyFacts(
        1,
        (
            CapabilityFacts(process="turning", tolerance_mm=0.01, lot_min=10),
            CapabilityFacts(process="milling", tolerance_mm=0.05, lot_min=1),
        ),
        {"ISO 9001": None},
        "03",
    ),
    2: CompanyFacts(2, (CapabilityFacts(process="sheet_metal", lot_min=1),), {}, "06"),
    5: CompanyFacts(5, (CapabilityFacts(process="milling", lot_min=1, tolerance_mm=0.05),)),
}
BUILT = Index.build(SHOPS, facts=FACTS)
CHANGED = Index.build(SHOPS[:3], facts=FACTS).changed(SHOPS[2:], facts=FACTS)
"""The same shops, some of them in a later segment with terms that the base did not know."""
CONDITIONS = (
    Condition(Kind.LOT, Level.MUST, 1),
    Condition(Kind.TOLERANCE_MM, Level.MUST, 0.02),
    Condition(Kind.PROCESS, Level.MUST, "turning"),
    Condition(Kind.PREFECTURE, Level.WISH, "03"),
    Condition(Kind.CERTIFICATE, Level.WISH, "iso_9001"),
)
EVERYTHING = MatchSettings(near_misses=100)


@st.composite
def need_values(draw: st.DrawFn) -> list[NeedValue]:
    documents = draw(st.lists(needs, min_size=1, max_size=4))
    return [
        NeedValue(
            Document(number, document.fields),
            tuple(draw(st.lists(st.sampled_from(CONDITIONS), max_size=4, unique=True))),
            frozenset(draw(st.sets(st.sampled_from([1, 2, 3]), max_size=1))),
        )
        for number, document in enumerate(documents)
    ]


def candidates_of(key: Key, values: list[NeedValue], index: Index) -> list[dict[Key, Candidate]]:
    """Return what `match` makes of a company for each need: the proposed, and the near misses."""
    proposed: dict[Key, Candidate] = {}
    missed: dict[Key, Candidate] = {}
    for need in values:
        result = match(need, index, today=TODAY, top_k=100, settings=EVERYTHING)
        for found, candidates in ((proposed, result.candidates), (missed, result.near_misses)):
            found.update((need.document.key, each) for each in candidates if each.key == key)
    return [proposed, missed]


@given(need_values(), st.sampled_from([shop.key for shop in SHOPS]), st.sampled_from([BUILT, CHANGED]))
def test_each_need_finds_the_company_exactly_as_it_does_among_all_companies(
    values: list[NeedValue], key: Key, index: Index
) -> None:
    found = match_company(key, values, index, today=TODAY, top_k=100, settings=EVERYTHING)

    assert [dict(found.needs), dict(found.near_misses)] == candidates_of(key, values, index)
    assert found.suiting == len(found.needs)


@given(need_values(), st.integers(min_value=0, max_value=3))
def test_the_list_is_sorted_and_cut_by_score_then_similarity_then_need(
    values: list[NeedValue], count: int
) -> None:
    every = match_company(1, values, BUILT, today=TODAY, top_k=100)
    found = match_company(1, values, BUILT, today=TODAY, top_k=count)

    order = [(-each.score, -each.similarity, need) for need, each in every.needs]
    assert order == sorted(order)
    assert found.needs == every.needs[:count]
    assert found.suiting == every.suiting


def test_a_company_that_is_not_in_the_index_cannot_be_matched() -> None:
    with pytest.raises(KeyError):
        match_company(99, [], BUILT, today=TODAY)
