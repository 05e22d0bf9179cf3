"""Meetings hold whole cells of five minutes, half-open."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sme_match.core.clock import JST
from sme_match.core.errors import InvalidError
from sme_match.meetings.slots import CELL, EPOCH, LONGEST_MEETING, cells_of

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=JST)
starts = st.integers(0, 4_000_000).map(lambda n: EPOCH + n * CELL)
lengths = st.integers(1, int(LONGEST_MEETING.total_seconds()) // 60).map(lambda n: timedelta(minutes=n))


def test_the_first_cell_of_the_epoch_is_zero() -> None:
    assert cells_of(EPOCH, EPOCH + CELL) == range(1)


def test_forty_five_minutes_are_nine_cells_whatever_the_zone() -> None:
    ends_at = TEN + timedelta(minutes=45)

    assert len(cells_of(TEN, ends_at)) == 9
    assert cells_of(TEN, ends_at) == cells_of(TEN.astimezone(UTC), ends_at.astimezone(UTC))


def test_a_begun_cell_is_held_as_a_whole() -> None:
    assert len(cells_of(TEN, TEN + timedelta(minutes=22))) == 5


def test_meetings_that_follow_each_other_share_no_cell() -> None:
    half_past, eleven = TEN + timedelta(minutes=30), TEN + timedelta(minutes=60)

    assert set(cells_of(TEN, half_past)).isdisjoint(cells_of(half_past, eleven))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "field"),
    [
        (TEN + timedelta(minutes=3), TEN + timedelta(minutes=30), "starts_at"),
        (TEN + timedelta(seconds=1), TEN + timedelta(minutes=30), "starts_at"),
        (TEN + timedelta(microseconds=1), TEN + timedelta(minutes=30), "starts_at"),
        (TEN, TEN, "ends_at"),
        (TEN, TEN - CELL, "ends_at"),
        (TEN, TEN + LONGEST_MEETING + CELL, "ends_at"),
        (TEN, datetime.max.replace(tzinfo=UTC), "ends_at"),
        (TEN.replace(tzinfo=None), TEN + CELL, "starts_at"),
        (TEN, (TEN + CELL).replace(tzinfo=None), "starts_at"),
    ],
)
def test_times_that_no_meeting_can_have(starts_at: datetime, ends_at: datetime, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        cells_of(starts_at, ends_at)
    assert refusal.value.field == field


def test_the_longest_meeting_is_allowed() -> None:
    assert len(cells_of(TEN, TEN + LONGEST_MEETING)) == 96


@given(starts, lengths)
def test_the_cells_cover_the_meeting_and_not_a_cell_more(start: datetime, span: timedelta) -> None:
    cells = cells_of(start, start + span)

    assert EPOCH + cells.start * CELL == start
    assert EPOCH + cells.stop * CELL - CELL < start + span <= EPOCH + cells.stop * CELL


@given(starts, lengths, st.integers(-40, 40), lengths)
def test_meetings_that_overlap_share_a_cell(
    start: datetime, span: timedelta, shift: int, other_span: timedelta
) -> None:
    other = start + shift * CELL
    assume(other >= EPOCH)

    shared = set(cells_of(start, start + span)) & set(cells_of(other, other + other_span))

    if start < other + other_span and other < start + span:
        assert shared
