"""Calendar texts as two other libraries read them, beside the one that writes them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import vobject
from ical.calendar_stream import IcsCalendarStream


@dataclass(frozen=True, order=True)
class Read:
    """One entry, as far as every reader must agree on it."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    status: str


def read_by_all(text: str) -> list[Read]:
    """What the readers find; they must find the same, and nothing to complain about."""
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75, "RFC 5545 folds lines at 75 octets"
    first, second = sorted(_ical(text)), sorted(_vobject(text))
    assert first == second
    return first


def _ical(text: str) -> list[Read]:
    calendar = IcsCalendarStream.calendar_from_ics(text)
    return [
        Read(
            event.uid,
            event.sequence or 0,
            _utc(event.dtstart),
            _utc(event.dtend),
            event.summary or "",
            event.status.value if event.status else "",
        )
        for event in calendar.events
    ]


def _vobject(text: str) -> list[Read]:
    calendar = vobject.readOne(text, validate=True)
    return [
        Read(
            event.uid.value,
            int(event.sequence.value),
            _utc(event.dtstart.value),
            _utc(event.dtend.value),
            event.summary.value,
            event.status.value,
        )
        for event in calendar.contents.get("vevent", [])
    ]


def _utc(value: object) -> datetime:
    assert isinstance(value, datetime)
    assert value.tzinfo is not None
    return value.astimezone(UTC)
