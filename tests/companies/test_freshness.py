"""When a profile is stale, due, and how long a certificate holds."""

from datetime import UTC, date, datetime

import pytest

from sme_match.companies.freshness import (
    ExpiryState,
    expiry_state,
    is_due,
    is_stale,
    months_before,
    months_between,
)

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def test_a_year_counts_in_calendar_months() -> None:
    assert months_before(NOW, 12) == datetime(2025, 11, 20, 1, 0, tzinfo=UTC)
    assert is_stale(datetime(2025, 11, 20, 0, 59, tzinfo=UTC), NOW)
    assert not is_stale(datetime(2025, 11, 20, 1, 0, tzinfo=UTC), NOW)


def test_three_months_without_a_word_are_asked_about() -> None:
    assert is_due(datetime(2026, 8, 20, 0, 59, tzinfo=UTC), NOW)
    assert not is_due(datetime(2026, 8, 20, 1, 0, tzinfo=UTC), NOW)


def test_a_profile_that_was_never_confirmed_is_both() -> None:
    assert is_stale(None, NOW)
    assert is_due(None, NOW)


def test_the_end_of_a_long_month_has_a_day_in_a_short_one() -> None:
    assert months_before(datetime(2026, 5, 31, 3, tzinfo=UTC), 3) == datetime(
        2026, 2, 28, 3, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("earlier", "months"),
    [
        (datetime(2026, 8, 20, 1, 0, tzinfo=UTC), 3),
        (datetime(2026, 8, 20, 2, 0, tzinfo=UTC), 2),
        (datetime(2025, 10, 1, 0, 0, tzinfo=UTC), 13),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), 0),
    ],
)
def test_full_months_are_counted(earlier: datetime, months: int) -> None:
    assert months_between(earlier, NOW) == months


@pytest.mark.parametrize(
    ("expires_on", "state"),
    [
        (None, ExpiryState.NOT_STATED),
        (date(2026, 11, 19), ExpiryState.EXPIRED),
        (date(2026, 11, 20), ExpiryState.SOON),
        (date(2027, 2, 18), ExpiryState.SOON),
        (date(2027, 2, 19), ExpiryState.VALID),
    ],
)
def test_a_certificate_holds_until_the_end_of_its_last_day(
    expires_on: date | None, state: ExpiryState
) -> None:
    assert expiry_state(expires_on, TODAY) is state
