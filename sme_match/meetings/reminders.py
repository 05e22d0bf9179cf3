"""When the two sides of a confirmed meeting are reminded of it."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from sme_match.core.clock import JST, to_jst
from sme_match.meetings.enums import Party

MORNING = time(9)
LOOKAHEAD = timedelta(days=4)
"""Meetings that begin later than this need not be looked at: their first reminder is not due."""


class ReminderKind(StrEnum):
    """The reminders of a meeting, in the order in which they fall due."""

    THREE_DAYS = "reminder-3d"
    ONE_DAY = "reminder-1d"
    QUARTER_HOUR = "reminder-15m"


def reminder_at(kind: ReminderKind, starts_at: datetime) -> datetime:
    """Return when the reminder falls due: days before at nine in the morning in Japan, or minutes."""
    if kind is ReminderKind.QUARTER_HOUR:
        return starts_at - timedelta(minutes=15)
    days = 3 if kind is ReminderKind.THREE_DAYS else 1
    day = to_jst(starts_at).date() - timedelta(days=days)
    return datetime.combine(day, MORNING, tzinfo=JST)


def due_reminder(*, starts_at: datetime, confirmed_at: datetime, now: datetime) -> ReminderKind | None:
    """Return the reminder that both sides should have by now, or None.

    Three rules. A reminder whose time came before the meeting was confirmed (or its time last
    changed) is not sent: the confirmation has just told the same. After an outage of the scheduler
    only the latest reminder is made up for, until the meeting begins: one mail, not three. Nothing is
    sent from the start on. The answer stays the same until the next reminder falls due, so the key of
    the mail keeps it from being sent again.
    """
    if now >= starts_at:
        return None
    due = [kind for kind in ReminderKind if confirmed_at < reminder_at(kind, starts_at) <= now]
    return due[-1] if due else None


def reminder_key(*, meeting_id: int, sequence: int, kind: ReminderKind, party: Party) -> str:
    """Return the outbox key; a changed meeting has a new sequence and with it new reminders."""
    return f"meeting:{meeting_id}:{sequence}:{kind}:{party}"
