"""Deals that show up late: what is expected after twelve months, and how sure that is."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.statistics.columns import days as day_numbers
from sme_match.statistics.columns import whole_numbers
from sme_match.statistics.late import (
    LEAST_DEALS,
    LEAST_MEETINGS,
    LateOutcomes,
    Waiting,
    ages_on,
    months_between,
)
from sme_match.statistics.late import expect as expect_of
from sme_match.statistics.late import hazards as hazards_of

Meeting = tuple[float, int | None]
"""Its age in months, and after how many a deal was reported, if there is one."""


def waiting(meetings: Sequence[Meeting]) -> Waiting:
    ages, after = zip(*meetings, strict=True) if meetings else ((), ())
    return Waiting(np.array(ages, dtype=float), whole_numbers(after))


def expect(history: Sequence[Meeting], cohort: Sequence[Meeting]) -> LateOutcomes | None:
    return expect_of(waiting(history), waiting(cohort))


def hazards(history: Sequence[Meeting]) -> list[tuple[int, int]]:
    return hazards_of(waiting(history))


@st.composite
def waitings(draw: st.DrawFn) -> Meeting:
    days = draw(st.integers(0, 1200))
    return days / 30, draw(st.none() | st.integers(0, days // 30))


# A few kinds of meetings, each many times: long histories are drawn as fast as short ones.
histories = st.lists(st.tuples(waitings(), st.integers(1, 40)), max_size=6).map(
    lambda kinds: [one for one, number in kinds for _ in range(number)]
)


def settled(deals: int, *, after: int = 0, of: int = LEAST_MEETINGS) -> list[Meeting]:
    """Meetings of two years ago, some of which led to a deal some months later."""
    return [(24, after)] * deals + [(24, None)] * (of - deals)


@settings(max_examples=60)
@given(histories, st.lists(waitings(), max_size=40))
def test_what_is_expected_lies_between_the_confirmed_and_all(
    history: list[Meeting], cohort: list[Meeting]
) -> None:
    found = expect(history, cohort)
    if found is None:
        return
    most = found.confirmed + found.open
    assert found.confirmed <= found.low <= found.high <= most
    assert found.confirmed - 1e-9 <= found.expected <= most + 1e-9
    shares = [share for _, share in found.visible]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0 if any(shares) else 0.0)


@given(histories)
def test_a_span_counts_only_meetings_that_have_passed_it(history: list[Meeting]) -> None:
    entered = [number for number, _ in hazards(history)]
    assert entered == sorted(entered, reverse=True)
    assert all(seen <= number for number, seen in hazards(history))


def test_a_cohort_of_twelve_months_is_as_it_is() -> None:
    cohort = [(12, 3), (15, None), (13, None)]
    found = expect(settled(10), cohort)
    assert found is not None
    assert (found.confirmed, found.open, found.low, found.high) == (1, 0, 1, 1)
    assert found.expected == 1


def test_one_in_three_that_comes_late_is_expected_of_new_meetings() -> None:
    found = expect(settled(100, after=8, of=300), [(1, None)] * 30)
    assert found is not None
    assert found.expected == pytest.approx(10)
    assert found.low < 10 < found.high
    assert found.visible == ((1, 0), (3, 0), (6, 0), (12, 1))


def test_the_share_seen_grows_as_the_history_says() -> None:
    history = settled(7, after=0, of=50) + settled(25, after=7, of=50)
    found = expect(history, [])
    assert found is not None
    assert [round(share * 32) for _, share in found.visible] == [7, 7, 7, 32]


def test_the_interval_holds_what_came_in_nineteen_of_twenty_cases() -> None:
    chance = random.Random(1)

    def meet(age: int) -> tuple[Meeting, bool]:
        after = chance.choice([0, 2, 4, 8]) if chance.random() < 0.32 else None
        seen = after if after is not None and after < age else None
        return (age, seen), after is not None

    held = 0
    for _ in range(100):
        history = [meet(chance.randint(0, 36))[0] for _ in range(200)]
        drawn = [meet(chance.randint(0, 11)) for _ in range(60)]
        found = expect([*history, *(one for one, _ in drawn)], [one for one, _ in drawn])
        assert found is not None
        held += found.low <= sum(comes for _, comes in drawn) <= found.high
    assert held >= 88


@pytest.mark.parametrize(
    "history",
    [
        settled(LEAST_DEALS, of=LEAST_MEETINGS - 1),
        settled(LEAST_DEALS - 1),
        [(11, 1)] * 100,
        [],
    ],
)
def test_too_short_a_history_says_nothing(history: list[Meeting]) -> None:
    assert expect(history, [(1, None)]) is None


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 15), date(2026, 2, 15), 1),
        (date(2026, 4, 1), date(2026, 4, 16), 0.5),
        (date(2025, 11, 20), date(2026, 11, 19), 11 + 30 / 31),
        (date(2025, 11, 20), date(2026, 11, 20), 12),
        (date(2026, 2, 1), date(2026, 1, 1), 0),
    ],
)
def test_months_are_counted_to_the_day(start: date, end: date, months: float) -> None:
    assert months_between(start, end) == pytest.approx(months)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 800))
def test_every_day_is_later_than_the_one_before(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert months_between(start, end) < months_between(start, end + timedelta(days=1))


@given(st.lists(st.dates(date(2019, 1, 1), date(2027, 1, 1)), max_size=5))
def test_ages_are_the_months_from_each_day(days: list[date]) -> None:
    today = date(2026, 3, 31)
    expected = [months_between(day, today) for day in days]
    assert ages_on(today, day_numbers(days)).tolist() == expected


def test_a_meeting_of_today_is_expected_to_bring_more_than_one_of_three_weeks_ago() -> None:
    history = settled(100, after=0, of=300)
    expected = []
    for days in (0, 7, 21, 29):
        found = expect(history, [(days / 30, None)] * 300)
        assert found is not None
        expected.append(found.expected)
    assert expected[0] == pytest.approx(100)
    assert expected == sorted(expected, reverse=True)
    assert expected[-1] < 5
