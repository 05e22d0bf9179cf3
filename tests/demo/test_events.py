"""The events of the region: one that is over, one to prepare, one under way today."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.core.clock import jst_date
from sme_match.events.enums import EventState, Side
from sme_match.events.models import Candidate, Event, EventSlot, Participant, Placement
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.outcomes.models import Outcome
from tests.demo.conftest import TODAY


def test_one_event_is_prepared_with_both_sides_and_candidates(region: Session) -> None:
    event = region.scalars(select(Event).where(Event.state == EventState.PREPARING)).one()
    slots = region.scalar(select(func.count()).where(EventSlot.event_id == event.id))
    assert slots == 12
    sides = set(region.scalars(select(Participant.side).where(Participant.event_id == event.id)))
    assert sides == set(Side)
    assert region.scalar(select(func.count()).where(Candidate.event_id == event.id))


def test_every_place_of_the_event_today_has_its_confirmed_meeting(region: Session) -> None:
    rows = region.execute(
        select(Placement, EventSlot, Meeting)
        .join(EventSlot, EventSlot.id == Placement.slot_id)
        .join(Meeting, Meeting.id == Placement.meeting_id)
        .join(Event, Event.id == Placement.event_id)
        .where(Event.state == EventState.PUBLISHED)
    ).all()
    assert rows
    for placement, slot, meeting in rows:
        assert meeting.event_id == placement.event_id
        assert (meeting.starts_at, meeting.ends_at) == (slot.starts_at, slot.ends_at)
        assert meeting.state is MeetingState.CONFIRMED
        assert jst_date(slot.starts_at) == TODAY


def test_smes_wish_for_buyers_of_the_event_in_preparation_as_their_form_says(region: Session) -> None:
    event = region.scalars(select(Event).where(Event.state == EventState.PREPARING)).one()
    smes = select(Participant).where(Participant.event_id == event.id, Participant.side == Side.SME)
    wishing = [sme for sme in region.scalars(smes) if sme.wishes]
    assert wishing
    for sme in wishing:
        ranked = region.scalars(
            select(Candidate)
            .where(Candidate.sme_id == sme.id, Candidate.sme_rank.is_not(None))
            .order_by(Candidate.sme_rank)
        ).all()
        assert [pair.need_id for pair in ranked] == [wish["need"] for wish in sme.wishes]


def test_the_event_that_is_over_has_outcomes(region: Session) -> None:
    event = region.scalars(select(Event).where(Event.state == EventState.ENDED)).one()
    meetings = region.scalars(select(Meeting).where(Meeting.event_id == event.id)).all()
    assert MeetingState.CONFIRMED not in {meeting.state for meeting in meetings}
    held = [meeting.id for meeting in meetings if meeting.state is MeetingState.HELD]
    assert region.scalar(select(func.count()).where(Outcome.meeting_id.in_(held)))
