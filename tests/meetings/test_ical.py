"""Calendar texts say to a calendar program what was agreed, in any language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from sme_match.core.clock import JST
from sme_match.meetings.ical import (
    Attendee,
    CalendarEntry,
    EntryStatus,
    cancellation,
    clean_text,
    invitation,
    published,
)

STARTS = datetime(2026, 12, 10, 5, 0, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="0f3a@sme-match.example.jp",
    sequence=2,
    stamped_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC),
    starts_at=STARTS,
    ends_at=STARTS + timedelta(minutes=45),
    summary="商談：株式会社みやぎ精密 × 東北機械工業；アルミ切削, 試作",
    description="接続先はこちらです。\nhttps://meet.jit.si/abc\n\n当日の電話：022-000-0000",
    location="https://meet.jit.si/abc",
    url="https://meet.jit.si/abc?x=1,2;3",
    organizer=Attendee(name="みやぎ産業振興機構", address="desk@example.jp"),
    attendees=(
        Attendee(name='山田, "花子"; 部長', address="hanako@example.jp"),
        Attendee(name="", address="taro@example.com"),
    ),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def read(text: str) -> tuple[Any, Any]:
    """Return the calendar and its only event; the library types a property as any of thirty."""
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_carries_what_was_agreed() -> None:
    calendar, event = read(invitation(ENTRY))

    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert (event["uid"], event["sequence"], event["status"]) == (ENTRY.uid, 2, "CONFIRMED")
    assert event["summary"] == ENTRY.summary
    assert event["description"] == ENTRY.description
    assert (event["location"], event["url"]) == (ENTRY.location, ENTRY.url)
    assert event["dtstamp"].dt == ENTRY.stamped_at
    assert (event["dtstart"].dt, event["dtend"].dt) == (ENTRY.starts_at, ENTRY.ends_at)
    assert event["summary"].params["LANGUAGE"] == "ja"


def test_times_are_written_in_the_clock_of_japan_which_is_described() -> None:
    text = invitation(ENTRY)
    calendar, event = read(text)

    assert "DTSTART;TZID=Asia/Tokyo:20261210T140000\r\n" in text
    assert "DTSTAMP:20261120T010203Z\r\n" in text
    (zone,) = calendar.walk("VTIMEZONE")
    (standard,) = zone.walk("STANDARD")
    assert zone["tzid"] == "Asia/Tokyo" == event["dtstart"].params["TZID"]
    assert standard["tzoffsetto"].td == timedelta(hours=9)


def test_people_are_named_and_not_asked_to_answer_again() -> None:
    _, event = read(invitation(ENTRY))

    assert event["organizer"] == "mailto:desk@example.jp"
    assert event["organizer"].params["CN"] == "みやぎ産業振興機構"
    first, second = event["attendee"]
    assert [first, second] == ["mailto:hanako@example.jp", "mailto:taro@example.com"]
    assert dict(first.params) == {
        "CN": "山田, '花子'; 部長",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    assert "CN" not in second.params


def test_an_alarm_rings_a_quarter_of_an_hour_before() -> None:
    _, event = read(invitation(ENTRY))

    (alarm,) = event.walk("VALARM")
    assert (alarm["action"], alarm["trigger"].dt) == ("DISPLAY", timedelta(minutes=-15))


def test_a_cancellation_takes_the_same_entry_back() -> None:
    calendar, event = read(cancellation(replace(ENTRY, sequence=3)))

    assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert (event["uid"], event["sequence"]) == (ENTRY.uid, 3)
    assert [str(attendee) for attendee in event["attendee"]] == [
        "mailto:hanako@example.jp",
        "mailto:taro@example.com",
    ]
    assert event.walk("VALARM") == []


def test_a_download_holds_all_meetings_and_invites_nobody() -> None:
    other = replace(ENTRY, uid="other", status=EntryStatus.TENTATIVE)

    calendar = Calendar.from_ical(published([ENTRY, other]))

    events = calendar.walk("VEVENT")
    assert calendar["method"] == "PUBLISH"
    assert [(event["uid"], event["status"]) for event in events] == [
        (ENTRY.uid, "CONFIRMED"),
        ("other", "TENTATIVE"),
    ]
    assert [event.get("attendee") for event in events] == [None, None]
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_a_download_of_nothing_is_still_a_calendar() -> None:
    assert Calendar.from_ical(published([])).walk("VEVENT") == []


def test_what_is_empty_is_left_out() -> None:
    _, event = read(invitation(replace(ENTRY, description="", location="", url="", attendees=())))

    assert [name for name in ("description", "location", "url", "attendee") if name in event] == []


def test_the_same_entry_gives_the_same_text() -> None:
    assert invitation(ENTRY) == invitation(replace(ENTRY, starts_at=STARTS.astimezone(JST)))


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": STARTS.replace(tzinfo=None)},
        {"ends_at": STARTS.replace(tzinfo=None)},
        {"stamped_at": STARTS.replace(tzinfo=None)},
        {"ends_at": STARTS},
        {"ends_at": STARTS - timedelta(minutes=1)},
    ],
)
def test_times_without_zone_or_order_are_mistakes(times: dict[str, datetime]) -> None:
    with pytest.raises(ValueError, match="calendar entry"):
        replace(ENTRY, **times)  # type: ignore[arg-type]  # only times are replaced


@example(summary="%2C", description="\\;\\n", location="%5C%3B", name="%3A%2C\\")
@settings(deadline=None)
@given(summary=texts, description=texts, location=texts, name=texts)
def test_any_text_comes_back_as_it_was(
    summary: str, description: str, location: str, name: str
) -> None:
    entry = replace(
        ENTRY,
        summary=summary,
        description=description,
        location=location,
        attendees=(Attendee(name=name, address="a@example.jp"),),
    )

    text = invitation(entry)
    _, event = read(text)

    assert event["summary"] == clean_text(summary)
    assert event.get("description", "") == clean_text(description)
    assert event.get("location", "") == clean_text(location)
    assert event["attendee"].params.get("CN", "") == " ".join(
        clean_text(name).replace('"', "'").replace("\\", "＼").split()
    )
    assert {len(line.encode()) <= 75 for line in text.split("\r\n")} == {True}
    assert text.count("BEGIN:VEVENT") == 1 + summary.count("BEGIN:VEVENT")


def test_long_japanese_text_is_folded_between_characters() -> None:
    text = invitation(replace(ENTRY, description="鉄鋼" * 2000))

    assert {len(line.encode()) <= 75 for line in text.split("\r\n")} == {True}
    assert text.replace("\r\n ", "").count("鉄鋼") == 2000
