"""Who is reminded when: three days, one day and a quarter of an hour before."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.core.clock import JST
from sme_match.meetings.enums import Party
from sme_match.meetings.reminders import (
    LOOKAHEAD,
    ReminderKind,
    due_reminder,
    reminder_at,
    reminder_key,
)

STARTS = datetime(2026, 12, 10, 14, 0, tzinfo=JST)
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
THREE_DAYS, ONE_DAY, QUARTER_HOUR = ReminderKind


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=JST)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(THREE_DAYS, at(7, 9)), (ONE_DAY, at(9, 9)), (QUARTER_HOUR, at(10, 13, 45))],
)
def test_reminders_fall_due_by_the_clock_of_japan(kind: ReminderKind, expected: datetime) -> None:
    assert reminder_at(kind, STARTS) == expected
    assert reminder_at(kind, STARTS.astimezone(UTC)) == expected


def test_the_day_is_counted_in_japan_and_not_in_utc() -> None:
    early = at(10, 8)  # still 9 December in UTC

    assert reminder_at(ONE_DAY, early.astimezone(UTC)) == at(9, 9)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(7, 9) - SECOND, None),
        (at(7, 9), THREE_DAYS),
        (at(9, 9) - SECOND, THREE_DAYS),
        (at(9, 9), ONE_DAY),
        (at(10, 13, 45) - SECOND, ONE_DAY),
        (at(10, 13, 45), QUARTER_HOUR),
        (STARTS - SECOND, QUARTER_HOUR),
        (STARTS, None),
        (STARTS + timedelta(days=1), None),
    ],
)
def test_the_latest_due_reminder_until_the_meeting_begins(
    now: datetime, expected: ReminderKind | None
) -> None:
    assert due_reminder(starts_at=STARTS, confirmed_at=LONG_AGO, now=now) is expected


@pytest.mark.parametrize(
    ("confirmed_at", "now", "expected"),
    [
        (at(7, 9) - SECOND, at(7, 10), THREE_DAYS),
        (at(7, 9), at(7, 10), None),
        (at(8, 12), at(8, 13), None),
        (at(8, 12), at(9, 9), ONE_DAY),
        (at(10, 8), at(10, 9), None),
        (at(10, 8), at(10, 13, 50), QUARTER_HOUR),
        (at(10, 13, 50), at(10, 13, 55), None),
    ],
)
def test_a_meeting_confirmed_after_a_reminders_time_does_not_get_it(
    confirmed_at: datetime, now: datetime, expected: ReminderKind | None
) -> None:
    assert due_reminder(starts_at=STARTS, confirmed_at=confirmed_at, now=now) is expected


def test_the_key_changes_with_meeting_change_kind_and_side() -> None:
    key = reminder_key(meeting_id=12, sequence=3, kind=THREE_DAYS, party=Party.SME)

    assert key == "meeting:12:3:reminder-3d:sme"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- hypothesis adds the zone
def test_reminders_come_in_order_and_within_the_lookahead(starts_at: datetime) -> None:
    times = [reminder_at(kind, starts_at) for kind in ReminderKind]

    assert times == sorted(times)
    assert starts_at - LOOKAHEAD < times[0] <= times[-1] < starts_at


@settings(deadline=None)
@given(st.integers(0, 5 * 24 * 60), st.integers(5, 48 * 60))
def test_sweeps_of_any_rhythm_send_each_reminder_at_most_once(begin: int, step: int) -> None:
    now = STARTS - timedelta(days=5) + timedelta(minutes=begin)
    kinds = []
    while now < STARTS + timedelta(hours=1):
        kinds.append(due_reminder(starts_at=STARTS, confirmed_at=LONG_AGO, now=now))
        now += timedelta(minutes=step)

    changes = [b for a, b in zip([None, *kinds], kinds, strict=False) if a is not b and b is not None]

    assert changes == sorted(changes, key=list(ReminderKind).index)
    assert len(changes) == len(set(changes))
