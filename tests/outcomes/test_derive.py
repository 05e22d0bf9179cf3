"""Where a meeting stands, from what was said about it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.outcomes.derive import TOLERANCE, Derived, Words, derive
from sme_match.outcomes.enums import AmountSource, End, Reporter, Stage
from tests.conftest import NOW

SME, BUYER, BODY = Reporter.SME, Reporter.BUYER, Reporter.COORDINATOR


def words(reporter: Reporter, stage: int, *, day: int = 0, months: int = 0, **values: Any) -> Words:
    return Words(
        reporter=reporter,
        stage=stage,
        months_after=months,
        reported_at=NOW + timedelta(days=day),
        **values,
    )


def result(*said: Words) -> Derived:
    derived = derive(said)
    assert derived is not None
    return derived


def standing(*said: Words) -> tuple[int, bool]:
    derived = result(*said)
    return derived.stage, derived.disagreement


def test_without_words_there_is_no_outcome() -> None:
    assert derive([]) is None


def test_the_latest_words_of_a_side_count() -> None:
    assert standing(words(SME, 5), words(SME, 2, day=1)) == (2, False)


@pytest.mark.parametrize(
    ("sme", "buyer", "expected"),
    [
        (3, 3, (3, False)),
        (4, 3, (4, False)),
        (3, 4, (4, False)),
        (4, 2, (2, True)),
        (1, 5, (1, True)),
        # One step, but one of the two denies an order.
        (6, 5, (5, True)),
        (5, 6, (5, True)),
        (6, 7, (7, False)),
    ],
)
def test_two_words_of_one_round(sme: int, buyer: int, expected: tuple[int, bool]) -> None:
    assert standing(words(SME, sme), words(BUYER, buyer, day=1)) == expected


@pytest.mark.parametrize(
    ("early", "late", "expected"),
    [
        (1, 5, (5, False)),
        (2, 6, (6, False)),
        (4, 3, (4, False)),
        (5, 2, (2, True)),
        (6, 5, (5, True)),
    ],
)
def test_a_later_round_that_is_higher_is_progress(
    early: int, late: int, expected: tuple[int, bool]
) -> None:
    assert standing(words(BUYER, early), words(SME, late, day=95, months=3)) == expected


def test_only_one_side_says_that_it_came_to_nothing() -> None:
    assert standing(words(SME, 3), words(BUYER, 3, end=End.NO_DEAL)) == (3, True)
    # Later it may well come to nothing.
    later = words(BUYER, 3, day=40, months=1, end=End.NO_DEAL)
    assert (standing(words(SME, 3), later), result(words(SME, 3), later).end) == (
        (3, False),
        End.NO_DEAL,
    )


def test_an_unknown_end_gives_way_to_a_known_one() -> None:
    assert result(words(SME, 3, end=End.ON_HOLD), words(BUYER, 3, day=1, end=End.UNKNOWN)).end is (
        End.ON_HOLD
    )
    assert result(words(SME, 3, end=End.UNKNOWN)).end is End.UNKNOWN


def test_a_document_beats_what_was_said_before_it() -> None:
    seen = words(BODY, 6, day=2, amount_source=AmountSource.DOCUMENT_SEEN, first_order_yen=300_000)
    derived = result(words(SME, 7), words(BUYER, 2), seen)
    assert (derived.stage, derived.disagreement, derived.first_order_yen, derived.amount_source) == (
        6,
        False,
        300_000,
        AmountSource.DOCUMENT_SEEN,
    )


def test_words_after_the_document_count_beside_it() -> None:
    seen = words(BODY, 6, amount_source=AmountSource.DOCUMENT_SEEN)
    assert standing(words(BUYER, 2, day=-1), seen, words(SME, 7, day=100, months=3)) == (7, False)
    assert standing(seen, words(SME, 3, day=100, months=3)) == (3, True)


def test_the_coordinators_own_words_count_while_no_side_has_spoken() -> None:
    own = words(BODY, 4, day=5)
    assert standing(own) == (4, False)
    assert standing(own, words(SME, 2)) == (2, False)


def test_amounts_count_from_a_deal_on_and_prospects_stay_apart() -> None:
    before = result(words(SME, 5, expected_year_yen=5_000_000, first_order_yen=100))
    assert (before.first_order_yen, before.total_yen, before.expected_year_yen) == (
        None,
        None,
        5_000_000,
    )
    after = result(words(SME, 6, first_order_yen=200_000, expected_year_yen=5_000_000))
    assert (after.first_order_yen, after.total_yen, after.expected_year_yen, after.amount_source) == (
        200_000,
        None,
        5_000_000,
        AmountSource.SME_SAID,
    )


def test_amounts_that_differ_are_a_disagreement_and_the_lower_one_counts() -> None:
    close = result(words(SME, 6, first_order_yen=100), words(BUYER, 6, day=1, first_order_yen=105))
    assert (close.disagreement, close.first_order_yen) == (False, 105)
    apart = result(words(SME, 6, first_order_yen=100), words(BUYER, 6, day=1, first_order_yen=200))
    assert (apart.disagreement, apart.first_order_yen) == (True, 100)


ANY_WORDS = st.builds(
    words,
    st.sampled_from(Reporter),
    st.sampled_from([int(stage) for stage in Stage]),
    day=st.integers(0, 400),
    months=st.sampled_from((0, 1, 3, 6, 12)),
    end=st.none() | st.sampled_from(End),
    first_order_yen=st.none() | st.integers(0, 10**9),
    expected_year_yen=st.none() | st.integers(0, 10**9),
    amount_source=st.none() | st.sampled_from(AmountSource),
)


@given(st.lists(ANY_WORDS, min_size=1, max_size=8))
def test_whatever_was_said_the_result_was_said_by_somebody(said: list[Words]) -> None:
    derived = result(*said)
    assert derived.stage in {one.stage for one in said}
    assert derived.first_order_yen in {None, *(one.first_order_yen for one in said)}
    if derived.stage < Stage.DEAL:
        assert (derived.first_order_yen, derived.total_yen, derived.deal_on) == (None, None, None)


@given(
    st.lists(ANY_WORDS, min_size=1, max_size=8).flatmap(
        lambda s: st.tuples(st.just(s), st.permutations(s))
    )
)
def test_the_order_of_storage_does_not_matter(pair: tuple[list[Words], list[Words]]) -> None:
    said, shuffled = pair
    moments = [(one.reporter, one.reported_at) for one in said]
    if len(set(moments)) == len(moments) and len({one.reported_at for one in said}) == len(said):
        assert derive(said) == derive(shuffled)


@given(st.integers(0, 7), st.integers(0, 7))
def test_one_side_never_turns_the_others_words_into_a_deal_unseen(sme: int, buyer: int) -> None:
    stage, disagreement = standing(words(SME, sme), words(BUYER, buyer))
    assert disagreement is (abs(sme - buyer) > TOLERANCE or (sme < Stage.DEAL) != (buyer < Stage.DEAL))
    assert stage == (min if disagreement else max)(sme, buyer)
