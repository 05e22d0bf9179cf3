"""Every number of the score can be traced and the shown parts add up."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import ConditionResult, Verdict
from sme_match.matching.engine.explanation import TermSimilarity
from sme_match.matching.engine.scoring import (
    DEFAULT_POINTS,
    FULL_SCORE,
    STALE_AFTER_DAYS,
    ScoreParts,
    TermPoint,
    ages_days,
    apportion,
    condition_points,
    condition_weight,
    parts_beside_text,
    term_points,
    text_points,
)
from sme_match.needs.enums import ConditionKind, ConditionLevel
from tests.matching.engine.shops import TODAY


def parts(similarity: float, confirmed: int = 0, asked: int = 0, age: float = np.nan) -> ScoreParts:
    table = parts_beside_text(
        confirmed=np.array([confirmed]),
        asked=asked,
        in_common=np.array([similarity > 0]),
        ages_days=np.array([age]),
    )
    [text] = text_points(np.array([similarity]), 0.5)
    return ScoreParts(int(text), int(table.conditions[0]), int(table.freshness[0]))


def test_the_parts_make_a_hundred() -> None:
    assert sum(DEFAULT_POINTS) == FULL_SCORE
    assert parts(0.5, confirmed=3, asked=3, age=0).total == 100


@pytest.mark.parametrize(("similarity", "text"), [(0, 0), (0.1, 12), (0.25, 30), (0.5, 60), (0.9, 60)])
def test_text_points_are_the_share_of_a_full_match(similarity: float, text: int) -> None:
    assert parts(similarity) == ScoreParts(text, 0, 0)


def test_only_what_is_confirmed_earns_points() -> None:
    assert parts(0.1, confirmed=0, asked=4).conditions == 0
    assert parts(0.1, confirmed=1, asked=4).conditions == 8
    assert parts(0.1, confirmed=4, asked=4).conditions == 30
    assert parts(0.1, confirmed=0, asked=0).conditions == 0


@pytest.mark.parametrize(
    ("age", "points"), [(0, 10), (365, 5), (STALE_AFTER_DAYS, 0), (9999, 0), (np.nan, 0)]
)
def test_freshness_fades_over_two_years(age: float, points: int) -> None:
    assert parts(0.1, age=age).freshness == points


def test_a_fresh_profile_with_nothing_in_common_scores_nothing() -> None:
    assert parts(0, confirmed=1, asked=3, age=0) == ScoreParts(0, 0, 0)


def test_ages_count_days_and_never_run_backwards() -> None:
    days = [date(2026, 11, 21).toordinal(), date(2027, 1, 1).toordinal(), 0]

    ages = ages_days(np.array(days, dtype=np.int32), TODAY)

    assert ages[:2].tolist() == [1, 0]
    assert np.isnan(ages[2])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_more_similarity_never_means_fewer_points(similarities: list[float]) -> None:
    ordered = np.array(sorted(similarities))

    points = text_points(ordered, 0.4)

    assert (np.diff(points) >= 0).all()
    assert ((points >= 0) & (points <= DEFAULT_POINTS.text)).all()


@given(st.lists(st.floats(0, 1e6), max_size=12), st.integers(0, 60))
def test_apportioned_points_sum_and_stay_within_one(weights: list[float], total: int) -> None:
    points = apportion(weights, total)

    if sum(weights) == 0:
        assert points == [0] * len(weights)
        return
    assert sum(points) == total
    for point, weight in zip(points, weights, strict=True):
        assert point >= 0
        assert abs(point - total * weight / sum(weights)) < 1 + 1e-6


def test_equal_remainders_go_to_the_first() -> None:
    assert apportion([1, 1, 1], 2) == [1, 1, 0]


def test_the_weakest_terms_are_gathered() -> None:
    terms = [TermSimilarity("a", "A", 0.5), TermSimilarity("b", "B", 0.3), TermSimilarity("c", "", 0.2)]

    assert term_points(terms, 10, limit=2) == (
        TermPoint("a", "A", 5, 0.5),
        TermPoint("", "", 5, 0.5),
    )
    assert [term.points for term in term_points(terms, 10, limit=3)] == [5, 3, 2]
    assert term_points([], 0, limit=3) == ()


results = st.lists(
    st.builds(
        ConditionResult,
        st.sampled_from(ConditionKind),
        st.sampled_from(ConditionLevel),
        st.sampled_from(Verdict),
        st.just(1.0),
        st.none(),
    ),
    max_size=12,
)


@given(results)
def test_the_points_of_the_conditions_met_sum_to_the_part(judged: list[ConditionResult]) -> None:
    weights = [condition_weight(each.level) for each in judged]
    met = [weight for each, weight in zip(judged, weights, strict=True) if each.verdict is Verdict.PASS]
    part = round(DEFAULT_POINTS.conditions * sum(met) / sum(weights)) if weights else 0

    shared = condition_points(judged, part)

    assert sum(each.points for each in shared) == part
    assert all(each.points == 0 for each in shared if each.verdict is not Verdict.PASS)
    assert [replace(each, points=0) for each in shared] == judged
    by_level = {
        level: [each.points for each in shared if each.level is level and each.verdict is Verdict.PASS]
        for level in ConditionLevel
    }
    for points in by_level.values():
        assert not points or max(points) - min(points) <= 1
