"""What waits in events stands on the home pages, for whom it concerns and as long as it waits."""

from datetime import timedelta

import pytest

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.events.enums import EventState, ParticipantState, Side
from sme_match.events.models import Event
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.events.published import Day
from tests.events.scenes import EventScene, make_event, make_participant, slot_start
from tests.factories import make_body, make_company, make_user


@pytest.fixture
def scene(database: Database) -> EventScene:
    with database.unit_of_work() as session:
        return make_event(session, buyer_answer_until=NOW + timedelta(days=1))


def waits(client: Client, kind: str) -> bool:
    """Whether the list of the kind holds something."""
    return "data-l=" in client.get(f"/waiting/{kind}").text


def test_a_coordinator_sees_applications_and_silent_buyers_of_the_own_body(
    client: Client, database: Database, scene: EventScene, clock: Clock
) -> None:
    client.sign_in(scene.coordinator.id)
    assert not waits(client, "event-applications")
    with database.unit_of_work() as session:
        event, other = session.get_one(Event, scene.event.id), make_body(session)
        applied, invited = ParticipantState.APPLIED, ParticipantState.INVITED
        make_participant(session, event, Side.SME, body=other, state=applied)
    assert not waits(client, "event-applications")
    with database.unit_of_work() as session:
        event = session.get_one(Event, scene.event.id)
        make_participant(session, event, Side.SME, state=applied)
        make_participant(session, event, Side.BUYER, state=invited)
    assert waits(client, "event-applications")
    assert waits(client, "event-buyers-unanswered")
    assert not waits(client, "events-to-publish")
    clock.now = NOW + timedelta(days=1)
    client.sign_in(scene.coordinator.id)
    assert waits(client, "events-to-publish")
    assert not waits(client, "event-buyers-unanswered")


def test_an_sme_sees_the_event_to_apply_for_while_the_call_is_open(
    client: Client, database: Database, scene: EventScene
) -> None:
    with database.unit_of_work() as session:
        company = make_company(session, scene.body)
        manager = make_user(session, scene.body, Role.SME, company_id=company.id)
    client.sign_in(manager.id)
    assert scene.event.name not in client.get("/").text
    with database.unit_of_work() as session:
        event = session.get_one(Event, scene.event.id)
        event.sme_call_until = NOW + timedelta(days=1)
    assert f'href="/events/{scene.event.id}"' in client.get("/").text
    with database.unit_of_work() as session:
        make_participant(session, event, Side.SME, company_id=company.id)
    assert f'href="/events/{scene.event.id}"' not in client.get("/").text


def test_a_published_timetable_waits_until_the_company_has_said_something(
    client: Client, database: Database
) -> None:
    day = Day(database)
    mine = f"/events/{day.event_id}/mine"
    client.sign_in(day.manager.id)
    home = client.get("/").text
    assert f'href="{mine}"' in home
    assert f'href="{mine}/{day.first}"' in home
    client.post(mine, {"do": "object", "words": "10:00は会議です"})
    assert f'href="{mine}"' not in client.get("/").text
    client.sign_in(day.scene.coordinator.id)
    assert waits(client, "event-objections")
    assert "10:00は会議です" in client.get("/waiting/event-objections").text


def test_on_the_day_the_home_page_leads_to_the_desk(
    client: Client, database: Database, clock: Clock
) -> None:
    day = Day(database)
    client.sign_in(day.scene.coordinator.id)
    assert not waits(client, "events-today")
    clock.now = slot_start(0)
    client.sign_in(day.scene.coordinator.id)
    assert waits(client, "events-today")
    assert 'href="/waiting/events-today"' in client.get("/").text
    assert day.board in client.get("/waiting/events-today").text
    with database.unit_of_work() as session:
        session.get_one(Event, day.event_id).state = EventState.ENDED
    assert not waits(client, "events-today")
