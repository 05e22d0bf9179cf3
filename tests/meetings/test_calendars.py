"""A calendar program that subscribes sees what its owner may see, until the address is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.ical import cancellation, invitation, published
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.changing import DayRecord, cancel_meeting, move_meeting, record_day
from sme_match.meetings.services.feeds import LIFETIME
from tests.client import XHTML, Client, check_page
from tests.conftest import NOW, Clock
from tests.factories import make_user
from tests.meetings.readers import Read, read_by_all
from tests.meetings.scenes import SITE, Scene, at, confirm, make_scene, request
from tests.meetings.test_ical import ENTRY

PAGE = "/meetings/calendar"


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        return make_scene(session)


def agreed(database: Database, scene: Scene) -> Meeting:
    with database.unit_of_work() as session:
        return confirm(session, scene, at(7, 10))


def subscribe(client: Client) -> str:
    """The address that the page shows, without the name of the server."""
    page = check_page(client.post(PAGE).text)
    (field,) = [item for item in page.iter(f"{XHTML}input") if item.get("id") == "address"]
    address = field.get("value", "")
    assert address.endswith(".ics")
    return "/calendar/" + address.rpartition("/")[2]


def feed(app: Flask, address: str) -> list[Read]:
    """What somebody reads who has the address and nothing else."""
    answer = Client(app).get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return read_by_all(answer.text)


def test_the_managers_calendar_holds_the_agreed_meetings_of_the_company(
    app: Flask, client: Client, database: Database, scene: Scene
) -> None:
    meeting = agreed(database, scene)
    with database.unit_of_work() as session:
        confirm(session, make_scene(session, body=scene.body), at(7, 10))
        asked = make_scene(session, body=scene.body, company=scene.company)
        request(session, asked, at(9, 10))

    (entry,) = feed(app, subscribe(client.sign_in(scene.manager.id)))

    assert (entry.uid, entry.status) == (meeting.calendar_uid, "CONFIRMED")
    assert (entry.starts_at, entry.ends_at) == (at(7, 10), at(7, 10, 30))
    assert scene.buyer.name in entry.summary


def test_the_coordinators_calendar_holds_those_of_the_body(
    app: Flask, client: Client, database: Database, scene: Scene
) -> None:
    agreed(database, scene)
    with database.unit_of_work() as session:
        confirm(session, make_scene(session, body=scene.body), at(8, 10))
        confirm(session, make_scene(session), at(9, 10))

    entries = feed(app, subscribe(client.sign_in(scene.coordinator.id)))

    assert [entry.starts_at for entry in entries if scene.company.name in entry.summary] == [at(7, 10)]
    assert sorted(entry.starts_at for entry in entries) == [at(7, 10), at(8, 10)]


def test_a_moved_meeting_is_the_same_entry_with_a_higher_number(
    app: Flask, client: Client, database: Database, scene: Scene
) -> None:
    meeting = agreed(database, scene)
    address = subscribe(client.sign_in(scene.manager.id))
    (before,) = feed(app, address)
    with database.unit_of_work() as session:
        current = get_meeting(session, scene.actor, meeting.id)
        move_meeting(
            session, scene.actor, meeting.id, starts_at=at(7, 14), minutes=30,
            version=current.version, now=NOW, site=SITE,
        )  # fmt: skip

    (after,) = feed(app, address)

    assert (after.uid, after.starts_at) == (before.uid, at(7, 14))
    assert after.sequence > before.sequence


def test_what_was_called_off_or_put_off_is_shown_as_cancelled(
    app: Flask, client: Client, database: Database, scene: Scene
) -> None:
    first = agreed(database, scene)
    with database.unit_of_work() as session:
        other = make_scene(session, body=scene.body, company=scene.company)
        second = confirm(session, other, at(8, 10))
    address = subscribe(client.sign_in(scene.manager.id))
    numbers = {entry.uid: entry.sequence for entry in feed(app, address)}
    with database.unit_of_work() as session:
        version = get_meeting(session, scene.actor, first.id).version
        cancel_meeting(session, scene.actor, first.id, reason="急用", version=version, now=NOW)
        version = get_meeting(session, scene.actor, second.id).version
        day = DayRecord(result=MeetingState.CARRIED_OVER, reason="停電")
        record_day(session, scene.actor, second.id, day, version=version, now=NOW)

    entries = feed(app, address)

    assert [entry.status for entry in entries] == ["CANCELLED", "CANCELLED"]
    assert all(entry.sequence > numbers[entry.uid] for entry in entries)


def test_the_address_is_shown_once_and_a_new_one_ends_the_old(
    app: Flask, client: Client, database: Database, scene: Scene
) -> None:
    client.sign_in(scene.manager.id)
    first = subscribe(client)
    token = first.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in client.get(PAGE).text

    second = subscribe(client)

    assert Client(app).get(first).status_code == 404
    assert Client(app).get(second).status_code == 200
    client.post(f"{PAGE}/close")
    refused = Client(app).get(second)
    assert refused.status_code == 404
    assert "取り消されました" in refused.text
    assert "新しいアドレスを作る" in client.get(PAGE).text


def test_the_address_ends_with_the_account_and_with_its_time(
    app: Flask, client: Client, database: Database, scene: Scene, clock: Clock
) -> None:
    with database.unit_of_work() as session:
        gone = make_user(session, scene.body)
    stopped, aging = subscribe(client.sign_in(gone.id)), subscribe(client.sign_in(scene.manager.id))
    with database.unit_of_work() as session:
        session.merge(gone).active = False

    assert Client(app).get(stopped).status_code == 404
    clock.now = NOW + LIFETIME - timedelta(seconds=1)
    assert Client(app).get(aging).status_code == 200
    clock.now = NOW + LIFETIME
    assert Client(app).get(aging).status_code == 404


def test_only_who_has_meetings_may_subscribe(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        administrator = make_user(session, None, Role.ADMINISTRATOR)
    client.sign_in(administrator.id)
    assert client.post(PAGE).status_code == 403


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120), st.integers(0, 9_999))
@settings(max_examples=60)
def test_other_libraries_read_what_was_written(words: str, sequence: int) -> None:
    entry = replace(ENTRY, summary="商談：" + words, description=words, sequence=sequence)
    for text in (invitation(entry), cancellation(entry), published([entry], name="予定, 商談；")):
        (found,) = read_by_all(text)
        assert (found.uid, found.sequence) == (entry.uid, sequence)
        assert (found.starts_at, found.ends_at) == (entry.starts_at, entry.ends_at)


def test_a_calendar_to_subscribe_to_carries_its_name_and_when_to_look_again() -> None:
    text = published([ENTRY], name="商談の予定")
    assert "\r\nNAME:商談の予定\r\n" in text
    assert "\r\nX-WR-CALNAME:商談の予定\r\n" in text
    assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "\r\nNAME:" not in published([ENTRY])
