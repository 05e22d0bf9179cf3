"""Five-minute cells of half-open times: what a confirmed meeting holds in the booking table."""

from datetime import UTC, datetime, timedelta

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text

CELL = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_MEETING = timedelta(hours=8)


def cells_of(starts_at: datetime, ends_at: datetime) -> range:
    """Return the numbers of the cells that `[starts_at, ends_at)` touches.

    Cells are counted since 1970-01-01T00:00Z. A meeting begins with a cell; an end inside one takes
    the whole of it.

    Raises:
        InvalidError: when the times name no zone, are out of order or too far apart, or the start is
            not on a cell.
    """
    check_times(starts_at, ends_at)
    return range((starts_at - EPOCH) // CELL, -((EPOCH - ends_at) // CELL))


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse times that no meeting can have.

    Raises:
        InvalidError: see `cells_of`.
    """
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise InvalidError(mark_text("日時に時間帯（タイムゾーン）がありません。"), field="starts_at")
    if ends_at <= starts_at:
        raise InvalidError(mark_text("終了時刻は開始時刻より後にしてください。"), field="ends_at")
    if ends_at - starts_at > LONGEST_MEETING:
        raise InvalidError(
            mark_text("商談は%(hours)s時間以内にしてください。"),
            field="ends_at",
            hours=LONGEST_MEETING // timedelta(hours=1),
        )
    if (starts_at - EPOCH) % CELL:
        raise InvalidError(mark_text("開始時刻は5分単位にしてください。"), field="starts_at")
