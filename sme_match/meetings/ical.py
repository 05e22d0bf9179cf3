"""Meetings as iCalendar text (RFC 5545, RFC 5546): invitations, cancellations, downloads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

from sme_match.core.clock import to_jst, to_utc

TZID = "Asia/Tokyo"
PRODUCT = "-//sme-match//meetings//JA"
ALARM_BEFORE = timedelta(minutes=15)
REFRESH = timedelta(hours=1)
"""How often a subscribed calendar is asked to look again (RFC 7986)."""

# RFC 5545 section 3.1 keeps control characters out of values; line ends are escaped.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Many calendars show the escape for a double quote (RFC 6868) as it is written, and some take a
# backslash in a parameter for an escape.
_PARAMETER = str.maketrans({'"': "'", "\\": "＼"})


class EntryStatus(StrEnum):
    """Whether the meeting stands."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One person or firm at the meeting, with its mail address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One meeting as calendars know it.

    `uid` stays the same for the life of the meeting; `sequence` grows with every change that is sent
    out, the cancellation included, or calendars keep the older entry. `stamped_at` is the moment of
    that change.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: Attendee
    description: str = ""
    location: str = ""
    url: str = ""
    attendees: tuple[Attendee, ...] = ()
    status: EntryStatus = EntryStatus.CONFIRMED
    language: str = "ja"

    def __post_init__(self) -> None:
        if None in {self.stamped_at.tzinfo, self.starts_at.tzinfo, self.ends_at.tzinfo}:
            raise ValueError("A calendar entry needs times with a zone.")
        if self.starts_at >= self.ends_at:
            raise ValueError("A calendar entry ends after it starts.")


def invitation(entry: CalendarEntry) -> str:
    """Return the entry as METHOD:REQUEST; sent again with a higher sequence it updates the calendar."""
    return _calendar("REQUEST", [_event(entry, status=entry.status, invite=True)])


def cancellation(entry: CalendarEntry) -> str:
    """Return the entry as METHOD:CANCEL, which takes it out of the calendars."""
    return _calendar("CANCEL", [_event(entry, status=EntryStatus.CANCELLED, invite=True)])


def published(entries: Iterable[CalendarEntry], *, name: str = "") -> str:
    """Return entries as METHOD:PUBLISH for download, without attendees: it invites nobody.

    With a name it is a calendar to subscribe to: programs show the name and look again every hour.
    """
    events = [_event(entry, status=entry.status, invite=False) for entry in entries]
    return _calendar("PUBLISH", events, name=name)


def _calendar(method: str, events: list[Event], *, name: str = "") -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("name", clean_text(name))
        # Google and Outlook know the older names only.
        calendar.add("x-wr-calname", clean_text(name))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    calendar.add_component(_japan())
    for event in events:
        calendar.add_component(event)
    octets: bytes = calendar.to_ical()
    return octets.decode("utf-8")


def _japan() -> Timezone:
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 -- local time by definition
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone = Timezone()
    zone.add("tzid", TZID)
    zone.add_component(standard)
    return zone


def _event(entry: CalendarEntry, *, status: EntryStatus, invite: bool) -> Event:
    language = {"LANGUAGE": entry.language}
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", to_utc(entry.stamped_at))
    event.add("dtstart", to_jst(entry.starts_at))
    event.add("dtend", to_jst(entry.ends_at))
    event.add("summary", clean_text(entry.summary), parameters=language)
    event.add("status", status.value)
    event.add("organizer", _address(entry.organizer))
    if entry.description:
        event.add("description", clean_text(entry.description), parameters=language)
    if entry.location:
        event.add("location", clean_text(entry.location), parameters=language)
    if entry.url:
        event.add("url", entry.url)
    for attendee in entry.attendees if invite else ():
        event.add("attendee", _invited(attendee))
    if status is not EntryStatus.CANCELLED:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: CalendarEntry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -ALARM_BEFORE)
    alarm.add("description", clean_text(entry.summary))
    return alarm


def _address(person: Attendee) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.address}")
    name = " ".join(clean_text(person.name).translate(_PARAMETER).split())
    if name:
        address.params["CN"] = vText(name)
    return address


def _invited(person: Attendee) -> vCalAddress:
    address = _address(person)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    # Both sides have answered already; a calendar's own answer would go to an address nobody reads.
    address.params["PARTSTAT"] = vText("ACCEPTED")
    address.params["RSVP"] = vText("FALSE")
    return address


def clean_text(text: str) -> str:
    r"""Return the text with line ends as LF and without characters that a calendar cannot hold.

    >>> clean_text("一行目\r\n二行目\x00")
    '一行目\n二行目'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL.sub("", lines)
