"""The days on which a held meeting is followed up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.outcomes.calendar import MONTHS_AFTER, current_round, months_later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 27), 1, date(2026, 12, 27)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 500))
def test_the_round_is_the_latest_that_has_fallen_due(held_on: date, days: int) -> None:
    today = held_on + timedelta(days=days)
    found = current_round(held_on, today)
    due = [months for months in MONTHS_AFTER if months_later(held_on, months) <= today]
    assert found == (due[-1] if due else 0)
