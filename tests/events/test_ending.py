"""The end of an event: after its last day, by the scheduler, or because it was called off."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import SignedLink
from sme_match.core.clock import jst_midnight
from sme_match.core.errors import ConflictError
from sme_match.db.session import Database
from sme_match.events.enums import EventState, RunState
from sme_match.events.models import Event, TimetableRun
from sme_match.events.services.answering import ask
from sme_match.events.services.cancelling import cancel_event
from sme_match.events.services.desk import open_desk
from sme_match.events.services.runs import Wish, wish_run
from sme_match.events.tasks import end_events
from sme_match.meetings.enums import MeetingState
from tests.client import Client
from tests.conftest import NOW
from tests.events.published import Day
from tests.events.scenes import DAY, make_event

AFTER = jst_midnight(DAY + timedelta(days=1))


@pytest.fixture
def day(database: Database) -> Day:
    return Day(database)


def state_of(day: Day) -> EventState:
    with day.database.reading() as session:
        return session.get_one(Event, day.event_id).state


def test_an_event_ends_with_its_last_day_also_when_runs_were_missed(day: Day) -> None:
    assert end_events(day.database, now=AFTER - timedelta(seconds=1)) == 0
    assert state_of(day) is EventState.PUBLISHED
    assert end_events(day.database, now=AFTER + timedelta(days=40)) == 1
    assert state_of(day) is EventState.ENDED
    assert end_events(day.database, now=AFTER + timedelta(days=41)) == 0


def test_what_was_never_published_can_still_be_given_another_day(day: Day) -> None:
    with day.database.unit_of_work() as session:
        session.get_one(Event, day.event_id).state = EventState.PREPARING
    assert end_events(day.database, now=AFTER) == 0


def test_desk_and_runs_close_with_it_and_records_and_pages_stay(app: Flask, day: Day) -> None:
    with day.database.unit_of_work() as session:
        run_id = wish_run(session, day.scene.actor, day.event_id, Wish(), now=NOW).id
    end_events(day.database, now=AFTER)
    with day.database.unit_of_work() as session:
        assert session.get_one(TimetableRun, run_id).state is RunState.STOPPED
        with pytest.raises(ConflictError):
            open_desk(session, day.scene.actor, day.event_id, now=AFTER)
        with pytest.raises(ConflictError):
            wish_run(session, day.scene.actor, day.event_id, Wish(), now=AFTER)
    assert day.meeting(day.first).state is MeetingState.CONFIRMED
    coordinator = Client(app).sign_in(day.scene.coordinator.id)
    assert "/attendance" in coordinator.get(day.board).text, "results are still recorded"
    assert day.name(day.scene.buyers[0]) in Client(app).get(day.link(day.scene.smes[0])).text


def call_off(session: Session, day: Day) -> None:
    event = session.get_one(Event, day.event_id)
    cancel_event(
        session, day.scene.actor, event.id, reason="大雪のため", version=event.version, now=NOW
    )


def test_every_page_of_an_event_that_was_called_off_says_so(app: Flask, day: Day) -> None:
    with day.database.unit_of_work() as session:
        call_off(session, day)
    coordinator = Client(app).sign_in(day.scene.coordinator.id)
    for page in ("", "/timetable", "/day", "/publish", "/participants"):
        text = coordinator.get(f"/events/{day.event_id}{page}").text
        assert "中止になりました" in text, page
        assert "大雪のため" in text, page
    manager = Client(app).sign_in(day.manager.id).get(f"/events/{day.event_id}/mine")
    for text in (manager.text, Client(app).get(day.link(day.scene.smes[0])).text):
        assert "中止になりました" in text
        assert "まだ公開されていません" not in text


def test_buyers_are_not_asked_any_more(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session, buyer_answer_until=NOW + timedelta(days=5))
        ask(session, scene.actor, scene.buyers[0].id, now=NOW, base_url="https://match.example.jp")
        link = session.scalars(select(SignedLink)).one()
        assert link.revoked_at is None
        cancel_event(
            session, scene.actor, scene.event.id, reason="大雪", version=scene.event.version, now=NOW
        )
        session.refresh(link)
        assert link.revoked_at == NOW
