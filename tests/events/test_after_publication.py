"""What changes after the timetable was published, and who is told of it."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError
from sme_match.db.session import Database
from sme_match.events.enums import EventMode, EventState, RunKind
from sme_match.events.models import Event, Participant, TimetableChange, TimetableRun
from sme_match.events.services.deciding import BuyerDraft, invite_buyer, withdraw
from sme_match.events.services.desk import Way, switch_way
from sme_match.events.services.planning import EventDraft, edit_event, rules_of
from sme_match.events.tasks import solve_waiting
from sme_match.meetings.enums import MeetingChannel, MeetingState
from sme_match.meetings.models import Meeting
from tests.client import Client
from tests.conftest import NOW
from tests.events.published import publish
from tests.events.scenes import EventScene, make_event
from tests.meetings.scenes import SITE, entry_of, mails


def edit(session: Session, scene: EventScene, *, now: datetime = NOW, **values: Any) -> Event:
    """Save the form of the plan with other values."""
    event = scene.event
    plan = EventDraft(
        name=event.name, call_from=jst_date(event.sme_call_from),
        call_until=jst_date(event.sme_call_until), answer_until=jst_date(event.buyer_answer_until),
        days=tuple(rules_of(event)), **values,
    )  # fmt: skip
    return edit_event(session, scene.actor, event.id, plan, version=event.version, now=now, site=SITE)


def test_another_mode_reaches_every_meeting_to_come_as_one_notified_change(session: Session) -> None:
    scene = make_event(session)
    first, second = publish(session, scene, (0, 0, 0), (0, 1, 1))
    edit(session, scene, mode=EventMode.IN_PERSON, venue="産業会館", now=scene.slots[0].starts_at)
    assert (first.channel, first.calendar_sequence) == (MeetingChannel.WEB, 0), "it has begun"
    assert (second.channel, second.venue, second.room_url) == (
        MeetingChannel.IN_PERSON, "産業会館", "",
    )  # fmt: skip
    told = mails(session, about="change")
    assert len(told) == 2
    method, entry = entry_of(told[0].calendar)
    assert (method, str(entry["uid"]), entry["sequence"]) == ("REQUEST", second.calendar_uid, 1)
    assert "産業会館" in told[0].text


def test_another_venue_is_told_and_the_same_plan_is_not(session: Session) -> None:
    scene = make_event(session, mode=EventMode.IN_PERSON, venue="産業会館")
    (meeting,) = publish(session, scene, (0, 0, 0))
    meeting.channel, meeting.venue, meeting.room_url = MeetingChannel.IN_PERSON, "産業会館", ""
    session.flush()
    edit(session, scene, mode=EventMode.IN_PERSON, venue="産業会館")
    assert mails(session) == []
    edit(session, scene, mode=EventMode.IN_PERSON, venue="文化会館 2階")
    assert (meeting.venue, meeting.calendar_sequence) == ("文化会館 2階", 1)


def test_a_way_that_the_desk_chose_stays(session: Session) -> None:
    scene = make_event(session)
    (meeting,) = publish(session, scene, (0, 0, 0))
    switch_way(
        session, scene.actor, scene.event.id, meeting.id,
        Way(MeetingChannel.PHONE, "委託側からかける"), version=meeting.version, now=NOW, site=SITE,
    )  # fmt: skip
    edit(session, scene, mode=EventMode.IN_PERSON, venue="産業会館")
    assert meeting.channel is MeetingChannel.PHONE


def test_before_publication_another_mode_tells_nobody(session: Session) -> None:
    scene = make_event(session)
    edit(session, scene, mode=EventMode.IN_PERSON, venue="産業会館")
    assert mails(session) == []


def test_a_company_with_published_meetings_changes_its_way_at_the_desk(session: Session) -> None:
    scene = make_event(session, mode=EventMode.BOTH, venue="産業会館")
    publish(session, scene, (0, 0, 0))
    buyers = {each.id: each.company_id for each in scene.buyers}
    met, free = scene.buyers[0].id, scene.buyers[1].id
    changed = BuyerDraft(mode=EventMode.IN_PERSON)
    with pytest.raises(InvalidError, match="「当日」の画面"):
        invite_buyer(session, scene.actor, scene.event.id, changed, company_id=buyers[met], now=NOW)
    invite_buyer(session, scene.actor, scene.event.id, changed, company_id=buyers[free], now=NOW)
    assert session.get_one(Participant, free).mode is EventMode.IN_PERSON
    assert scene.event.state is EventState.PUBLISHED
    assert session.scalars(select(Meeting.channel)).all() == [MeetingChannel.WEB]


def test_a_company_that_falls_out_is_released_in_one_step(session: Session) -> None:
    scene = make_event(session)
    begun, coming, other = publish(session, scene, (0, 0, 0), (1, 0, 1), (0, 1, 1))
    now = scene.slots[0].starts_at
    released = withdraw(
        session, scene.actor, scene.smes[0].id, reason="火事で工場が止まった", now=now, site=SITE
    )
    assert released == 1
    states = [MeetingState.CONFIRMED, MeetingState.CANCELLED, MeetingState.CONFIRMED]
    assert [each.state for each in (begun, coming, other)] == states
    told = mails(session, about="cancellation")
    assert [mail.calendar_method for mail in told] == ["CANCEL"] * 2
    assert not any("火事" in mail.text for mail in told), "the reason is for its body alone"
    (change,) = session.scalars(select(TimetableChange))
    assert [step["candidate"] for step in change.steps] == [scene.pair(1, 0).id]


def test_after_a_company_fell_out_a_repair_is_asked_for_and_says_who_moves(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        publish(session, scene, (0, 0, 0), (1, 0, 1), (0, 1, 1))
    client.sign_in(scene.coordinator.id)
    address = f"/events/participants/{scene.smes[0].id}/withdraw"
    done = client.post(address, {"reason": "急病"})
    assert done.location == f"/events/{scene.event.id}/runs"
    assert "双方に知らせました" in client.get(done.location).text
    solve_waiting(database, owner="worker", now_of=lambda: NOW)
    with database.reading() as session:
        (run,) = session.scalars(select(TimetableRun))
        assert run.kind is RunKind.REPAIR
    assert "動く商談 0件" in client.get(f"{done.location}/{run.id}").text
