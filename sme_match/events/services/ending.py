"""The end of an event, and what closes with it, also when it is called off."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM
from sme_match.core.clock import jst_date
from sme_match.events.enums import EventState, RunState, Side
from sme_match.events.models import Event, EventDay, Participant, TimetableRun
from sme_match.events.queries import lock_event
from sme_match.events.services.runs import ask_to_stop


def list_over(session: Session, *, now: datetime) -> list[int]:
    """Return the published events whose last day is over."""
    last = (
        select(func.max(EventDay.date)).where(EventDay.event_id == Event.id).correlate(Event)
    ).scalar_subquery()
    query = select(Event.id).where(Event.state == EventState.PUBLISHED, last < jst_date(now))
    return list(session.scalars(query.order_by(Event.id)))


def end_event(session: Session, event_id: int, *, now: datetime) -> bool:
    """End a published event after its last day; return whether it was this call that did.

    The timetable, the desk and applications are closed from then on. What became of meetings is
    recorded with these, and the participants' pages stay as long as their links live.
    """
    event = lock_event(session, SYSTEM, event_id, now=now)
    over = max((day.date for day in event.days), default=jst_date(now)) < jst_date(now)
    if event.state is not EventState.PUBLISHED or not over:
        return False
    event.state, event.updated_at = EventState.ENDED, now
    event.revision += 1
    close_with(session, event, now=now)
    session.flush()
    record(
        session,
        SYSTEM,
        action="event.end",
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"state": (EventState.PUBLISHED, event.state)},
    )
    return True


def close_with(session: Session, event: Event, *, now: datetime) -> None:
    """Close what makes no sense after a locked event: links to answer, and runs of the solver."""
    buyers = select(Participant.id).where(
        Participant.event_id == event.id, Participant.side == Side.BUYER
    )
    for buyer_id in session.scalars(buyers):
        revoke_links(session, LinkPurpose.EVENT_ANSWER, buyer_id, now)
    runs = select(TimetableRun).where(
        TimetableRun.event_id == event.id,
        TimetableRun.state.in_((RunState.QUEUED, RunState.RUNNING)),
    )
    for run in session.scalars(runs):
        ask_to_stop(run, now)
