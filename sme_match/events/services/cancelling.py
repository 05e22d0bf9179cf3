"""Calling an event off: everybody who takes part is told, and every meeting is called off."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.audit.services import record
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.events.enums import EventState, ParticipantState
from sme_match.events.messages.standing import tell_cancelled
from sme_match.events.models import Event, Participant
from sme_match.events.policy import is_open, may_run
from sme_match.events.queries import lock_event
from sme_match.events.services.ending import close_with
from sme_match.events.services.telling import tell
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import has_left_event
from sme_match.meetings.services.scheduling import call_off
from sme_match.notifications.services import void_mails

TOLD = (ParticipantState.INVITED, ParticipantState.APPLIED, ParticipantState.ACCEPTED)


def cancel_event(
    session: Session, actor: Actor, event_id: int, *, reason: str, version: int, now: datetime
) -> Event:
    """Call the event off for good.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor's body does not run it.
        ConflictError: when it is over or called off already.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: without a reason.
    """
    event = lock_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(mark_text("この商談会は終わったか、中止になりました。もう変えられません。"))
    check_version(event, version)
    if not reason:
        raise InvalidError(mark_text("中止の理由を入力してください。"), field="reason")
    before = event.state
    event.state, event.reason, event.updated_at = EventState.CANCELLED, reason, now
    event.revision += 1
    void_mails(session, key_prefix=f"event:{event.id}:", now=now)
    _cancel_meetings(session, actor, event, reason=reason, now=now)
    close_with(session, event, now=now)
    for participant in _participants(session, event):
        tell(session, participant, tell_cancelled(event, reason), about="cancelled", now=now)
    session.flush()
    record(
        session,
        actor,
        action="event.cancel",
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"state": (before, event.state)},
        note=reason,
    )
    return event


def _cancel_meetings(
    session: Session, actor: Actor, event: Event, *, reason: str, now: datetime
) -> None:
    coming = session.scalars(
        select(Meeting.id).where(
            Meeting.event_id == event.id,
            Meeting.state == MeetingState.CONFIRMED,
            Meeting.ends_at > now,
            ~has_left_event(),
        )
    ).all()
    call_off(session, actor, coming, reason=reason, now=now)


def _participants(session: Session, event: Event) -> list[Participant]:
    query = (
        select(Participant)
        .where(Participant.event_id == event.id, Participant.state.in_(TOLD))
        .options(
            joinedload(Participant.company).selectinload(Company.contacts),
            joinedload(Participant.body),
        )
        .order_by(Participant.id)
    )
    return list(session.scalars(query))
