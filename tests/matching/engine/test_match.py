"""One need against the small region: who is proposed, who just misses, and why."""

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import (
    CapabilityFacts,
    CompanyFacts,
    Condition,
    Verdict,
)
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import (
    ENGINE_VERSION,
    MatchResult,
    MatchSettings,
    NeedValue,
    match,
)
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from tests.matching.engine.shops import SHOPS, TODAY, needs

FACTS = {
    facts.key: facts
    for facts in [
        CompanyFacts(
            1,
            (
                CapabilityFacts(
                    process="turning", materials=frozenset({"SUS304"}), tolerance_mm=0.01, lot_min=10
                ),
            ),
            {"ISO 9001": None},
            "03",
        ),
        CompanyFacts(2, (CapabilityFacts(process="sheet_metal", lot_min=1),), {}, "06"),
        CompanyFacts(3, (CapabilityFacts(process="plating"),), {"ISO 14001": None}, "03"),
        CompanyFacts(5, (CapabilityFacts(process="milling", lot_min=1, tolerance_mm=0.05),)),
    ]
}
INDEX = Index.build(SHOPS, facts=FACTS)
MUST_SINGLE = Condition(Kind.LOT, Level.MUST, 1)
MUST_FINE = Condition(Kind.TOLERANCE_MM, Level.MUST, 0.02)
WISH_IWATE = Condition(Kind.PREFECTURE, Level.WISH, "03")


def run(text: str, *conditions: Condition) -> MatchResult:
    need = NeedValue(Document("need", {"text": text}), conditions)
    return match(need, INDEX, today=TODAY)


def test_the_best_shop_and_its_reasons() -> None:
    [best, *_] = run("SUS304の旋盤加工", MUST_FINE, WISH_IWATE).candidates

    assert best.key == 1
    assert [condition.verdict for condition in best.conditions] == [Verdict.PASS, Verdict.PASS]
    assert (best.parts.conditions, best.parts.freshness, best.confidence) == (30, 10, 1.0)
    assert best.score == sum(best.parts)
    assert {"SUS304", "旋盤"} <= {term.query_term for term in best.terms}


def test_a_failed_must_is_never_bought_back_by_text() -> None:
    result = run("SUS304の旋盤加工と溶接", MUST_SINGLE)

    assert [candidate.key for candidate in result.candidates] == [2]
    assert [candidate.key for candidate in result.near_misses] == [1]
    [failed] = result.near_misses[0].failed_musts
    assert (failed.kind, failed.required, failed.offered) == (Kind.LOT, 1, {"min": 10, "max": None})
    assert result.excluded_counts == {Kind.LOT: 1}


def test_unknown_stays_and_is_to_be_asked() -> None:
    [candidate] = run("めっき", MUST_SINGLE).candidates

    assert candidate.key == 3
    assert [condition.kind for condition in candidate.unknown_musts] == [Kind.LOT]
    assert candidate.confidence == 0


def test_a_missing_certificate_is_no_near_miss() -> None:
    result = run("亜鉛めっき", Condition(Kind.CERTIFICATE, Level.MUST, "ISO 9001"))

    assert 3 not in {candidate.key for candidate in (*result.candidates, *result.near_misses)}
    assert result.excluded_counts == {Kind.CERTIFICATE: 1}


def test_another_kind_of_work_is_no_near_miss() -> None:
    result = run("SUS304の旋盤加工", Condition(Kind.PROCESS, Level.MUST, "milling"))

    assert 1 not in {candidate.key for candidate in (*result.candidates, *result.near_misses)}
    assert result.excluded_counts[Kind.PROCESS] >= 1


def test_two_failed_musts_are_no_near_miss() -> None:
    yamaguchi = Condition(Kind.PREFECTURE, Level.MUST, "35")

    result = run("旋盤", MUST_SINGLE, yamaguchi)

    assert (result.candidates, result.near_misses) == ((), ())


def test_nothing_in_common_is_no_proposal() -> None:
    assert run("ラーメン").candidates == ()
    assert run("").candidates == ()


def test_a_confirmed_process_is_in_common_without_a_word() -> None:
    result = run("ラーメン", Condition(Kind.PROCESS, Level.WISH, "turning"), WISH_IWATE)

    assert [(candidate.key, candidate.parts) for candidate in result.candidates] == [(1, (0, 30, 10))]


def test_a_shared_prefecture_alone_is_nothing_in_common() -> None:
    assert run("ラーメン", WISH_IWATE).candidates == ()


def test_a_need_without_conditions_has_no_confidence() -> None:
    assert [candidate.confidence for candidate in run("旋盤").candidates] == [None]


def test_companies_not_to_meet_are_left_out() -> None:
    need = NeedValue(Document("need", {"text": "旋盤"}), excluded=frozenset({1}))

    assert match(need, INDEX, today=TODAY).candidates == ()


def test_the_run_is_recorded_as_plain_data() -> None:
    result = run("旋盤", MUST_FINE)

    assert (result.engine_version, result.index_size) == (ENGINE_VERSION, 6)
    assert json.loads(json.dumps(result.settings))["weighting"] == "bm25"
    for candidate in result.candidates:
        json.dumps(asdict(candidate))


def test_an_empty_region_has_no_candidates() -> None:
    result = match(NeedValue(SHOPS[0]), Index.build([]), today=TODAY)

    assert (result.candidates, result.near_misses, result.index_size) == ((), (), 0)


def test_a_changed_region_is_matched_as_one_built_afresh() -> None:
    query = NeedValue(Document("need", {"text": "SUS304の旋盤加工と溶接"}), (MUST_SINGLE, WISH_IWATE))
    later = INDEX.changed([SHOPS[0]], facts=FACTS).changed([SHOPS[2], SHOPS[1]], facts=FACTS)

    assert len(later.segments) > 1
    assert match(query, later, today=TODAY) == match(query, INDEX, today=TODAY)
    assert match(query, later.compacted(), today=TODAY) == match(query, INDEX, today=TODAY)


IMPOSSIBLE = (
    Condition(Kind.TOLERANCE_MM, Level.MUST, 0.0),
    Condition(Kind.SIZE_MM, Level.MUST, -1.0),
    Condition(Kind.PREFECTURE, Level.MUST, "03"),
    Condition(Kind.PREFECTURE, Level.MUST, "06"),
    Condition(Kind.DISTANCE_KM, Level.MUST, 0.0),
    Condition(Kind.CERTIFICATE, Level.WISH, ""),
)
conditions = st.lists(
    st.sampled_from([MUST_SINGLE, MUST_FINE, WISH_IWATE, *IMPOSSIBLE]), max_size=5, unique=True
)


@given(query=needs, chosen=conditions, limit=st.integers(1, 9))
def test_everything_shown_adds_up(query: Document, chosen: list[Condition], limit: int) -> None:
    need = NeedValue(query, tuple(chosen))
    settings = MatchSettings(terms_shown=limit)

    result = match(need, INDEX, today=TODAY, settings=settings)

    for candidate in (*result.candidates, *result.near_misses):
        assert sum(candidate.parts) == candidate.score
        assert 0 <= candidate.score <= 100
        assert sum(term.points for term in candidate.terms) == candidate.parts.text
        assert len(candidate.terms) <= limit
        points = [each.points for each in candidate.conditions]
        assert sum(points) == candidate.parts.conditions
    assert all(not candidate.failed_musts for candidate in result.candidates)
    assert all(len(candidate.failed_musts) == 1 for candidate in result.near_misses)
    scores = [candidate.score for candidate in result.candidates]
    assert scores == sorted(scores, reverse=True)
    assert result == match(need, INDEX, today=TODAY, settings=settings)
