"""Periods: fiscal years, whole months, and the year before."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.statistics.periods import Period, fiscal_year, fiscal_year_of, last_twelve_months


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2027, 1, 1), 2026)],
)
def test_fiscal_year_runs_from_april_to_march(day: date, year: int) -> None:
    assert fiscal_year_of(day) == year
    assert day in fiscal_year(year)


def test_a_period_does_not_hold_its_end() -> None:
    assert date(2027, 4, 1) not in fiscal_year(2026)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        Period(date(2026, 2, 1), date(2026, 1, 1))


def test_last_twelve_months_end_with_the_last_whole_month() -> None:
    assert last_twelve_months(date(2026, 11, 22)) == Period(date(2025, 11, 1), date(2026, 11, 1))


def test_the_year_before_a_leap_day_begins_on_the_first_of_march() -> None:
    leap = Period(date(2024, 2, 29), date(2024, 3, 31))
    assert leap.year_before() == Period(date(2023, 3, 1), date(2023, 3, 31))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_last_twelve_months_are_twelve_and_follow_each_other(today: date) -> None:
    months = list(last_twelve_months(today).months())
    assert len(months) == 12
    assert [m.end for m in months[:-1]] == [m.start for m in months[1:]]
