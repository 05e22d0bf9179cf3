"""A participant's own page: by link or signed in, only its own part, before and on the day."""

from datetime import timedelta

import pytest
from flask import Flask

from sme_match.db.session import Database
from sme_match.events.enums import EventState
from sme_match.events.models import Event
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.events.published import Day
from tests.events.scenes import make_event, slot_start
from tests.meetings.readers import read_by_all

MINUTE = timedelta(minutes=1)


@pytest.fixture
def day(database: Database) -> Day:
    return Day(database)


def test_a_link_shows_the_own_timetable_and_nothing_of_others(app: Flask, day: Day) -> None:
    buyer, first, second = day.scene.buyers[0], *day.scene.smes[:2]
    of_buyer = Client(app).get(day.link(buyer)).text
    assert day.name(first) in of_buyer
    assert day.name(second) in of_buyer
    assert "10:00" in of_buyer
    assert "日本時間" in of_buyer
    assert "019-000-0099" in of_buyer
    of_sme = Client(app).get(day.link(first)).text
    assert day.name(buyer) in of_sme
    assert day.name(second) not in of_sme
    assert Client(app).get(f"{day.link(first)}/{day.second}").status_code == 404


def test_a_signed_in_manager_sees_the_same_page(client: Client, day: Day) -> None:
    client.sign_in(day.manager.id)
    page = client.get(f"/events/{day.event_id}/mine")
    assert day.name(day.scene.buyers[0]) in page.text
    assert client.get(f"/events/{day.event_id}/mine/{day.first}").status_code == 200
    assert client.get(f"/events/{day.event_id}/mine/{day.second}").status_code == 404
    assert f"/events/{day.event_id}/mine" in client.get(f"/events/{day.event_id}").text


def test_nothing_is_shown_before_the_timetable_is_published(
    app: Flask, day: Day, database: Database
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Event, day.event_id).state = EventState.PREPARING
    page = Client(app).get(day.link(day.scene.smes[0])).text
    assert "まだ公開されていません" in page
    assert day.name(day.scene.buyers[0]) not in page
    assert Client(app).post(day.link(day.scene.smes[0]), {"do": "confirm"}).status_code == 409


def test_a_company_agrees_or_says_what_does_not_suit(app: Flask, day: Day) -> None:
    sme, client = day.scene.smes[0], Client(app)
    client.post(day.link(sme), {"do": "confirm"})
    assert day.part(sme).confirmed_at == NOW
    client.post(day.link(sme), {"do": "object", "words": "10:00は会議です"})
    assert (day.part(sme).confirmed_at, day.part(sme).objection) == (None, "10:00は会議です")
    client.post(day.link(sme), {"do": "confirm"})
    assert day.part(sme).objection == ""
    assert day.actions() == ["participant.confirm", "participant.object", "participant.confirm"]


def test_an_objection_without_words_is_refused_and_too_long_a_name_is_kept(
    app: Flask, day: Day
) -> None:
    page = day.link(day.scene.smes[0])
    refused = Client(app).post(page, {"do": "object", "words": " "})
    assert refused.status_code == 422
    assert "理由を入力してください" in refused.text
    long = "あ" * 101
    refused = Client(app).post(page, {"do": "substitute", "name": long})
    assert refused.status_code == 422
    assert long in refused.text
    assert Client(app).post(page, {"do": "nothing"}).status_code == 422


def test_a_substitute_attends_like_the_attendee(app: Flask, day: Day, clock: Clock) -> None:
    sme, client = day.scene.smes[0], Client(app)
    client.post(day.link(sme), {"do": "substitute", "name": "代理 花子"})
    assert "代理 花子" in client.get(day.link(sme)).text
    clock.now = slot_start(0)
    client.post(f"{day.link(sme)}/{day.first}")
    assert day.placement(day.first).sme_here_at == slot_start(0)
    assert day.meeting(day.first).state is MeetingState.CONFIRMED


def test_the_connection_test_is_noted(app: Flask, day: Day) -> None:
    sme, client = day.scene.smes[0], Client(app)
    assert "/meetings/connection-test" in client.get(day.link(sme)).text
    client.post(day.link(sme), {"do": "tested"})
    assert day.part(sme).connection_tested_at == NOW


def test_the_room_opens_a_quarter_of_an_hour_before_and_closes_with_the_end(
    app: Flask, day: Day, clock: Clock
) -> None:
    room, url = f"{day.link(day.scene.smes[0])}/{day.first}", day.meeting(day.first).room_url
    for minutes, is_open in ((-16, False), (-15, True), (0, True), (19, True), (20, False)):
        clock.now = slot_start(0) + minutes * MINUTE
        page = Client(app).get(room)
        assert (url in page.text) is is_open
        assert Client(app).post(room).status_code == (302 if is_open else 409)


def test_each_side_says_that_it_is_here_and_sees_that_the_other_is(
    app: Flask, day: Day, clock: Clock
) -> None:
    buyer, sme = day.scene.buyers[0], day.scene.smes[0]
    clock.now = slot_start(0) - 5 * MINUTE
    Client(app).post(f"{day.link(buyer)}/{day.first}")
    seen = Client(app).get(f"{day.link(sme)}/{day.first}").text
    assert "相手も来ています" in seen
    assert "ここにいます" in seen
    placed = day.placement(day.first)
    assert (placed.buyer_here_at, placed.sme_here_at) == (clock.now, None)
    assert day.part(buyer).checked_in_at == clock.now
    assert day.part(sme).checked_in_at is None


def test_the_link_ends_with_the_day_after_the_event(app: Flask, day: Day, clock: Clock) -> None:
    link = day.link(day.scene.smes[0])
    clock.now = day.scene.slots[-1].ends_at + timedelta(days=1) - MINUTE
    assert Client(app).get(link).status_code == 200
    clock.now += MINUTE
    assert Client(app).get(link).status_code == 404


def test_the_files_hold_what_the_reader_may_see(client: Client, app: Flask, day: Day) -> None:
    sme, buyer = day.scene.smes[0], day.scene.buyers[0]
    (own,) = read_by_all(Client(app).get(f"{day.link(sme)}/calendar.ics").text)
    assert own.uid == day.meeting(day.first).calendar_uid
    assert own.starts_at == slot_start(0)
    assert len(read_by_all(Client(app).get(f"{day.link(buyer)}/calendar.ics").text)) == 2
    address = f"/events/{day.event_id}/calendar.ics"
    assert len(read_by_all(client.sign_in(day.manager.id).get(address).text)) == 1
    assert len(read_by_all(client.sign_in(day.scene.coordinator.id).get(address).text)) == 2


def test_a_company_outside_the_event_has_no_page(client: Client, day: Day, database: Database) -> None:
    with database.unit_of_work() as session:
        other = make_event(session)
        session.get_one(Meeting, day.first).event_id = other.event.id
    client.sign_in(day.manager.id)
    assert client.get(f"/events/{other.event.id}/mine").status_code == 404
    assert client.get(f"/events/{day.event_id}/mine/{day.first}").status_code == 404
